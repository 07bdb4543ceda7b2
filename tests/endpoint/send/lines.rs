//! Many events.

use std::collections::BTreeMap;
use std::future::pending;
use std::io::{self, Cursor, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use waypost::domain::auth::default;

use waypost::domain::delivery::Outcome;
use waypost::domain::delivery::retry::Policy;
use waypost::ops::relay::{FailedLines, LineOptions, MAX_LINE, Options, Streams, Summary, Tally};

use super::{Place, SECRET, Stopper, destination, with_auth};
use crate::support::check::{expect_hmac, expect_nothing};
use crate::support::receiver::{Answer, DEADLINE, RawRequest, Receiver};

/// A failed file that a test can read.
#[derive(Clone, Default)]
pub struct Kept(pub Arc<Mutex<Vec<u8>>>);

impl Kept {
    pub fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap();
        String::from_utf8_lossy(&bytes).split_inclusive('\n').map(str::to_owned).collect()
    }

    pub fn file(&self) -> Box<dyn FailedLines> {
        Box::new(self.clone())
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl FailedLines for Kept {
    fn cut_to(&mut self, bytes: u64) -> io::Result<()> {
        self.0.lock().unwrap().truncate(usize::try_from(bytes).unwrap());
        Ok(())
    }
}

/// A file on a disk that is full after that number of bytes.
struct Full(usize, Kept);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { self.1.write(&bytes[..taken]) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl FailedLines for Full {
    fn cut_to(&mut self, bytes: u64) -> io::Result<()> {
        self.1.cut_to(bytes)
    }
}

/// Lines without end, and how many bytes of them were read.
struct Endless(Arc<AtomicUsize>);

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let line = b"{\"n\":1}\n";
        let whole = into.len() / line.len() * line.len();
        into[..whole].chunks_exact_mut(line.len()).for_each(|chunk| chunk.copy_from_slice(line));
        self.0.fetch_add(whole, Ordering::SeqCst);
        Ok(whole)
    }
}

pub fn numbered(count: usize) -> String {
    (1..=count).map(|n| format!("{{\"n\":{n}}}\n")).collect::<Vec<_>>().concat()
}

fn receiver(answers: Vec<Answer>) -> Receiver {
    Receiver::scripted(expect_hmac("hex", "x-signature", SECRET), answers)
}

/// Every tenth request is answered with 503.
fn unreliable(count: usize) -> Vec<Answer> {
    (0..count).map(|n| Answer::status(if n % 10 == 3 { 503 } else { 200 })).collect()
}

fn how(options: Options, concurrency: usize) -> LineOptions {
    LineOptions { options, concurrency, name: "test".into() }
}

/// The ids under which each body came.
fn ids(requests: &[RawRequest]) -> BTreeMap<String, Vec<String>> {
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for request in requests {
        request.verdict.as_ref().unwrap();
        let body = String::from_utf8(request.body.clone()).unwrap();
        ids.entry(body).or_default().push(request.header("webhook-id").to_owned());
    }
    ids
}

async fn send(place: &Place, receiver: &Receiver, input: &str, how: &LineOptions, kept: &Kept) -> Summary {
    let to = destination(&receiver.url, receiver.ca());
    let input = Cursor::new(input.to_owned());
    place.waypost.send_lines(&to, Streams { input, failed: Some(kept.file()) }, how, |_| {}, pending(), pending()).await.unwrap()
}

#[tokio::test]
async fn two_thousand_lines_are_delivered_each_under_one_id() {
    const COUNT: usize = 2_000;
    let place = Place::new();
    let receiver = receiver(unreliable(2 * COUNT));
    let kept = Kept::default();
    // The retries of one line may all meet a tenth request.
    let options = Options { policy: Policy { retries: 50 }, ..place.options() };
    let summary = send(&place, &receiver, &numbered(COUNT), &how(options, 8), &kept).await;
    let tally = summary.tally;
    assert_eq!((tally.delivered, tally.ended()), (COUNT as u64, COUNT as u64), "{summary:?}");
    assert_eq!(tally.retries, receiver.requests().len() as u64 - COUNT as u64);
    assert!(tally.retries > 200 && kept.lines().is_empty());
    assert_eq!((summary.unrecorded, summary.unread_from), (None, None));
    assert_eq!(receiver.connections(), 8, "connections are kept");
    let ids = ids(&receiver.requests());
    assert_eq!(ids.len(), COUNT);
    for (body, mut ids) in ids {
        ids.dedup();
        assert_eq!(ids.len(), 1, "{body}");
    }

    let history = place.history();
    assert_eq!(history.len(), COUNT);
    assert!(history.iter().all(|delivery| delivery.outcome() == Outcome::Delivered && delivery.event.starts_with("test:")));
    let connected = history.iter().flat_map(|delivery| &delivery.attempts).filter(|attempt| attempt.tls.is_some()).count();
    assert_eq!(connected, 8, "only an attempt that connected reports it");
}

#[tokio::test]
async fn what_is_not_delivered_is_kept_byte_for_byte() {
    let place = Place::new();
    let receiver = receiver(vec![Answer::status(200), Answer::status(422), Answer::status(200), Answer::status(200)]);
    let kept = Kept::default();
    let input = "{\"a\": 1}\r\n\n  \n\t{\"b\" :2} \r\nnot json\n{\"c\":3}\n{\"d\":\n[1, \"ä\"]";
    let summary = send(&place, &receiver, input, &how(place.options(), 1), &kept).await;
    let bodies: Vec<_> = receiver.requests().into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect();
    assert_eq!(bodies, ["{\"a\": 1}", "\t{\"b\" :2} ", "{\"c\":3}", "[1, \"ä\"]"]);
    let mut lines = kept.lines();
    lines.sort();
    assert_eq!(lines, ["\t{\"b\" :2} \r\n", "not json\n", "{\"d\":\n"]);
    let expected = Tally { delivered: 3, refused: 1, invalid: 2, ..Tally::default() };
    assert_eq!(summary.tally, expected);
    let invalid: Vec<_> = summary.invalid.iter().map(|invalid| (invalid.line, invalid.why.as_str())).collect();
    assert_eq!(invalid, [(5, "it is not JSON at column 2"), (7, "it is not JSON at column 5")]);
}

#[tokio::test]
async fn the_longest_line_is_sent_and_a_longer_one_is_refused() {
    let place = Place::new();
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    // Unsigned: signing as much takes long without optimisation.
    let to = with_auth(default::SPEC, &receiver.url, receiver.ca());
    let kept = Kept::default();
    let of = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let long = of(MAX_LINE + 1);
    let much_longer = of(MAX_LINE + 3_000_000);
    let input = format!("{}\n{long}\n1\n{much_longer}\n2\n{}", of(MAX_LINE), of(MAX_LINE + 100_000));
    let how = how(place.options(), 2);
    let sent = place.waypost.send_lines(
        &to,
        Streams { input: Cursor::new(input), failed: Some(kept.file()) },
        &how,
        |_| {},
        pending(),
        pending(),
    );
    let summary = sent.await.unwrap();
    assert_eq!(summary.tally, Tally { delivered: 3, invalid: 3, ..Tally::default() }, "{:?}", summary.invalid);
    let mut sizes: Vec<_> = receiver.requests().iter().map(|request| request.body.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 1, MAX_LINE]);
    let refused: Vec<_> = summary.invalid.iter().map(|invalid| invalid.line).collect();
    assert_eq!((refused, summary.lost), (vec![2, 4, 6], vec![2..=2, 4..=4, 6..=6]));
    assert_eq!(summary.invalid[0].why, "it is longer than 16 MiB, and not in the failed file");
    assert!(kept.lines().is_empty());
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_keeps_the_rest() {
    const COUNT: usize = 1_000;
    let place = Place::new();
    let receiver = receiver(unreliable(COUNT));
    let to = destination(&receiver.url, receiver.ca());
    let kept = Kept::default();
    let stopper = Stopper::default();
    let progress = |tally: &Tally| {
        if tally.delivered == 100 {
            stopper.stop();
        }
    };
    let input = Cursor::new(numbered(COUNT) + "no json\n");
    let how = how(place.options(), 8);
    let summary = place
        .waypost
        .send_lines(&to, Streams { input, failed: Some(kept.file()) }, &how, progress, stopper.stopped(), pending())
        .await
        .unwrap();
    let tally = summary.tally;
    assert!(summary.stopped && (100..150).contains(&tally.delivered), "{tally:?}");
    assert_eq!(tally.ended(), COUNT as u64 + 1);
    assert_eq!((summary.unread_from, tally.in_flight, tally.waiting), (None, 0, 0));
    let requests = receiver.requests();
    let delivered: Vec<_> = place.history().into_iter().filter(|d| d.outcome() == Outcome::Delivered).collect();
    assert_eq!(delivered.len() as u64, tally.delivered);
    let mut all: Vec<_> =
        delivered.iter().map(|d| String::from_utf8(d.attempts[0].request.body.clone()).unwrap() + "\n").collect();
    all.extend(kept.lines());
    all.sort();
    let mut expected: Vec<_> = numbered(COUNT).split_inclusive('\n').map(str::to_owned).collect();
    expected.push("no json\n".into());
    expected.sort();
    assert_eq!(all, expected, "every line once");
    assert!(requests.len() < 200, "nothing new was begun");
}

#[tokio::test]
async fn without_a_failed_file_a_stop_leaves_the_rest_unread() {
    let place = Place::new();
    let receiver = receiver(vec![Answer::status(200)]);
    let to = destination(&receiver.url, receiver.ca());
    let stopper = Stopper::default();
    let read = Arc::new(AtomicUsize::new(0));
    let progress = |tally: &Tally| {
        if tally.delivered == 50 {
            stopper.stop();
        }
    };
    let how = how(place.options(), 1);
    let input = Endless(Arc::clone(&read));
    let summary = place
        .waypost
        .send_lines(&to, Streams { input, failed: None }, &how, progress, stopper.stopped(), pending())
        .await
        .unwrap();
    let tally = summary.tally;
    assert_eq!(tally.delivered, receiver.requests().len() as u64);
    assert_eq!(summary.unread_from, Some(tally.delivered + 1), "{summary:?}");
}

#[tokio::test]
async fn reading_does_not_run_ahead_and_a_second_stop_ends_all() {
    let place = Place::new();
    let receiver = Arc::new(receiver(vec![Answer::Stall]));
    let to = destination(&receiver.url, receiver.ca());
    let kept = Kept::default();
    let read = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&receiver);
    let arrived = async {
        tokio::task::spawn_blocking(move || seen.wait_for_requests(4, DEADLINE)).await.unwrap();
    };
    let how = how(place.options(), 4);
    let input = Endless(Arc::clone(&read));
    let summary = place
        .waypost
        .send_lines(&to, Streams { input, failed: Some(kept.file()) }, &how, |_| {}, pending(), arrived)
        .await
        .unwrap();
    assert!(read.load(Ordering::SeqCst) <= 256 * 1024, "{read:?}");
    assert_eq!((summary.tally.stopped, summary.tally.delivered), (4, 0));
    let handled = summary.tally.ended();
    assert_eq!((kept.lines().len() as u64, summary.unread_from), (handled, Some(handled + 1)));
    assert_eq!(place.history().len(), 4);
}

