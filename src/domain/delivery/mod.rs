//! A delivery: its attempts, what came of them as data, what that means in words, and when it is tried again; and when the
//! destination is asked at all.

pub mod again;
mod attempt;
mod cause;
mod client_file;
mod coding;
pub mod compare;
pub mod diagnosis;
mod event_delivery;
mod fault;
pub mod filter;
pub mod gate;
pub mod metrics;
mod network;
pub mod outage;
mod outcome;
pub mod pace;
mod presented_ca;
pub mod probe;
pub mod rate;
mod reason;
pub mod record;
pub mod retry;
mod retry_after;
pub mod schedule;
mod sent_with;
mod since;
pub mod stats;

pub use attempt::{Attempt, BODY_KEPT, ClientCertificate, Diagnosis, ProxyUsed, Response, SentRequest, Timings, TlsInfo};
pub use cause::{Cause, CertificateFault, ChainMember, ClientRefusal, ProxyRefusal, RefusalReason, TlsCause, TokenCause};
pub use client_file::{ClientFile, ClientFileFault, FileFault};
pub use event_delivery::Delivery;
pub use fault::Fault;
pub use network::{DialResult, Tried};
pub use outcome::{Outcome, Phase};
pub use presented_ca::{PresentedCa, fingerprint};
pub use probe::Probe;
pub use retry_after::{pause_asked, pause_asked_by};
pub use sent_with::{SentWith, Setting};
pub use since::{Change, SinceLastDelivered};
