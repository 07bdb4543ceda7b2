//! A program on a terminal of its own: keys in, screen out, and every step waits for a state, never for a time.
//!
//! The slave side is kept open here, so that the terminal's settings can be read after the program has ended.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use rustix::termios::{self, Action, InputModes, LocalModes, OptionalActions, OutputModes, QueueSelector, SpecialCodeIndex};

pub use super::key::Key;

/// How long any wait may take before the test fails.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Controls that terminals ignore, written to the slave side to learn that all that came before was read.
const SETTLED: &[u8] = b"\x00\x01\x00\x02";

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// What it exited with; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The number of the signal that ended it.
    pub signal: Option<i32>,
    /// How much CPU it used, to a hundredth of a second.
    pub cpu: Duration,
}

/// A program about to be started.
pub struct Command {
    builder: CommandBuilder,
    rows: u16,
    cols: u16,
}

impl Command {
    /// `program` with an environment of its own: PATH, HOME, TERM and LANG alone.
    pub fn new(program: impl AsRef<Path>, home: &Path) -> Self {
        let mut builder = CommandBuilder::new(program.as_ref());
        builder.env_clear();
        builder.cwd(home);
        for (name, value) in super::base_env(home) {
            builder.env(name, value);
        }
        builder.env("TERM", "xterm-256color");
        Self { builder, rows: 24, cols: 80 }
    }

    pub fn args(mut self, args: &[&str]) -> Self {
        self.builder.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.builder.env(name, value);
        self
    }

    pub fn without_env(mut self, name: &str) -> Self {
        self.builder.env_remove(name);
        self
    }

    /// The terminal is not the one that controls the program: no SIGHUP is sent when it goes.
    pub fn without_control(mut self) -> Self {
        self.builder.set_controlling_tty(false);
        self
    }

    pub const fn size(mut self, rows: u16, cols: u16) -> Self {
        self.rows = rows;
        self.cols = cols;
        self
    }

    pub fn start(self) -> Pty {
        Pty::start(self)
    }
}

/// A running program with its terminal. Dropping it kills the program.
pub struct Pty {
    pid: Pid,
    slave: File,
    shared: Arc<Shared>,
    /// `None` once it was hung up.
    master: Option<Master>,
    settles: usize,
}

struct Master {
    pty: Box<dyn MasterPty + Send>,
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
    input: Sender<Vec<u8>>,
    written: Receiver<std::io::Result<()>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// The reader is to let go of the master side.
    closing: bool,
    reader: Reading,
    stopped: bool,
    exit: Option<Exit>,
}

/// What the reader of the master side does.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    On,
    /// It is to read nothing.
    ToPause,
    /// It reads nothing.
    Paused,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that failed while it held the lock has said so already.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    fn settled(&self) -> usize {
        self.raw.windows(SETTLED.len()).filter(|bytes| *bytes == SETTLED).count()
    }
}

