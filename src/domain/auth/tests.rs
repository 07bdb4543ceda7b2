//! What holds for every auth type; and one that is added here alone, to show that nothing else has to know it.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::spec::{Auth, AuthMethod, AuthSpec, AuthType, Check};
use super::{ALL, api_key, basic, bearer, hmac, oauth2};
use crate::domain::credential::Credential;
use crate::domain::curl::{self, script::Script};
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::event::BuiltIn;
use crate::domain::field::{Field, FieldSpec, Kind, SecretSpec, URL};
use crate::domain::mask::{DOTS, Masked};
use crate::domain::redact::Redactor;
use crate::domain::request::{Request, Stamp};
use crate::domain::secret::Secret;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::verify::{self, Received};
use crate::domain::snippet::{Lang, check::ReceiverCheck, snippet};

/// Two secrets and a name in one header: what no auth type of ours has.
const SPEC: AuthType = &AuthSpec {
    name: "throwaway",
    label: "Throwaway",
    help: "Only in this test",
    fields: &[TENANT, FIRST, SECOND],
    kept: &[],
    sends: |_| "a test".to_owned(),
    check,
};

const TENANT: Field =
    &FieldSpec { id: "tenant", label: "Tenant", flag: Some("--tenant"), about: "the tenant", ..FieldSpec::TEXT };

const FIRST: Field = &FieldSpec { id: "first", label: "First", kind: Kind::Secret(SECRET), ..FieldSpec::TEXT };

const SECOND: Field = &FieldSpec { id: "second", label: "Second", kind: Kind::Secret(SECRET), ..FieldSpec::TEXT };

const SECRET: SecretSpec = SecretSpec { shows_hint: true, generate: None, refused_flags: &[] };

#[derive(Clone, Debug)]
struct Throwaway {
    tenant: String,
    first: Secret,
    second: Secret,
}

fn check(check: &mut Check<'_>) -> Option<Auth> {
    let mut secret = |field: Field| {
        let secret = check.values.secret(field).clone();
        check.keep(super::rules::not_empty(field, &secret, "Enter one.").map(|()| secret))
    };
    let (first, second) = (secret(FIRST), secret(SECOND));
    Some(Auth::new(Throwaway { tenant: check.values.text(TENANT).to_owned(), first: first?, second: second? }))
}

impl AuthMethod for Throwaway {
    fn spec(&self) -> AuthType {
        SPEC
    }

    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str)) {
        visit(TENANT, &self.tenant);
        visit(FIRST, self.first.expose());
        visit(SECOND, self.second.expose());
    }

    fn credential(&self) -> Credential {
        let value = Masked::plain(format!("{} ", self.tenant)).then_secret(self.first.expose()).then(":");
        Credential::Header { name: "x-throwaway".into(), value: value.then_secret(self.second.expose()) }
    }

    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        [&self.first, &self.second].map(|secret| Zeroizing::new(secret.expose().as_bytes().to_vec())).into()
    }

    fn verify(&self, received: &Received<'_>, _: i64) -> Result<String, String> {
        received.only("x-throwaway").map(|_| "it is there".to_owned())
    }

    fn explain(&self, _: &Received<'_>, _: i64) -> Vec<Mistake> {
        Vec::new()
    }

    fn curl(&self, script: &mut Script<'_>) {
        let first = script.secret("WAYPOST_FIRST", "the first secret", &self.first);
        script.send_secret_header("x-throwaway: ", first);
    }

    fn receiver_check(&self) -> ReceiverCheck {
        ReceiverCheck::Header("x-throwaway".into())
    }

    fn in_words(&self) -> Option<String> {
        Some("both secrets".into())
    }

    fn without_secrets(&self) -> Auth {
        let (first, second) = (FIRST.stand_in(&self.first), SECOND.stand_in(&self.second));
        Auth::new(Self { tenant: self.tenant.clone(), first, second })
    }

    fn keeping(&self, _: &Auth, _: i64) -> Option<Auth> {
        None
    }

    fn former_until(&self) -> Option<i64> {
        None
    }

    fn without_former(&self) -> Auth {
        Auth::new(self.clone())
    }

    fn public_key(&self) -> Option<String> {
        None
    }
}

fn draft() -> Draft {
    let draft = Draft::new(SPEC).with(URL, "https://h.example/in").with(TENANT, "acme");
    draft.with(FIRST, "first-0123456789abcdef").with(SECOND, "second-0123456789abcdef")
}

