//! Replacing a secret without a moment in which deliveries fail.

use super::auth::{Auth, hmac, oauth2};
use super::destination::Settings;
use super::field::{Field, Notice, URL, Values};
use super::problem::Problem;
use super::url::EndpointUrl;

/// How long a replaced secret is used as well when nothing else is said, in seconds.
pub const KEEP_OLD_S: i64 = 24 * 60 * 60;

/// The longest time that a replaced secret may be used as well, in seconds.
pub const MAX_KEEP_OLD_S: i64 = 7 * 24 * 60 * 60;

/// The periods to choose from, in seconds, and how they are called.
pub const PERIODS: [(i64, &str); 4] = [(0, "0, it has leaked"), (3600, "1 h"), (KEEP_OLD_S, "24 h"), (MAX_KEEP_OLD_S, "7 d")];

/// The place of [`KEEP_OLD_S`] among the [`PERIODS`].
pub const DEFAULT_PERIOD: usize = 2;

/// Whether a new secret, entered with these values, can be used beside that of `before`.
#[must_use]
pub fn carries_two(before: &Auth, values: &Values) -> bool {
    let repeats = before.scheme().is_some_and(|scheme| scheme.repeated().is_some());
    let format = hmac::FORMAT.options()[values.choice(hmac::FORMAT)].name;
    repeats && before.format().is_some_and(|before| before.name() == format)
}

/// What becomes of the old secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepOld {
    /// Where a request can carry two signatures, it is used as well for a day.
    #[default]
    IfPossible,
    /// It is used as well for that many seconds.
    For(i64),
    /// It is not used any more; nor is one that was replaced before.
    Drop,
}

/// The settings `after`, which replace `before` at `now` (Unix seconds), with what becomes of the old secret.
///
/// # Errors
/// `keep` asks for what is not possible.
pub fn rotate(before: &Settings, after: Settings, keep: KeepOld, now: i64) -> Result<(Settings, Option<Notice>), Problem> {
    let Some((field, secret)) = after.auth().secret() else {
        return match keep {
            KeepOld::For(_) => Err(Problem::new(
                super::field::AUTH,
                "has no secret",
                "There is nothing to keep.",
                "Replace a signing secret, or keep none.",
            )),
            KeepOld::IfPossible | KeepOld::Drop => Ok((after, None)),
        };
    };
    let is_same_type = before.auth().auth_type() == after.auth().auth_type();
    let is_same = is_same_type && before.auth().secret().is_some_and(|(_, old)| old == secret);
    let replaced = is_same_type && !is_same;
    let former_until = after.auth().former_until();
    let until = match keep {
        KeepOld::Drop => return Ok((with(after, |auth| auth.without_former()), None)),
        KeepOld::For(0) if is_same => return Ok((with(after, |auth| auth.without_former()), None)),
        KeepOld::For(seconds) if is_same && former_until.is_some_and(|until| until > now + seconds) => {
            return Err(Problem::new(
                field,
                "is not replaced",
                "Its old secret is used for longer than that.",
                "Stop using the old one now, or leave the time as it is.",
            ));
        }
        KeepOld::For(_) if !replaced && !is_same => return Err(not_replaced(field)),
        // What was replaced before, by the same secret, is kept for as long as it was said then: a second run changes nothing.
        KeepOld::IfPossible | KeepOld::For(_) if !replaced => {
            let is_over = former_until.is_some_and(|until| until <= now);
            return Ok((if is_over { with(after, |auth| auth.without_former()) } else { after }, None));
        }
        KeepOld::For(seconds) => seconds,
        KeepOld::IfPossible => KEEP_OLD_S,
    };
    let after = with(after, |auth| auth.without_former());
    if until == 0 {
        return Ok((after, None));
    }
    match after.auth().keeping(before.auth(), now + until) {
        Some(auth) => {
            let text = format!("requests carry a signature by the old secret, too, for {}", in_words(until));
            Ok((with(after, |_| auth), (keep == KeepOld::IfPossible).then(|| leaked(field, &text))))
        }
        None if keep == KeepOld::IfPossible => {
            // That one is not the receiver's: its issuer has it already.
            let is_receivers = field != oauth2::CLIENT_SECRET;
            Ok((after, is_receivers.then(|| Notice::new(field, RECEIVER_FIRST))))
        }
        None => Err(Problem::new(
            field,
            "cannot be kept beside a new one",
            "A request carries one signature or credential here; only the formats timestamped, standard and standard-ed25519 carry two.",
            FIX,
        )),
    }
}

