//! Requests that waypost makes, and what may have become of them on the way.

use std::time::{SystemTime, UNIX_EPOCH};
use waypost::domain::auth::{api_key, basic, bearer, default, hmac};
use waypost::domain::field;

use waypost::domain::auth::AuthType;
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::secret::Secret;
use waypost::domain::signature::Format;
use waypost::domain::signature::verify::{Received, Verdict, check};

/// Bytes that no text has, and a NUL.
const BODY: &[u8] = b"{\"name\":\"Zo\xc3\xab\",\"bytes\":\"\xff\0%s\\n\"}\r\n";
const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const WHSK: &str = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
/// Whatever a language could take for something else.
const ODD: &str = "it's \"$HOME\" `id` \\n %s ä&+=% #{x} ${y} *";

pub struct Case {
    pub what: &'static str,
    pub sent: Sent,
    pub accepted: bool,
}

#[derive(Clone, Debug)]
pub struct Sent {
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Sent {
    fn to(settings: &Settings, off: i64) -> Self {
        let stamp = Stamp { id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk".into(), event: "ping".into(), timestamp: now() + off };
        let request = Request::build(settings, BODY, &stamp, &settings.auth().credential());
        let url = request.url.exposed();
        let target = url.expose().strip_prefix("https://h.example").unwrap().to_owned();
        let headers = request.headers.iter().map(|header| (header.name.to_string(), header.value.exposed().expose().to_owned()));
        Self { target, headers: headers.collect(), body: request.body.to_vec() }
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self
    }

    /// With a header's value changed.
    fn changed(mut self, name: &str, change: impl Fn(&str) -> String) -> Self {
        let (_, value) = self.headers.iter_mut().find(|(key, _)| key == name).unwrap();
        *value = change(value);
        self
    }

    pub fn check(&self, settings: &Settings) -> Verdict {
        let received = Received { method: "POST", target: &self.target, headers: &self.headers, body: &self.body };
        check(settings, &received, now())
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn draft(auth_type: AuthType) -> Draft {
    Draft::new(auth_type).with(field::URL, "https://h.example/in?a=1&b=%20+").with(hmac::HEADER_KEY, "X-Signature")
}

/// Each with the same settings under another secret.
fn every_draft() -> Vec<Draft> {
    let mut all = vec![draft(default::SPEC)];
    for format in Format::ALL {
        let secret = if format == Format::StandardEd25519 { WHSK } else { WHSEC };
        all.push(draft(hmac::SPEC).with(hmac::FORMAT, format.name()).with(hmac::SIGNING_SECRET, secret));
    }
    // Slack's, Zoom's with SHA-512, Shopify's; and what a language could take for something else.
    for (content, value, algorithm, encoding) in [
        ("v0:{timestamp}:{body}", "v0={signature}", "sha256", "hex"),
        ("{id}.{timestamp}.{body}.", "t={timestamp},i={id},s={signature}", "sha512", "base64"),
        ("{body}", "{signature}", "sha256", "base64"),
        ("$a'\"`{{\\n}}%s ä\n{body}{timestamp}", "a'\"`$x {{\\n}} %s #{{x}}={signature}", "sha512", "hex"),
    ] {
        all.push(
            draft(hmac::SPEC)
                .with(hmac::FORMAT, Format::Template.name())
                .with(hmac::SIGNING_SECRET, ODD)
                .with(hmac::SIGNED_CONTENT, content)
                .with(hmac::SIGNATURE_VALUE, value)
                .with(hmac::ALGORITHM, algorithm)
                .with(hmac::ENCODING, encoding),
        );
    }
    for secret in [ODD.to_owned(), "x".repeat(64), "é".repeat(40)] {
        all.push(draft(hmac::SPEC).with(hmac::SIGNING_SECRET, secret));
    }
    let header_key = "X-!#$%&'*+.^_`|~-Sig".to_owned();
    all.push(draft(hmac::SPEC).with(hmac::SIGNING_SECRET, ODD).with(hmac::HEADER_KEY, header_key));
    for (username, password) in [("ann", "a secret of some length"), (&ODD.replace(':', ""), ODD), ("", "p:w")] {
        all.push(draft(basic::SPEC).with(basic::USERNAME, username).with(basic::PASSWORD, password));
    }
    all.push(draft(bearer::SPEC).with(bearer::TOKEN, "tok-5d1d0f4e~+/=="));
    let ascii = ODD.replace('ä', "a");
    for (key, value, add_to) in [
        ("X-Api-Key", "0123456789abcdef", api_key::HEADER),
        ("X-Api-Key", &ascii, api_key::HEADER),
        ("api_key", "0123456789abcdef", api_key::QUERY),
        (ODD, ODD, api_key::QUERY),
        ("a.b[c] d", "v", api_key::QUERY),
    ] {
        all.push(draft(api_key::SPEC).with(api_key::KEY, key).with(api_key::VALUE, value).with(api_key::ADD_TO, add_to.name));
    }
    all
}

/// Templates that would end what they are written in, or be taken for a part of the generator.
pub fn hostile_settings() -> Vec<Settings> {
    let names = "@VALUE @SIGNATURE @COMPARE @SIGNED @CONTENT @PARTS @NAME @KEY";
    let all = [
        (format!("?><?php exit(7); {names}"), format!("?><?php exit(7); \");exit(7);(\" {names}")),
        ("coding:utf-7 +ACI- + exit(7) + +ACI-".to_owned(), "coding=utf-7".to_owned()),
    ];
    let drafts = all.iter().map(|(content, value)| {
        draft(hmac::SPEC)
            .with(hmac::FORMAT, Format::Template.name())
            .with(hmac::SIGNING_SECRET, ODD)
            .with(hmac::SIGNED_CONTENT, format!("{content}{{timestamp}}{{body}}"))
            .with(hmac::SIGNATURE_VALUE, format!("{value}{{signature}}"))
            .with(hmac::ALGORITHM, "sha256")
            .with(hmac::ENCODING, "hex")
    });
    drafts.map(|draft| draft.check().unwrap().settings).collect()
}

pub fn every_settings() -> Vec<Settings> {
    every_draft().iter().map(|draft| draft.check().unwrap().settings).collect()
}

pub fn with_another_secret(settings: &Settings) -> Settings {
    let mut draft = Draft::of(settings);
    let is_private = settings.auth().public_key().is_some();
    for field in draft.auth_type().secret_fields() {
        let private = "whsk_TfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwTfKQ9r8GKYo=";
        draft.set(field, if is_private { private } else { "whsec_TfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });
    }
    draft.check().unwrap().settings
}

/// HMAC pads its key with zeros, so that a key of zeros signs as an empty one does.
pub fn by_an_empty_key(settings: &Settings) -> Sent {
    let signing_secret = Secret::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    Sent::to(&Draft::of(settings).with(hmac::SIGNING_SECRET, signing_secret).check().unwrap().settings, 0)
}

/// Another letter in the middle.
fn spoiled(value: &str) -> String {
    let at = value.len() - value.len().min(20) / 2 - 1;
    let at = (0..=at).rev().find(|&at| value.is_char_boundary(at) && value.as_bytes()[at].is_ascii()).unwrap();
    let letter = if &value[at..=at] == "e" { "f" } else { "e" };
    format!("{}{letter}{}", &value[..at], &value[at + 1..])
}

fn blank_inside(value: &str) -> String {
    let at = (0..value.len()).rev().filter(|&at| value.is_char_boundary(at)).nth(2).unwrap_or_default();
    format!("{} {}", &value[..at], &value[at..])
}

pub fn cases(settings: &Settings) -> Vec<Case> {
    let case = |what, sent, accepted| Case { what, sent, accepted };
    let right = Sent::to(settings, 0);
    let mut all = vec![case("as it was sent", right.clone(), true)];
    if settings.auth().auth_type() == default::SPEC {
        return all;
    }
    all.push(case("by another secret", Sent::to(&with_another_secret(settings), 0), false));
    let draft = Draft::of(settings);
    let header = match draft.auth_type().name {
        "hmac" => draft.text(hmac::HEADER_KEY).to_lowercase(),
        "api-key" if draft.text(api_key::ADD_TO) == api_key::QUERY.name => {
            all.extend(of_a_query(&right));
            return all;
        }
        "api-key" => draft.text(api_key::KEY).to_lowercase(),
        _ => "authorization".to_owned(),
    };
    all.push(case("a letter changed", right.clone().changed(&header, spoiled), false));
    all.push(case("an empty header", right.clone().changed(&header, |_| String::new()), false));
    all.push(case("a space in the middle", right.clone().changed(&header, blank_inside), false));
    all.push(case("no header", right.clone().without(&header), false));
    match draft.auth_type().name {
        "basic" | "bearer" => {
            let (scheme, _) = right.headers.iter().find(|(name, _)| *name == header).unwrap().1.split_once(' ').unwrap();
            let lower = right.clone().changed(&header, |value| value.replacen(scheme, &scheme.to_lowercase(), 1));
            all.push(case("a scheme in lower case", lower, true));
            let none = right.clone().changed(&header, |value| value.split_once(' ').unwrap().1.to_owned());
            all.push(case("no scheme", none, false));
            all.push(case("the scheme alone", right.clone().changed(&header, |_| format!("{scheme} ")), false));
            all.push(case("another scheme", right.clone().changed(&header, |value| value.replacen(scheme, "Digest", 1)), false));
        }
        "hmac" => {
            all.extend(of_a_body(&right));
            all.extend(of_a_format(settings, settings.auth().format().unwrap(), &header, &right));
        }
        _ => {}
    }
    all
}

fn of_a_body(right: &Sent) -> Vec<Case> {
    let with = |what, change: fn(&mut Vec<u8>)| {
        let mut sent = right.clone();
        change(&mut sent.body);
        Case { what, sent, accepted: false }
    };
    vec![
        with("a byte of the body changed", |body| body[3] ^= 1),
        with("a byte more", |body| body.push(b'\n')),
        with("a byte less", |body| body.truncate(BODY.len() - 1)),
        with("no body", Vec::clear),
    ]
}

fn of_a_format(settings: &Settings, format: Format, header: &str, right: &Sent) -> Vec<Case> {
    let case = |what, sent, accepted| Case { what, sent, accepted };
    let change = |change: &dyn Fn(&str) -> String| right.clone().changed(header, change);
    let mut all = Vec::new();
    if settings.auth().scheme().unwrap().signs_timestamp() {
        for (what, off, accepted) in
            [("200 s old", -200, true), ("200 s early", 200, true), ("400 s old", -400, false), ("400 s early", 400, false)]
        {
            all.push(case(what, Sent::to(settings, off), accepted));
        }
    }
    match format {
        Format::Hex | Format::Base64 => {
            all.push(case("a prefix", change(&|value| format!("sha256={value}")), false));
        }
        Format::Sha256Hex => {
            all.push(case("no prefix", change(&|value| value.replace("sha256=", "")), false));
        }
        Format::Timestamped => {
            let zeros = "0".repeat(64);
            all.push(case("a second one", change(&|value| value.replace(",v1", &format!(",v1={zeros},v1"))), true));
            all.push(case("another version", change(&|value| value.replace("v1=", "v0=")), false));
            all.push(case("no time", change(&|value| value.split_once(',').unwrap().1.to_owned()), false));
            all.push(case("words for the time", change(&|value| value.replace("t=1", "t=x")), false));
            all.push(case("a sum for the time", change(&|value| value.replace("t=", "t=0x")), false));
        }
        Format::Template => {
            all.push(case("something before it", change(&|value| format!("x{value}")), false));
            all.push(case("something after it", change(&|value| format!("{value} ")), false));
        }
        Format::Standard | Format::StandardEd25519 => {
            let version = if format == Format::Standard { "v1," } else { "v1a," };
            let second = change(&|value| format!("v1,AAAA v1a,AAAA v1a,x {value} v2,y"));
            all.push(case("a second one", second, true));
            all.push(case("another version", change(&|value| value.replace(version, "v2,")), false));
            all.push(case("no id", right.clone().without("webhook-id"), false));
            all.push(case("another id", right.clone().changed("webhook-id", spoiled), false));
            all.push(case("no time", right.clone().without("webhook-timestamp"), false));
            all.push(case("another time", right.clone().changed("webhook-timestamp", |_| (now() + 1).to_string()), false));
            all.push(case("words for the time", right.clone().changed("webhook-timestamp", |_| "soon".into()), false));
        }
    }
    all
}

fn of_a_query(right: &Sent) -> Vec<Case> {
    let case = |what, target: String, accepted| Case { what, sent: Sent { target, ..right.clone() }, accepted };
    let (start, own) = right.target.rsplit_once('&').unwrap();
    vec![
        case("a letter changed", spoiled(&right.target), false),
        case("no parameter", start.to_owned(), false),
        case("no query", "/in".to_owned(), false),
        case("twice", format!("{}&{own}", right.target), false),
        case("an empty value", format!("{}=", right.target.rsplit_once('=').unwrap().0), false),
        case("a line break after it", format!("{}%0A", right.target), false),
        case("another before and after", format!("/in?x=%4&{own}&y"), true),
        case("lower-case percent", right.target.replace("%2B", "%2b"), true),
    ]
}
