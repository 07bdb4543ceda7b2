//! What is made from the arguments' own description: completions and the manual.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};
use clap_complete::shells;

use crate::cli::args::{Args, EXIT_CODES, Shell};

/// A shell's script.
#[must_use]
pub fn completions(shell: Shell) -> String {
    let mut command = Args::command();
    let mut bytes = Vec::new();
    let name = "waypost";
    match shell {
        Shell::Bash => clap_complete::generate(shells::Bash, &mut command, name, &mut bytes),
        Shell::Zsh => clap_complete::generate(shells::Zsh, &mut command, name, &mut bytes),
        Shell::Fish => clap_complete::generate(shells::Fish, &mut command, name, &mut bytes),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The manual page of section 1, for `man`.
#[must_use]
pub fn man() -> String {
    let mut command = Args::command().after_help("");
    command.build();
    let man = clap_mangen::Man::new(command.clone()).section("1").manual("User Commands");
    let mut bytes = Vec::new();
    let mut rendered = || {
        man.render_title(&mut bytes)?;
        man.render_name_section(&mut bytes)?;
        man.render_synopsis_section(&mut bytes)?;
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
    for (code, meaning) in EXIT_CODES {
        page.push_str(&entry(code, meaning));
    }
    for (title, entries) in [("FILES", FILES.as_slice()), ("ENVIRONMENT", ENVIRONMENT.as_slice())] {
        let _ = writeln!(page, ".SH {title}");
        for (name, meaning) in entries {
            page.push_str(&entry(name, meaning));
        }
    }
    page
}

const FILES: [(&str, &str); 7] = [
    ("destination.json", "in the config directory: the destination, its secret sealed"),
    ("destination.lock", "in the config directory: held by whoever saves"),
    ("events/*.json", "in the config directory: events of your own, for test --event"),
    ("key", "in the state directory: what secrets are sealed with"),
    ("deliveries.jsonl", "in the state directory: the deliveries, one a line"),
    ("waypost.log", "in the state directory: what waypost did, where -v or RUST_LOG asks for it; no secrets"),
    ("state.lock", "in the state directory: held by whoever writes there"),
];

const ENVIRONMENT: [(&str, &str); 6] = [
    ("WAYPOST_CONFIG_DIR", "the config directory; --config-dir comes first"),
    ("WAYPOST_STATE_DIR", "the state directory; --state-dir comes first"),
    ("WAYPOST_KEY_FILE", "a key that is kept elsewhere, such as a systemd credential; never created"),
    ("HTTPS_PROXY, NO_PROXY", "the proxy to go through, and where not to"),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "the CA certificates to trust, in place of the system's"),
    ("NO_COLOR", "set to anything, nothing is coloured"),
];

fn command_section(command: &Command) -> String {
    let mut out = format!(".SS waypost {}\n", escaped(command.get_name()));
    if let Some(about) = command.get_about() {
        let _ = writeln!(out, "{}.", line(&about.to_string()));
    }
    for arg in command.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help") {
        out.push_str(&entry(&term(arg), &meaning(arg)));
    }
    if let Some(more) = command.get_after_help() {
        let _ = writeln!(out, ".PP\n{}", line(&more.to_string()));
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

/// A line of text that begins no request.
fn line(text: &str) -> String {
    let text = escaped(text);
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

/// Text with roff's own characters escaped; a hyphen that can be copied stays one.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('…', "...").replace('\n', " ")
}