#[tokio::test]
async fn a_failed_file_that_cannot_be_written_stops_but_loses_nothing_silently() {
    const COUNT: usize = 500;
    let place = Place::new();
    let receiver = receiver((0..COUNT).map(|n| Answer::status(if n % 2 == 0 { 400 } else { 200 })).collect());
    let to = destination(&receiver.url, receiver.ca());
    let how = how(Options { policy: Policy { retries: 0 }, ..place.options() }, 4);
    let kept = Kept::default();
    let file: Box<dyn FailedLines> = Box::new(Full(300, kept.clone()));
    let input = Cursor::new(numbered(COUNT));
    let summary =
        place.waypost.send_lines(&to, Streams { input, failed: Some(file) }, &how, |_| {}, pending(), pending()).await.unwrap();
    assert!(summary.unwritten.is_some() && summary.stopped, "{summary:?}");
    let requests = receiver.requests();
    assert!(requests.len() < COUNT);
    let first_unread = summary.unread_from.unwrap_or(COUNT as u64 + 1);
    let lost: u64 = summary.lost.iter().map(|range| range.end() - range.start() + 1).sum();
    let tally = summary.tally;
    // What was written before the disk was full is neither lost nor unread.
    let in_file = tally.ended() - tally.delivered - lost;
    assert!(in_file <= 300 / 8 && lost > 0, "{summary:?}");
    assert_eq!(tally.delivered + in_file + lost, first_unread - 1);
    let kept = kept.lines();
    assert_eq!(kept.len() as u64, in_file);
    assert!(kept.iter().all(|line| line.ends_with("}\n")), "no torn line: {kept:?}");
}

