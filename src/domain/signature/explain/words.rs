//! What each mistake is called, and what has to be changed.

use super::mistake::{Content, CredentialForm, Encoding, Mistake, Part, Prefix, Scheme, SecretForm};
use super::{body, content, notation};
use crate::domain::auth::Auth;
use crate::domain::mangling::Mangling;
use crate::domain::signature::{Format, SigningAlgorithm, SigningScheme, TOLERANCE_S};
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::text::{ellipsis, visible};

/// The most characters of a name from outside that are shown.
const NAME: usize = 60;

/// The reason and the fix for all mistakes together; `verdict` is the check's own reason.
pub fn of(auth: &Auth, mistakes: &[Mistake], verdict: &str) -> (String, String) {
    if mistakes.is_empty() {
        let fix = if auth.format().is_some() {
            "Check that both sides have the same secret, and that the body is the bytes as they came, before any parser."
        } else {
            "Check that both sides have the same credential, and enter it again on the side that is wrong."
        };
        // A password that differs needs no more words; a signature may differ for many reasons.
        let reason =
            if auth.format().is_some() { format!("{verdict}; no known mistake explains it") } else { verdict.to_owned() };
        return (reason, fix.to_owned());
    }
    let (clauses, mut fixes): (Vec<_>, Vec<_>) = mistakes.iter().map(|mistake| mistake_words(auth, mistake)).unzip();
    fixes.dedup();
    let is_proved = |mistake: &Mistake| {
        !mistake.is_absence()
            && !matches!(mistake, Mistake::HashLength(_) | Mistake::Compression { .. } | Mistake::BodyReplaced(_))
    };
    let reason = clauses.join(", and ");
    (if mistakes.iter().any(is_proved) { format!("nearly right: {reason}") } else { reason }, fixes.join(" "))
}

fn shown(name: &str) -> String {
    ellipsis(&visible(name), NAME).into_owned()
}

