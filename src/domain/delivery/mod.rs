//! A delivery: its attempts, what came of them as data, what that means in words, and when it is tried again.

mod attempt;
mod cause;
pub mod diagnosis;
mod outcome;
pub mod record;
pub mod retry;
mod retry_after;

pub use attempt::{Attempt, BODY_KEPT, Delivery, Diagnosis, Response, SentRequest, Timings, TlsInfo};
pub use cause::{Cause, CertificateFault, ChainMember, TlsCause};
pub use outcome::{Outcome, Phase};