#[tokio::test]
async fn a_history_that_cannot_be_written_is_reported_once() {
    let place = Place::new();
    std::fs::write(place.home.state_dir(), "a file in its place").unwrap();
    let receiver = receiver(vec![Answer::status(200)]);
    let summary = send(&place, &receiver, &numbered(50), &how(place.options(), 4), &Kept::default()).await;
    assert_eq!(summary.tally.delivered, 50);
    assert!(summary.unrecorded.unwrap().what.contains("cannot"), "it is reported");
}

#[tokio::test]
async fn an_input_that_fails_is_reported_with_its_position() {
    struct Breaks(Cursor<String>);
    impl Read for Breaks {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.read(into)? {
                0 => Err(io::Error::other("unplugged")),
                read => Ok(read),
            }
        }
    }
    let place = Place::new();
    let receiver = receiver(vec![Answer::status(200)]);
    let to = destination(&receiver.url, receiver.ca());
    let input = Breaks(Cursor::new(numbered(3) + "{\"torn\":"));
    let how = how(place.options(), 2);
    let summary =
        place.waypost.send_lines(&to, Streams { input, failed: None }, &how, |_| {}, pending(), pending()).await.unwrap();
    assert_eq!((summary.tally.delivered, summary.unread_from), (3, Some(4)));
    assert_eq!(summary.unreadable.as_deref(), Some("unplugged"));
}

