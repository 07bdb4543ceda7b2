//! A token in a script: fetched by a curl command before the one that needs it.

use super::script::Script;
use crate::domain::auth::oauth2::TOKEN_PARAMS;
use crate::domain::secret::Secret;
use crate::domain::shell::quoted;
use crate::domain::token::{ClientAuth, TokenClient};

/// Form-encodes its input: what needs no encoding must stay, since many servers do not decode it.
const ENCODE: &str = r#"encode() {
  for byte in $(od -An -v -tx1 | tr a-f A-F); do
    case $byte in
      2A | 2D | 2E | 3[0-9] | 4[1-9A-F] | 5[0-9A] | 5F | 6[1-9A-F] | 7[0-9A]) printf "\\$(printf %03o "0x$byte")" ;;
      *) printf '%%%s' "$byte" ;;
    esac
  done
}"#;

impl Script<'_> {
    /// Fetches a token, and sends it.
    pub fn fetch_token(&mut self, client: &TokenClient) {
        let url = if client.url.has_credential() {
            self.shows_secret = true;
            self.secret("WAYPOST_TOKEN_URL", "the token URL", &Secret::new(client.url.expose()))
        } else {
            quoted(client.url.expose().as_bytes())
        };
        // As it is in the request, without what is secret.
        let hidden = !self.reveal;
        let has_secret_parameters = !TOKEN_PARAMS.credentials(client.parameters.expose()).is_empty();
        let mut plain = TokenClient { by: ClientAuth::Header, ..client.clone() };
        let mut more = Vec::new();
        if has_secret_parameters && hidden {
            plain.parameters = Secret::default();
            let value = self.secret("WAYPOST_TOKEN_PARAMS", "the token parameters, form-encoded", &client.parameters);
            more.push((quoted(b"&"), value));
        }
        self.before.push(ENCODE.to_owned());
        let secret = self.secret("WAYPOST_CLIENT_SECRET", "the client secret", &client.secret);
        let (id, secret) = (encoded(&quoted(client.id.as_bytes())), encoded(&secret));
        let mut header = String::new();
        let mut close = "";
        let mut option = "";
        match client.by {
            ClientAuth::Header => {
                header =
                    format!("printf 'authorization: Basic %s\\n' \"$(printf '%s:%s' {id} {secret} | openssl base64 -A)\" | {{ ");
                (option, close) = (" \\\n  --header @/dev/fd/3", "; } 3<&0");
            }
            ClientAuth::Body => {
                more.push((quoted(b"&client_id="), id));
                more.push((quoted(b"&client_secret="), secret));
            }
        }
        let words = more.into_iter().fold(String::new(), |words, (name, value)| format!("{words} {name} {value}"));
        let form = quoted(plain.form().expose().as_bytes());
        let common = self.common.join(" ");
        self.before.push(format!(
            "token=$({header}printf %s {form}{words} | curl -q --http1.1 --globoff --silent --show-error --fail {common} {url}{option} \\\n  \
             --header 'content-type: application/x-www-form-urlencoded' --header 'accept: application/json' --data-binary @-{close} |\n  \
             tr -d '\\r\\n' | sed -n 's/.*\"access_token\"[[:space:]]*:[[:space:]]*\"\\([^\"]*\\)\".*/\\1/p')"
        ));
        self.before.push("[ -n \"$token\" ] || { echo 'There is no token.' >&2; exit 1; }".to_owned());
        self.send_secret_header("authorization: Bearer ", "\"$token\"".to_owned());
    }
}

/// A word of the shell, form-encoded.
fn encoded(word: &str) -> String {
    format!("\"$(printf %s {word} | encode)\"")
}
