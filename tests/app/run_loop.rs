//! The real loop over a terminal of cells and a stream of keys: real files, a real receiver, no pty.

use std::cell::Cell;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::Stream;
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc::{UnboundedSender, channel, unbounded_channel};
use waypost::io::fs::paths::Paths;
use waypost::io::receiver;
use waypost::ops::{OwnReceiver, State, Waypost};
use waypost::tui::app::run::{Program, Run, Shell};
use waypost::tui::model::{Environment, Model};
use waypost::tui::msg::Msg;

/// Counts how often the loop wants to stop the process.
struct Stops(Rc<Cell<usize>>);

impl Shell for Stops {
    type Keys = Keys;

    fn keys(&mut self) -> Keys {
        unreachable!("no editor is called here")
    }

    fn is_drawn(&self) -> bool {
        true
    }

    async fn drawn(&self) -> io::Result<()> {
        Ok(())
    }

    async fn open(&mut self, _: Program, _: &Path, _: impl Future<Output = ()>) -> Result<(), String> {
        unreachable!("no editor is called here")
    }

    fn suspend(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn typed(text: &str) -> Vec<Event> {
    text.chars().map(|c| key(KeyCode::Char(c), KeyModifiers::NONE)).collect()
}

type Keys = Pin<Box<dyn Stream<Item = io::Result<Event>>>>;

fn stream(receiver: tokio::sync::mpsc::UnboundedReceiver<Event>) -> Keys {
    Box::pin(futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|event| (Ok(event), receiver))
    }))
}

fn paths(home: &tempfile::TempDir) -> Paths {
    Paths { config_dir: home.path().join("config"), state_dir: home.path().join("state"), key_file_override: None }
}

fn model(waypost: &Waypost, demo: Option<String>) -> Model {
    Model::new((80, 24), Environment { demo, ..Environment::default() }, waypost.snapshot())
}

#[tokio::test(flavor = "current_thread")]
async fn register_and_test_and_quit() {
    let home = tempfile::tempdir().unwrap();
    let registered = Waypost::new(paths(&home), None);
    let (seen, mut requests) = channel(64);
    let options = receiver::Options {
        addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        name: "localhost".into(),
        respond: None,
        delay: Duration::ZERO,
        fail_rate: 0.0,
        client_ca: None,
        one_path: true,
        settings: Arc::new(move || Ok(registered.destination().ok().map(|destination| destination.settings().clone()))),
        clock: Arc::new(Timestamp::now),
    };
    let receiver = receiver::start(options, seen).await.unwrap();
    let own =
        OwnReceiver { authority: format!("localhost:{}", receiver.addr().port()), ca_pem: receiver.ca_pem().as_bytes().to_vec() };
    let waypost = Waypost::new(paths(&home), Some(own));
    let model = model(&waypost, Some(receiver.url().to_owned()));

    let (keys, events) = unbounded_channel();
    let (outside, from_outside) = unbounded_channel();
    let send = |events: Vec<Event>| events.into_iter().for_each(|event| keys.send(event).unwrap());
    send(vec![key(KeyCode::Enter, KeyModifiers::NONE), key(KeyCode::Tab, KeyModifiers::NONE)]);
    send(vec![key(KeyCode::Down, KeyModifiers::NONE); 3]);
    send(vec![key(KeyCode::Char(' '), KeyModifiers::NONE), key(KeyCode::Tab, KeyModifiers::NONE)]);
    send(typed("mF_9.B5f-4.1JqM"));
    send(vec![key(KeyCode::Tab, KeyModifiers::NONE); 3]);
    // Keys that come early are kept: all of this is there before the loop begins.
    send(vec![key(KeyCode::Enter, KeyModifiers::NONE)]);
    let to_loop: UnboundedSender<Msg> = outside.clone();
    let end = async move {
        let receiver::ReceiverEvent::Request(seen) = requests.recv().await.unwrap() else { panic!("no request") };
        assert!(seen.verdict.unwrap().is_accepted());
        // The answer is on its way; the signal comes after it or before it, and the delivery is recorded either way.
        to_loop.send(Msg::Terminate(143)).unwrap();
    };
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let stops = Rc::new(Cell::new(0));
    let run = Run { model, waypost: Arc::new(waypost), terminal: &mut terminal, shell: Stops(Rc::clone(&stops)) };
    let (code, ()) = tokio::join!(run.run(stream(events), from_outside), end);
    assert_eq!(code.unwrap(), 143);
    assert_eq!(stops.get(), 0);

    let snapshot = Waypost::new(paths(&home), None).snapshot();
    assert!(matches!(snapshot.state, State::Open(_)));
    assert_eq!(snapshot.history.unwrap().rows.len(), 1);
    drop(outside);
}

#[tokio::test(flavor = "current_thread")]
async fn keys_that_end_are_a_hang_up() {
    let home = tempfile::tempdir().unwrap();
    let waypost = Waypost::new(paths(&home), None);
    let model = model(&waypost, None);
    let (keys, events) = unbounded_channel();
    let (_outside, from_outside) = unbounded_channel();
    keys.send(key(KeyCode::Char('z'), KeyModifiers::CONTROL)).unwrap();
    drop(keys);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let stops = Rc::new(Cell::new(0));
    let run = Run { model, waypost: Arc::new(waypost), terminal: &mut terminal, shell: Stops(Rc::clone(&stops)) };
    assert_eq!(run.run(stream(events), from_outside).await.unwrap(), 129);
    assert_eq!(stops.get(), 1);
}