fn settings(draft: &Draft) -> Settings {
    draft.check().unwrap().settings
}

#[test]
fn an_auth_type_with_two_secrets_needs_no_other_file() {
    let to = settings(&draft());
    assert_eq!(Draft::of(&to), draft());
    let errors = draft().with(FIRST, "").with(SECOND, "").check().unwrap_err();
    assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), [Some(FIRST), Some(SECOND)]);
    // Editing with both left empty keeps both.
    let mut edited = draft().with(TENANT, "other");
    edited.forget_secrets();
    assert_eq!(settings(&edited.keeping(&to)), settings(&draft().with(TENANT, "other")));

    let stamp = Stamp { id: "msg_1".into(), event: "ping".into(), timestamp: 1 };
    let request = Request::build(&to, b"{}", &stamp, &to.auth().credential());
    let sent = request.header("x-throwaway").unwrap();
    assert_eq!(sent.exposed().expose(), "acme first-0123456789abcdef:second-0123456789abcdef");
    assert_eq!(sent.masked(), format!("acme {DOTS}:{DOTS}"));
    assert_eq!(Redactor::new(&to).redact("second-0123456789abcdef and first-0123456789abcdef"), format!("{DOTS} and {DOTS}"));

    let headers = [("X-Throwaway".to_owned(), "x".to_owned())];
    let received = Received { method: "POST", target: "/in", headers: &headers, body: b"{}" };
    assert!(verify::check(&to, &received, 0).is_accepted());
    assert!(curl::command(&to, "msg_1", &BuiltIn::Ping.event(), false).contains("$WAYPOST_FIRST"));
    assert!(Lang::ALL.into_iter().all(|lang| snippet(&to, lang).to_lowercase().replace('_', "-").contains("x-throwaway")));
}

/// The registered values of every auth type.
fn all() -> Vec<Settings> {
    ALL.into_iter()
        .map(|auth_type| {
            let draft = Draft::new(auth_type).with(URL, "https://h.example/in").with(hmac::HEADER_KEY, "X-Signature");
            let draft = draft.with(basic::USERNAME, "ann").with(api_key::KEY, "X-Api-Key");
            let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
            let draft = draft.with(oauth2::TOKEN_URL, "https://auth.example.com/token").with(oauth2::CLIENT_ID, "client");
            let draft = draft.with(oauth2::CLIENT_SECRET, secret);
            let draft = draft.with(hmac::SIGNING_SECRET, secret).with(basic::PASSWORD, secret);
            settings(&draft.with(bearer::TOKEN, secret).with(api_key::VALUE, secret))
        })
        .collect()
}

#[test]
fn ids_flags_and_names_are_unique() {
    let fields: Vec<Field> = ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied().collect();
    let ids: BTreeSet<_> = fields.iter().map(|field| field.id).collect();
    assert_eq!(ids.len(), fields.len());
    let flags: Vec<_> = fields.iter().filter_map(|field| field.flag).collect();
    assert_eq!(flags.iter().collect::<BTreeSet<_>>().len(), flags.len());
    assert_eq!(ALL.map(|auth_type| auth_type.name).into_iter().collect::<BTreeSet<_>>().len(), ALL.len());
}

#[test]
fn a_secret_has_no_flag_and_everything_else_has_one() {
    for field in ALL.into_iter().flat_map(|auth_type| auth_type.fields) {
        assert_eq!(field.flag.is_none(), field.is_secret(), "{field:?}");
        assert!(!field.about.is_empty() && field.help.chars().count() <= 40, "{field:?}");
    }
}

#[test]
fn every_secret_is_among_the_wire_forms_and_every_value_among_the_fields() {
    for to in all() {
        let auth = to.auth();
        let forms = auth.wire_forms();
        let mut visited = Vec::new();
        auth.each_value(&mut |field, value| {
            visited.push(field);
            assert!(!field.is_secret() || forms.iter().any(|form| form.as_slice() == value.as_bytes()), "{field:?}");
        });
        let values = auth.values();
        let fields: Vec<_> = auth.auth_type().fields.iter().copied().filter(|field| field.applies(&values)).collect();
        assert_eq!(visited, fields, "{:?}", auth.auth_type());
        assert!(!format!("{auth:?}").contains("MfKQ9r8G"), "{auth:?}");
    }
}
