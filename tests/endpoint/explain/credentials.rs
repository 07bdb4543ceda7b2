//! Passwords, tokens and keys: one mistake each, and some pairs.

use waypost::domain::auth::{api_key, basic, bearer};
use waypost::domain::destination::Settings;
use waypost::domain::field::Choice;
use waypost::domain::mangling::Mangling;
use waypost::domain::signature::explain::{CredentialForm, Mistake, Scheme};

use super::by_hand::{base64, base64url};
use super::{Case, Req, assert_named, draft};

const TOKEN: &str = "tok-5d1d0f4eab9b7b5f.x/y";
/// Its base64 with the user name has padding, and letters that differ between the alphabets.
const PASSWORD: &str = "pa~~?>ss word";
const KEY: &str = "key&with+odd=%20chars";

fn basic() -> Settings {
    draft(basic::SPEC).with(basic::USERNAME, "ann").with(basic::PASSWORD, PASSWORD).check().unwrap().settings
}

fn bearer() -> Settings {
    draft(bearer::SPEC).with(bearer::TOKEN, TOKEN).check().unwrap().settings
}

fn key(add_to: Choice, value: &str) -> Settings {
    let draft =
        draft(api_key::SPEC).with(api_key::KEY, "X-Api-Key").with(api_key::VALUE, value).with(api_key::ADD_TO, add_to.name);
    draft.check().unwrap().settings
}

fn given(value: impl Into<String>) -> Req {
    Req::new("{}").with("authorization", value)
}

fn credential(form: CredentialForm) -> Vec<Mistake> {
    vec![Mistake::Credential(form)]
}

fn named(expected: &str, found: &str) -> Vec<Mistake> {
    vec![Mistake::HeaderName { expected: expected.into(), found: found.into() }]
}

pub fn cases() -> Vec<Case> {
    let mut all = basics();
    all.extend(bearers());
    all.extend(header_keys());
    all.extend(query_keys());
    all
}

fn basics() -> Vec<Case> {
    let case = |what, request, mistakes| Case { what, settings: basic(), request, mistakes };
    let pair = format!("ann:{PASSWORD}");
    let coded = base64(pair.as_bytes());
    assert!(coded.ends_with('=') && coded.contains(['+', '/']), "{coded}");
    let scheme = |scheme| vec![Mistake::Scheme(scheme)];
    let missing = vec![Mistake::HeaderMissing { name: "authorization".into() }];
    vec![
        case("nothing", Req::new("{}"), missing),
        case("no scheme", given(&coded), scheme(Scheme::Missing)),
        case("another scheme", given(format!("bearer {coded}")), scheme(Scheme::Other("Bearer"))),
        case("an unknown scheme", given(format!("Whatever {coded}")), scheme(Scheme::Unknown)),
        case("twice the scheme", given(format!("Basic Basic {coded}")), scheme(Scheme::Doubled)),
        case("no base64", given(format!("Basic {pair}")), credential(CredentialForm::Base64Missing)),
        case("base64 twice", given(format!("Basic {}", base64(coded.as_bytes()))), credential(CredentialForm::Base64Twice)),
        case("no padding", given(format!("Basic {}", coded.trim_end_matches('='))), credential(CredentialForm::Base64Unpadded)),
        case("URL-safe", given(format!("Basic {}", base64url(pair.as_bytes()))), credential(CredentialForm::Base64Url)),
        case("swapped", given(format!("Basic {}", base64(format!("{PASSWORD}:ann").as_bytes()))), vec![Mistake::Swapped]),
        case(
            "a newline",
            given(format!("Basic {}", base64(format!("{pair}\n").as_bytes()))),
            credential(CredentialForm::NewlineAdded),
        ),
        case(
            "percent-encoded",
            given(format!("Basic {}", base64(b"ann:pa%7E%7E%3F%3Ess%20word"))),
            credential(CredentialForm::PercentEncoded),
        ),
        case("another header", Req::new("{}").with("X-Auth", format!("Basic {coded}")), named("authorization", "x-auth")),
    ]
}

fn bearers() -> Vec<Case> {
    let case = |what, request, mistakes| Case { what, settings: bearer(), request, mistakes };
    let scheme = |scheme| vec![Mistake::Scheme(scheme)];
    vec![
        case("nothing", Req::new("{}"), vec![Mistake::HeaderMissing { name: "authorization".into() }]),
        case("no scheme", given(TOKEN), scheme(Scheme::Missing)),
        case("another scheme", given(format!("Token {TOKEN}")), scheme(Scheme::Other("Token"))),
        case("a colon", given(format!("Bearer: {TOKEN}")), scheme(Scheme::Other("Bearer:"))),
        case("twice the scheme", given(format!("Bearer bearer {TOKEN}")), scheme(Scheme::Doubled)),
        case("quotes", given(format!("Bearer \"{TOKEN}\"")), credential(CredentialForm::With(Mangling::Quotes))),
        case("a newline", given(format!("Bearer {TOKEN}\n")), credential(CredentialForm::NewlineAdded)),
        case("base64", given(format!("Bearer {}", base64(TOKEN.as_bytes()))), credential(CredentialForm::Base64Encoded)),
        case(
            "percent-encoded",
            given(format!("Bearer {}", TOKEN.replace('/', "%2F"))),
            credential(CredentialForm::PercentEncoded),
        ),
        case("another header", Req::new("{}").with("X-Token", format!("Bearer {TOKEN}")), named("authorization", "x-token")),
        case(
            "in the query",
            Req::new("{}").to(&format!("/in?access_token={TOKEN}")),
            vec![Mistake::InQuery { name: "access_token".into() }],
        ),
        case(
            "twice the header",
            given(format!("Bearer {TOKEN}")).with("authorization", "x"),
            vec![Mistake::Repeated { name: "authorization".into() }],
        ),
    ]
}

