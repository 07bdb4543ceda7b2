//! `waypost completions`: a script for a shell.

use clap::ValueEnum;
use clap_complete::shells;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to print the script for
    shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// source <(waypost completions bash), in ~/.bashrc
    Bash,
    /// waypost completions zsh > DIR/_waypost, with DIR in $fpath
    Zsh,
    /// waypost completions fish | source, in config.fish
    Fish,
}

pub fn run(args: &Args, mut command: clap::Command) -> Result<u8, Failure> {
    let mut script = Vec::new();
    let name = "waypost";
    match args.shell {
        Shell::Bash => clap_complete::generate(shells::Bash, &mut command, name, &mut script),
        Shell::Zsh => clap_complete::generate(shells::Zsh, &mut command, name, &mut script),
        Shell::Fish => clap_complete::generate(shells::Fish, &mut command, name, &mut script),
    }
    output::print(&String::from_utf8_lossy(&script), exit::DONE)
}
