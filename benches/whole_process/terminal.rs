//! A program on a terminal, and every byte that it writes with the moment at which it could be read.
//!
//! Nothing interprets the bytes here: a thread takes the time as soon as it has them.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long nothing may come before a program counts as done with what it was writing.
pub const QUIET: Duration = Duration::from_millis(40);

/// How long the first byte may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// What a program wrote in one go.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    pub bytes: usize,
    /// Since the go began; zero when nothing was written.
    pub after: Duration,
}

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<(Instant, usize)>,
    started: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    pub fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut from = pair.master.try_clone_reader().unwrap();
        let input = pair.master.take_writer().unwrap();
        let (to, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from.read(&mut chunk) {
                if to.send((Instant::now(), count)).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        Self { child, input, output, started, _master: pair.master }
    }

    /// Waits for the first frame, and gives it as measured from exec.
    pub fn first_frame(&self) -> Written {
        self.collect(self.started, DEADLINE)
    }

    /// Sends bytes, and gives what they made the program write. `patience` is how long nothing may come at all.
    pub fn press(&mut self, bytes: &[u8], patience: Duration) -> Written {
        let pressed = Instant::now();
        self.input.write_all(bytes).unwrap();
        self.collect(pressed, patience)
    }

    /// What the program writes by itself after that; `patience` is how long nothing may come at all.
    pub fn more(&self, patience: Duration) -> Written {
        self.collect(Instant::now(), patience)
    }

    /// What comes within that time, however it comes.
    pub fn bytes_within(&self, time: Duration) -> usize {
        let end = Instant::now() + time;
        let mut bytes = 0;
        while let Ok((_, count)) = self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
            bytes += count;
        }
        bytes
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    fn collect(&self, since: Instant, patience: Duration) -> Written {
        let mut written = Written { bytes: 0, after: Duration::ZERO };
        let mut wait = patience;
        loop {
            match self.output.recv_timeout(wait) {
                Ok((at, count)) => {
                    written = Written { bytes: written.bytes + count, after: at - since };
                    wait = QUIET;
                }
                Err(RecvTimeoutError::Timeout) => return written,
                Err(RecvTimeoutError::Disconnected) => return written,
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
