//! One connection with NATS, on a thread with a runtime of its own: its callers may be asynchronous or not.

use std::future::Future;
use std::str;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use async_nats::jetstream::context::RequestErrorKind;
use async_nats::jetstream::response::Response;
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, Event, ServerError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{oneshot, watch};

use super::error::NatsError;
use crate::domain::delivery::ClientFile;
use crate::domain::nats::{Login, NatsSettings, Tls};
use crate::io::fs::access::Readers;
use crate::io::fs::file::{self, Links};
use crate::io::fs::{FileError, reason};
use crate::io::http::{MAX_CA_BYTES, check_ca, read_client_certificate};

/// How long a server may take to accept a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// A connection, which is established again whenever it is lost. A clone is the same one.
#[derive(Clone, Debug)]
pub struct Nats {
    client: Client,
    jetstream: Context,
    heard: watch::Receiver<Heard>,
    /// Counts how often the connection was established.
    connections: watch::Receiver<u64>,
    settings: Arc<NatsSettings>,
    runtime: Handle,
    /// Dropped by the last one, it ends the thread.
    _thread: Arc<oneshot::Sender<()>>,
}

/// What a server says without having been asked.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub is_away: bool,
    /// What it did not permit, the last time.
    forbidden: String,
}

impl Nats {
    /// Connects. Waits for that: from asynchronous code, call it on a thread where that may take its time.
    ///
    /// # Errors
    /// A file cannot be used, no server is reached, or it refuses.
    pub fn connect(settings: &NatsSettings) -> Result<Self, NatsError> {
        let options = options(settings)?;
        let (hear, heard) = watch::channel(Heard::default());
        let (count, connections) = watch::channel(0);
        let options = options.event_callback(move |event| {
            if event == Event::Connected {
                count.send_modify(|count| *count += 1);
            }
            note(&hear, event);
            async {}
        });
        let (to_us, connected) = sync_channel(1);
        let of_thread = settings.clone();
        let started = thread::Builder::new().name("nats".into()).spawn(move || {
            let runtime = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(to_us.send(Err(failed_here(&reason(&error))))),
            };
            let (keep, ended) = oneshot::channel();
            let connecting = async {
                let addresses: Vec<_> = of_thread.servers.urls().collect();
                let client = options.connect(addresses).await.map_err(|error| unconnected(&of_thread, &error))?;
                if !client.is_server_compatible(2, 9, 0) {
                    return Err(NatsError::TooOld { version: client.server_info().version });
                }
                let mut jetstream = jetstream::new(client.clone());
                jetstream.set_timeout(ANSWER_WITHIN);
                let settings = Arc::new(of_thread.clone());
                Ok(Self {
                    client,
                    jetstream,
                    heard,
                    connections,
                    settings,
                    runtime: runtime.handle().clone(),
                    _thread: Arc::new(keep),
                })
            };
            let connected = runtime.block_on(connecting);
            let is_connected = connected.is_ok();
            if to_us.send(connected).is_ok() && is_connected {
                // Ready with an error, when the sender is dropped.
                let _ = runtime.block_on(ended);
            }
        });
        started.map_err(|error| failed_here(&reason(&error)))?;
        connected.recv().unwrap_or_else(|_| Err(failed_here("the thread of the connection has ended")))
    }

    #[must_use]
    pub fn settings(&self) -> &NatsSettings {
        &self.settings
    }

    /// Does something on the connection's thread, and blocks until it is done.
    ///
    /// # Errors
    /// What `work` says.
    pub fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, NatsError>> + Send + 'static,
    ) -> Result<T, NatsError> {
        let (to_us, done) = sync_channel(1);
        self.runtime.spawn(async move {
            // Who waits for it is there.
            let _ = to_us.send(work.await);
        });
        done.recv().unwrap_or_else(|_| Err(failed_here("the thread of the connection has ended")))
    }

    /// What the server says, as it says it.
    pub(super) fn heard(&self) -> watch::Receiver<Heard> {
        self.heard.clone()
    }

    /// Does something on the connection's thread, without waiting for it.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }

    /// Changes whenever the connection is established again.
    pub(super) fn connections(&self) -> watch::Receiver<u64> {
        let mut connections = self.connections.clone();
        connections.mark_unchanged();
        connections
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    pub(super) const fn jetstream(&self) -> &Context {
        &self.jetstream
    }

    /// Asks JetStream; the inner error is what it answered, to be judged by the caller.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        subject: String,
        request: &impl Serialize,
    ) -> Result<Result<T, jetstream::Error>, NatsError> {
        let asking = async {
            match self.jetstream.request(subject, request).await {
                Ok(Response::Ok(answer)) => Ok(Ok(answer)),
                Ok(Response::Err { error }) => Ok(Err(error)),
                Err(error) if matches!(error.kind(), RequestErrorKind::NoResponders) => Err(NatsError::NoJetStream),
                Err(error) => Err(NatsError::of(&error)),
            }
        };
        self.heed(asking).await
    }

    /// Waits for `asking`, but not after the server has said that it permits it not, to which there is no other answer.
    pub(super) async fn heed<T>(&self, asking: impl Future<Output = Result<T, NatsError>>) -> Result<T, NatsError> {
        let mut heard = self.heard.clone();
        heard.mark_unchanged();
        let forbidden = async {
            loop {
                if heard.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                let said = heard.borrow_and_update();
                if !said.forbidden.is_empty() && !said.is_away {
                    return NatsError::Forbidden { why: said.forbidden.clone() };
                }
            }
        };
        tokio::select! {
            biased;
            answer = asking => answer.map_err(|error| self.explained(error)),
            error = forbidden => Err(error),
        }
    }

    /// While the connection is lost, nothing is answered.
    fn explained(&self, error: NatsError) -> NatsError {
        match error {
            NatsError::NoAnswer if self.heard.borrow().is_away => NatsError::Lost { servers: self.settings.servers.to_string() },
            other => other,
        }
    }
}

