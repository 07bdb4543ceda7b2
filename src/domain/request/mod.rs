//! The exact request: method, URL, headers in order, body bytes.

pub(crate) mod query;

use std::borrow::Cow;

use bytes::Bytes;
use percent_encoding::utf8_percent_encode;

use super::credential::Credential;
use super::destination::Settings;
use super::header::{CustomHeader, HeaderList, Piece, event_name, pieces};
use super::mask::Masked;
use super::secret::Secret;
use query::{QUERY, joint};

/// What `user-agent` says.
pub const USER_AGENT: &str = concat!("waypost/", env!("CARGO_PKG_VERSION"));

/// What a request says of its delivery and of its attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// `webhook-id`: the same for every attempt of a delivery.
    pub id: String,
    /// The event's name, for headers that say it.
    pub event: String,
    /// `webhook-timestamp`: of the attempt, Unix seconds.
    pub timestamp: i64,
}

const AUTHORIZATION: &str = "authorization";

/// One header: its name in lower case, as it is sent, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// In lower case.
    pub name: Cow<'static, str>,
    /// With its secret parts marked.
    pub value: Masked,
}

/// A request ready to be sent, or (from [`Request::preview`]) to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The whole URL; what is a credential in it, such as an API key in its query, is marked as secret.
    pub url: Masked,
    /// In the order in which they are sent.
    pub headers: Vec<Header>,
    /// The bytes that are signed and sent.
    pub body: Bytes,
    /// Whether a token goes into it before it is sent.
    pub awaits_token: bool,
}

impl Request {
    /// The only method that waypost sends.
    pub const METHOD: &'static str = "POST";

    /// The request that delivers `body` to a destination, complete: what is sent is this and nothing else.
    #[must_use]
    pub fn build(to: &Settings, body: &[u8], stamp: &Stamp, credential: &Credential) -> Self {
        let mut request = Self::assemble(to, &stamp.event, body, Some(stamp), credential);
        request.headers.push(plain("accept", "*/*"));
        request.headers.push(plain("host", to.url().authority()));
        request.headers.push(plain("content-length", body.len().to_string()));
        request
    }

    /// The same request before its id and time are known.
    #[must_use]
    pub fn preview(to: &Settings, event: &str, body: &[u8]) -> Self {
        Self::assemble(to, event, body, None, &to.auth().credential())
    }

    fn assemble(to: &Settings, event: &str, body: &[u8], stamp: Option<&Stamp>, credential: &Credential) -> Self {
        let (id, timestamp) = stamp
            .map_or_else(|| ("msg_…", "(set when sent)".to_owned()), |stamp| (stamp.id.as_str(), stamp.timestamp.to_string()));
        // With room for those of the auth type, and for the last three.
        let mut headers = Vec::with_capacity(9 + to.headers().len());
        headers.extend([
            plain("content-type", "application/json"),
            plain("user-agent", USER_AGENT),
            plain("webhook-id", id.to_owned()),
            plain("webhook-timestamp", timestamp.clone()),
        ]);
        let mut url = to.url().masked();
        let awaits_token = matches!(credential, Credential::Token(_));
        match credential {
            Credential::None | Credential::Token(_) => {}
            Credential::Signature { header, key, timestamp_header, previous } => {
                if let Some(name) = timestamp_header {
                    let value = Masked::plain(timestamp.clone());
                    headers.push(Header { name: name.wire().into(), value });
                }
                let value = stamp.map_or_else(
                    || format!("(set when sent, {})", key.format().shape()),
                    |stamp| key.sign_with(previous.as_ref(), &stamp.id, stamp.timestamp, body),
                );
                headers.push(Header { name: header.wire().into(), value: Masked::plain(value) });
            }
            Credential::Header { name, value } => headers.push(Header { name: name.clone().into(), value: value.clone() }),
            Credential::Query { name, value } => {
                url = url.then(format!("{}{}=", joint(to.url().query()), utf8_percent_encode(name, QUERY)));
                url = url.then_secret(utf8_percent_encode(value.expose(), QUERY).to_string());
            }
        }
        if awaits_token {
            headers.push(plain(AUTHORIZATION, "Bearer (fetched when sent)"));
        }
        for custom in to.headers() {
            let header = Header { name: custom.key().wire().into(), value: filled(custom, id, &timestamp, event) };
            // A content type or a user agent takes the place of the default one.
            match headers.iter_mut().find(|default| default.name == header.name) {
                Some(default) => *default = header,
                None => headers.push(header),
            }
        }
        Self { url, headers, body: Bytes::copy_from_slice(body), awaits_token }
    }

    /// The same request with that token in it.
    #[must_use]
    pub fn with_token(&self, token: &Secret) -> Self {
        let mut request = Self { awaits_token: false, ..self.clone() };
        for header in request.headers.iter_mut().filter(|header| header.name == AUTHORIZATION) {
            header.value = Masked::plain("Bearer ").then_secret(token.expose());
        }
        request
    }

    /// The headers as they are shown and kept.
    #[must_use]
    pub fn shown_headers(&self) -> HeaderList {
        let mut list = HeaderList::with_capacity(self.headers.len(), 64 * self.headers.len());
        for Header { name, value } in &self.headers {
            list.push_with(|text| text.push_str(name), |text| value.mask_into(text));
        }
        list
    }

