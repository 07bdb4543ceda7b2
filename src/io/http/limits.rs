//! How much of an answer is read, and how much of that is kept: in one place, since together they bound the memory that an
//! endpoint can take.
//!
//! While an answer arrives, a connection holds at most [`HEAD_READ`] of its head. What is kept after that is at most
//! [`HEAD_KEPT`] of it and [`BODY_KEPT`](crate::domain::delivery::BODY_KEPT) of the body, which is what the history can store
//! of each of 10,000 deliveries. A text that was cut ends with its length, `… (60 KB)`; headers that were left out are counted in a last one named `…`.

use std::time::Duration;

/// The largest head that is read, in bytes: the common servers write at most 8 to 64 KiB, and a larger one is an error.
pub(super) const HEAD_READ: usize = 256 * 1024;

/// The largest number of response headers; the library's own limit of 100 is less than some servers send. Memory for all of them
/// is allocated for each response.
pub(super) const HEADERS_READ: usize = 256;

/// A reason phrase is a few words: it is shown on one line.
pub(super) const REASON_KEPT: usize = 256;

/// The longest header names in use have about 50 bytes.
pub(super) const NAME_KEPT: usize = 128;

/// A header's value, `Location` among them: more than the longest URL that waypost accepts, so that a cut one is never offered.
pub(super) const VALUE_KEPT: usize = 4 * 1024;

/// All names and values together: no more than is kept of a body.
pub(super) const HEAD_KEPT: usize = 16 * 1024;

/// The body of a proxy's own answer: the first lines of its page, which may come after kilobytes of styles.
pub(super) const PROXY_BODY_KEPT: usize = 16 * 1024;

/// The body of a token endpoint's answer: tokens have some kilobytes.
pub(super) const TOKEN_BODY_KEPT: usize = crate::domain::token::MAX_ANSWER;

/// How long a proxy's page may take once its status is known.
pub(super) const PROXY_BODY_WITHIN: Duration = Duration::from_secs(2);
