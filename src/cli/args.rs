//! The arguments, as clap reads them.
//!
//! What has a rule of its own (a URL, a number of seconds, a name) is taken as text: the rules stand in the domain, and its
//! errors are the same as the form's.

use crate::domain::auth::{self};
use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum, ValueHint};

use crate::cli::input::auth_flags::AuthFlags;
use crate::domain::delivery::Outcome;
use crate::domain::event::BuiltIn;
use crate::domain::snippet::Lang;

/// Behind the options of `--help`, and in the manual.
pub const EXIT_CODES: [(&str, &str); 13] = [
    ("0", "done; for a delivery: delivered"),
    ("1", "a bug"),
    ("2", "usage or invalid input; the message names the field"),
    ("3", "refused by the endpoint; for verify: not valid; for probe: it does not check"),
    ("4", "the endpoint was not reached"),
    ("5", "the state file, the disk or the output"),
    ("6", "the secret cannot be opened"),
    ("7", "nothing is registered"),
    ("8", "a destination is registered already"),
    ("75", "another waypost is saving; try again"),
    ("101", "a bug: it broke off"),
    ("130", "stopped by ^C (128 + the signal's number)"),
    ("143", "stopped by SIGTERM; 129 by SIGHUP"),
];

/// The heading over the options of every command.
const GLOBAL: &str = "Options of every command";

/// Coloured where it is a terminal.
const AUTO: &str = "auto";

/// Register the webhook endpoint that receives your events, and prove that it works.
///
/// Without a command, the app opens in the terminal.
#[derive(Debug, Parser)]
#[command(name = "waypost", version, max_term_width = 100, after_help = after_help())]
pub struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub globals: Globals,

    /// How the app looks.
    #[command(flatten)]
    pub look: Look,

    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Args {
    /// What no arguments at all mean. Whoever opens the app gives none; to build the whole command line for them, and to parse
    /// nothing with it, takes a tenth of the time to the first frame and 300 KiB of memory.
    #[must_use]
    pub fn none() -> Self {
        let globals =
            Globals { json: false, config_dir: None, state_dir: None, color: AUTO.into(), quiet: false, verbose: false };
        Self { globals, look: Look::default(), command: None }
    }
}

/// How the app looks, where it is opened.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Look {
    /// The app as plain lines and numbered choices, for screen readers and simple terminals; also by ACCESSIBLE=1
    #[arg(long)]
    pub accessible: bool,

    /// Draw the app with ASCII characters alone
    #[arg(long)]
    pub ascii: bool,
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
        long, value_name = "WHEN", global = true, help_heading = GLOBAL, value_parser = names([AUTO, "always", "never"]), default_value = AUTO)]
    pub color: String,

    /// Say nothing but errors; what show, secret, --json and --generate-secret print stays
    #[arg(short, long, global = true, help_heading = GLOBAL, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more (of a delivery: the request, the connection, and the time of each phase), and keep a log in the state directory
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
    /// Say whether a request was made with the registered auth, and if not, which mistake it is
    #[command(after_help = CREDENTIALS)]
    Verify(Verify),
    /// Receive on this machine: check each request against the registered auth, and print a line for it
    #[command(after_help = LISTEN)]
    Listen(Listen),
    /// Print a receiver's check of the registered auth, to paste into its code; holds no secret
    Snippet {
        /// The language
        #[arg(long, value_parser = names(Lang::ALL.map(Lang::name)))]
        lang: String,
    },
    /// Send a real event, again if need be, or many: one JSON a line
    #[command(after_help = SENDING)]
    Send(Send),
    /// List the deliveries, the newest first; show one; or forget them all
    History(History),
    /// Send the event of a delivery once more, under a new id
    Resend {
        /// Of the delivery, as history shows it
        id: String,
    },
    /// Print a delivery as a curl command for the registered destination
    #[command(after_help = CURL)]
    Curl {
        /// Of the delivery, as history shows it; without one, the command sends a ping
        id: Option<String>,

        /// Put the secret itself into the command
        #[arg(long)]
        reveal: bool,
    },
    /// See whether the endpoint checks: send the ping without auth, with a wrong secret and so on
    #[command(after_help = PROBING)]
    Probe {
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Try the app on throw-away files, with a receiver on this machine as the endpoint
    #[command(after_help = DEMO)]
    Demo(Look),
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
    #[arg(long, value_name = "TYPE", value_parser = names(auth::ALL.map(|auth| auth.name)))]
    pub auth: Option<String>,

    /// The fields of the auth types.
    #[command(flatten)]
    pub auth_fields: AuthFlags,

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

/// The options of `verify`.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// A file with the body, byte for byte as it came; - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub body: PathBuf,

    /// A header of the request, as 'Name: value', or @FILE for a file of them, one a line; for each header again
    #[arg(long = "header", value_name = "HEADER", allow_hyphen_values = true)]
    pub headers: Vec<String>,

    /// The time to judge the timestamp by, in Unix seconds [default: now]
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub at: Option<String>,

    /// The method it came by
    #[arg(long, default_value = "POST")]
    pub method: String,

    /// The path and query it came to, or @FILE for a file with them; needed for an API key in the query
    #[arg(long, value_name = "PATH")]
    pub target: Option<String>,

    /// Print the signature that was expected, too: whoever has it can send this body in your name
    #[arg(long)]
    pub reveal: bool,
}

