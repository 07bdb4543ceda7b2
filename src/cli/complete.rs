//! What a shell completes: its script calls waypost with the words of the line and [`VARIABLE`] set, and gets what could come next.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::Command;
use clap_complete::CompletionCandidate;
use clap_complete::env::{EnvCompleter, Shells};

use super::exit;
use super::failure::Failure;
use super::output;
use crate::domain::event::BuiltIn;
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::ops::queue::Filter;

/// Names the shell that asks. The scripts set it.
const VARIABLE: &str = "_WAYPOST_COMPLETE";

/// The most ids that are offered.
const IDS: usize = 50;

/// The answer to a shell that asks, if one does.
pub fn answer(argv: &[OsString], command: impl FnOnce() -> Command) -> Option<Result<u8, Failure>> {
    let shell = std::env::var(VARIABLE).ok()?;
    let shells = Shells::builtins();
    let shell = shells.completer(&shell)?;
    let words = words(argv).to_vec();
    let mut candidates = Vec::new();
    let here = std::env::current_dir().ok();
    // What cannot be completed has no candidates.
    let _ = shell.write_complete(&mut command(), words, here.as_deref(), &mut candidates);
    Some(output::print(&String::from_utf8_lossy(&candidates), exit::DONE))
}

/// The script that makes a shell ask.
pub fn script(shell: &dyn EnvCompleter) -> String {
    let mut script = Vec::new();
    // Writing to memory does not fail.
    let _ = shell.write_registration(VARIABLE, "waypost", "waypost", "waypost", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The words of the line, which follow `--`.
fn words(argv: &[OsString]) -> &[OsString] {
    let begin = argv.iter().position(|arg| arg == "--").map_or(argv.len(), |at| at + 1);
    &argv[begin..]
}

/// The ids of the newest deliveries.
pub fn ids(typed: &OsStr) -> Vec<CompletionCandidate> {
    let page = waypost().and_then(|waypost| waypost.newest(IDS).ok());
    let ids = page.into_iter().flat_map(|page| page.deliveries).map(|delivery| {
        let help = format!("{} {}", delivery.outcome().name(), visible(&delivery.event));
        CompletionCandidate::new(delivery.id).help(Some(help.into()))
    });
    beginning_with(typed, ids)
}

/// The ids of the events that go out next, and of dead letters.
pub fn queued(typed: &OsStr) -> Vec<CompletionCandidate> {
    let view = waypost().and_then(|waypost| waypost.queue(Filter { state: None, skip: 0, limit: IDS }).ok());
    let ids = view.into_iter().flat_map(|view| view.events).map(|entry| {
        let help = format!("{} {}", entry.state.name(), visible(&entry.event));
        CompletionCandidate::new(entry.id).help(Some(help.into()))
    });
    beginning_with(typed, ids)
}

/// The names of events, built in and your own.
pub fn events(typed: &OsStr) -> Vec<CompletionCandidate> {
    let own = waypost().map(|waypost| waypost.own_events()).unwrap_or_default();
    let built_in = BuiltIn::ALL.into_iter().map(|event| event.name().to_owned());
    beginning_with(typed, built_in.chain(own.into_iter().map(|event| event.name)).map(CompletionCandidate::new))
}

fn beginning_with(typed: &OsStr, all: impl Iterator<Item = CompletionCandidate>) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let fitting = all.filter(|one| one.get_value().to_string_lossy().starts_with(&*typed));
    fitting.enumerate().map(|(order, one)| one.display_order(Some(order))).collect()
}

/// On the directories that the line names.
fn waypost() -> Option<Waypost> {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let words = words(&argv);
    let dir = |flag: &str| {
        let at = words.iter().position(|word| word == flag)?;
        words.get(at + 1).map(PathBuf::from)
    };
    Waypost::at(dir("--config-dir"), dir("--state-dir")).ok()
}
