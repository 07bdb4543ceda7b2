//! The tokens of a destination's requests: fetched when there is none, or when the endpoint has refused the last one.
//!
//! ```text
//! attempt ──► TokenSource ── a token that is still good ──► request ──► 401? ──► once more, with another token
//!                 │ none
//!                 └─ one request at a time ──► token endpoint
//! ```
//! However many attempts wait, one of them asks and the others use what came of it: a token, or the reason why there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, MutexGuard};

use super::error::{self, ExchangeError};
use super::open::Open;
use super::response::ResponseReader;
use super::result::proxy_refusal;
use super::route::Route;
use super::trace::Trace;
use crate::domain::delivery::gate::later;
use crate::domain::delivery::{Cause, Phase, TokenCause, pause_asked};
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::secret::Secret;
use crate::domain::token::{self, Grant, TokenClient, TokenRequest};
use crate::io::state::token::{CachedToken, TokenCache};

/// How long the disk may take to read or write a token that can be fetched again.
const DISK: Duration = Duration::from_secs(1);

/// No token is kept longer: what says so was written when the clock was another.
const LONGEST: Duration = Duration::from_hours(24);

/// A token of one destination.
pub(super) struct Token {
    pub text: Secret,
    /// Masks it, and all that is secret of the destination.
    pub redactor: Redactor,
    /// Counts the tokens of a source.
    number: u64,
    until: Option<Timestamp>,
}

/// Where the requests of a destination get their tokens.
pub(super) struct TokenSource {
    client: Arc<TokenClient>,
    to: Arc<Settings>,
    /// To the token endpoint.
    route: Result<Route, Cause>,
    redactor: Redactor,
    cache: Option<TokenCache>,
    state: Mutex<State>,
    /// The number of fetches that came to nothing.
    failures: AtomicU64,
}

#[derive(Default)]
struct State {
    /// Whether the cache was asked.
    is_read: bool,
    number: u64,
    current: Option<Arc<Token>>,
    /// Why the last fetch came to nothing.
    failed: Option<Cause>,
}

impl TokenSource {
    pub fn new(client: Arc<TokenClient>, to: Arc<Settings>, route: Result<Route, Cause>, cache: Option<TokenCache>) -> Self {
        let redactor = Redactor::new(&to);
        Self { client, to, route, redactor, cache, state: Mutex::default(), failures: AtomicU64::new(0) }
    }

    /// A token other than `refused`; fetched, if there is none, as a phase of the attempt.
    ///
    /// # Errors
    /// [`Cause::Token`].
    pub async fn get(&self, refused: Option<&Token>, trace: &Trace) -> Result<Arc<Token>, Cause> {
        let seen = self.failures.load(Ordering::Relaxed);
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(_) => {
                trace.begin(Phase::Token);
                self.state.lock().await
            }
        };
        if let Some(token) = self.current(&mut state, refused).await {
            return Ok(token);
        }
        match &state.failed {
            // It ended while this attempt was waiting: what came of it holds for this one as well.
            Some(cause) if self.failures.load(Ordering::Relaxed) > seen => return Err(cause.clone()),
            _ => {}
        }
        trace.begin(Phase::Token);
        tracing::info!(at = %self.client.url.authority(), "token request begins");
        match self.fetch().await {
            Ok(grant) => Ok(self.keep(&mut state, grant).await),
            Err(cause) => {
                tracing::info!("token request fails");
                let cause = Cause::Token(cause);
                state.failed = Some(cause.clone());
                self.failures.fetch_add(1, Ordering::Relaxed);
                Err(cause)
            }
        }
    }

    /// The token at hand, if it is still good.
    async fn current(&self, state: &mut State, refused: Option<&Token>) -> Option<Arc<Token>> {
        if !state.is_read {
            state.is_read = true;
            if let Some(CachedToken { token, until }) = self.cached().await {
                state.current = Some(Arc::new(self.token(state, token, Some(until))));
            }
        }
        let now = Timestamp::now();
        let is_good = |until: Timestamp| now < until && until <= later(now, LONGEST);
        let good = state.current.as_ref().filter(|token| token.until.is_some_and(is_good))?;
        // What another attempt has fetched since is new enough.
        refused.is_none_or(|refused| refused.number < good.number).then(|| Arc::clone(good))
    }

    fn token(&self, state: &mut State, text: Secret, until: Option<Timestamp>) -> Token {
        state.number += 1;
        let redactor = Redactor::with_token(&self.to, &text);
        Token { text, redactor, number: state.number, until }
    }

    async fn keep(&self, state: &mut MutexGuard<'_, State>, grant: Grant) -> Arc<Token> {
        let until = grant.keep.map(|keep| later(Timestamp::now(), keep));
        let token = Arc::new(self.token(state, grant.token, until));
        tracing::info!(until = until.map(|until| until.to_string()), "token request ends");
        state.current = Some(Arc::clone(&token));
        if let (Some(cache), Some(until)) = (self.cache.clone(), until) {
            let (to, cached) = (Arc::clone(&self.to), CachedToken { token: token.text.clone(), until });
            let saving = tokio::task::spawn_blocking(move || cache.save(&to, &cached));
            let _ = tokio::time::timeout(DISK, saving).await;
        }
        token
    }

    async fn cached(&self) -> Option<CachedToken> {
        let (cache, to) = (self.cache.clone()?, Arc::clone(&self.to));
        let reading = tokio::task::spawn_blocking(move || cache.load(&to));
        tokio::time::timeout(DISK, reading).await.ok()?.ok()?
    }

    async fn fetch(&self) -> Result<Grant, TokenCause> {
        let request = TokenRequest::new(&self.client);
        let trace = Arc::new(Trace::new(&request.request().body, None));
        let reader = ResponseReader::of_token();
        let exchanged = self.exchange(&request, &trace, &reader).await;
        let mut observed = trace.observed();
        let proxy_secrets = self.route.as_ref().map_or(&[][..], Route::proxy_secrets);
        let refused = proxy_refusal(&mut observed, &trace, proxy_secrets, &self.redactor);
        let cause = match (exchanged, refused) {
            (_, Some(refusal)) => Some(Cause::ProxyRefused(refusal)),
            (Err(error), None) => Some(error::cause(error, &observed, Timestamp::now())),
            (Ok(()), None) => None,
        };
        match (cause, reader.answer()) {
            (Some(cause), _) => Err(TokenCause::NotReached(observed.phase, Box::new(cause))),
            (None, None) => Err(TokenCause::NotReached(observed.phase, Box::new(Cause::Closed))),
            (None, Some(answer)) => {
                let pause = answer.retry_after.as_deref().and_then(|value| pause_asked(value, Timestamp::now()));
                token::parse(&answer).map_err(|refusal| TokenCause::Refused(refusal, pause))
            }
        }
    }

    /// Each over a connection of its own: a token is asked for once an hour or so.
    async fn exchange(&self, request: &TokenRequest, trace: &Arc<Trace>, reader: &ResponseReader) -> Result<(), ExchangeError> {
        let route = self.route.as_ref().map_err(Clone::clone)?;
        let slack = self.redactor.longest();
        route.note(trace);
        let message = route.message(request.request(), trace)?;
        let (stream, address) = route.connect(trace, slack).await?;
        Open::new(stream, address).await?.exchange(message, trace, reader, slack).await
    }
}
