//! `waypost secret`: the registered secret, and nothing else.

use zeroize::Zeroizing;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out};
use crate::ops::{self, Copied, Waypost};

const EXAMPLES: &str = "Examples:
  waypost secret --copy
  waypost secret | ssh receiver 'cat > webhook-secret'";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// Copy it to the clipboard of this terminal instead of printing it
    #[arg(long)]
    copy: bool,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let destination = waypost.destination()?;
    let Some((field, secret)) = destination.auth().secret() else {
        return Err(Failure::usage("The auth type default has no secret.", "Choose another with waypost edit --auth."));
    };
    if out.json {
        return Err(Failure::usage("secret has no JSON form: JSON never contains secrets.", "Leave --json out."));
    }
    if !args.copy {
        return output::print(&Zeroizing::new(format!("{}\n", secret.expose())), exit::DONE);
    }
    let to = match ops::copy(secret.expose())? {
        Copied::Tmux => "tmux",
        Copied::Terminal => "the terminal",
    };
    out.say(&format!("{} sent to {to} for its clipboard.", field.label));
    Ok(exit::DONE)
}
