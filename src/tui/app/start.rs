//! Starts the app on the real terminal, with real signals.

use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::EventStream;
use ratatui::Terminal;
use rustix::process::{self, getpid, kill_current_process_group, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::ops::{PAGE, Waypost};
use crate::tui::app::backend::LeanBackend;
use crate::tui::app::hangup;
use crate::tui::app::run::{Run, Shell};
use crate::tui::app::terminal;
use crate::tui::app::terminal::Taken;
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
    let snapshot = waypost.snapshot_with(terminal::size().map_or(PAGE, |size| shown_at_most(size.height)));
    // Before the terminal is taken: an unhandled signal would end the process and leave the terminal raw.
    let signals = {
        let _runtime = runtime.enter();
        Signals::listen()?
    };
    // Before the first size is asked for, so that no resize goes unheard. It would panic on a terminal that has gone.
    let keys = EventStream::new();
    let panicked = outside.0.clone();
    terminal::give_back_at_panic(move || {
        // A task that panicked may have no other way to report it; if it was the loop, no one reads this.
        let _ = panicked.send(Msg::Terminate(PANICKED));
    });
    let _taken = Taken::take()?;
    let mut terminal = Terminal::new(LeanBackend::new(terminal::Out, terminal::size))?;
    let size = terminal.size()?;
    let mut model = Model::new((size.width, size.height), environment, snapshot);
    let drawn = terminal.draw(|frame| view(&model, frame))?.area;
    model.size = (drawn.width, drawn.height);
    model.changed = false;

    let (to_loop, from_outside) = outside;
    let gone = to_loop.clone();
    hangup::watch(move || {
        hangup::silence();
        // If the loop has ended, the receiver is gone.
        let _ = gone.send(Msg::Terminate(129));
    });
    let result = runtime.block_on(async {
        signals.report(&to_loop);
        let run = Run { model, waypost: Arc::new(waypost), terminal: &mut terminal, shell: JobControl };
        run.run(keys, from_outside).await
    });
    // What follows writes to the terminal, and a write that fails would panic.
    if hangup::silence_if_gone() { Ok(129) } else { result }
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

/// The signals that the app answers, listened to.
struct Signals {
    /// With the exit code of each, as shells report signals: 128 + its number.
    ends: Vec<(Signal, u8)>,
    stop: Signal,
    goes_on: Signal,
}

impl Signals {
    /// Listens from now on; signals that come before [`Signals::report`] are kept.
    fn listen() -> io::Result<Self> {
        let ends = [(SignalKind::hangup(), 129), (SignalKind::interrupt(), 130), (SignalKind::terminate(), 143)];
        let ends = ends.into_iter().map(|(kind, code)| Ok((signal(kind)?, code))).collect::<io::Result<_>>()?;
        let of = |number: process::Signal| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self { ends, stop: of(process::Signal::TSTP)?, goes_on: of(process::Signal::CONT)? })
    }

    /// Answers them from now on.
    fn report(self, to_loop: &UnboundedSender<Msg>) {
        let Self { ends, mut stop, mut goes_on } = self;
        for (mut signal, code) in ends {
            let to_loop = to_loop.clone();
            tokio::spawn(async move {
                while signal.recv().await.is_some() {
                    let _ = to_loop.send(Msg::Terminate(code));
                }
            });
        }
        // While an editor has the terminal it is not ours to take back.
        let taken = Arc::new(AtomicBool::new(false));
        let was_taken = Arc::clone(&taken);
        tokio::spawn(async move {
            while stop.recv().await.is_some() {
                was_taken.store(terminal::give_back(), Ordering::SeqCst);
                let _ = kill_process(getpid(), process::Signal::STOP);
            }
        });
        let to_loop = to_loop.clone();
        tokio::spawn(async move {
            while goes_on.recv().await.is_some() {
                // The shell may have changed the terminal's settings even when the stop was not ours.
                let ours = terminal::give_back() | taken.swap(false, Ordering::SeqCst);
                if ours && terminal::take().is_ok() {
                    let _ = to_loop.send(Msg::Resumed);
                }
            }
        });
    }
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

impl Shell for JobControl {
    type Keys = EventStream;

    fn keys(&mut self) -> EventStream {
        EventStream::new()
    }

    async fn edit(&mut self, file: &Path, stop: impl Future<Output = ()>) -> Result<(), String> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let editor = set("VISUAL").or_else(|| set("EDITOR")).ok_or("neither is set")?;
        terminal::give_back();
        // Through the shell, since an editor's variable may hold arguments; the file is not part of what the shell reads.
        let mut command = tokio::process::Command::new("/bin/sh");
        command.arg("-c").arg(format!("exec {editor} \"$1\"")).arg("sh").arg(file);
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
            Ok(status) => Err(format!("{editor} ended with {status}")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn suspend(&mut self) {
        // The whole job stops, as at ^Z in any program: also what started waypost and waits for it. The signal's handler
        // gives the terminal back first.
        let _ = kill_current_process_group(process::Signal::TSTP);
    }
}