fn mistake_words(auth: &Auth, mistake: &Mistake) -> (String, String) {
    let scheme = auth.scheme().unwrap_or_else(|| SigningScheme::of(Format::default()));
    let (scheme, format) = (&scheme, scheme.format());
    match mistake {
        Mistake::Method => ("the method is not POST".into(), "Use POST: every delivery does.".into()),
        Mistake::HeaderMissing { name } => {
            let proxy = if name.contains('_') { " Some proxies drop headers with an underscore in their name." } else { "" };
            let fix = format!("Check that it is sent, and that no proxy in front of the receiver removes it.{proxy}");
            (format!("the header {} is missing", shown(name)), fix)
        }
        Mistake::Repeated { name } => (
            format!("{} appears more than once", shown(name)),
            "Send it once: of two values, some programs read the first and some the last.".into(),
        ),
        Mistake::HeaderName { expected, found } => (
            format!("the value of the header {} is in {}", shown(expected), shown(found)),
            if is_registered(auth, expected) {
                format!("Use the header {}, or register the other name.", shown(expected))
            } else {
                format!("Use the header {}: its name is fixed.", shown(expected))
            },
        ),
        Mistake::Format(other) => (
            format!("it is signed in the format {}, but {} is registered", other.name(), format.name()),
            format!("Sign in the format {}, or register the format {}.", format.name(), other.name()),
        ),
        Mistake::Encoding(found) => encoding(*found, scheme),
        Mistake::Prefix(found) => prefix(*found, scheme),
        Mistake::Secret(form) => secret(*form),
        Mistake::PreviousSecret => (
            "it is signed with the previous secret".into(),
            "Give the sender the current secret: the previous one is valid for a time only.".into(),
        ),
        Mistake::Body(form) => body::words(*form),
        Mistake::Content(found) => (
            format!("the signature is over {}, not over {}", parts(*found), registered(scheme)),
            format!("Sign {}, byte for byte.", registered(scheme)),
        ),
        Mistake::Algorithm(found) => {
            let wanted = maker(scheme);
            (format!("the signature is made with {}, not with {wanted}", found.label()), format!("Use HMAC with {wanted}."))
        }
        Mistake::PlainHash(algorithm, hashed) => (
            format!(
                "the signature is a plain {} hash of {}, not an HMAC",
                algorithm.label(),
                hashed.words(&registered(scheme).replace("the body alone", "the body"))
            ),
            format!("Use HMAC with {}, with the secret as its key: a plain hash proves nothing.", maker(scheme)),
        ),
        Mistake::HashLength(found) => (
            format!("no known mistake explains the signature, but it is as long as {}, not as {}", found.label(), maker(scheme)),
            match scheme.algorithm() {
                SigningAlgorithm::Ed25519 => "Sign with the ed25519 private key.".into(),
                SigningAlgorithm::HmacSha256 | SigningAlgorithm::HmacSha512 => format!("Use HMAC with {}.", maker(scheme)),
            },
        ),
        Mistake::BodyMissing { announced } => body::missing_words(*announced),
        Mistake::BodyReplaced(body) => body::replaced_words(body),
        Mistake::Compression { coding, is_compressed } => body::compression_words(coding, *is_compressed),
        Mistake::Stale(off) => (
            format!("the timestamp is {off} s off, more than the {TOLERANCE_S} s allowed"),
            "Synchronize the clocks of both machines (NTP); do not accept an old request again.".into(),
        ),
        Mistake::Milliseconds => (
            "the timestamp is in milliseconds, not in seconds".into(),
            "Divide it by 1000 and drop the fraction before signing.".into(),
        ),
        Mistake::TimestampForm => (
            "the timestamp is not a whole number of seconds".into(),
            "Write it as Unix seconds without a fraction, and sign that text.".into(),
        ),
        Mistake::Scheme(found) => scheme_words(auth, *found),
        Mistake::Swapped => (
            "the user name and the password are swapped".into(),
            "Put the user name before the colon and the password after it.".into(),
        ),
        Mistake::Credential(form) => credential(*form),
        Mistake::InQuery { name } => (
            format!("the credential is in the query, in {}, and belongs in a header", shown(name)),
            "Put it into the header.".into(),
        ),
        Mistake::InHeader { name } => (
            format!("the key is in the header {}, and belongs in the query", shown(name)),
            "Put it into the query, or register it as a header.".into(),
        ),
        Mistake::ParameterMissing { name } => (
            format!("the query has no parameter {}", shown(name)),
            "Check whether a proxy in front of the receiver cuts the query off.".into(),
        ),
        Mistake::Parameter { expected, found } => (
            format!("the key of the query parameter {} is in {}", shown(expected), shown(found)),
            format!("Use the parameter {}, or register the other name.", shown(expected)),
        ),
    }
}

/// Whether that is the header that a person chose the name of.
fn is_registered(auth: &Auth, name: &str) -> bool {
    match auth.receiver_check() {
        ReceiverCheck::Signature(header, _) => header == name,
        ReceiverCheck::Header(_) | ReceiverCheck::Query(_) => true,
        ReceiverCheck::Nothing | ReceiverCheck::Basic(_) | ReceiverCheck::Bearer | ReceiverCheck::AccessToken => false,
    }
}

/// A format's value, with the signature as one word.
fn example(scheme: &SigningScheme) -> String {
    let fixed = match scheme.format() {
        Format::Hex => "HEX",
        Format::Base64 => "BASE64",
        Format::Sha256Hex => "sha256=HEX",
        Format::Timestamped => "t=SECONDS,v1=HEX",
        Format::Standard => "v1,BASE64",
        Format::StandardEd25519 => "v1a,BASE64",
        Format::Template => return scheme.value().source().replace("{signature}", "SIGNATURE"),
    };
    fixed.to_owned()
}

/// What a scheme signs, in words.
fn registered(scheme: &SigningScheme) -> String {
    content::of(scheme).map_or_else(|| format!("\"{}\"", visible(&scheme.content().source())), parts)
}

