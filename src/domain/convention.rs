//! How well-known receivers want to be sent to: a signature's format, its header, and headers beside it, as data. A convention fills
//! in fields and is then forgotten: everything stays editable.

use crate::domain::auth::hmac;
use crate::domain::draft::Draft;
use crate::domain::field::Field;
use crate::domain::header::HeaderEntry;

/// What the receivers of one service expect.
#[derive(Debug, PartialEq, Eq)]
pub struct Convention {
    /// Its name in flags.
    pub name: &'static str,
    /// The words on it.
    pub label: &'static str,
    /// The values of the fields of the auth type hmac; the others are empty.
    pub values: &'static [(Field, &'static str)],
    /// Names and values of headers.
    pub headers: &'static [(&'static str, &'static str)],
}

/// Every convention, in the order of the help.
pub const ALL: [&Convention; 6] = [
    &Convention {
        name: "github",
        label: "GitHub",
        values: &[(hmac::FORMAT, "sha256-hex"), (hmac::HEADER_KEY, "X-Hub-Signature-256")],
        headers: &[("X-GitHub-Event", "{event}"), ("X-GitHub-Delivery", "{id}")],
    },
    // The event's name is in the body.
    &Convention {
        name: "stripe",
        label: "Stripe",
        values: &[(hmac::FORMAT, "timestamped"), (hmac::HEADER_KEY, "Stripe-Signature")],
        headers: &[],
    },
    &Convention {
        name: "standard",
        label: "Standard Webhooks",
        values: &[(hmac::FORMAT, "standard"), (hmac::HEADER_KEY, "webhook-signature")],
        headers: &[],
    },
    &Convention {
        name: "slack",
        label: "Slack",
        values: &[
            (hmac::FORMAT, "template"),
            (hmac::HEADER_KEY, "X-Slack-Signature"),
            (hmac::SIGNED_CONTENT, "v0:{timestamp}:{body}"),
            (hmac::SIGNATURE_VALUE, "v0={signature}"),
            (hmac::TIMESTAMP_HEADER, "X-Slack-Request-Timestamp"),
        ],
        headers: &[],
    },
    &Convention {
        name: "shopify",
        label: "Shopify",
        values: &[(hmac::FORMAT, "base64"), (hmac::HEADER_KEY, "X-Shopify-Hmac-Sha256")],
        headers: &[("X-Shopify-Topic", "{event}"), ("X-Shopify-Webhook-Id", "{id}")],
    },
    &Convention {
        name: "hookdeck",
        label: "Hookdeck",
        values: &[(hmac::FORMAT, "base64"), (hmac::HEADER_KEY, "X-Hookdeck-Signature")],
        headers: &[("X-Hookdeck-EventID", "{id}")],
    },
];

/// The convention of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Convention> {
    ALL.into_iter().find(|convention| convention.name == name)
}

impl Convention {
    /// The convention that a draft follows, where it follows one.
    #[must_use]
    pub fn of(draft: &Draft) -> Option<&'static Self> {
        let meant = |field: Field| match draft.text(field) {
            "" => (field.default)(draft.values()).unwrap_or_default(),
            text => text,
        };
        let is_followed = |convention: &&'static Self| {
            let same = |(field, value): &(Field, &str)| {
                let meant = meant(field);
                meant == *value || *field == hmac::HEADER_KEY && meant.eq_ignore_ascii_case(value)
            };
            let sent = |(name, value): &(&str, &str)| {
                draft.headers().iter().any(|header| !header.is_secret && header.is_named(name) && header.value.expose() == *value)
            };
            convention.values.iter().all(same) && convention.headers.iter().all(sent)
        };
        (draft.auth_type() == hmac::SPEC).then(|| ALL.into_iter().find(is_followed)).flatten()
    }

    /// Removes the headers that a convention filled in.
    pub fn remove_headers(draft: &mut Draft) {
        for (name, value) in ALL.into_iter().flat_map(|other| other.headers) {
            if draft.headers().contains(&HeaderEntry::plain(*name, *value)) {
                draft.remove_header(name);
            }
        }
    }

    /// Fills in the auth type, all of its values but the secret, and the headers. Headers that another convention filled in go;
    /// those that a person entered stay, but for those of the same name.
    pub fn fill(&self, draft: &mut Draft) {
        draft.set_auth_type(hmac::SPEC);
        for field in hmac::SPEC.fields.iter().filter(|field| !field.is_secret()) {
            let value = self.values.iter().find(|(own, _)| own == field).map_or("", |(_, value)| value);
            draft.set(field, value);
        }
        Self::remove_headers(draft);
        for (name, value) in self.headers {
            draft.put_header(HeaderEntry::plain(*name, *value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::basic;
    use crate::domain::field::URL;
    use crate::domain::request::{Request, Stamp};

    const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    fn entered() -> Draft {
        Draft::new(basic::SPEC)
            .with(URL, "https://h.example/in")
            .with(hmac::SIGNING_SECRET, SECRET)
            .with(hmac::ALGORITHM, "sha512")
            .with_header(HeaderEntry::plain("X-Own", "1"))
    }

    fn sent(convention: &Convention) -> Vec<String> {
        let mut draft = entered();
        convention.fill(&mut draft);
        let settings = draft.check().unwrap().settings;
        let stamp = Stamp { id: "msg_1".into(), event: "push".into(), timestamp: 7 };
        let request = Request::build(&settings, b"{}", &stamp, &settings.auth().credential());
        let ours = |name: &str| !name.starts_with("webhook-") || name == "webhook-signature";
        let headers = request.headers.iter().filter(|header| ours(&header.name));
        headers.skip(2).map(|header| format!("{}: {}", header.name, header.value.masked())).collect()
    }

    #[test]
    fn every_convention_is_valid_and_sends_what_its_receivers_look_for() {
        let expected: [(&str, &[&str]); 6] = [
            ("github", &["x-hub-signature-256: sha256=", "x-own: 1", "x-github-event: push", "x-github-delivery: msg_1"]),
            ("stripe", &["stripe-signature: t=7,v1=", "x-own: 1"]),
            ("standard", &["webhook-signature: v1,", "x-own: 1"]),
            ("slack", &["x-slack-request-timestamp: 7", "x-slack-signature: v0=", "x-own: 1"]),
            ("shopify", &["x-shopify-hmac-sha256: ", "x-own: 1", "x-shopify-topic: push", "x-shopify-webhook-id: msg_1"]),
            ("hookdeck", &["x-hookdeck-signature: ", "x-own: 1", "x-hookdeck-eventid: msg_1"]),
        ];
        for (name, headers) in expected {
            let sent = sent(named(name).unwrap());
            let begins = headers.iter().zip(&sent).all(|(begin, header)| header.starts_with(begin));
            assert!(begins && sent[headers.len()].starts_with("accept: "), "{name}: {sent:?}");
        }
    }

    #[test]
    fn another_convention_leaves_nothing_of_the_one_before() {
        let fresh = |convention: &Convention| {
            let mut draft = entered();
            convention.fill(&mut draft);
            draft
        };
        for before in ALL {
            for after in ALL {
                let mut draft = fresh(before);
                after.fill(&mut draft);
                assert_eq!(draft, fresh(after), "{} after {}", after.name, before.name);
                assert_eq!(Convention::of(&draft), Some(after));
            }
        }
        // What was changed since is a person's own.
        let mut draft = fresh(ALL[0]).with_header(HeaderEntry::plain("X-GitHub-Event", "push"));
        ALL[1].fill(&mut draft);
        assert!(draft.headers().contains(&HeaderEntry::plain("X-GitHub-Event", "push")));
    }
}
