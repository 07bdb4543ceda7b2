//! Asks on the terminal, with or without echo.
//!
//! While it is asked, the terminal hands over every key as it is, ^C too. It is given back on every way out: an answer, ^C,
//! ^D, a signal, a lost line; and at ^Z for as long as the shell has it, after which the question is asked again. What was
//! typed or pasted after the answer is discarded, so that none of it reaches the shell.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use rustix::io::{Errno, retry_on_intr};
use rustix::process::{self, kill_current_process_group};
use rustix::termios::{QueueSelector, tcflush};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use zeroize::Zeroizing;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::echo::Taken;
use crate::cli::runtime;
use crate::cli::signals::Signals;
use crate::domain::auth::MAX_FIELD_BYTES;
use crate::domain::secret::Secret;

/// Whether what is typed is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// The bytes of keys that mean something here.
const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const CTRL_H: u8 = 8;
const CTRL_U: u8 = 0x15;
const CTRL_Z: u8 = 0x1a;
const CTRL_BACKSLASH: u8 = 0x1c;
const DEL: u8 = 0x7f;

/// Takes a character off the screen.
const RUB_OUT: &[u8] = b"\x08 \x08";

/// How a typed line ends.
enum Line {
    Answer(Secret),
    /// It is not UTF-8.
    NotText,
    /// ^C or ^\.
    Interrupted,
    /// ^D.
    End,
    /// ^Z.
    Suspended,
    /// The terminal has gone.
    Gone,
}

/// The result of a question.
pub enum Answer {
    /// A line.
    Text(Secret),
    /// A line that is not UTF-8.
    NotText,
    /// ^D.
    End,
}