    /// A header's value; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Masked> {
        self.headers.iter().find(|header| header.name == name).map(|header| &header.value)
    }
}

/// The value of a header for one request. A secret is sent as it is.
fn filled(header: &CustomHeader, id: &str, timestamp: &str, event: &str) -> Masked {
    let Some(value) = header.plain() else {
        return Masked::default().then_secret(header.secret().map_or("", Secret::expose));
    };
    Masked::plain(
        pieces(value)
            .into_iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Cow::Borrowed(text),
                Piece::Id => Cow::Borrowed(id),
                Piece::Timestamp => Cow::Borrowed(timestamp),
                Piece::Event => event_name(event),
            })
            .collect::<String>(),
    )
}

fn plain(name: &'static str, value: impl Into<Cow<'static, str>>) -> Header {
    Header { name: name.into(), value: Masked::plain(value) }
}

/// The names of the headers that are sent with every auth type, for a line of help.
pub const DEFAULT_HEADERS: [&str; 4] = ["content-type", "user-agent", "webhook-id", "webhook-timestamp"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{api_key, bearer};
    use crate::domain::draft::Draft;
    use crate::domain::field;
    use crate::domain::header::HeaderEntry;

    fn with_key_in_query(url: &str, key: &str) -> Request {
        let value = Secret::new("hunter2 &ä");
        let draft = Draft::new(api_key::SPEC)
            .with(field::URL, url)
            .with(api_key::KEY, key)
            .with(api_key::VALUE, value)
            .with(api_key::ADD_TO, api_key::QUERY.name);
        Request::preview(&draft.check().unwrap().settings, "ping", b"{}")
    }

    #[test]
    fn c21_a_credential_in_the_url_is_sent_and_not_shown() {
        let draft = Draft::default().with(field::URL, "https://h/in?a=1&token=hunter2");
        let request = Request::preview(&draft.check().unwrap().settings, "ping", b"{}");
        assert_eq!(request.url.exposed().expose(), "https://h/in?a=1&token=hunter2");
        assert_eq!(request.url.masked(), "https://h/in?a=1&token=••••••••");
        assert!(!format!("{request:?}").contains("hunter2"));
        let request = with_key_in_query("https://h/in?token=hunter3", "key");
        assert_eq!(request.url.exposed().expose(), "https://h/in?token=hunter3&key=hunter2%20%26%C3%A4");
        assert_eq!(request.url.masked(), "https://h/in?token=••••••••&key=••••••••");
    }

    #[test]
    fn headers_of_the_destination_follow_in_order_with_their_placeholders_filled_in() {
        let draft = Draft::new(bearer::SPEC)
            .with(field::URL, "https://h/in")
            .with(bearer::TOKEN, Secret::new("hunter2"))
            .with_header(HeaderEntry::plain("X-GitHub-Event", "{event}"))
            .with_header(HeaderEntry::secret("X-Env", "hunter3 {id}"))
            .with_header(HeaderEntry::plain("User-Agent", "mine/1"))
            .with_header(HeaderEntry::plain("X-All", "a {id} {timestamp} {ID} {{x}}"))
            .with_header(HeaderEntry::plain("Content-Type", "application/cloudevents+json"));
        let settings = draft.check().unwrap().settings;
        let stamp = Stamp { id: "msg_1".into(), event: "my order\r\n".into(), timestamp: 7 };
        let request = Request::build(&settings, b"{}", &stamp, &settings.auth().credential());
        let shown: Vec<_> = request.headers.iter().map(|header| format!("{}: {}", header.name, header.value.masked())).collect();
        let expected = [
            "content-type: application/cloudevents+json",
            "user-agent: mine/1",
            "webhook-id: msg_1",
            "webhook-timestamp: 7",
            "authorization: Bearer ••••••••",
            "x-github-event: my%20order%0D%0A",
            "x-env: ••••••••",
            "x-all: a msg_1 7 {ID} {{x}}",
            "accept: */*",
            "host: h",
            "content-length: 2",
        ];
        assert_eq!(shown, expected);
        assert_eq!(request.header("x-env").unwrap().exposed().expose(), "hunter3 {id}");
        let preview = Request::preview(&settings, "ping", b"{}");
        assert_eq!(preview.header("x-all").unwrap().masked(), "a msg_… (set when sent) {ID} {{x}}");
        assert_eq!(preview.header("x-github-event").unwrap().masked(), "ping");
    }

    #[test]
    fn h19_a_key_joins_the_query_and_the_rest_stays_byte_for_byte() {
        for (url, joined) in [
            ("https://h/in", "https://h/in?"),
            ("https://h/in?", "https://h/in?"),
            ("https://h/in?a=1&b=%20+", "https://h/in?a=1&b=%20+&"),
            ("https://h/in?a=1&", "https://h/in?a=1&"),
        ] {
            let request = with_key_in_query(url, "my key");
            assert_eq!(request.url.exposed().expose(), format!("{joined}my%20key=hunter2%20%26%C3%A4"));
            assert!(!request.url.masked().contains("hunter2"));
        }
    }
}
