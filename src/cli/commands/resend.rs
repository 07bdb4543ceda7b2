//! `waypost resend`: the event of a past delivery, once more.

use crate::cli::complete;
use crate::cli::failure::Failure;
use crate::cli::output::progress::ProgressLine;
use crate::cli::output::{Out, delivery};
use crate::cli::runtime;
use crate::domain::delivery::Outcome;
use crate::domain::text::visible;
use crate::ops::Waypost;
use clap_complete::ArgValueCompleter;

const EXAMPLES: &str = "Examples:
  waypost resend msg_2vZ8k1Qx";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// The id of the delivery, as shown by waypost history
    #[arg(add = ArgValueCompleter::new(complete::ids))]
    id: String,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let destination = waypost.destination()?;
    let (resent, signal) = runtime::run_until_signal(async |stop| {
        let progress = ProgressLine::new(&destination, out);
        Ok(waypost.resend(&destination, &args.id, |step| progress.step(&step), stop).await?)
    })?;
    out.say(&format!("Resent {}.", visible(&resent.delivery.id)));
    let signal = signal.filter(|_| resent.delivery.outcome() == Outcome::Stopped);
    delivery::print(&resent.delivery, resent.unrecorded.as_ref(), signal, None, out)
}
