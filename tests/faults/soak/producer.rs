//! Hands the events over to the queue, by `enqueue --lines`, which is killed and started again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::Range;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::endpoint::{Shared, body, digest};
use crate::support::Home;

/// The most events that are on their way, of how many there are.
pub const fn backlog(events: usize) -> usize {
    if events < 80_000 { events / 4 } else { 20_000 }
}

/// The largest number of lines that one `enqueue` reads.
const OF_ONE: usize = 50_000;

#[derive(Default)]
pub struct Producer {
    /// Nobody waits for it any more.
    is_over: AtomicBool,
    /// How many of them have to be killed.
    pub to_kill: AtomicUsize,
    /// Its answers: the id of each event, as a digest.
    answered: Mutex<Vec<u64>>,
    /// Read by one that was killed before it answered for them, and handed over again.
    unsure: Mutex<Vec<Range<usize>>>,
}

/// What it knows in the end.
pub struct Ends {
    pub answered: Vec<u64>,
    pub unsure: Vec<Range<usize>>,
}

/// Ends a producer when it is dropped, so that a failure ends the test.
pub struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Producer {
    pub fn ends_with(&self) -> Over<'_> {
        Over(&self.is_over)
    }

    pub fn ends(self) -> Ends {
        Ends { answered: self.answered.into_inner().unwrap(), unsure: self.unsure.into_inner().unwrap() }
    }

    /// Hands over that many events.
    pub fn run(&self, home: &Home, shared: &Shared, events: usize) {
        while self.answered.lock().unwrap().len() < events {
            let first = self.answered.lock().unwrap().len();
            let (mut child, stdout) = spawn(home);
            let (fed, was_killed) = thread::scope(|scope| {
                scope.spawn(|| self.read(stdout));
                self.feed(&mut child, shared, first..events.min(first + OF_ONE), backlog(events))
            });
            let status = child.wait().unwrap();
            let answered = self.answered.lock().unwrap().len();
            if was_killed {
                self.unsure.lock().unwrap().push(answered..fed);
            } else {
                assert_eq!((status.code(), answered), (Some(0), fed), "an enqueue ended");
            }
        }
    }

    fn read(&self, stdout: ChildStdout) {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        // A kill may leave a part of a line.
        while stdout.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
            self.answered.lock().unwrap().push(digest(&line.trim_end().to_ascii_lowercase()));
            line.clear();
        }
    }

    /// The end of what was written to it, and whether it was killed.
    fn feed(&self, child: &mut Child, shared: &Shared, events: Range<usize>, backlog: usize) -> (usize, bool) {
        let mut stdin = child.stdin.take().unwrap();
        for n in events.clone() {
            while n >= usize::try_from(shared.done.load(Ordering::SeqCst)).unwrap() + backlog {
                assert!(!self.is_over.load(Ordering::SeqCst), "the test ended before {n} was handed over");
                thread::sleep(Duration::from_millis(5));
            }
            let mut line = body(n);
            line.push(b'\n');
            stdin.write_all(&line).unwrap();
            // In the middle of a group, and not always after as many lines.
            if n % 97 == 0 && n > events.start && self.to_kill.load(Ordering::SeqCst) > 0 {
                self.to_kill.fetch_sub(1, Ordering::SeqCst);
                child.kill().unwrap();
                return (n + 1, true);
            }
        }
        (events.end, false)
    }
}

fn spawn(home: &Home) -> (Child, ChildStdout) {
    let mut command = home.command(&["enqueue", "--lines", "-", "-q"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    (child, stdout)
}
