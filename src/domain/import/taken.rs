//! What of a curl command goes into a draft that has something in it already.

use super::draft::Imported;
use crate::domain::auth::default;
use crate::domain::draft::Draft;
use crate::domain::field::{Field, OPTIONAL, URL};

impl Imported {
    /// Puts what it has into a draft. The rest of the draft stays: its auth type, too, where the command has no credentials.
    pub fn fill(&self, draft: &mut Draft) {
        if self.draft.auth_type() != default::SPEC {
            draft.set_auth_type(self.draft.auth_type());
        }
        for field in self.fields() {
            draft.set(field, self.draft.secret(field));
        }
        for header in self.draft.headers() {
            draft.put_header(header.clone());
        }
    }

    /// The fields that it has a value for.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        let of_auth = self.draft.auth_type().fields.iter().copied();
        [URL].into_iter().chain(of_auth).chain(OPTIONAL).filter(|field| !self.draft.text(field).is_empty())
    }

    /// What it has, in words: no value of it.
    #[must_use]
    pub fn taken(&self) -> Vec<String> {
        let mut taken = vec![URL.label.to_owned()];
        if self.draft.auth_type() != default::SPEC {
            taken.push(self.draft.auth_type().label.to_owned());
        }
        match self.draft.headers() {
            [] => {}
            [header] => taken.push(format!("header {}", header.name)),
            headers => {
                let names: Vec<&str> = headers.iter().map(|header| header.name.as_str()).collect();
                taken.push(format!("{} headers ({})", headers.len(), names.join(", ")));
            }
        }
        taken.extend(OPTIONAL.into_iter().filter(|field| !self.draft.text(field).is_empty()).map(|field| field.label.to_owned()));
        if let Some(body) = &self.body {
            taken.push(format!("body ({} bytes), an event of your own once this is saved", body.len()));
        }
        taken
    }
}

/// Whether a text is a curl command, as far as its beginning says.
#[must_use]
pub fn is_curl(text: &str) -> bool {
    let text = text.trim_start().strip_prefix("$ ").unwrap_or(text.trim_start());
    let program = text.split(char::is_whitespace).next().unwrap_or_default();
    text.len() > program.len() && !program.contains("://") && matches!(program.rsplit('/').next(), Some("curl" | "curl.exe"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{bearer, hmac};
    use crate::domain::field::TIMEOUT;
    use crate::domain::import::from_curl;

    #[test]
    fn what_a_command_does_not_have_stays() {
        let imported = from_curl("curl https://h.example/in -d '{}' -H 'X-Env: live' -H 'X-Env-Token: hunter2'").unwrap();
        let before = Draft::new(hmac::SPEC).with(hmac::SIGNING_SECRET, "a secret").with(TIMEOUT, "7");
        let mut draft = before.clone();
        imported.fill(&mut draft);
        assert_eq!((draft.auth_type(), draft.text(TIMEOUT), draft.text(URL)), (hmac::SPEC, "7", "https://h.example/in"));
        assert_eq!(draft.headers().len(), 2);
        let taken = imported.taken();
        assert_eq!(taken[..2], ["URL", "2 headers (X-Env, X-Env-Token)"]);
        assert!(taken[2].starts_with("body (2 bytes)") && !taken.concat().contains("hunter2"), "{taken:?}");
        let with_token = from_curl("curl -X POST https://h.example/in -H 'Authorization: Bearer hunter2'").unwrap();
        with_token.fill(&mut draft);
        assert_eq!((draft.auth_type(), draft.text(bearer::TOKEN)), (bearer::SPEC, "hunter2"));
        assert_eq!(draft.text(hmac::SIGNING_SECRET), "a secret", "waits for its auth type");
    }

    #[test]
    fn a_url_is_no_command() {
        for (text, expected) in [
            ("curl https://h", true),
            ("\n  $ curl -X POST \\\n https://h", true),
            ("/usr/bin/curl https://h", true),
            ("https://h/curl x", false),
            ("curl", false),
            ("curlhttps://h", false),
            ("", false),
        ] {
            assert_eq!(is_curl(text), expected, "{text}");
        }
    }
}