impl Pty {
    fn start(command: Command) -> Self {
        let size = PtySize { rows: command.rows, cols: command.cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let name = pair.master.tty_name().expect("the terminal has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = File::from(rustix::fs::open(name, flags, Mode::empty()).unwrap());
        let child = pair.slave.spawn_command(command.builder).unwrap();
        let pid = Pid::from_raw(child.process_id().unwrap().cast_signed()).unwrap();
        let state = State {
            parser: vt100::Parser::new(at_least_one(command.rows), at_least_one(command.cols), 0),
            raw: Vec::new(),
            closing: false,
            reader: Reading::On,
            stopped: false,
            exit: None,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });

        let (from, to) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&shared));
        let reader = std::thread::spawn(move || read(from, &to));
        let (input, keys) = channel();
        let (ack, written) = channel();
        let to = pair.master.take_writer().unwrap();
        let writer = std::thread::spawn(move || write(to, &keys, &ack));
        let watched = Arc::clone(&shared);
        std::thread::spawn(move || watch(pid, &watched));
        let master = Some(Master { pty: pair.master, reader, writer, input, written });
        Self { pid, slave, shared, master, settles: 0 }
    }

    pub const fn pid(&self) -> Pid {
        self.pid
    }

    pub fn has_ended(&self) -> bool {
        self.shared.lock().exit.is_some()
    }

    /// How much CPU it used until now, to a hundredth of a second.
    pub fn cpu(&self) -> Duration {
        cpu_of(self.pid)
    }

    /// Sends a signal, unless the program has ended.
    pub fn signal(&self, signal: Signal) {
        let mut state = self.shared.lock();
        if signal == Signal::CONT {
            // That it goes on may be heard of only after it was stopped again.
            state.stopped = false;
        }
        // Not reaped while the lock is held, so the number is still this program's.
        if state.exit.is_none() {
            kill_process(self.pid, signal).unwrap();
        }
    }

    #[track_caller]
    pub fn type_text(&mut self, text: &str) {
        self.send(text.as_bytes());
    }

    /// As a terminal pastes while bracketed paste is on.
    #[track_caller]
    pub fn paste(&mut self, text: &str) {
        self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    }

    #[track_caller]
    pub fn key(&mut self, key: Key) {
        self.send(&key.bytes());
    }

    /// Another program writes onto the same terminal.
    pub fn scribble(&self, text: &str) {
        (&self.slave).write_all(text.as_bytes()).unwrap();
    }

    /// Any bytes, as they are; returns when the terminal has taken them.
    #[track_caller]
    pub fn send(&mut self, bytes: &[u8]) {
        let master = self.master.as_ref().expect("the terminal was hung up");
        master.input.send(bytes.to_vec()).unwrap();
        match master.written.recv_timeout(DEADLINE) {
            Ok(result) => result.unwrap(),
            Err(why) => panic!("{} bytes were not taken: {why}\n{}", bytes.len(), self.screen_text()),
        }
    }

    pub fn resize(&mut self, rows: u16, cols: u16) {
        let master = self.master.as_ref().expect("the terminal was hung up");
        let mut state = self.shared.lock();
        state.parser.set_size(at_least_one(rows), at_least_one(cols));
        master.pty.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// What the screen shows, a line per row.
    pub fn screen_text(&self) -> String {
        self.shared.lock().parser.screen().contents()
    }

    /// A look at the screen: cursor, colours, modes.
    pub fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.shared.lock().parser.screen())
    }

    /// Every byte that the program wrote.
    pub fn raw(&self) -> Vec<u8> {
        let raw = self.shared.lock().raw.clone();
        let mut out = Vec::with_capacity(raw.len());
        let mut rest = raw.as_slice();
        while let Some(at) = rest.windows(SETTLED.len()).position(|bytes| bytes == SETTLED) {
            out.extend_from_slice(&rest[..at]);
            rest = &rest[at + SETTLED.len()..];
        }
        out.extend_from_slice(rest);
        out
    }

    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait(&format!("{text:?} on the screen"), |state| state.parser.screen().contents().contains(text));
    }

    /// Waits until the text is no longer on the screen.
    #[track_caller]
    pub fn gone(&mut self, text: &str) {
        self.wait(&format!("{text:?} gone"), |state| !state.parser.screen().contents().contains(text));
    }

    #[track_caller]
    pub fn wait_until(&mut self, mut holds: impl FnMut(&vt100::Screen) -> bool) {
        self.wait("the screen", |state| holds(state.parser.screen()));
    }

    /// Waits until the program was stopped by a signal.
    #[track_caller]
    pub fn wait_stopped(&mut self) {
        self.wait("a stop", |state| state.stopped);
        self.settle();
    }

    /// Waits until the program has ended and all it wrote was read.
    #[track_caller]
    pub fn wait_exit(&mut self) -> Exit {
        self.wait("the end", |state| state.exit.is_some());
        self.settle();
        self.shared.lock().exit.clone().unwrap()
    }

    /// Waits until everything that was written to the terminal so far was read.
    #[track_caller]
    pub fn settle(&mut self) {
        if self.master.is_none() {
            return;
        }
        self.settles += 1;
        self.slave.write_all(SETTLED).unwrap();
        let settles = self.settles;
        self.wait("quiet", move |state| state.settled() >= settles);
    }

    /// From now on nobody reads what the program writes, and the terminal has no room for more of it.
    pub fn stop_reading(&mut self) {
        self.shared.lock().reader = Reading::ToPause;
        // Wakes the reader, which then sees that it is to rest.
        self.slave.write_all(SETTLED).unwrap();
        self.wait("rest of the reader", |state| state.reader == Reading::Paused);
        // A description of its own: the program's writes are to wait.
        let name = format!("/proc/self/fd/{}", self.slave.as_raw_fd());
        let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let full = File::from(rustix::fs::open(name, flags, Mode::empty()).unwrap());
        for size in [4096, 1] {
            while (&full).write(&vec![0; size]).is_ok() {}
        }
    }

    /// Reads on.
    pub fn read_on(&mut self) {
        self.shared.lock().reader = Reading::On;
        self.shared.changed.notify_all();
    }

    /// The terminal shows nothing until it is told otherwise, as at ^S.
    pub fn hold_output(&self, hold: bool) {
        termios::tcflow(&self.slave, if hold { Action::OOff } else { Action::OOn }).unwrap();
    }

    /// As [`Pty::wait_stopped`], where the terminal may take nothing.
    #[track_caller]
    pub fn wait_stop(&self) {
        self.wait("a stop", |state| state.stopped);
    }

    pub fn is_stopped(&self) -> bool {
        let state = self.shared.lock();
        state.stopped && state.exit.is_none()
    }

    /// Waits until the program was stopped by a signal, or has ended; whether it was stopped.
    #[track_caller]
    pub fn wait_stopped_or_ended(&self) -> bool {
        self.wait("a stop, or the end", |state| state.stopped || state.exit.is_some());
        self.shared.lock().exit.is_none()
    }

    /// Waits until the program has taken the terminal, which may show nothing.
    #[track_caller]
    pub fn wait_raw(&self) {
        let deadline = Instant::now() + DEADLINE;
        while !self.is_raw() {
            assert!(Instant::now() < deadline, "the terminal was not taken within {DEADLINE:?}");
            std::thread::yield_now();
        }
    }

    /// Waits until the program has taken the terminal, or has ended, or was stopped again.
    #[track_caller]
    pub fn wait_raw_or_ended(&self) {
        let deadline = Instant::now() + DEADLINE;
        while !self.is_raw() && !self.has_ended() && !self.is_stopped() {
            assert!(Instant::now() < deadline, "the terminal was not taken within {DEADLINE:?}");
            std::thread::yield_now();
        }
    }

    /// Waits until the program has ended, and for nothing else: what it wrote may still be in the terminal.
    #[track_caller]
    pub fn wait_end(&self) -> Exit {
        self.wait("the end", |state| state.exit.is_some());
        self.shared.lock().exit.clone().unwrap()
    }

    /// Closes the terminal under the program, as a lost SSH connection does.
    pub fn hang_up(&mut self) {
        let Some(master) = self.master.take() else { return };
        self.hold_output(false);
        let resting = {
            let mut state = self.shared.lock();
            state.closing = true;
            state.reader == Reading::Paused
        };
        // Wakes the reader, which then sees that it is to let go.
        self.read_on();
        if !resting {
            self.slave.write_all(SETTLED).unwrap();
        }
        master.reader.join().unwrap();
        // On drop the writer would type the end-of-file character, unless there is none.
        if let Ok(mut settings) = termios::tcgetattr(&self.slave) {
            settings.special_codes[SpecialCodeIndex::VEOF] = 0;
            termios::tcsetattr(&self.slave, OptionalActions::Now, &settings).unwrap();
        }
        drop(master.input);
        while !master.writer.is_finished() {
            // Unread input would keep it waiting.
            let _ = termios::tcflush(&self.slave, QueueSelector::IFlush);
            std::thread::yield_now();
        }
        drop(master.pty);
    }

    /// The terminal is as the next program expects it: it echoes, reads lines, turns newlines, and shows the normal screen
    /// with its cursor; no paste brackets, no mouse reports.
    #[track_caller]
    pub fn assert_terminal_whole(&mut self) {
        self.settle();
        let settings = termios::tcgetattr(&self.slave).unwrap();
        for mode in [LocalModes::ECHO, LocalModes::ICANON, LocalModes::ISIG, LocalModes::IEXTEN] {
            assert!(settings.local_modes.contains(mode), "{mode:?} is off");
        }
        assert!(settings.output_modes.contains(OutputModes::OPOST), "OPOST is off");
        assert!(settings.input_modes.contains(InputModes::ICRNL), "ICRNL is off");
        let state = self.shared.lock();
        let screen = state.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was not left");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is on");
        assert!(!screen.application_cursor() && !screen.application_keypad(), "the keys are in application mode");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is reported");
    }

    /// Whether the terminal is raw: no echo, no lines.
    pub fn is_raw(&self) -> bool {
        let settings = termios::tcgetattr(&self.slave).unwrap();
        !settings.local_modes.intersects(LocalModes::ECHO | LocalModes::ICANON)
    }

    #[track_caller]
    fn wait(&self, what: &str, mut holds: impl FnMut(&State) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        let mut state = self.shared.lock();
        while !holds(&state) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "no {what} within {DEADLINE:?}; exit: {:?}; screen:\n{}",
                state.exit,
                state.parser.screen().contents()
            );
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        {
            let state = self.shared.lock();
            if state.exit.is_none() {
                let _ = kill_process(self.pid, Signal::KILL);
            }
        }
        self.hang_up();
    }
}

