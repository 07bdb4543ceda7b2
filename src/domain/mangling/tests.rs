use super::undo::undone_deeply;
use super::*;

const SECRET: &str = "k9-Fh2 jD8'3\"kf/Lq0s=fi&x";

/// A mangled secret, what it is called, and the position that the notice names.
const MANGLED: [(&str, Mangling, usize); 70] = [
    ("\"k9Fh2jD83kfLq0s\"", Mangling::Quotes, 1),
    ("'k9Fh2jD83kfLq0s'", Mangling::Quotes, 1),
    ("`k9Fh2jD83kfLq0s`", Mangling::Quotes, 1),
    ("\u{201c}k9Fh2jD83kfLq0s\u{201d}", Mangling::Quotes, 1),
    ("\u{201e}k9Fh2jD83kfLq0s\u{201c}", Mangling::Quotes, 1),
    ("\u{ab}k9Fh2jD83kfLq0s\u{bb}", Mangling::Quotes, 1),
    ("NAME=k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("export NAME=k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("$env:NAME = k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("Webhook-Secret: k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("\u{feff}k9Fh2jD83kfLq0s", Mangling::Invisible, 1),
    ("k9Fh2\u{200b}jD83kfLq0s", Mangling::Invisible, 6),
    ("k9Fh2jD83kfLq0s\u{a0}", Mangling::Invisible, 16),
    ("k9\u{ad}Fh2jD83kfLq0s", Mangling::Invisible, 3),
    ("k9\u{2013}Fh2jD83kfLq0s", Mangling::Typographic, 3),
    ("k9Fh2jD83kf\u{2019}Lq0s", Mangling::Typographic, 12),
    ("k9\u{fb01}Fh2jD83kfLq0s", Mangling::Typographic, 3),
    ("k9\u{ff26}h2jD83kfLq0s", Mangling::Typographic, 3),
    ("k9Fh2jD83kf\u{2026}", Mangling::Typographic, 12),
    ("k9Fh2jD\u{430}83kfLq0s", Mangling::Lookalike, 8),
    ("k9Fh2jD83kfLq0s\\n", Mangling::WrittenLineBreak, 16),
    ("k9Fh2jD83kfLq0s\\r\\n", Mangling::WrittenLineBreak, 16),
    ("k9%2BFh2jD83kfLq0s", Mangling::PercentEncoded, 3),
    ("k9Fh2\\/jD83kfLq0s", Mangling::JsonEscapes, 6),
    ("k9Fh2\\u0026jD83kfLq0s", Mangling::JsonEscapes, 6),
    ("azlGaDJqRDgza2ZMcTBz", Mangling::Base64, 1),
    ("azlGaDJqRDgza2ZMcTBzCg==", Mangling::Base64, 1),
    ("6b 39 46 68 32 6a 44 38 33 6b 66 4c 71 30 73 21", Mangling::Hex, 1),
    ("6b:39:46:68:32:6a:44:38:33:6b:66:4c:71:30:73:21", Mangling::Hex, 1),
    ("Bearer k9Fh2jD83kfLq0s", Mangling::Scheme, 1),
    ("Authorization: Basic k9Fh2jD83kfLq0s", Mangling::Scheme, 1),
    ("$'k9Fh2jD83kfLq0s'", Mangling::Quotes, 1),
    ("b'k9Fh2jD83kfLq0s'", Mangling::Quotes, 1),
    ("\"k9Fh2jD83kfLq0s\",", Mangling::Quotes, 1),
    ("'k9Fh2jD83kfLq0s';", Mangling::Quotes, 1),
    ("&quot;k9Fh2jD83kfLq0s&quot;", Mangling::Quotes, 1),
    ("\"secret\": \"k9Fh2jD83kfLq0s\",", Mangling::Name, 1),
    ("'secret' => 'k9Fh2jD83kfLq0s',", Mangling::Name, 1),
    (":secret => \"k9Fh2jD83kfLq0s\"", Mangling::Name, 1),
    ("const secret = \"k9Fh2jD83kfLq0s\";", Mangling::Name, 1),
    ("secret := \"k9Fh2jD83kfLq0s\"", Mangling::Name, 1),
    ("set \"SECRET=k9Fh2jD83kfLq0s\"", Mangling::Name, 1),
    ("set -x SECRET k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("setenv SECRET k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("ENV SECRET k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("-e SECRET=k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("webhook.secret=k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("Signing secret: k9Fh2jD83kfLq0s", Mangling::Name, 1),
    ("k9Fh2jD83kfLq0s # of the shop", Mangling::Comment, 16),
    ("k9Fh2jD83kfLq0s // of the shop", Mangling::Comment, 16),
    ("\"k9Fh2 jD83kfLq0s\" # of the shop", Mangling::Comment, 19),
    ("[200~k9Fh2jD83kfLq0s[201~", Mangling::Terminal, 1),
    ("00~k9Fh2jD83kfLq0s01~", Mangling::Terminal, 1),
    ("k9Fh2jD83kfLq0s[201~", Mangling::Terminal, 1),
    ("k9Fh2jD83kfLq0s^M", Mangling::Terminal, 1),
    ("$ k9Fh2jD83kfLq0s", Mangling::Terminal, 1),
    ("- k9Fh2jD83kfLq0s", Mangling::Terminal, 1),
    ("k9&amp;Fh2jD83kfLq0s", Mangling::HtmlEntities, 3),
    ("k9&#39;Fh2jD83kfLq0s", Mangling::HtmlEntities, 3),
    ("k9&#x27;Fh2jD83kfLq0s", Mangling::HtmlEntities, 3),
    ("k9\\$Fh2jD83kfLq0s", Mangling::ShellEscapes, 3),
    ("k9\\!Fh2\\ jD83kfLq0s", Mangling::ShellEscapes, 3),
    ("{\"secret\":\"k9Fh2jD83kfLq0s\"}", Mangling::JsonObject, 1),
    ("{\"user\": \"me\", \"secret\": \"k9Fh2jD83kfLq0s\"}", Mangling::JsonObject, 1),
    ("k9Fh2jD83kfLq0sk9Fh2jD83kfLq0s", Mangling::Twice, 16),
    ("k9Fh2jD83kfLq0s k9Fh2jD83kfLq0s", Mangling::Twice, 16),
    ("k9Fh2\u{c3}\u{a4}jD83kfLq0s", Mangling::Charset, 6),
    ("whsec_whsec_k9Fh2jD83kfLq0s", Mangling::PrefixTwice, 1),
    ("k9Fh2jD83kfLq0s=3D", Mangling::QuotedPrintable, 16),
    ("k9=3DFh2jD83=2BkfLq0s%41", Mangling::QuotedPrintable, 3),
];

#[test]
fn c20_each_kind_of_mangling_is_noticed_with_its_position() {
    for (text, mangling, position) in MANGLED {
        let notices = notices(text);
        let place = format!("(position {position})");
        assert!(notices.iter().any(|notice| notice.contains(&place)), "{text}: {notices:?}");
        assert!(undone_deeply(text).iter().any(|(found, _)| *found == mangling), "{text}");
        for part in ["k9", "Fh2", "83kf", "NAME"] {
            assert!(!notices.iter().any(|notice| notice.contains(part)), "{notices:?}");
        }
    }
    // Each layer, with its position in the whole.
    let layers = notices("export KEY=\"k9\u{2013}Fh2jD83kfLq0s\"");
    for part in ["a name, as a line of a settings file does (position 1)", "quotation marks (position 12)", "typographic"] {
        assert!(layers.iter().any(|notice| notice.contains(part)), "{part}: {layers:?}");
    }
}

#[test]
fn c20_what_stands_in_place_of_a_secret_is_noticed() {
    for text in [
        "<redacted>",
        "****************",
        "redacted",
        "null",
        "xxxxxxxx",
        "••••••••",
        "(null)",
        "undefined",
        "changeme",
        "[object Object]",
        "%!s(<nil>)",
        "SecretStr('**********')",
    ] {
        let is_reported = notices(text).iter().any(|notice| notice.contains("placeholder") || notice.contains("masked"));
        assert!(is_reported, "{text}: {:?}", notices(text));
    }
    // Those have a notice of their own.
    for text in ["${SECRET}", "$SECRET", "%SECRET%", "{{ secret }}", "<your secret>", "your-secret-here"] {
        assert!(crate::domain::unfilled::is_template(text) && notices(text).is_empty(), "{text}: {:?}", notices(text));
    }
    for text in ["****************1234", "sk_live_••••••••1234", "k9Fh2jD83kfL...", "sk_live_\u{2026}abcd"] {
        assert!(notices(text).iter().any(|notice| notice.contains("masked at position")), "{text}: {:?}", notices(text));
    }
    for text in ["ENC[AES256_GCM,data:xx,iv:yy,tag:zz,type:str]", "{cipher}AQA3k2", "$ANSIBLE_VAULT;1.1;AES256", "ENC(k2j3h4)"] {
        assert!(notices(text).iter().any(|notice| notice.contains("looks encrypted")), "{text}: {:?}", notices(text));
    }
    assert!(notices("pa\u{308}ssword-of-mine")[0].contains("accent that is a character of its own (position 3)"));
    assert!(notices("pa\u{fffd}ssword-of-mine")[0].contains("replacement character (position 3)"));
    for text in [
        "/run/secrets/hook",
        "https://vault.example/v1/secret",
        "op://vault/item/field",
        "arn:aws:secretsmanager:x",
        "C:\\secrets\\hook",
        "sm://project/secret",
        "aws-sm://secret",
        "ssm:/prod/secret",
        "env:SECRET",
        "process.env.WEBHOOK_SECRET",
        "os.environ[\"SECRET\"]",
        "@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/a)",
    ] {
        assert!(notices(text).iter().any(|notice| notice.contains("path")), "{text}");
    }
    assert!(notices("@secret.txt").iter().any(|notice| notice.contains("what is in the file")));
}

#[test]
fn c20_secrets_as_they_are_issued_get_no_notice() {
    for text in [
        "It's a Secret to Everybody",
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "5d1d0f4eab9b7b5fbb3ac9e3bb2a7b6f",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "xoxb-2345-6789-abcdef",
        "C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhro=",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "пароль123",
        "p\u{e4}ssw\u{f6}rter f\u{fc}r alle",
        "a%b&c=d;e\"f'g",
        "/9j4AAQSkZJRgABAQ",
        "@home-1234567890",
        "hunter2-hunter2-hunter2",
        "0123456789",
        "q\\w{e}r\\t\\",
        "K8=j#x$2&!9@q",
        "a=b=c-long-secret",
        "S=xk29sl20dk3lsl2",
        "\"k9Fh2jD83kfLq0s",
        "k9Fh2jD83kfLq0s'",
        "k9Fh2jD83kfLq0s;",
        "k9Fh2jD83kfLq0s,",
        "(9x82kd8s2kf8s9d)",
        "[9x82kd-8s2kf8s9d]",
        "my$$ecret''tring%%99",
        "correct horse # battery // staple",
        "a & b; c &more;",
        "h\u{e9}llo w\u{f6}rld \u{c3}",
    ] {
        assert_eq!(notices(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_is_redone_can_be_undone() {
    for (mangling, bytes) in redone(SECRET) {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        // Hex digits with spaces between are taken for a dump only where they are hex.
        let is_spread = mangling == Mangling::Hex && text.starts_with("k9");
        let is_same = |other: &str| other == SECRET || other == SECRET.trim();
        // A ligature and a dash for two hyphens are undone to what they usually are.
        let is_found = undone_deeply(&text).iter().any(|(_, other)| is_same(other));
        assert!(is_found || is_spread, "{mangling:?}: {text}");
    }
}

#[test]
fn c20_a_pem_file_is_no_secret_to_share() {
    for text in ["-----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----\nMIIB", "-----begin rsa private key----- MIIE"] {
        assert!(notices(text).iter().any(|notice| notice.contains("PEM")), "{text}: {:?}", notices(text));
    }
    for text in ["----k9Fh2jD83kfLq0s", "BEGIN-k9Fh2jD83kfLq0s", "k9Fh2j==3DD83kfLq0s="] {
        assert!(!notices(text).iter().any(|notice| notice.contains("PEM")), "{text}");
    }
}