/// Another host now gets a secret that was registered for the former one.
#[must_use]
pub fn for_another_host(before: &Settings, after: &Settings) -> Vec<Notice> {
    let is_kept = before.auth().auth_type() == after.auth().auth_type()
        && after.auth().secret().is_some_and(|secret| before.auth().secret() == Some(secret));
    let [old, new] = [before, after].map(|settings| settings.url().bare_host().to_owned());
    let [old_issuer, new_issuer] = [before, after].map(token_host);
    // Of a signature, nobody learns the secret.
    let is_sent = is_kept && after.auth().scheme().is_none() && new_issuer.is_none();
    let keeps_header = after.headers().iter().any(|header| header.secret().is_some() && before.headers().contains(header));
    let about = |field: Field, old: &str, new: &str| Notice::new(field, format!("{new} now gets the secret of {old}"));
    let mut notices = Vec::new();
    if old != new && (is_sent || keeps_header) {
        notices.push(about(URL, &old, &new));
    }
    if let (Some(old), Some(new)) = (old_issuer, new_issuer)
        && old != new
        && is_kept
    {
        notices.push(about(oauth2::TOKEN_URL, &old, &new));
    }
    notices
}

/// The host of the token URL, if there is one.
fn token_host(settings: &Settings) -> Option<String> {
    let mut host = None;
    settings.auth().each_value(&mut |field, value| {
        if field == oauth2::TOKEN_URL {
            host = EndpointUrl::parse(value).ok().map(|url| url.bare_host().to_owned());
        }
    });
    host
}

/// There is no new secret, and so no old one to keep.
#[must_use]
pub fn not_replaced(field: Field) -> Problem {
    Problem::new(field, "is not replaced", "There is no old secret to keep.", "Set the new secret together with it.")
}

const FIX: &str = "Leave it out; have the receiver accept both secrets first, then replace this one.";

const RECEIVER_FIRST: &str = "requests carry the new one only: until the receiver has it, too, deliveries are refused";

fn leaked(field: Field, text: &str) -> Notice {
    Notice::new(field, format!("{text}; if the old one has leaked, end that now"))
}

fn with(settings: Settings, change: impl FnOnce(&Auth) -> Auth) -> Settings {
    let auth = change(&settings.auth);
    Settings { auth, ..settings }
}