/// Gives its bytes, and then nothing for as long as it lives: like a pipe that stays open. Reports when it is waited for.
struct StaysOpen(Cursor<String>, Arc<Stopper>);

impl Read for StaysOpen {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => {
                self.1.stop();
                loop {
                    std::thread::park();
                }
            }
            read => Ok(read),
        }
    }
}

#[tokio::test]
async fn a_second_stop_leaves_a_line_that_does_not_end() {
    let place = Place::new();
    let receiver = receiver(vec![Answer::status(400)]);
    let to = destination(&receiver.url, receiver.ca());
    let kept = Kept::default();
    let waited_for = Arc::new(Stopper::default());
    let input = StaysOpen(Cursor::new("{\"n\":1}\n".to_owned() + &"x".repeat(MAX_LINE + 1_000_000)), Arc::clone(&waited_for));
    let how = how(Options { policy: Policy { retries: 0 }, ..place.options() }, 1);
    let streams = Streams { input, failed: Some(kept.file()) };
    let sent = place.waypost.send_lines(&to, streams, &how, |_| {}, pending(), waited_for.stopped());
    let summary = tokio::time::timeout(DEADLINE, sent).await.expect("it ends").unwrap();
    assert_eq!((summary.unread_from, summary.unwritten.as_deref()), (Some(2), None), "{summary:?}");
    assert_eq!((summary.tally.invalid, summary.tally.ended()), (0, 1));
    assert_eq!(kept.lines(), ["{\"n\":1}\n"], "nothing of a line that is unread");
}

#[tokio::test]
async fn two_stops_at_once_keep_no_line_that_is_unread() {
    // Every line is copied: some because of the stop, some because they are invalid.
    struct Mixed(u64, Vec<u8>);
    impl Read for Mixed {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.1.is_empty() {
                self.0 += 1;
                self.1 = if self.0.is_multiple_of(3) { format!("no {}\n", self.0) } else { format!("{}\n", self.0) }.into_bytes();
            }
            let taken = self.1.len().min(into.len());
            into[..taken].copy_from_slice(&self.1[..taken]);
            self.1.drain(..taken);
            Ok(taken)
        }
    }
    for round in 0..30_u64 {
        let place = Place::new();
        let receiver = receiver(vec![Answer::status(400)]);
        let to = destination(&receiver.url, receiver.ca());
        let kept = Kept::default();
        let (first, second) = (Stopper::default(), Stopper::default());
        let progress = |tally: &Tally| {
            if tally.refused >= 2 {
                first.stop();
            }
            if tally.unsent > 7 * round {
                second.stop();
            }
        };
        let how = how(Options { policy: Policy { retries: 0 }, ..place.options() }, 4);
        let streams = Streams { input: Mixed(0, Vec::new()), failed: Some(kept.file()) };
        let sent = place.waypost.send_lines(&to, streams, &how, progress, first.stopped(), second.stopped());
        let summary = tokio::time::timeout(DEADLINE, sent).await.expect("it ends").unwrap();
        let mut numbers: Vec<u64> =
            kept.lines().iter().map(|line| line.trim().trim_start_matches("no ").parse().unwrap()).collect();
        numbers.sort_unstable();
        // None is delivered: each is in the file once, up to the first that is unread.
        assert_eq!(numbers, (1..summary.unread_from.unwrap()).collect::<Vec<_>>(), "round {round}");
        assert_eq!(summary.tally.ended(), numbers.len() as u64);
    }
}
