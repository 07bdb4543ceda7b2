//! A request that the receiver got.

use jiff::Timestamp;

/// A request as it arrived, with what was thought of it. Credentials are masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub at: Timestamp,
    pub accepted: bool,
    /// What it was answered with.
    pub status: u16,
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    /// The beginning of the body.
    pub body: Vec<u8>,
    /// All of the body, in bytes.
    pub body_bytes: usize,
    /// Why it was accepted or not, and what to do about it.
    pub reason: String,
}
