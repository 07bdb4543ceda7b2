//! Names of parameters whose value is a credential.

/// Such names as they are, without joints: `api_key`, `Api-Key` and `apiKey` are `apikey`.
const WHOLE: [&str; 21] = [
    "accesskey",
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "code",
    "credential",
    "credentials",
    "hmac",
    "jwt",
    "key",
    "otp",
    "pass",
    "passphrase",
    "pin",
    "pw",
    "pwd",
    "session",
    "sessionid",
    "sid",
    "sig",
];

/// What such names end in, joined to anything: `x-hub-signature`, `clientSecret`.
const ENDINGS: [&str; 15] = [
    "accesskey",
    "apikey",
    "assertion",
    "authkey",
    "credential",
    "credentials",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "sharedkey",
    "signature",
    "token",
    "webhookkey",
];

/// Which keys, in names of several words, are no names of something else: `subscription-key`, but not `sort_key`.
const KEYS: [&str; 18] = [
    "access",
    "account",
    "admin",
    "app",
    "application",
    "auth",
    "client",
    "functions",
    "host",
    "ingest",
    "ingestion",
    "integration",
    "license",
    "master",
    "routing",
    "service",
    "subscription",
    "write",
];

/// Whether the value of a parameter of that name, decoded, is a credential.
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    let joined = words.concat();
    match words.as_slice() {
        _ if WHOLE.contains(&joined.as_str()) || ENDINGS.iter().any(|end| joined.ends_with(end)) => true,
        [.., last] if last == "sig" || last == "pwd" => true,
        [.., of, last] => last == "key" && KEYS.contains(&of.as_str()),
        _ => false,
    }
}

/// Whether what follows a path segment of that name is probably a credential, as in `/with/key/…`.
pub fn announces(segment: &str) -> bool {
    let joined = words(segment).concat();
    ["accesskey", "accesstoken", "apikey", "authtoken", "key", "password", "secret", "sig", "signature", "token"]
        .contains(&joined.as_str())
}

/// The words of `client_secret`, `client-secret`, `clientSecret` and `client[secret]`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c21_names_of_credentials() {
        for name in [
            "token",
            "TOKEN",
            "access_token",
            "accessToken",
            "authtoken",
            "key",
            "apikey",
            "api_key",
            "x-api-key",
            "sig",
            "secret",
            "client_secret",
            "code",
            "password",
            "X-Amz-Signature",
            "X-Amz-Security-Token",
            "auth[token]",
            "subscription-key",
            "x-functions-key",
            "routing_key",
            "jwt",
            "sessionId",
            "zapikey",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "",
            "a",
            "id",
            "sort_key",
            "partitionKey",
            "monkey",
            "keyword",
            "codec",
            "tokens_max",
            "page",
            "author",
            "design",
            "state",
            "format",
            "source",
            "signed",
            "pinned",
            "passive",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