fn in_words(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{bearer, default, hmac, oauth2};
    use crate::domain::draft::Draft;
    use crate::domain::header::HeaderEntry;
    use crate::domain::request::{Request, Stamp};
    use crate::domain::signature::{Format, generated};

    const NOW: i64 = 1_790_000_000;

    fn settings(format: Format, secret: u8) -> Settings {
        let draft = Draft::new(hmac::SPEC)
            .with(URL, "https://h.example/in")
            .with(hmac::HEADER_KEY, "X-Sig")
            .with(hmac::FORMAT, format.name())
            .with(hmac::SIGNING_SECRET, generated(format, &[secret; 32]));
        draft.check().unwrap().settings
    }

    fn signature(settings: &Settings, timestamp: i64) -> String {
        let stamp = Stamp { id: "msg_1".into(), event: "ping".into(), timestamp };
        let request = Request::build(settings, b"{}", &stamp, &settings.auth().credential());
        request.header("x-sig").unwrap().as_plain().unwrap().to_owned()
    }

    #[test]
    fn the_receiver_has_no_client_secret_to_be_replaced_there() {
        let of = |secret: &str| {
            let draft = Draft::new(oauth2::SPEC)
                .with(URL, "https://h.example/in")
                .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
                .with(oauth2::CLIENT_ID, "client")
                .with(oauth2::CLIENT_SECRET, secret);
            draft.check().unwrap().settings
        };
        let (before, after) = (of("a-client-secret-0123456789"), of("another-client-secret-0123456789"));
        assert_eq!(rotate(&before, after.clone(), KeepOld::default(), NOW).unwrap(), (after, None));
    }

    #[test]
    fn a_secret_used_for_another_host_gets_a_notice() {
        let bearer = |url: &str, token: &str| Draft::new(bearer::SPEC).with(URL, url).with(bearer::TOKEN, token);
        let plain = |url: &str| Draft::new(default::SPEC).with(URL, url);
        let header = |url: &str| plain(url).with_header(HeaderEntry::secret("X-Env-Token", "a-header-value"));
        let oauth2 = |url: &str, token_url: &str| {
            let draft = Draft::new(oauth2::SPEC).with(URL, url).with(oauth2::TOKEN_URL, token_url);
            draft.with(oauth2::CLIENT_ID, "client").with(oauth2::CLIENT_SECRET, "a-client-secret-0123456789")
        };
        let signed = |url: &str| Draft::of(&settings(Format::Hex, 1)).with(URL, url);
        let (a, b) = ("https://a.example/in", "https://b.example/in");
        let (issuer, other) = ("https://id.example/token", "https://id2.example/token");
        let said = Some("b.example now gets the secret of a.example");
        for (before, after, says) in [
            (bearer(a, "token-of-a"), bearer("https://b.example:8443/in", "token-of-a"), said),
            (bearer(a, "token-of-a"), bearer("https://a.example.:8443/elsewhere", "token-of-a"), None),
            (bearer(a, "token-of-a"), bearer(b, "token-of-b"), None),
            (bearer(a, "token-of-a"), plain(b), None),
            (header(a), header(b), said),
            (header(a), plain(b), None),
            (signed(a), signed(b), None),
            (oauth2(a, issuer), oauth2(b, issuer), None),
            (oauth2(a, issuer), oauth2(a, other), Some("id2.example now gets the secret of id.example")),
        ] {
            let [before, after] = [before, after].map(|draft| draft.check().unwrap().settings);
            let notices = for_another_host(&before, &after);
            assert_eq!(notices.iter().map(|notice| notice.text.as_str()).collect::<Vec<_>>(), Vec::from_iter(says));
        }
    }

    #[test]
    fn both_signatures_the_new_one_first_until_the_time_has_passed() {
        for (format, separator) in [(Format::Timestamped, ",v1="), (Format::Standard, " v1,"), (Format::StandardEd25519, " v1a,")]
        {
            let (old, new) = (settings(format, 1), settings(format, 2));
            let (rotated, notice) = rotate(&old, new.clone(), KeepOld::default(), NOW).unwrap();
            assert!(notice.unwrap().text.contains("for 1 d"));
            let last = NOW + KEEP_OLD_S - 1;
            let both = signature(&rotated, last);
            assert!(both.starts_with(&signature(&new, last)), "{both}");
            assert!(both.contains(separator) && both.len() > signature(&new, last).len(), "{both}");
            let old_value = signature(&old, last);
            let old_signature = &old_value[old_value.find(&separator[1..]).unwrap() + separator.len() - 1..];
            assert!(both.ends_with(&format!("{separator}{old_signature}")), "{both}");
            assert_eq!(signature(&rotated, last + 1), signature(&new, last + 1), "it has expired");
            // A second rotation drops the older one; a change of something else keeps it, until it has expired.
            let third = settings(format, 3);
            let (again, _) = rotate(&rotated, third, KeepOld::For(60), NOW).unwrap();
            assert_eq!(again.auth().former_until(), Some(NOW + 60));
            assert!(!signature(&again, NOW).contains(old_signature));
            let (same, _) = rotate(&rotated, rotated.clone(), KeepOld::default(), NOW + 1).unwrap();
            assert_eq!(same, rotated);
            let (same, _) = rotate(&rotated, rotated.clone(), KeepOld::For(KEEP_OLD_S), NOW + 1).unwrap();
            assert_eq!(same, rotated, "a second run");
            assert!(rotate(&rotated, rotated.clone(), KeepOld::For(60), NOW + 1).is_err(), "for less than was said");
            assert_eq!(rotate(&rotated, rotated.clone(), KeepOld::For(0), NOW + 1).unwrap().0.auth().former_until(), None);
            let (over, _) = rotate(&rotated, rotated.clone(), KeepOld::default(), last + 1).unwrap();
            assert_eq!(over.auth().former_until(), None);
            for keep in [KeepOld::Drop, KeepOld::For(0)] {
                let (dropped, _) = rotate(&old, new.clone(), keep, NOW).unwrap();
                assert_eq!(signature(&dropped, NOW), signature(&new, NOW));
            }
            assert_eq!(rotate(&rotated, rotated.clone(), KeepOld::Drop, NOW).unwrap().0.auth().former_until(), None);
        }
    }

    #[test]
    fn a_period_is_offered_where_two_signatures_are_carried() {
        assert_eq!(PERIODS[DEFAULT_PERIOD].0, KEEP_OLD_S);
        for format in Format::ALL {
            let before = settings(format, 1);
            let values = |format: Format| {
                let mut values = Values::default();
                values.set(hmac::FORMAT, format.name());
                values
            };
            let possible = matches!(format, Format::Timestamped | Format::Standard | Format::StandardEd25519);
            assert_eq!(carries_two(before.auth(), &values(format)), possible, "{format:?}");
            assert!(!carries_two(before.auth(), &values(Format::Hex)));
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused_or_said() {
        for format in [Format::Hex, Format::Base64, Format::Sha256Hex, Format::Template] {
            let (old, new) = (settings(format, 1), settings(format, 2));
            assert!(rotate(&old, new.clone(), KeepOld::For(60), NOW).is_err(), "{format:?}");
            let (rotated, notice) = rotate(&old, new.clone(), KeepOld::default(), NOW).unwrap();
            assert_eq!((rotated, notice.unwrap().text.as_str()), (new.clone(), RECEIVER_FIRST));
            assert_eq!(rotate(&old, new.clone(), KeepOld::For(0), NOW).unwrap().0, new);
        }
        let old = settings(Format::Standard, 1);
        assert_eq!(rotate(&old, old.clone(), KeepOld::For(60), NOW).unwrap(), (old.clone(), None), "it is replaced already");
        assert!(rotate(&settings(Format::Timestamped, 1), settings(Format::Standard, 2), KeepOld::For(60), NOW).is_err());
        let bearer = Draft::new(bearer::SPEC).with(URL, "https://h.example/in").with(bearer::TOKEN, "a-token-of-some-length");
        let bearer = bearer.check().unwrap().settings;
        assert_eq!(rotate(&old, bearer.clone(), KeepOld::default(), NOW).unwrap(), (bearer, None), "another auth type");
    }

    #[test]
    fn a_request_by_the_old_secret_is_ours_until_it_has_expired() {
        use crate::domain::signature::explain::{Mistake, explain};
        use crate::domain::signature::verify::{Received, check};
        let (old, new) = (settings(Format::Standard, 1), settings(Format::Standard, 2));
        let (rotated, _) = rotate(&old, new, KeepOld::For(60), NOW).unwrap();
        let sent = |timestamp: i64| {
            let stamp = Stamp { id: "msg_1".into(), event: "ping".into(), timestamp };
            let request = Request::build(&old, b"{}", &stamp, &old.auth().credential());
            let pair = |header: &crate::domain::request::Header| (header.name.to_string(), header.value.masked());
            request.headers.iter().map(pair).collect::<Vec<_>>()
        };
        for (at, accepted) in [(NOW, true), (NOW + 59, true), (NOW + 60, false)] {
            let headers = sent(at);
            let received = Received { method: "POST", target: "/in", headers: &headers, body: b"{}" };
            let verdict = check(&rotated, &received, at);
            assert_eq!(verdict.is_accepted(), accepted, "{verdict:?}");
            assert!(verdict.reason().contains("the previous secret"), "{verdict:?}");
            // With a mistake besides, both are named.
            let explained = |body: &[u8]| {
                let received = Received { method: "POST", target: "/in", headers: &headers, body };
                explain(&rotated, &received, at).mistakes.iter().map(Mistake::name).collect::<Vec<_>>()
            };
            assert_eq!(explained(b"{}"), if accepted { vec![] } else { vec!["previous-secret"] });
            assert_eq!(explained(b"{}\n"), ["previous-secret", "body"]);
        }
    }
}
