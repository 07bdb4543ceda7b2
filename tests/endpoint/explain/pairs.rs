//! Two mistakes at once: one of writing, and one of what was signed or of the secret.

use waypost::domain::json::{Rewrite, Spacing};
use waypost::domain::mangling::Mangling;
use waypost::domain::signature::Format;
use waypost::domain::signature::explain::{BodyForm, Encoding, Mistake, Prefix, SecretForm};

use super::by_hand::{SHA256, base64, hex, mac};
use super::{Case, ID, Req, SECRET, TS, WHSEC, WHSEC_KEY, assert_named, hmac_of};

const BODY: &str = r#"{"a":1,"b":"c"}"#;
const SPACED: &str = r#"{"a": 1, "b": "c"}"#;

#[expect(clippy::too_many_lines, reason = "a table")]
pub fn cases() -> Vec<Case> {
    let case = |what, format, secret, request: Req, mistakes: [Mistake; 2]| Case {
        what,
        settings: hmac_of(format, secret),
        request,
        mistakes: mistakes.into(),
    };
    let signed = |value: String| Req::new(BODY).with("x-signature", value);
    let spaced = Mistake::Body(BodyForm::Rewritten(Rewrite { spacing: Some(Spacing::Spaced), ..Rewrite::default() }));
    let named = Mistake::HeaderName { expected: "x-signature".into(), found: "x-sig".into() };
    let newline = mac(SHA256, format!("{SECRET}\n"), BODY);
    let over = |body: &str| mac(SHA256, SECRET, body);
    let standard = |key: &[u8], body: &str| base64(&mac(SHA256, key, format!("{ID}.{TS}.{body}")));
    let undecoded = standard(&WHSEC.as_bytes()[6..], BODY);
    let stripe = |stamp: &str, body: &str| hex(&mac(SHA256, SECRET, format!("{stamp}.{body}")));
    let upper = |tag: &[u8]| hex(tag).to_uppercase();
    let last = format!("{BODY}\n");
    let encoding = Mistake::Encoding;
    vec![
        case(
            "base64 and a newline in the secret",
            Format::Hex,
            SECRET,
            signed(base64(&newline)),
            [encoding(Encoding::Base64), Mistake::Secret(SecretForm::NewlineAdded)],
        ),
        case(
            "upper case and spaced JSON",
            Format::Hex,
            SECRET,
            signed(upper(&over(SPACED))),
            [encoding(Encoding::HexUpper), spaced.clone()],
        ),
        case(
            "hex for base64 and a last newline",
            Format::Base64,
            SECRET,
            signed(hex(&over(&last))),
            [encoding(Encoding::Hex), Mistake::Body(BodyForm::NewlineAdded)],
        ),
        case(
            "no padding and a quoted secret",
            Format::Base64,
            SECRET,
            signed(base64(&mac(SHA256, format!("\"{SECRET}\""), BODY)).replace('=', "")),
            [encoding(Encoding::Base64Unpadded), Mistake::Secret(SecretForm::With(Mangling::Quotes))],
        ),
        case(
            "no prefix and a newline in the secret",
            Format::Sha256Hex,
            SECRET,
            signed(hex(&newline)),
            [Mistake::Prefix(Prefix::Missing), Mistake::Secret(SecretForm::NewlineAdded)],
        ),
        case(
            "base64 of hex and an empty secret",
            Format::Hex,
            SECRET,
            signed(base64(hex(&mac(SHA256, "", BODY)).as_bytes())),
            [encoding(Encoding::Base64OfHex), Mistake::Secret(SecretForm::Empty)],
        ),
        case(
            "another header and spaced JSON",
            Format::Hex,
            SECRET,
            Req::new(BODY).with("X-Sig", hex(&over(SPACED))),
            [named.clone(), spaced.clone()],
        ),
        case(
            "another header and upper case",
            Format::Hex,
            SECRET,
            Req::new(BODY).with("X-Sig", upper(&over(BODY))),
            [named, encoding(Encoding::HexUpper)],
        ),
        case(
            "no prefix and an undecoded secret",
            Format::Standard,
            WHSEC,
            signed(undecoded.clone()),
            [Mistake::Prefix(Prefix::Missing), Mistake::Secret(SecretForm::NotDecoded)],
        ),
        case(
            "hex and a body without its newline",
            Format::Standard,
            WHSEC,
            Req::new(&last).with("x-signature", format!("v1,{}", hex(&mac(SHA256, WHSEC_KEY, format!("{ID}.{TS}.{BODY}"))))),
            [encoding(Encoding::Hex), Mistake::Body(BodyForm::NewlineRemoved)],
        ),
        case(
            "v0= and an empty body",
            Format::Timestamped,
            SECRET,
            signed(format!("t={TS},v0={}", stripe(TS, ""))),
            [Mistake::Prefix(Prefix::Other("v0=")), Mistake::Body(BodyForm::Empty)],
        ),
        case(
            "spaced JSON, and old",
            Format::Timestamped,
            SECRET,
            signed(format!("t=1789999000,v1={}", stripe("1789999000", SPACED))),
            [spaced, Mistake::Stale(1000)],
        ),
    ]
}

#[test]
fn each_pair_is_named() {
    assert_named(&cases());
}