/// Whether somebody can read questions and answer them.
pub fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a yes-or-no question; anything but yes is no. Without a terminal it fails with `no_terminal`.
pub fn confirm(question: &str, no_terminal: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(no_terminal, "Use --yes to skip the question."));
    }
    let answer = ask(&format!("{question} [y/N] "), Echo::On)?;
    Ok(matches!(answer.expose().trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks, and reads a line. Standard input must be a terminal. ^C and signals are failures with their exit codes.
pub fn ask(question: &str, echo: Echo) -> Result<Secret, Failure> {
    match Asker::new(runtime::new()?)?.ask(question, echo)? {
        Answer::Text(secret) => Ok(secret),
        Answer::NotText | Answer::End => Err(Failure::usage("No answer was given.", "Type it, or use an option.")),
    }
}

/// Asks one question after another; between them, signals are kept and none is lost.
pub struct Asker {
    runtime: Runtime,
    signals: Signals,
}

impl Asker {
    /// Catches signals from now on.
    pub fn new(runtime: Runtime) -> Result<Self, Failure> {
        let signals = {
            let _runtime = runtime.enter();
            Signals::catch()?
        };
        Ok(Self { runtime, signals })
    }

    /// Asks, and reads a line. Standard input must be a terminal.
    pub fn ask(&mut self, question: &str, echo: Echo) -> Result<Answer, Failure> {
        let signals = &mut self.signals;
        self.runtime.block_on(async {
            loop {
                // Signals are caught by now: none may end the process by itself while the terminal is taken.
                let taken = match Taken::take() {
                    Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                        return Err(Failure::stopped(exit::HUNG_UP));
                    }
                    taken => taken.map_err(|error| broken(&error))?,
                };
                let screen = Arc::new(Screen::open());
                screen.show(question.as_bytes());
                let end = listen(echo, &screen, signals).await;
                screen.show(b"\n");
                drop(taken);
                match end {
                    Ok(Line::Answer(secret)) => return Ok(Answer::Text(secret)),
                    Ok(Line::NotText) => return Ok(Answer::NotText),
                    Ok(Line::End) => return Ok(Answer::End),
                    Ok(Line::Interrupted) => return Err(Failure::stopped(exit::INTERRUPTED)),
                    Ok(Line::Gone) => return Err(Failure::stopped(exit::HUNG_UP)),
                    // The whole job stops here, and goes on here at `fg`. Where there is no shell to come back from, the
                    // system lets it go on at once.
                    Ok(Line::Suspended) => {
                        let _ = kill_current_process_group(process::Signal::TSTP);
                    }
                    Err(failure) => return Err(failure),
                }
            }
        })
    }

    /// Does something else with the signals. What is typed meanwhile is thrown away: it answers no question.
    pub fn meanwhile<T>(&mut self, work: impl AsyncFnOnce(&mut Signals) -> T) -> T {
        let done = self.runtime.block_on(work(&mut self.signals));
        // The next question reports a terminal that has closed.
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
        done
    }

    /// Not by dropping it, which waits for every thread: one may be waiting for a name server or a disk.
    pub fn end(self) {
        self.runtime.shutdown_background();
    }
}

fn broken(error: &io::Error) -> Failure {
    Failure::terminal("The terminal cannot be read", error)
}

/// The line. Fails by the signal that came first, or where no thread can be started.
async fn listen(echo: Echo, screen: &Arc<Screen>, signals: &mut Signals) -> Result<Line, Failure> {
    let (answers, mut answered) = unbounded_channel();
    let screen = Arc::clone(screen);
    // A thread of its own: a read of a terminal cannot be called off. When a signal ends the wait, it ends with the process.
    let thread = std::thread::Builder::new().name("answer".into()).spawn(move || read_line(echo, &screen, &answers));
    thread.map_err(|error| Failure::limit(&error))?;
    tokio::select! {
        line = answered.recv() => Ok(line.unwrap_or(Line::Gone)),
        code = signals.next() => Err(Failure::stopped(code)),
    }
}

/// Whether a curl command goes on in the next line.
fn is_continued(typed: &[u8]) -> bool {
    typed.starts_with(b"curl ") && typed.ends_with(b"\\") && typed.len() <= MAX_FIELD_BYTES
}

fn read_line(echo: Echo, screen: &Screen, answers: &UnboundedSender<Line>) {
    let show = |bytes: &[u8]| {
        if echo == Echo::On {
            screen.show(bytes);
        }
    };
    // With its full capacity from the start: a buffer that grows leaves copies in memory.
    let mut typed = Zeroizing::new(Vec::with_capacity(MAX_FIELD_BYTES + 8));
    let mut byte = Zeroizing::new([0]);
    let line = loop {
        // Byte by byte, unbuffered: what follows the answer stays in the terminal, where it is discarded.
        match retry_on_intr(|| rustix::io::read(io::stdin(), byte.as_mut_slice())) {
            Ok(0) | Err(_) => break Line::Gone,
            Ok(_) => {}
        }
        match byte[0] {
            // The lines of a command that was pasted: what comes after the end of an answer is thrown away.
            b'\r' | b'\n' if is_continued(&typed) => {
                typed.push(b'\n');
                show(b"\n");
            }
            b'\r' | b'\n' => match std::str::from_utf8(&typed) {
                Ok(text) => break Line::Answer(Secret::new(text)),
                Err(_) => break Line::NotText,
            },
            CTRL_C | CTRL_BACKSLASH => break Line::Interrupted,
            // As any terminal does it, what was typed until now is gone.
            CTRL_Z => break Line::Suspended,
            CTRL_D if typed.is_empty() => break Line::End,
            CTRL_U => {
                while take_last(&mut typed) {
                    show(RUB_OUT);
                }
            }
            DEL | CTRL_H => {
                if take_last(&mut typed) {
                    show(RUB_OUT);
                }
            }
            other => {
                // What is over the limit is refused by the rules, so one byte more than it is enough to keep.
                if typed.len() <= MAX_FIELD_BYTES {
                    typed.push(other);
                    // The key of an arrow, echoed as it is, would move the cursor.
                    show(if other.is_ascii_control() { b"?" } else { std::slice::from_ref(&byte[0]) });
                }
            }
        }
    };
    // There is no receiver any more when a signal came first.
    let _ = answers.send(line);
}

/// Takes the last character away, however many bytes it has.
fn take_last(typed: &mut Vec<u8>) -> bool {
    while let Some(byte) = typed.pop() {
        if byte & 0xc0 != 0x80 {
            return true;
        }
    }
    false
}

/// Where the question and the echo go: stderr where that is the terminal, else the terminal itself. A question that
/// is not seen must not be answered, and what is typed must not get into a file.
struct Screen(Option<File>);

impl Screen {
    fn open() -> Self {
        let redirected = !io::stderr().is_terminal();
        Self(redirected.then(|| File::options().write(true).open("/dev/tty").ok()).flatten())
    }

    fn show(&self, bytes: &[u8]) {
        // The end of the input reports a terminal that has closed.
        let _ = match &self.0 {
            Some(terminal) => (&mut &*terminal).write_all(bytes),
            None if io::stderr().is_terminal() => io::stderr().write_all(bytes),
            None => Ok(()),
        };
    }
}
