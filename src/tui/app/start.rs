//! Starts the app on the real terminal, with real signals.

use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use rustix::process::{self, kill_current_process_group, kill_process};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::ops::{PAGE, Watch, Waypost, start_with_thread};
use crate::tui::app::backend::LeanBackend;
use crate::tui::app::run::{Program, Run, Shell};
use crate::tui::app::screen::SCREEN;
use crate::tui::app::terminal;
use crate::tui::app::terminal::Taken;
use crate::tui::app::terminal_keys::TerminalKeys;
use crate::tui::app::watch;
use crate::tui::layout::shown_at_most;
use crate::tui::model::{Environment, Model};
use crate::tui::msg::Msg;
use crate::tui::view::view;

/// The exit code of a program that panicked, as Rust has it.
const PANICKED: u8 = 101;

/// Runs the app. Returns the exit code.
///
/// The first frame is drawn before the runtime does anything: a runtime, a thread and a signal handler each cost time that
/// a person waits.
///
/// # Errors
/// The terminal cannot be drawn on, or read.
pub fn start(
    runtime: &tokio::runtime::Runtime,
    waypost: Waypost,
    environment: Environment,
    outside: (UnboundedSender<Msg>, UnboundedReceiver<Msg>),
) -> io::Result<u8> {
    // Before anything is read: no change is missed.
    let changes = {
        let _runtime = runtime.enter();
        waypost.watch()
    };
    let snapshot = waypost.first_snapshot(terminal::size().map_or(PAGE, |size| shown_at_most(size.height)));
    // Before the terminal is taken: an unhandled signal would end the process and leave the terminal raw.
    let signals = watch::catch()?;
    // Before the first size is asked for, so that no resize goes unheard. It would panic on a terminal that has gone.
    let keys = start_with_thread(TerminalKeys::default)?;
    let panicked = outside.0.clone();
    terminal::give_back_at_panic(move || {
        // A task that panicked may have no other way to report it; if it was the loop, no one reads this.
        let _ = panicked.send(Msg::Terminate(PANICKED));
    });
    terminal::report_mouse(environment.mouse);
    let _taken = Taken::take()?;
    let mut terminal = Terminal::new(LeanBackend::new(terminal::Out, terminal::size))?;
    let size = terminal.size()?;
    let mut model = Model::new((size.width, size.height), environment, snapshot);
    let drawn = terminal.draw(|frame| view(&model, frame))?.area;
    model.size = (drawn.width, drawn.height);
    model.changed = false;

    let (to_loop, from_outside) = outside;
    let _ = to_loop.send(Msg::Started);
    runtime.spawn(report(changes, to_loop.clone()));
    watch::watch(signals, to_loop)?;
    waypost.sweep_scratch();
    let result = runtime.block_on(async {
        let run = Run { model, waypost: Arc::new(waypost), terminal: &mut terminal, shell: JobControl };
        run.run(keys, from_outside).await
    });
    // What follows writes to the terminal, and a write that fails would panic.
    if watch::silence_if_gone() { Ok(129) } else { result }
}

/// Tells the loop what changes on the disk, for as long as it listens.
async fn report(mut changes: Watch, to_loop: UnboundedSender<Msg>) {
    loop {
        let changed = changes.changed().await;
        if to_loop.send(Msg::Changed(changed)).is_err() {
            return;
        }
    }
}

/// Whether there is a terminal to run on, at both ends.
#[must_use]
pub fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// A channel for what comes from outside.
#[must_use]
pub fn outside() -> (UnboundedSender<Msg>, UnboundedReceiver<Msg>) {
    unbounded_channel()
}

/// How long an editor may take to end when it is asked to.
const EDITOR_ENDS: Duration = Duration::from_millis(500);

/// Ends an editor, since the app has to end: first with a word, then without.
async fn end(child: &mut tokio::process::Child) -> io::Result<ExitStatus> {
    if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(process::Pid::from_raw) {
        let _ = kill_process(pid, process::Signal::TERM);
    }
    if let Ok(status) = tokio::time::timeout(EDITOR_ENDS, child.wait()).await {
        return status;
    }
    child.kill().await?;
    child.wait().await
}

/// The shell that the app was started from.
struct JobControl;

/// What a shell reports for a command that it cannot execute, or does not find.
const NOT_EXECUTED: i32 = 126;
const NOT_FOUND: i32 = 127;

/// The pager to call: one that waits, since the app draws over what it leaves.
fn pager(set: Option<String>) -> String {
    let called = set.filter(|called| called.trim() != "cat").unwrap_or_else(|| "less".to_owned());
    let program = called.split_whitespace().next().and_then(|first| Path::new(first).file_name());
    // It ends at once with a text of one screen if LESS says so.
    if program.is_some_and(|name| name == "less") { format!("{called} -+F") } else { called }
}

impl Shell for JobControl {
    type Keys = TerminalKeys;

    fn keys(&mut self) -> TerminalKeys {
        TerminalKeys::default()
    }

    fn is_drawn(&self) -> bool {
        SCREEN.is_idle()
    }

    async fn drawn(&self) -> io::Result<()> {
        SCREEN.idle().await
    }

    async fn open(&mut self, program: Program, file: &Path, stop: impl Future<Output = ()>) -> Result<(), String> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let called = match program {
            Program::Editor => set("VISUAL").or_else(|| set("EDITOR")).ok_or("neither is set")?,
            Program::Pager => pager(set("PAGER")),
        };
        terminal::lend();
        // Through the shell, since the variable may hold arguments; the file is not part of what the shell reads.
        let mut command = tokio::process::Command::new("/bin/sh");
        command.arg("-c").arg(format!("exec {called} \"$1\"")).arg("sh").arg(file);
        let result = match command.spawn() {
            Ok(mut child) => {
                let ended = tokio::select! {
                    status = child.wait() => Some(status),
                    () = stop => None,
                };
                match ended {
                    Some(status) => status,
                    None => end(&mut child).await,
                }
            }
            Err(error) => Err(error),
        };
        terminal::take_again().map_err(|error| error.to_string())?;
        match result {
            Ok(status) if status.success() => Ok(()),
            // However a pager ends, it has shown the text, unless there is none of that name.
            Ok(status) if program == Program::Pager && !matches!(status.code(), Some(NOT_EXECUTED | NOT_FOUND)) => Ok(()),
            Ok(status) => Err(format!("{called} ended with {status}")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn ring(&mut self) {
        // A terminal that no longer accepts output is noticed at the next frame.
        let _ = SCREEN.draw(b"\x07");
    }

    fn suspend(&mut self) {
        // The whole job stops, as at ^Z in any program: also what started waypost and waits for it. The signal's handler
        // gives the terminal back first.
        let _ = kill_current_process_group(process::Signal::TSTP);
    }
}
