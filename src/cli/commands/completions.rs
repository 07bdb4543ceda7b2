//! `waypost completions`: a script for a shell.

use clap::ValueEnum;
use clap_complete::env::{Bash, Fish, Zsh};

use crate::cli::complete;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;

const EXAMPLES: &str = "Examples:
  source <(waypost completions bash)";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// The shell to print the script for
    shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// source <(waypost completions bash), in ~/.bashrc
    Bash,
    /// source <(waypost completions zsh), in ~/.zshrc after compinit
    Zsh,
    /// waypost completions fish | source, in config.fish
    Fish,
}

/// The script as a file in `fpath` is the body of the function `_waypost`, which zsh calls at the first Tab: it has to complete, too.
const AUTOLOADED: &str = r#"
if [[ "${funcstack[1]}" == _waypost ]]; then
    _clap_dynamic_completer_waypost "$@"
fi
"#;

pub fn run(args: &Args) -> Result<u8, Failure> {
    let script = match args.shell {
        Shell::Bash => complete::script(&Bash),
        Shell::Zsh => complete::script(&Zsh) + AUTOLOADED,
        Shell::Fish => complete::script(&Fish),
    };
    output::print(&script, exit::DONE)
}
