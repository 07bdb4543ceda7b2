//! What goes wrong between waypost and a NATS server.

use std::error::Error;

use async_nats::jetstream::{self, ErrorCode};

use super::VERSION_NEEDED;
use crate::domain::text::{sentence, visible};

/// Why something on NATS could not be done. Holds no secret.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NatsError {
    /// A file of credentials or for TLS; `fix` is a sentence.
    #[error("{option} cannot be used")]
    Unusable { option: &'static str, why: String, fix: String },
    #[error("No NATS server was reached at {servers}")]
    Unreachable { servers: String, why: String },
    #[error("The NATS server rejected the login")]
    Refused { servers: String },
    #[error("The TLS connection to {servers} failed")]
    Tls { servers: String, why: String },
    #[error("The NATS server is too old")]
    TooOld { version: String },
    #[error("JetStream is not enabled on the NATS server, or not for this account, or its cluster has no majority now")]
    NoJetStream,
    /// With what the server said.
    #[error("The NATS user does not have the permission")]
    Forbidden { why: String },
    /// A cluster without a majority, or without a leader.
    #[error("JetStream is not available now")]
    NoQuorum { why: String },
    #[error("The NATS server did not answer in time")]
    NoAnswer,
    #[error("The connection to NATS is lost")]
    Lost { servers: String },
    /// What exists has other settings than are needed; `fix` is a sentence that ends with the command that changes them.
    #[error("{name} on NATS has other settings than waypost needs")]
    Differs { name: String, differences: String, fix: String },
    #[error("The queue on NATS is full")]
    Full { why: String },
    #[error("The event is too long for the NATS server")]
    TooLong { bytes: usize, most: usize },
    /// The registration; the numbers are of bytes.
    #[error("The registration is too long for the NATS server")]
    TooLarge { bytes: usize, most: usize },
    /// An account has no room for another stream or consumer, or for its size.
    #[error("The account on NATS does not allow what waypost needs")]
    Limit { why: String },
    #[error("Another stream on NATS has the subjects that waypost needs")]
    Overlap { why: String },
    /// Another one changed it first.
    #[error("It was changed by another waypost")]
    Changed,
    #[error("The NATS server refused a request")]
    Other { why: String },
}

impl NatsError {
    /// A sentence; empty where what is wrong says it all.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Unusable { why, .. }
            | Self::Unreachable { why, .. }
            | Self::Tls { why, .. }
            | Self::Forbidden { why }
            | Self::NoQuorum { why }
            | Self::Full { why }
            | Self::Limit { why }
            | Self::Overlap { why }
            | Self::Other { why } => sentence(visible(why).trim_end_matches('.')),
            Self::Refused { servers } => format!("{servers} answered: authorization violation."),
            Self::TooOld { version } => format!("It is {}; waypost needs {VERSION_NEEDED} or newer.", visible(version)),
            Self::NoJetStream => "waypost needs its streams and buckets.".to_owned(),
            Self::NoAnswer => {
                "The connection is open. The server may be restarting or overloaded, or its cluster may have no majority."
                    .to_owned()
            }
            Self::Lost { servers } => format!("{servers} may be restarting."),
            Self::Differs { differences, .. } => sentence(&visible(differences)),
            Self::TooLong { bytes, most } => {
                format!("It has {bytes} bytes with its headers; max_payload of the server is {most}.")
            }
            Self::TooLarge { bytes, most } => format!("It has {bytes} bytes, and max_payload of the server is {most}."),
            Self::Changed => String::new(),
        }
    }

    /// A sentence in the imperative.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Unusable { fix, .. } | Self::Differs { fix, .. } => fix.clone(),
            Self::Unreachable { .. } => "Check --nats, and that the server runs and can be reached from this machine.".to_owned(),
            Self::Refused { .. } => "Check --nats-creds, or --nats-user and its password.".to_owned(),
            Self::Tls { .. } => "Check --nats-ca, the server's certificate, and whether it requires a client certificate (--nats-cert).".to_owned(),
            Self::TooOld { .. } => "Update nats-server; 2.10.23 or newer is recommended.".to_owned(),
            Self::NoJetStream => {
                "Start nats-server with -js, or add jetstream {} to its configuration; with accounts, enable it for the account, too."
                    .to_owned()
            }
            Self::Forbidden { .. } => {
                "Add the permission to the user on the server: docs/queue.md lists the permissions of each role.".to_owned()
            }
            Self::NoQuorum { .. } => "Start the servers of the cluster that are down: more than half have to run.".to_owned(),
            Self::NoAnswer => "Try again. If that fails, check the server's log and: nats server report jetstream.".to_owned(),
            Self::Lost { .. } => "Try again when the server is back.".to_owned(),
            Self::Full { .. } => "Have relays deliver it, or raise the limits of the stream: nats stream edit WAYPOST, with --max-bytes or --max-msgs.".to_owned(),
            Self::TooLong { .. } => {
                "Raise max_payload on the server, or keep the body elsewhere and send a reference.".to_owned()
            }
            Self::TooLarge { .. } => "Raise max_payload on the server, or register fewer or shorter headers.".to_owned(),
            Self::Limit { .. } => {
                "Raise the JetStream limits of the account: waypost needs four streams, one of them for its bucket, and a consumer."
                    .to_owned()
            }
            Self::Overlap { .. } => "Find it with nats stream report, and remove the subjects waypost.> from it, or the stream itself.".to_owned(),
            Self::Changed => "Check its present state, and try again.".to_owned(),
            Self::Other { .. } => "Check the server's log.".to_owned(),
        }
    }

    /// What an answer of JetStream means that is an error whatever was asked.
    pub(super) fn of_answer(error: &jetstream::Error) -> Self {
        let why = error.to_string();
        match error.error_code() {
            ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => Self::NoJetStream,
            ErrorCode::CLUSTER_NOT_AVAILABLE
            | ErrorCode::CLUSTER_NOT_LEADER
            | ErrorCode::CLUSTER_NO_PEERS
            | ErrorCode::INSUFFICIENT_RESOURCES
            | ErrorCode::STREAM_OFFLINE_REASON
            | ErrorCode::CONSUMER_OFFLINE_REASON
            | ErrorCode::RAFT_GENERAL => Self::NoQuorum { why },
            ErrorCode::STREAM_SUBJECT_OVERLAP => Self::Overlap { why },
            ErrorCode::MAXIMUM_STREAMS_LIMIT
            | ErrorCode::MAXIMUM_CONSUMERS_LIMIT
            | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED
            | ErrorCode::STORAGE_RESOURCES_EXCEEDED => Self::Limit { why },
            _ => Self::Other { why },
        }
    }

    /// An error of the library, which nests what it knows.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut at = Some(error);
        while let Some(error) = at {
            if let Some(answer) = error.downcast_ref::<jetstream::Error>() {
                return Self::of_answer(answer);
            }
            at = error.source();
        }
        let why = error.to_string();
        if why.contains("timed out") {
            Self::NoAnswer
        } else if why.contains("no responders") {
            Self::NoJetStream
        } else {
            Self::Other { why }
        }
    }
}
