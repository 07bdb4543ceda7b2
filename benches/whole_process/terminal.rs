//! A program on a terminal, and the time at which each byte it writes can be read.
//!
//! The bytes are not interpreted: a thread notes the time as soon as it has read them.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// After how long without output a program has finished writing.
pub const QUIET: Duration = Duration::from_millis(40);

/// How long to wait for the first byte.
const DEADLINE: Duration = Duration::from_secs(20);

/// What a program wrote without a pause.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    pub bytes: usize,
    /// When the last byte came; zero when nothing was written.
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

    /// Waits for the first frame, timed from exec.
    pub fn first_frame(&self) -> Written {
        self.collect(self.started, DEADLINE)
    }

    /// Sends bytes and waits for what the program writes. `patience` is how long to wait for its first byte.
    pub fn press(&mut self, bytes: &[u8], patience: Duration) -> Written {
        let pressed = Instant::now();
        self.input.write_all(bytes).unwrap();
        self.collect(pressed, patience)
    }

    /// How many bytes come within that time.
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