/// How a scheme's signatures are made, in words.
const fn maker(scheme: &SigningScheme) -> &'static str {
    match scheme.algorithm() {
        SigningAlgorithm::HmacSha256 => "SHA-256",
        SigningAlgorithm::HmacSha512 => "SHA-512",
        SigningAlgorithm::Ed25519 => "ed25519",
    }
}

const fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Hex => "lower-case hex",
        Encoding::HexUpper => "upper-case hex",
        Encoding::Base64 => "base64",
        Encoding::Base64Unpadded => "base64 without padding",
        Encoding::Base64Url => "URL-safe base64",
        Encoding::Base64UrlUnpadded => "URL-safe base64 without padding",
        Encoding::Base64OfHex => "base64 of the hex text",
    }
}

fn encoding(found: Encoding, scheme: &SigningScheme) -> (String, String) {
    let wanted = encoding_name(notation::encoding_of(scheme));
    (
        format!("the signature is written in {}, not in {wanted}", encoding_name(found)),
        format!("Write the bytes of the HMAC in {wanted}: the header's value is {}.", example(scheme)),
    )
}

fn prefix(found: Prefix, scheme: &SigningScheme) -> (String, String) {
    let what = match found {
        Prefix::Missing => "the prefix before the signature is missing".to_owned(),
        Prefix::Doubled => "the prefix is before the signature twice".to_owned(),
        Prefix::Other(prefix) => format!("\"{prefix}\" is before the signature"),
        Prefix::Unknown => "the header contains something besides the signature".to_owned(),
    };
    (what, format!("Send {} as the whole value of the header.", example(scheme)))
}

fn secret(form: SecretForm) -> (String, String) {
    let (what, fix) = match form {
        SecretForm::With(mangling) => return used_with("the secret", mangling),
        SecretForm::Without(mangling) => return used_without("the secret", mangling),
        SecretForm::NewlineAdded => (
            "the secret was used with a line break at its end",
            "Remove the line break where the secret is read; a file or `echo` adds one.",
        ),
        SecretForm::CrLfAdded => (
            "the secret was used with a Windows line break at its end",
            "Remove the line break where the secret is read; an editor adds one.",
        ),
        SecretForm::SpaceAdded => ("the secret was used with a space around it", "Remove the space; copying often adds one."),
        SecretForm::WhitespaceRemoved => (
            "the secret was used without the whitespace that it starts or ends with",
            "Use the secret as it is registered, or register it without whitespace.",
        ),
        SecretForm::WhitespaceAdded => (
            "the secret was used with a line break, a tab or the like at its end",
            "Remove it where the secret is read; a file or an editor adds it.",
        ),
        SecretForm::Swapped => (
            "the body was used as the key and the secret as the message",
            "Pass the secret as the key of the HMAC, and what is signed as its message.",
        ),
        SecretForm::WhsecRemoved => {
            ("the secret was used without its whsec_", "Use the whole text as the key; only the format standard removes whsec_.")
        }
        SecretForm::WhsecAdded => {
            ("the secret was used with whsec_ before it", "Use the secret as it is registered, without whsec_.")
        }
        SecretForm::Base64Decoded => {
            ("the secret was decoded from base64", "Use the bytes of the text as the key; only the format standard decodes it.")
        }
        SecretForm::HexDecoded => {
            ("the secret was decoded from hex", "Use the bytes of the text as the key, not what its hex digits mean.")
        }
        SecretForm::NotDecoded => (
            "the secret was used without decoding it from base64",
            "Remove whsec_, decode the rest from base64, and use the bytes as the key.",
        ),
        SecretForm::NotDecodedWhsec => (
            "the secret was used whole, with whsec_, without decoding it from base64",
            "Remove whsec_, decode the rest from base64, and use the bytes as the key.",
        ),
        SecretForm::WhsecDecoded => ("whsec_ was decoded as a part of the base64", "Remove whsec_ before decoding."),
        SecretForm::Empty => (
            "it is signed with an empty secret",
            "The program did not get the secret: check the name of the variable that it reads.",
        ),
    };
    (what.to_owned(), fix.to_owned())
}

