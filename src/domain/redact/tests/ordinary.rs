//! What ordinary programs answer is shown as it came, byte for byte.

use super::super::*;

/// Of the kinds and lengths that people register.
const SECRETS: [&str; 20] = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "5d1d0f4eab9b7b5fbb3ac9e3bb2a7b6f",
    "sk_live_51H8xKjLkjLkjLkjL",
    "correct horse battery staple",
    "Passwort-für-Grüße",
    "hunter22",
    "P@ssw0rd!",
    "87654321",
    "20261128",
    "AAAAAAAA",
    "77777777",
    "abcdef",
    "secret-token",
    "pa%25ss\"word",
    "tok&amp;en",
    r"ab\\cd\n",
    "a=b=c=d",
    "''''''''",
    "Zugangsschlüssel",
    "пароль-секрет",
];

/// None of them contains one of the secrets.
const BODIES: [&str; 16] = [
    r#"{"error":{"type":"invalid_request_error","message":"No signatures found matching the expected signature for payload."}}"#,
    r#"{"id":"evt_3fa85f64-5717-4562-b3fc-2c963f66afa6","at":"2026-11-28T14:30:00.123Z","n":[1,2,3,97,98,99,100],"ok":true}"#,
    r#"{"type":"Buffer","data":[123,34,105,100,34,58,49,125]}"#,
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr>nginx/1.22.1",
    "<p>It&#39;s &lt;not&gt; found &amp; &quot;gone&quot;&nbsp;&copy; 2026 &#8212; caf&eacute;</p>",
    "Error: bad\n    at Object.<anonymous> (/srv/app/node_modules/express/lib/router/index.js:328:13)\n    at C:\\app\\new\\x64.js",
    "Traceback (most recent call last):\n  File \"/app/main.py\", line 12, in hook\n    raise ValueError(f\"x{y!r}\")\nValueError: b'\\x00\\xff'",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUBzQ4dJ4mJt5c0Yg4mPZ0m6c4mJYwCgYIKoZIzj0EAwIw\nFDESMBAGA1UEAwwJbG9jYWxob3N0\n-----END CERTIFICATE-----",
    "00000000: 7b22 6964 223a 2265 7674 5f31 227d 0a00  {\"id\":\"evt_1\"}..\n00000010: deadbeef cafebabe 0102 0304",
    "a=1&b=%7B%22c%22%3A%22d%20e%22%7D&f=g+h&url=https%3A%2F%2Fexample.com%2Fin%3Fx%3Dy",
    "=?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=\r\nLine with a soft=\r\n break and =3D",
    "sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 sha1=a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
    "Grüße aus Köln — „schön“ … 日本語のテキスト, русский текст и ещё немного; FÃ¼r mojibake â‚¬5",
    "select '' , \"\" , '\\'' , $$x$$ , %% , 100% , `id` from t; -- ''''  \"\"\"\"",
    "ORSXG5A= JBSWY3DPEHPK3PXP 0x7f,0x45,0x4c,0x46 01110100 01100101 160 145 163",
];

#[test]
fn a03_ordinary_answers_stay_byte_for_byte() {
    let redactor = Redactor::of_texts(&SECRETS.map(str::to_owned));
    for body in BODIES {
        assert_eq!(redactor.redact(body), body);
        let wide: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(redactor.redact_bytes(&wide), wide);
    }
    let all = BODIES.join("\n");
    assert_eq!(redactor.redact(&all), all);
    let binary: Vec<u8> = (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 11 & 0xff) as u8).collect();
    assert_eq!(redactor.redact_bytes(&binary), binary);
}