/// The options of `listen`.
#[derive(Debug, clap::Args)]
pub struct Listen {
    /// The address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    pub addr: String,

    /// The host name or address by which senders reach it: the certificate is for it
    #[arg(long, value_name = "HOST", default_value = "localhost", value_hint = ValueHint::Hostname)]
    pub name: String,

    /// The status to answer accepted requests with, 200 to 599 [default: 200]
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    pub respond: Option<String>,

    /// How many seconds to wait before each answer, up to 600
    #[arg(long, value_name = "SECONDS", default_value = "0", allow_hyphen_values = true)]
    pub delay: String,

    /// The share of accepted requests, 0 to 1, to answer with 503
    #[arg(long, value_name = "SHARE", default_value = "0", allow_hyphen_values = true)]
    pub fail_rate: String,

    /// Write the CA's certificate there, for senders to trust
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_out: Option<PathBuf>,
}

const CREDENTIALS: &str = "A password, token or API key must not stand among the arguments, where every user of the machine can \
read it: put such a header into a file, and name it by --header @FILE. Signatures are no secret. Exits with 0 when the request is \
valid, with 3 when it is not.";

const LISTEN: &str = "It is HTTPS with a certificate made on the spot; the key of its CA is thrown away. A body may have 1 MiB; 64 \
connections are served at once, each for 30 s. What is registered is read anew for each request. Which mistake a rejected \
request has is looked for in bodies of up to 64 KiB, for 2 requests a second, 5 at once; the others get the check's own words. \
With --json, a line is an object.";

/// The options of `send`.
#[derive(Debug, clap::Args)]
pub struct Send {
    /// A file with the JSON to send, byte for byte; - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub source: PathBuf,

    /// Send each line as an event of its own; blank lines are passed over
    #[arg(long)]
    pub lines: bool,

    /// How often an event is tried again
    #[arg(long, value_name = "N", default_value = "3", value_parser = number::<0, 20>)]
    pub retries: u32,

    /// With --lines: how many are in flight at once
    #[arg(long, value_name = "N", default_value = "8", requires = "lines", value_parser = number::<1, 256>)]
    pub concurrency: u32,

    /// The total time of an attempt, 1 to 120
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub timeout: Option<String>,

    /// With --lines: a new or empty file for the lines that are not delivered, as they came
    #[arg(long, value_name = "FILE", requires = "lines", value_hint = ValueHint::FilePath)]
    pub failed: Option<PathBuf>,
}

/// The options of `history`.
#[derive(Debug, clap::Args)]
pub struct History {
    /// What to do
    #[arg(value_enum, default_value = "list")]
    pub action: HistoryAction,

    /// With show: of the delivery
    pub id: Option<String>,

    /// With list: how many at most [default: 20]
    #[arg(long, value_name = "N", value_parser = number::<1, 100_000>)]
    pub limit: Option<u32>,

    /// With list: only those that ended so
    #[arg(long, value_parser = names(Outcome::ALL.map(Outcome::name)))]
    pub outcome: Option<String>,

    /// With clear: do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// What is done with the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HistoryAction {
    /// List deliveries, the newest first
    List,
    /// Show one
    Show,
    /// Forget them all
    Clear,
}

const SENDING: &str = "Tried again is what may go well by itself: no answer, 408, 425, 429 and 5xx, after 1, 2 and 4 seconds and \
so on, or as long as Retry-After asks for, up to 60 s. With --lines, the code is 4 if a line failed, else 3 if one was refused, \
else 2 if one was not JSON. The first ^C finishes what is in flight and puts the rest of the lines into the --failed file; the \
second ends at once.";

const CURL: &str = "The secret stands in it as a variable such as $WAYPOST_SECRET, for the shell that runs it to have. A signature \
is made when the command runs, by openssl.";

const DEMO: &str = "The line at the top says what to do next: register, test, see a delivery refused and why, mend it. It \
blocks nothing. The receiver keeps the credentials that it was given first, so that a change on this side alone is refused; it \
takes others after the destination is deleted. Its files are removed when it ends, and its URL leads to \
this machine.";

const PROBING: &str = "A receiver may act on a ping that it takes. The code is 0 if the endpoint takes the right request and \
refuses the others with 400, 401 or 403; 3 if it takes one that it must refuse, refuses the right one, or answers so that it \
cannot be told; 4 if it was not reached. With the auth type default there is nothing to check: 2.";

const SECRETS: &str = "The secret is the signing secret, password, token or API key of the auth type. It never comes as an \
argument, where every user of the machine can read it. Without one of the --secret options it is asked for on the terminal, \
without being shown.";

/// A whole number in that range.
fn number<const MIN: u32, const MAX: u32>(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (MIN..=MAX).contains(number));
    number.ok_or_else(|| format!("a whole number from {MIN} to {MAX} is needed"))
}

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