fn used_with(what: &str, mangling: Mangling) -> (String, String) {
    (format!("{what} was used {}", mangling.words()), mangling.fix().to_owned())
}

fn used_without(what: &str, mangling: Mangling) -> (String, String) {
    (
        format!("{what} is registered {}, but was used without", mangling.words()),
        format!("Check which of the two is right, and change the other. {}", mangling.fix()),
    )
}

fn parts(content: Content) -> String {
    let names: Vec<_> = content
        .parts
        .iter()
        .map(|part| match part {
            Part::Id => "ID",
            Part::Timestamp => "TIMESTAMP",
            Part::Body => "BODY",
        })
        .collect();
    match names.as_slice() {
        ["BODY"] => "the body alone".to_owned(),
        names => names.join(&visible(content.separator)),
    }
}

fn scheme_words(auth: &Auth, found: Scheme) -> (String, String) {
    let wanted = match auth.receiver_check() {
        ReceiverCheck::Basic(_) => Some("Basic"),
        ReceiverCheck::Bearer | ReceiverCheck::AccessToken => Some("Bearer"),
        ReceiverCheck::Nothing | ReceiverCheck::Signature(..) | ReceiverCheck::Header(_) | ReceiverCheck::Query(_) => None,
    };
    let what = match (found, wanted) {
        (Scheme::Missing, Some(wanted)) => format!("\"{wanted} \" is missing before the credential"),
        (Scheme::Missing, None) => "the first word of the key is missing".to_owned(),
        (Scheme::Doubled, wanted) => format!("\"{} \" is before the credential twice", wanted.unwrap_or_default()),
        (Scheme::Other(other), Some(wanted)) => format!("\"{other} \" is before the credential, not \"{wanted} \""),
        (Scheme::Other(other), None) => format!("\"{other} \" is before the key"),
        (Scheme::Unknown, _) => "an unknown word is before the credential".to_owned(),
    };
    let fix = match wanted {
        Some(wanted) => format!("The header's value is \"{wanted} \" once, then the credential."),
        None => "Send the key as it is registered as the whole value of the header.".to_owned(),
    };
    (what, fix)
}

fn credential(form: CredentialForm) -> (String, String) {
    let (what, fix) = match form {
        CredentialForm::With(mangling) => return used_with("the credential", mangling),
        CredentialForm::Without(mangling) => return used_without("the credential", mangling),
        CredentialForm::NewlineAdded => (
            "a line break follows the credential",
            "Remove it where the credential is read, and encode with `printf`, not `echo`.",
        ),
        CredentialForm::SpaceAdded => ("there is whitespace around the credential", "Remove it; copying often adds it."),
        CredentialForm::WhitespaceRemoved => (
            "the whitespace that the credential starts or ends with is missing",
            "Use it as it is registered, or register it without whitespace.",
        ),
        CredentialForm::Base64Encoded => ("the credential is encoded in base64", "Send it as it is registered, not encoded."),
        CredentialForm::Base64Twice => ("the credential is encoded in base64 twice", "Encode it once."),
        CredentialForm::Base64Missing => {
            ("the user name and password are not encoded in base64", "Encode user:password in base64 (RFC 7617).")
        }
        CredentialForm::Base64Url => {
            ("the credential is written in URL-safe base64", "Use the standard alphabet with + and /, and pad with =.")
        }
        CredentialForm::Base64Unpadded => ("the base64 has no padding", "Pad it with = to a multiple of four characters."),
        CredentialForm::PercentEncoded => (
            "the credential is percent-encoded once too many times",
            "Encode it once where a query needs it, and never in a header.",
        ),
        CredentialForm::NotPercentEncoded => {
            ("the key is not percent-encoded", "Write every character but letters, digits and -._~ as %XX in a query.")
        }
    };
    (what.to_owned(), fix.to_owned())
}