fn failed_here(why: &str) -> NatsError {
    NatsError::Other { why: why.to_owned() }
}

fn note(heard: &watch::Sender<Heard>, event: Event) {
    tracing::info!(%event, "NATS");
    match event {
        Event::Connected => heard.send_modify(|heard| heard.is_away = false),
        Event::Disconnected => heard.send_modify(|heard| heard.is_away = true),
        Event::ServerError(ServerError::Other(said)) if said.to_ascii_lowercase().contains("permissions violation") => {
            heard.send_modify(|heard| heard.forbidden = said);
        }
        _ => {}
    }
}

fn options(settings: &NatsSettings) -> Result<ConnectOptions, NatsError> {
    let mut options =
        ConnectOptions::new().name("waypost").connection_timeout(CONNECT_WITHIN).request_timeout(Some(ANSWER_WITHIN));
    options = match &settings.login {
        Login::Nobody => options,
        Login::Password { user, password } => options.user_and_password(user.clone(), password.expose().to_owned()),
        Login::Credentials(path) => {
            let file = file::read_private(path, Links::Follow, MAX_CA_BYTES, Readers::Group)
                .map_err(|error| unread("--nats-creds", &error))?;
            let text = str::from_utf8(&file).unwrap_or_default();
            options.credentials(text).map_err(|_| NatsError::Unusable {
                option: "--nats-creds",
                why: "it does not contain a JWT and the seed of a key".to_owned(),
                fix: "Use a file that nsc generate creds wrote.".to_owned(),
            })?
        }
    };
    let Tls { ca, certificate, key } = &settings.tls;
    if let Some(ca) = ca {
        let pem = file::read(ca, Links::Follow, MAX_CA_BYTES).map_err(|error| unread("--nats-ca", &error))?;
        check_ca(&pem).map_err(|why| NatsError::Unusable {
            option: "--nats-ca",
            why,
            fix: "Use a PEM file with the CA of the servers.".to_owned(),
        })?;
        options = options.add_root_certificates(ca.clone());
    }
    if let Some(certificate) = certificate {
        let key = key.as_ref().unwrap_or(certificate);
        read_client_certificate(certificate, key).map_err(|fault| {
            let (option, path) = if fault.file == ClientFile::Key && settings.tls.key.is_some() {
                ("--nats-key", key)
            } else {
                ("--nats-cert", certificate)
            };
            NatsError::Unusable { option, why: fault.clause(), fix: fault.fix(path) }
        })?;
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    Ok(options.require_tls(settings.tls.is_required()))
}

fn unread(option: &'static str, error: &FileError) -> NatsError {
    NatsError::Unusable { option, why: format!("{}: {}", error.what(), error.why()), fix: error.fix().text }
}

fn unconnected(settings: &NatsSettings, error: &ConnectError) -> NatsError {
    let servers = settings.servers.to_string();
    let why = error.to_string();
    match error.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => NatsError::Refused { servers },
        ConnectErrorKind::Tls => NatsError::Tls { servers, why },
        // The handshake fails as reading and writing do.
        _ if ["certificate", "handshake", "InvalidContentType", "fatal alert"].iter().any(|part| why.contains(part)) => {
            NatsError::Tls { servers, why }
        }
        ConnectErrorKind::TimedOut => NatsError::Unreachable { servers, why: "there was no answer within 5 s".to_owned() },
        _ => NatsError::Unreachable { servers, why },
    }
}