fn at_least_one(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN)
}

fn read(mut from: Box<dyn Read + Send>, to: &Shared) {
    let mut chunk = [0; 16 * 1024];
    while let Ok(n) = from.read(&mut chunk) {
        let mut state = to.lock();
        state.parser.process(&chunk[..n]);
        state.raw.extend_from_slice(&chunk[..n]);
        to.changed.notify_all();
        while state.reader != Reading::On {
            state.reader = Reading::Paused;
            to.changed.notify_all();
            state = to.changed.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        if n == 0 || state.closing {
            return;
        }
    }
}

fn write(mut to: Box<dyn Write + Send>, keys: &Receiver<Vec<u8>>, ack: &Sender<std::io::Result<()>>) {
    for bytes in keys {
        let result = to.write_all(&bytes).and_then(|()| to.flush());
        if ack.send(result).is_err() {
            return;
        }
    }
}

/// Follows the program until it has ended. It is looked at first and reaped under the lock, so that no signal goes to a number
/// that belongs to another program by then.
fn watch(pid: Pid, shared: &Shared) {
    let any = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::CONTINUED;
    loop {
        let Ok(Some(_)) = waitid(WaitId::Pid(pid), any | WaitIdOptions::NOWAIT) else { return };
        let mut state = shared.lock();
        let cpu = cpu_of(pid);
        let Ok(Some(status)) = waitid(WaitId::Pid(pid), any | WaitIdOptions::NOHANG) else { continue };
        state.stopped = status.stopped();
        if status.exited() || status.killed() || status.dumped() {
            state.exit = Some(Exit { code: status.exit_status(), signal: status.terminating_signal(), cpu });
        }
        shared.changed.notify_all();
        if state.exit.is_some() {
            return;
        }
    }
}

/// From `/proc/PID/stat`, which is there until the program is reaped (proc(5)): fields 14 and 15, counted from after the
/// name, in hundredths of a second.
fn cpu_of(pid: Pid) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks: u64 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
