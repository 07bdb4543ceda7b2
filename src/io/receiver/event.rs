//! What the receiver reports.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use jiff::Timestamp;
use rustls::{AlertDescription, CertificateError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::delivery::{BODY_KEPT, ClientCertificate};
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::signature::explain::{Explanation, explain};
use crate::domain::signature::verify::{Received, Verdict};

/// The longest body of a rejected request that is kept to be explained, in bytes.
const EXPLAINED: usize = 64 * 1024;

/// What the receiver reports of a connection.
#[derive(Debug)]
pub enum ReceiverEvent {
    /// A request.
    Request(Box<RequestEvent>),
    /// A connection that brought none.
    NoRequest(NoRequest),
}

/// A request that came, without anything secret but the evidence.
#[derive(Debug)]
pub struct RequestEvent {
    /// When it was read whole.
    pub at: Timestamp,
    /// `POST`, as it was written.
    pub method: String,
    /// Path and query; the value of a registered API key's parameter is masked, and so is the registered secret.
    pub target: String,
    /// In order, names in lower case. Of headers that carry credentials the value is masked. Bytes that are not UTF-8 are escaped.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when it was too long, too slow or cut short, and of a request for a token.
    pub body: Option<RequestBody>,
    /// The body's size in bytes; 0 when it was too long, too slow or cut short.
    pub body_bytes: usize,
    /// `webhook-id`, with unsafe characters escaped.
    pub webhook_id: Option<String>,
    /// `None` when nothing is registered.
    pub verdict: Option<Verdict>,
    /// The certificate that the client presented, where the receiver asks for one.
    pub client: Option<ClientCertificate>,
    /// The status with which it is answered, after the delay.
    pub status: u16,
    /// Of a request that was rejected, as long as there is room.
    pub rejected: Option<RejectedRequest>,
}

/// The body of a request, with the registered secret masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestBody {
    /// At most [`BODY_KEPT`] of them.
    pub bytes: Vec<u8>,
    /// Whether there were more.
    pub truncated: bool,
}

impl RequestBody {
    /// Without a redactor nothing is registered, and nothing is masked.
    pub(super) fn of(body: &[u8], redactor: Option<&Redactor>) -> Self {
        let slack = redactor.map_or(0, Redactor::longest);
        let cut = body.len() > BODY_KEPT + slack;
        let read = if cut { &body[..BODY_KEPT + slack] } else { body };
        let mut bytes = match redactor {
            Some(redactor) if cut => redactor.redact_cut(read).into_owned(),
            Some(redactor) => redactor.redact_bytes(read).into_owned(),
            None => read.to_vec(),
        };
        bytes.truncate(BODY_KEPT);
        // Half a character at the cut would make a text look like none.
        if let Err(error) = std::str::from_utf8(&bytes)
            && error.error_len().is_none()
            && body.len() > BODY_KEPT
        {
            bytes.truncate(error.valid_up_to());
        }
        Self { bytes, truncated: body.len() > BODY_KEPT }
    }
}

/// A connection that ended before there was a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRequest {
    /// When it ended.
    pub at: Timestamp,
    /// Whose it was.
    pub from: IpAddr,
    /// A sentence without a full stop.
    pub why: String,
}

/// A rejected request as it came: credentials and all, so it is never shown, and kept in memory alone.
pub struct RejectedRequest {
    settings: Settings,
    at: Timestamp,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    _place: OwnedSemaphorePermit,
}

impl RejectedRequest {
    /// Keeps a request, if its body is not too long and one of the places is free.
    pub(super) fn keep(
        places: &Arc<Semaphore>,
        settings: Settings,
        at: Timestamp,
        method: &Method,
        target: &str,
        headers: Vec<(String, String)>,
        body: &Bytes,
    ) -> Option<Self> {
        if body.len() > EXPLAINED {
            return None;
        }
        let place = Arc::clone(places).try_acquire_owned().ok()?;
        let (method, target) = (method.as_str().to_owned(), target.to_owned());
        Some(Self { settings, at, method, target, headers, body: body.clone(), _place: place })
    }

    /// Finds the mistake. It takes up to a second: not for a thread that has other things to do.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let received = Received { method: &self.method, target: &self.target, headers: &self.headers, body: &self.body };
        explain(&self.settings, &received, self.at.as_second())
    }
}

impl fmt::Debug for RejectedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RejectedRequest(redacted)")
    }
}

/// Why there was no handshake, for the person who has to fix it.
pub(super) fn no_handshake(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::AlertReceived(AlertDescription::UnknownCA)) => {
            "the client does not trust the certificate: give it the CA certificate".to_owned()
        }
        Some(rustls::Error::AlertReceived(
            AlertDescription::BadCertificate | AlertDescription::CertificateUnknown | AlertDescription::CertificateExpired,
        )) => "the client refuses the certificate: it does not trust the CA, or calls this receiver by another name".to_owned(),
        Some(rustls::Error::AlertReceived(alert)) => format!("the client ended the TLS handshake: {alert:?}"),
        Some(rustls::Error::NoCertificatesPresented) => "the client presented no client certificate".to_owned(),
        Some(rustls::Error::InvalidCertificate(why)) => {
            format!("the client's certificate is not accepted: {}", client_fault(why))
        }
        Some(rustls::Error::InvalidMessage(_)) => "the client did not speak TLS: its URL must start with https://".to_owned(),
        Some(other) => format!("no TLS handshake: {other}"),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the client disconnected before the TLS handshake finished".to_owned()
        }
        None => format!("the connection failed during the TLS handshake: {}", error.kind()),
    }
}

/// Why a client certificate is not accepted.
fn client_fault(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => "none of the CAs that are accepted issued it".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not meant for clients (extendedKeyUsage clientAuth)".to_owned()
        }
        other => other.to_string(),
    }
}

/// Why what came is no request, where it is for that reason that the connection ended.
pub(super) fn no_http(error: &hyper::Error) -> Option<String> {
    error.is_parse().then(|| format!("the client did not send a valid HTTP/1.1 request: {error}"))
}
