//! `waypost demo`: the app on temporary files, with a receiver as its endpoint.

use super::app;
use crate::cli::failure::Failure;
use crate::cli::globals::{Globals, Look};

const DETAILS: &str = "A line at the top of the app suggests the next step: register, send a test, see why a delivery is \
refused, fix it. Like a real receiver, the demo's keeps the credentials that it was first given; delete the destination to \
give it others. The temporary files are removed when the demo ends. The URL works on \
this machine only; for the auth type OAuth2, tokens are issued at /token beside it, to the client that is registered first.";

const EXAMPLES: &str = "Examples:
  waypost demo";

#[derive(Clone, Copy, Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    #[command(flatten)]
    look: Look,
}

/// `look` is that of the options before the command.
pub fn run(args: Args, globals: &Globals, look: Look) -> Result<u8, Failure> {
    let look = Look {
        accessible: args.look.accessible || look.accessible,
        ascii: args.look.ascii || look.ascii,
        readonly: args.look.readonly || look.readonly,
    };
    app::run_demo(globals, look)
}
