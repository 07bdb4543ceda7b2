//! The arguments, as clap reads them.
//!
//! What has a rule of its own (a URL, a number of seconds, a name) is taken as text: the rules stand in the domain, and its
//! errors are the same as the form's.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum, ValueHint};

use crate::domain::auth::{AddTo, AuthType};
use crate::domain::event::BuiltIn;
use crate::domain::signature::Format;

/// Behind the options of `--help`, and in the manual.
pub const EXIT_CODES: [(&str, &str); 12] = [
    ("0", "done; for test: delivered"),
    ("1", "a bug"),
    ("2", "usage or invalid input; the message names the field"),
    ("3", "refused by the endpoint"),
    ("4", "the endpoint was not reached"),
    ("5", "the state file, the disk or the output"),
    ("6", "the secret cannot be opened"),
    ("7", "nothing is registered"),
    ("8", "a destination is registered already"),
    ("75", "another waypost is saving; try again"),
    ("130", "stopped by ^C (128 + the signal's number)"),
    ("143", "stopped by SIGTERM; 129 by SIGHUP"),
];

/// The heading over the options of every command.
const GLOBAL: &str = "Options of every command";

/// Register the webhook endpoint that receives your events, and prove that it works.
///
/// Without a command, the app opens in the terminal.
#[derive(Debug, Parser)]
#[command(name = "waypost", version, max_term_width = 100, after_help = after_help())]
pub struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub globals: Globals,

    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Clone, Debug, clap::Args)]
pub struct Globals {
    /// Print one JSON object on stdout, errors too; secrets are redacted
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub json: bool,

    /// Where destination.json is [default: the user's config directory]
    #[arg(long, value_name = "DIR", global = true, help_heading = GLOBAL, value_hint = ValueHint::DirPath)]
    pub config_dir: Option<PathBuf>,

    /// Where the key and the deliveries are [default: the user's state directory]
    #[arg(long, value_name = "DIR", global = true, help_heading = GLOBAL, value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,

    /// Whether to colour what is printed; auto: on a terminal, unless a variable `NO_COLOR` is set
    #[arg(
        help = "Whether to colour what is printed; auto: on a terminal, unless NO_COLOR is set",
        long, value_name = "WHEN", global = true, help_heading = GLOBAL, value_parser = names(["auto", "always", "never"]), default_value = "auto")]
    pub color: String,

    /// Say nothing but errors; what show, secret, --json and --generate-secret print stays
    #[arg(short, long, global = true, help_heading = GLOBAL, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more (for test: the request, and the time of each phase), and keep a log in the state directory
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    pub verbose: bool,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register a destination; fails (8) where one is registered
    #[command(after_help = SECRETS)]
    Register(Fields),
    /// Change the registered destination; what is not named stays
    #[command(after_help = SECRETS)]
    Edit(Fields),
    /// Show the registered destination, its secret redacted
    Show,
    /// Print the secret and nothing else
    Secret {
        /// Copy it to the clipboard of this terminal instead
        #[arg(long)]
        copy: bool,
    },
    /// Remove the destination, its secret with it
    Remove {
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Send an event to the destination, once, and say what came of it, why, and how to mend it
    Test(Test),
    /// Try the app on throw-away files, with a receiver on this machine as the endpoint
    Demo,
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// The shells that have completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// source <(waypost completions bash)
    Bash,
    /// In a directory of $fpath, as _waypost
    Zsh,
    /// waypost completions fish | source
    Fish,
}

/// The fields of a destination.
#[derive(Debug, Default, clap::Args)]
pub struct Fields {
    /// Where events are sent: https://…
    #[arg(long, value_hint = ValueHint::Url)]
    pub url: Option<String>,

    /// How requests are authenticated
    #[arg(long, value_name = "TYPE", value_parser = names(AuthType::ALL.map(AuthType::name)))]
    pub auth: Option<String>,

    /// hmac: the header that carries the signature
    #[arg(long, value_name = "NAME")]
    pub header_key: Option<String>,

    /// hmac: how the signature is written, and over what [default: hex]
    #[arg(long, value_parser = names(Format::ALL.map(Format::name)))]
    pub format: Option<String>,

    /// basic: the user name
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,

    /// api-key: the name of the header or query parameter
    #[arg(long, value_name = "NAME")]
    pub key: Option<String>,

    /// api-key: where it goes [default: header]
    #[arg(long, value_name = "PLACE", value_parser = names(AddTo::ALL.map(AddTo::name)))]
    pub add_to: Option<String>,

    /// A PEM file with the CA to trust for this destination, in place of the system's; empty for none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_or_none())]
    pub ca_cert: Option<PathBuf>,

    /// The total time of an attempt, 1 to 120 [default: 15]; empty for the default
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub timeout: Option<String>,

    /// Where the secret comes from.
    #[command(flatten)]
    pub secret: SecretSource,
}

/// Where the secret comes from; at most one.
#[derive(Debug, Default, clap::Args)]
#[group(multiple = false)]
pub struct SecretSource {
    /// Read the secret from standard input; one final newline is left out
    #[arg(long)]
    pub secret_stdin: bool,

    /// Read the secret from a file; one final newline is left out
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub secret_file: Option<PathBuf>,

    /// Take the secret from an environment variable, as it is
    #[arg(long, value_name = "NAME")]
    pub secret_env: Option<String>,

    /// hmac: generate a signing secret, and print it once
    #[arg(long)]
    pub generate_secret: bool,
}

impl SecretSource {
    /// Whether any is named.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.secret_stdin || self.secret_file.is_some() || self.secret_env.is_some() || self.generate_secret
    }
}

/// The options of `test`.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// A built-in event, or one of your own that was kept in the app
    #[arg(long, value_name = "NAME", value_parser = EventName, conflicts_with = "body")]
    pub event: Option<String>,

    /// A file with the JSON to send, byte for byte; - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub body: Option<PathBuf>,

    /// The total time of this attempt, 1 to 120
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub timeout: Option<String>,

    /// A PEM file with the CA to trust for this attempt
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_or_none())]
    pub ca_cert: Option<PathBuf>,

    /// Print the request that would be sent, secrets masked, and send nothing
    #[arg(long)]
    pub dry_run: bool,
}

const SECRETS: &str = "The secret is the signing secret, password, token or API key of the auth type. It never comes as an \
argument, where every user of the machine can read it. Without one of the --secret options it is asked for on the terminal, \
without being shown.";

fn names<const N: usize>(names: [&'static str; N]) -> PossibleValuesParser {
    PossibleValuesParser::new(names)
}

/// Any name; those of the built-in events are offered.
#[derive(Clone, Debug)]
struct EventName;

impl TypedValueParser for EventName {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(BuiltIn::ALL.into_iter().map(|event| PossibleValue::new(event.name()))))
    }
}

/// Unlike clap's own, takes an empty one: for none.
fn path_or_none() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

fn after_help() -> String {
    let lines = EXIT_CODES.map(|(code, meaning)| format!("  {code:<4} {meaning}"));
    format!("Exit codes:\n{}", lines.join("\n"))
}
