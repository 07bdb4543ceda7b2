//! `waypost man`: the manual page, made from the description of the arguments.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::help;
use crate::cli::output;

pub const EXAMPLES: &str = "Examples:
  waypost man > ~/.local/share/man/man1/waypost.1";

pub fn run(command: Command) -> Result<u8, Failure> {
    output::print(&page(command), exit::DONE)
}

/// The page of section 1.
fn page(command: Command) -> String {
    // What -h leaves out, a manual has.
    let mut command = command.after_help("").mut_args(|arg| arg.hide_short_help(false));
    command.build();
    let man = clap_mangen::Man::new(command.clone()).section("1").manual("User Commands");
    let mut bytes = Vec::new();
    let mut rendered = || {
        man.render_title(&mut bytes)?;
        man.render_name_section(&mut bytes)?;
        bytes.extend_from_slice(SYNOPSIS.as_bytes());
        man.render_description_section(&mut bytes)?;
        man.render_options_section(&mut bytes)
    };
    // Writing to memory does not fail.
    let _: std::io::Result<()> = rendered();
    let mut page = String::from_utf8_lossy(&bytes).into_owned();
    page.push_str(".SH COMMANDS\n");
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        page.push_str(&command_section(sub));
    }
    page.push_str(".SH EXIT STATUS\n");
    for (code, meaning) in exit::CODES {
        page.push_str(&entry(code, meaning));
    }
    for (title, entries) in [("FILES", FILES.as_slice()), ("ENVIRONMENT", ENVIRONMENT.as_slice())] {
        let _ = writeln!(page, ".SH {title}");
        for (name, meaning) in entries {
            page.push_str(&entry(name, meaning));
        }
    }
    page.push_str(&examples_section(&command));
    for (title, text) in [("KEYS", KEYS), ("BUGS", BUGS), ("SEE ALSO", SEE_ALSO)] {
        let _ = writeln!(page, ".SH {title}\n{}", line(text));
    }
    page
}

/// The examples of all commands, as one block each.
fn examples_section(root: &Command) -> String {
    let mut out = ".SH EXAMPLES\n".to_owned();
    let subcommands = root.get_subcommands().filter(|command| command.get_name() != "help");
    for command in std::iter::once(root).chain(subcommands) {
        let examples: Vec<_> = help::examples(command).iter().map(|example| line(example)).collect();
        let _ = write!(out, ".PP\n.nf\n{}\n.fi\n", examples.join("\n"));
    }
    out
}

const KEYS: &str = "In the app, ? lists the keys of the screen that is open.";

const BUGS: &str = "Report a bug in the issue tracker of the project, with the output of waypost --version and, if it can be \
repeated, the log that -v writes; it contains no secrets. Report a vulnerability as SECURITY.md says.";

const SEE_ALSO: &str = "curl(1), jq(1), systemd-creds(1), and the directory docs of the project.";

const SYNOPSIS: &str = r".SH SYNOPSIS
\fBwaypost\fR [\fIOPTIONS\fR] [\fICOMMAND\fR]
";

const FILES: [(&str, &str); 8] = [
    ("destination.json", "in the config directory: the destination, its secret sealed"),
    ("destination.lock", "in the config directory: locked while waypost saves"),
    ("config.json", "in the config directory: colours, keys and mouse of the app, and the time zone; optional, written by you"),
    ("events/*.json", "in the config directory: your own events, for test --event"),
    ("key", "in the state directory: the key that secrets are sealed with"),
    ("waypost.db", "in the state directory: the history, an SQLite database"),
    ("waypost.log", "in the state directory: the log, written with -v or RUST_LOG; it contains no secrets"),
    ("state.lock", "in the state directory: locked while waypost writes there"),
];

const ENVIRONMENT: [(&str, &str); 8] = [
    ("WAYPOST_CONFIG_DIR", "the config directory; --config-dir takes precedence"),
    ("WAYPOST_STATE_DIR", "the state directory; --state-dir takes precedence"),
    ("WAYPOST_KEY_FILE", "a key stored elsewhere, such as a systemd credential; never created"),
    ("HTTPS_PROXY, NO_PROXY", "the proxy to use, and the hosts to reach without it"),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "the CA certificates to trust instead of the system's"),
    ("PAGER", "the program for output that is longer than the terminal [default: less]; cat turns it off"),
    ("COLUMNS", "the width of output, instead of the terminal's"),
    ("NO_COLOR", "if set and not empty, turns colours off"),
];

fn command_section(command: &Command) -> String {
    let mut out = format!(".SS {}\n", escaped(command.get_bin_name().unwrap_or_default()));
    if let Some(about) = command.get_about() {
        let _ = writeln!(out, "{}.", line(&about.to_string()));
    }
    for arg in command.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help") {
        out.push_str(&entry(&term(arg), &meaning(arg)));
    }
    if let Some(more) = command.get_after_help() {
        let _ = writeln!(out, ".PP\n{}", line(&more.to_string()));
    }
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        out.push_str(&command_section(sub));
    }
    out
}

fn term(arg: &Arg) -> String {
    let mut names = Vec::new();
    names.extend(arg.get_short().map(|short| format!("-{short}")));
    names.extend(arg.get_long().map(|long| format!("--{long}")));
    let value = arg.get_value_names().and_then(<[_]>::first).map(ToString::to_string);
    let takes = arg.get_action().takes_values();
    match (names.is_empty(), value.filter(|_| takes)) {
        (true, value) => value.unwrap_or_else(|| arg.get_id().to_string()),
        (false, Some(value)) => format!("{} {value}", names.join(", ")),
        (false, None) => names.join(", "),
    }
}

fn meaning(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let known: Vec<_> = if arg.get_action().takes_values() {
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
    } else {
        Vec::new()
    };
    if known.is_empty() { help } else { format!("{help}: {}", known.join(", ")) }
}

fn entry(term: &str, meaning: &str) -> String {
    format!(".TP\n\\fB{}\\fR\n{}\n", escaped(term), line(meaning))
}

/// A line of text that roff does not take for a request.
fn line(text: &str) -> String {
    let text = escaped(text);
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

/// Text with roff's own characters escaped; `\-` is a hyphen that can be copied.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('…', "...").replace('\n', " ")
}
