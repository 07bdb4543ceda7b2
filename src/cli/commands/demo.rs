//! `waypost demo`: the app on temporary files, with a receiver as its endpoint.

use super::app;
use crate::cli::failure::Failure;
use crate::cli::globals::{Globals, Look};

const DETAILS: &str = "The line at the top of the app says what to do next: register, test, see a delivery refused and why, fix it. \
You can ignore it. Like a real one, the receiver keeps the first credentials it sees; delete the destination to give it new ones. \
The files are removed when the demo ends. The URL works on this machine only.";

#[derive(Clone, Copy, Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub struct Args {
    #[command(flatten)]
    look: Look,
}

/// `look` is that of the options before the command.
pub fn run(args: Args, globals: &Globals, look: Look) -> Result<u8, Failure> {
    let look = Look { accessible: args.look.accessible || look.accessible, ascii: args.look.ascii || look.ascii };
    app::run_demo(globals, look)
}
