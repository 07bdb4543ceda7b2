//! What `--help` shows: examples first, the commands in groups, and the global options in `--help` alone.

use std::fmt::Write as _;

use clap::Command;

/// Of a command: what it does, examples, then its arguments.
const TEMPLATE: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// The commands by what they are for, in the order in which a newcomer needs them. A command that is not named here is listed under
/// [`OTHER`].
const GROUPS: [(&str, &[&str]); 4] = [
    ("Destination", &["register", "edit", "show", "secret", "export", "remove"]),
    ("Prove that it works", &["test", "probe", "verify", "listen", "snippet", "curl", "demo"]),
    ("Deliver", &["send", "enqueue", "relay", "queue", "resend"]),
    ("Look back", &["history", "stats"]),
];

/// The group of all other commands.
const OTHER: &str = "Other";

/// The same command line with its help laid out.
pub fn laid_out(command: Command) -> Command {
    let template = root_template(&command);
    with_template(command).help_template(template)
}

fn with_template(command: Command) -> Command {
    command.help_template(TEMPLATE).mut_subcommands(with_template)
}

/// clap has no groups of commands: they are part of the template.
fn root_template(root: &Command) -> String {
    let mut out = String::from("{about-with-newline}\n{before-help}{usage-heading} {usage}\n");
    for (title, commands) in grouped(root) {
        let _ = writeln!(out, "\n{title}:");
        for command in commands {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(out, "  {:<12} {about}", command.get_name());
        }
    }
    out.push_str("\nOptions:\n{options}{after-help}");
    out
}

/// The commands of each group that has any.
pub fn grouped(root: &Command) -> Vec<(&'static str, Vec<&Command>)> {
    let named = GROUPS.map(|(title, names)| (title, names.iter().filter_map(|name| root.find_subcommand(name)).collect()));
    let is_named = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    let other = root.get_subcommands().filter(|command| !is_named(command.get_name())).collect();
    named.into_iter().chain([(OTHER, other)]).filter(|(_, commands): &(_, Vec<_>)| !commands.is_empty()).collect()
}

/// The example lines of a command.
pub fn examples(command: &Command) -> Vec<String> {
    let text = command.get_before_help().map(ToString::to_string).unwrap_or_default();
    text.lines().filter_map(|line| line.strip_prefix("  ")).map(str::to_owned).collect()
}

/// The help with its headings in bold.
pub fn emphasized(help: &str) -> String {
    let lines = help.split_inclusive('\n').map(|line| match line.split_once(':') {
        Some((heading, rest)) if !heading.starts_with(' ') && (rest == "\n" || heading == "Usage") => {
            format!("\x1b[1m{heading}:\x1b[m{rest}")
        }
        _ => line.to_owned(),
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_bold_and_nothing_else() {
        assert_eq!(
            emphasized("Usage: waypost\n\nOptions:\n  -h  note: this\nIt is: so\n"),
            "\x1b[1mUsage:\x1b[m waypost\n\n\x1b[1mOptions:\x1b[m\n  -h  note: this\nIt is: so\n"
        );
    }
}
