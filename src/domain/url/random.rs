//! Whether a text looks random: made by a generator, to be known to few, and not by a person, to be read.
//!
//! A person's text is words, numbers and their joints: of its pairs of neighbouring letters nearly all are among the 300 that
//! make up 95 % of English words (other European languages share most of them). A generator hits those in 44 % of its pairs, and
//! changes between letters and digits all the time. So a text looks random when
//!
//! - it has at least 16 letters and digits, 8 of them different: what is shorter is seldom a credential and often a name;
//! - a third of its pairs are odd, and at least five: rare letters side by side, or a letter beside a digit. Of a text that is
//!   all short pieces (`k8s-svc-v1`), half of them: abbreviations are odd, too.
//!
//! Pairs of digits say nothing, nor does the capital inside of `camelCase`. A number of 24 digits or more is random as well: no
//! id, time or version is that long. So is a UUID: most webhook services that have one in their URL have nothing else to
//! authenticate a sender by, and one that only names a tenant loses little by being masked.
//!
//! Of 350,000 package names of such a length, one in 230 looks random, and most of those are. Of random texts of 24 hex digits
//! one in 150 does not, of 24 base-62 characters one in 350.

/// The fewest letters and digits.
const LEAST: usize = 16;
/// The fewest different ones.
const DIFFERENT: usize = 8;
/// The fewest odd pairs.
const ODD: usize = 5;
/// The length from which on a piece between separators is no abbreviation.
const LONG_PIECE: usize = 10;
/// From how many digits on a number is not one that people use.
const LONG_NUMBER: usize = 24;

/// What tokens of well-known issuers begin with.
const PREFIXES: [&str; 14] = [
    "eyJ",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "whsec_",
    "whsk_",
    "xoxb-",
    "xoxp-",
];

/// The letters that follow `a`, `b`, … `z` in words.
const FOLLOWERS: [&[u8]; 26] = [
    b"abcdfgiklmnprstuvwxy",
    b"aceijlorsuy",
    b"acdefhiklmorstuy",
    b"abcdefilorstu",
    b"abcdefgilmnopqrstuvwxy",
    b"adefilorstu",
    b"aehilnorsu",
    b"aeiort",
    b"abcdefglmnoprstvxz",
    b"e",
    b"aeis",
    b"acdefilopstuy",
    b"abeilmopsu",
    b"acdefgiklnopstuv",
    b"abcdfgiklmnoprstuvwx",
    b"aehiloprstuy",
    b"u",
    b"abcdefgiklmnoprstuvy",
    b"acdefhiklmnoprstuy",
    b"abcdefhilmoprstuwy",
    b"abcdefgilmnprst",
    b"aeio",
    b"aehinors",
    b"ceipt",
    b"eilnpst",
    b"e",
];

/// Whether a text, decoded, looks random.
pub fn looks_random(text: &str) -> bool {
    let bytes = text.as_bytes();
    let signs = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    if signs < LEAST || different(bytes) < DIFFERENT {
        return false;
    }
    if PREFIXES.iter().any(|prefix| text.starts_with(prefix)) || is_uuid(text) {
        return true;
    }
    let pieces = || bytes.split(|byte| !byte.is_ascii_alphanumeric());
    if pieces().any(|piece| piece.len() >= LONG_NUMBER && piece.iter().all(u8::is_ascii_digit)) {
        return true;
    }
    let (mut pairs, mut odd) = (0, 0);
    for pair in bytes.windows(2) {
        if let Some(is_odd) = judge(pair[0], pair[1]) {
            pairs += 1;
            odd += usize::from(is_odd);
        }
    }
    let abbreviated = pieces().all(|piece| piece.len() < LONG_PIECE);
    odd >= ODD && odd * if abbreviated { 2 } else { 3 } >= pairs
}

/// Whether a pair is odd; `None` where it says nothing.
fn judge(first: u8, second: u8) -> Option<bool> {
    if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() {
        if first.is_ascii_lowercase() && second.is_ascii_uppercase() {
            return None;
        }
        let followers = FOLLOWERS[usize::from(first.to_ascii_lowercase() - b'a')];
        return Some(!followers.contains(&second.to_ascii_lowercase()));
    }
    let mixed = first.is_ascii_alphanumeric() && second.is_ascii_alphanumeric();
    (mixed && (first.is_ascii_alphabetic() || second.is_ascii_alphabetic())).then_some(true)
}

/// How many different letters and digits there are.
fn different(bytes: &[u8]) -> usize {
    let mut seen = [false; 128];
    for byte in bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|&&seen| seen).count()
}

/// RFC 9562 §4, also several joined by other signs, as in `GUID@GUID`.
fn is_uuid(text: &str) -> bool {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    text.as_bytes().windows(36).any(|at| {
        at.iter().enumerate().all(|(at, byte)| if HYPHENS.contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c21_what_people_write_does_not_look_random() {
        for text in [
            "my-very-long-endpoint-name-for-orders",
            "2026-11-28T12:00:00.000+01:00",
            "20261128T120000Z-backup",
            "x86_64-unknown-linux-gnu",
            "customerNotificationsV2",
            "OrderCreatedEventHandlerV2",
            "HTTPSRedirectHandlerXMLHTTPRequest",
            "Donaudampfschifffahrtsgesellschaft",
            "rechnungsempfaenger-bestaetigung",
            "przedsiebiorstwo-wielobranzowe",
            "kubernetes-ingress-nginx-k8s-svc-v1",
            "us-east-1-prod-orders-v2",
            "release-2.10.23-rc1+build.20261128",
            "webhook-hmac-sha256-verify",
            "mysql-mcp-server-pro-https",
            "order_1234567890123",
            "123456789012345678",
            "00000000-0000-0000-0000-000000000000",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "application/vnd.github.v3+json",
            "hooks.example.com",
        ] {
            assert!(!looks_random(text), "{text}");
        }
    }

    #[test]
    fn c21_what_a_generator_makes_looks_random() {
        for text in [
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "507f1f77bcf86cd799439011",
            "xqz9k3b7wtgrpc4n5sd8fjhy6e",
            "vF9dft4qmTQ1xZ3bLk7PnR2s",
            "dQw4w9WgXcQ-5tR_8uPz0LmNb6VcXe3",
            "KRSXG5CTMVRXEZLUKN2HE2LO",
            "eyJhbGciOiJIUzI1NiJ9.e30.abc",
            "550e8400-e29b-41d4-a716-446655440000",
            "019aca72-5b1c-7d1e-8f3a-2b4c6d8e0f1a@72f988bf-86f1-41af-91ab-2d7cd011db47",
            "918273645546372819001122334455",
            "zqxjkvbpwmgfhtydrnlcsqwzx",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ] {
            assert!(looks_random(text), "{text}");
        }
    }

    #[test]
    fn c21_hardly_a_random_text_is_missed() {
        // A generator of its own: the same texts in each run.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).unwrap()
        };
        for (alphabet, most) in [
            ("0123456789abcdef", 15),
            ("0123456789abcdefghijklmnopqrstuvwxyz", 5),
            ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 5),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 10),
            ("abcdefghijklmnopqrstuvwxyz", 60),
        ] {
            let letters = alphabet.as_bytes();
            let missed = (0..1000)
                .map(|_| (0..24).map(|_| char::from(letters[next(letters.len())])).collect::<String>())
                .filter(|text| !looks_random(text))
                .count();
            assert!(missed <= most, "{alphabet}: {missed} of 1000");
        }
    }
}
