//! The rows of bad inputs and faults that need more than an argument: endpoints that misbehave, disks that fail, processes that
//! are killed. A test carries the number of its row; the other rows are in the tests of the command line, the terminal, the
//! journeys and the sender, by the same names. `.ci/rows` runs them all and counts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what broke by failing")]

#[path = "rows/canary.rs"]
mod canary;
#[path = "cli/common.rs"]
#[allow(dead_code, reason = "shared with the tests of the command line")]
mod common;
#[path = "rows/disk.rs"]
mod disk;
#[path = "rows/endpoint.rs"]
mod endpoint;
#[path = "rows/names.rs"]
mod names;
#[path = "rows/process.rs"]
mod process;
#[path = "rows/properties.rs"]
mod properties;
#[path = "rows/response.rs"]
mod response;
#[path = "rows/shown.rs"]
mod shown;
#[path = "rows/soak.rs"]
mod soak;
#[path = "rows/stalls.rs"]
mod stalls;
mod support;
#[path = "rows/tls.rs"]
mod tls;
