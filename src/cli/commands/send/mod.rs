//! `send`: one real event, tried again as long as that may help.

mod failed_file;
pub mod lines;
mod summary;

use std::cell::Cell;

use crate::cli::args;
use crate::cli::delivering::{self, ProgressLine, adjusted, has_line};
use crate::cli::failure::Failure;
use crate::cli::input::body;
use crate::cli::output::{self, Measure, Out};
use crate::domain::delivery::retry::{Policy, Wait};
use crate::ops::Waypost;
use crate::ops::send::{Options, SendStep};

/// Sends a file, or standard input, as one event.
///
/// # Errors
/// An input is not valid, nothing is registered, or its secret cannot be opened. What comes of the delivery is told by the code.
pub fn send(waypost: &Waypost, args: &args::Send, out: Out) -> Result<u8, Failure> {
    let event = body::event_in(&args.source)?;
    let destination = adjusted(waypost.destination()?, args.timeout.as_deref(), None)?;
    let options = Options { policy: Policy { retries: args.retries }, ..Options::default() };
    let waits_are_told = has_line(out) || out.measure == Measure::Verbose;
    let stopped_by = Cell::new(None);
    let sent = delivering::run(async {
        let mut signals = delivering::signals()?;
        let stop = async { stopped_by.set(Some(signals.next().await)) };
        let progress = ProgressLine::new(&destination, out);
        let step = |step| match step {
            SendStep::Attempt(_, step) => progress.step(&step),
            SendStep::Waiting(number, wait) => {
                progress.clear();
                if waits_are_told {
                    output::complain(&waiting(number, &wait));
                }
            }
        };
        Ok(waypost.send(&destination, &event, &options, step, stop).await)
    })?;
    let stopped = stopped_by.get().filter(|_| sent.stopped);
    let also = stopped.and_then(|_| not_again(sent.delivery.attempts.len(), options.policy.retries));
    delivering::tell_with(&sent.delivery, sent.unrecorded.as_ref(), stopped, also.as_deref(), out)
}

/// `Stopped: not tried again (2 of 4 attempts).`, where there would have been more of them.
fn not_again(attempts: usize, retries: u32) -> Option<String> {
    let most = u64::from(retries) + 1;
    ((attempts as u64) < most).then(|| format!("Stopped: not tried again ({attempts} of {most} attempts)."))
}

/// `attempt 1: The endpoint answered 503. Again in 1.1 s.`
fn waiting(number: u32, wait: &Wait) -> String {
    format!("attempt {number}: {} Again in {:.1} s.", wait.why, wait.duration.as_secs_f64())
}
