//! A tunnel through a proxy (RFC 9110 §9.3.6). What the proxy answers in its own name is kept, since it says why.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http::header::{HOST, PROXY_AUTHORIZATION, USER_AGENT};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::drive::Driver;
use super::error::ExchangeError;
use super::heard::Heard;
use super::limits::{HEAD_READ, HEADERS_READ, PROXY_BODY_WITHIN};
use super::proxy::Proxy;
use super::trace::Trace;
use crate::domain::delivery::Cause;
use crate::domain::request;

/// Asks a proxy to connect to `target`, a host with its port.
///
/// # Errors
/// Why there is no tunnel; of an answer that is not 2xx, the trace has what is kept.
pub(super) async fn open<S>(
    stream: S,
    proxy: &Proxy,
    target: &str,
    trace: &Arc<Trace>,
    slack: usize,
) -> Result<TokioIo<hyper::upgrade::Upgraded>, ExchangeError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut library = http1::Builder::new();
    // Some proxies know the names of headers in this form only.
    library.title_case_headers(true).max_headers(HEADERS_READ).max_buf_size(HEAD_READ);
    let (mut sender, connection) = library.handshake(TokioIo::new(Heard::new(stream, Arc::clone(trace)))).await?;
    let mut driver = Driver::new(connection.with_upgrades());
    let mut asked = http::Request::connect(target).header(HOST, target).header(USER_AGENT, request::USER_AGENT);
    if let Some(authorization) = &proxy.authorization {
        asked = asked.header(PROXY_AUTHORIZATION, authorization);
    }
    let asked = asked.body(Empty::<Bytes>::new()).map_err(|error| Cause::Other(error.to_string()))?;
    let answer = driver.drive(sender.send_request(asked)).await?;
    // The library takes a 204, which cannot have anything after it, for an answer like any other; so does every proxy that is one.
    if answer.status().is_success() && answer.status() != StatusCode::NO_CONTENT {
        return Ok(TokioIo::new(driver.drive(hyper::upgrade::on(answer)).await?));
    }
    let (head, mut body) = answer.into_parts();
    trace.proxy_answer.head(head, slack);
    let page = async {
        while let Some(Ok(frame)) = driver.drive(body.frame()).await {
            if frame.data_ref().is_some_and(|piece| !trace.proxy_answer.piece(piece, slack)) {
                break;
            }
        }
    };
    // The status says what matters: a page that does not end is not waited for.
    let _ = tokio::time::timeout(PROXY_BODY_WITHIN, page).await;
    Err(ExchangeError::ProxyRefused)
}