fn header_keys() -> Vec<Case> {
    let case = |what, request, mistakes| Case { what, settings: key(api_key::HEADER, KEY), request, mistakes };
    let given = |value: &str| Req::new("{}").with("x-api-key", value);
    vec![
        case("nothing", Req::new("{}"), vec![Mistake::HeaderMissing { name: "x-api-key".into() }]),
        case("a scheme", given(&format!("Bearer {KEY}")), vec![Mistake::Scheme(Scheme::Other("Bearer"))]),
        case("another header", Req::new("{}").with("Api-Key", KEY), named("x-api-key", "api-key")),
        case("quotes", given(&format!("'{KEY}'")), credential(CredentialForm::With(Mangling::Quotes))),
        case("percent-encoded", given("key%26with%2Bodd%3D%2520chars"), credential(CredentialForm::PercentEncoded)),
        case("a newline encoded", given("key%26with%2Bodd%3D%2520chars%0A"), credential(CredentialForm::PercentEncoded)),
        case(
            "in the query",
            Req::new("{}").to("/in?a=1&X-Api-Key=key%26with%2Bodd%3D%2520chars"),
            vec![Mistake::InQuery { name: "X-Api-Key".into() }],
        ),
        case(
            "in the query, not encoded",
            Req::new("{}").to(&format!("/in?a&X-Api-Key={KEY}")),
            vec![Mistake::InQuery { name: "X-Api-Key".into() }, Mistake::Credential(CredentialForm::NotPercentEncoded)],
        ),
        Case {
            what: "without its own scheme",
            settings: key(api_key::HEADER, "ApiKey 0123456789"),
            request: given("0123456789"),
            mistakes: vec![Mistake::Scheme(Scheme::Missing)],
        },
    ]
}

fn query_keys() -> Vec<Case> {
    let case = |what, target: &str, mistakes| Case {
        what,
        settings: key(api_key::QUERY, KEY),
        request: Req::new("{}").to(target),
        mistakes,
    };
    let header =
        |name: &str, value: &str, mistakes| Case { request: Req::new("{}").with(name, value), ..case("header", "/in", mistakes) };
    let other = Mistake::Parameter { expected: "X-Api-Key".into(), found: "api_key".into() };
    let in_header = Mistake::InHeader { name: "x-api-key".into() };
    let encoded = "key%26with%2Bodd%3D%2520chars";
    vec![
        case("nothing", "/in?a=1", vec![Mistake::ParameterMissing { name: "X-Api-Key".into() }]),
        case("another parameter", &format!("/in?api_key={encoded}"), vec![other]),
        case(
            "not encoded, after the name alone",
            &format!("/in?a&X-Api-Key={KEY}"),
            credential(CredentialForm::NotPercentEncoded),
        ),
        case("not encoded", &format!("/in?X-Api-Key={KEY}&b=1"), credential(CredentialForm::NotPercentEncoded)),
        case("encoded twice", "/in?X-Api-Key=key%2526with%252Bodd%253D%252520chars", credential(CredentialForm::PercentEncoded)),
        case(
            "there twice",
            &format!("/in?X-Api-Key={encoded}&X-Api-Key=x"),
            vec![Mistake::Repeated { name: "X-Api-Key".into() }],
        ),
        header("X-Api-Key", KEY, vec![in_header.clone()]),
        header("X-Api-Key", &format!("ApiKey {KEY}"), vec![in_header, Mistake::Scheme(Scheme::Other("ApiKey"))]),
    ]
}

#[test]
fn each_credential_is_named() {
    assert_named(&cases());
}

#[test]
fn c20_a_mangled_credential_is_named_in_both_directions() {
    let bare = "k9-Fh2jD83kfiLq0s";
    let basic_of = |password: &str| {
        draft(basic::SPEC).with(basic::USERNAME, "ann").with(basic::PASSWORD, password).check().unwrap().settings
    };
    let pair =
        |password: &str| Req::new("{}").with("authorization", format!("Basic {}", base64(format!("ann:{password}").as_bytes())));
    let token_of = |token: &str| draft(bearer::SPEC).with(bearer::TOKEN, token).check().unwrap().settings;
    let token = |token: &str| Req::new("{}").with("authorization", format!("Bearer {token}"));
    let mut cases = Vec::new();
    for (mangling, text) in [
        (Mangling::Quotes, format!("\"{bare}\"")),
        (Mangling::Name, format!("TOKEN={bare}")),
        (Mangling::WrittenLineBreak, format!("{bare}\\n")),
        (Mangling::JsonEscapes, format!("{}\\u002d{}", &bare[..2], &bare[3..])),
        (Mangling::Hex, bare.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")),
        (Mangling::Invisible, format!("\u{feff}{bare}")),
        (Mangling::Typographic, bare.replace('-', "\u{2014}")),
        (Mangling::Lookalike, bare.replace('s', "\u{455}")),
    ] {
        let (with, without) = (credential(CredentialForm::With(mangling)), credential(CredentialForm::Without(mangling)));
        let case = |what, settings, request, mistakes| Case { what, settings, request, mistakes };
        cases.push(case("a password", basic_of(bare), pair(&text), with.clone()));
        cases.push(case("a registered password", basic_of(&text), pair(bare), without.clone()));
        if text.is_ascii() {
            cases.push(case("a token", token_of(bare), token(&text), with.clone()));
            cases.push(case("a registered token", token_of(&text), token(bare), without.clone()));
            cases.push(case("a key", key(api_key::HEADER, bare), Req::new("{}").with("x-api-key", &text), with));
            cases.push(case("a registered key", key(api_key::HEADER, &text), Req::new("{}").with("x-api-key", bare), without));
        }
    }
    assert_named(&cases);
}
