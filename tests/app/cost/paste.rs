//! What long pastes cost, by counts: frames, allocations, and bytes that are allocated. A cost that grows with the square of the text
//! is many times what these allow.

use std::cell::Cell;
use std::io::{self, Write};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::Stream;
use ratatui::Terminal;
use ratatui::layout::Size;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use waypost::domain::auth::{bearer, hmac};
use waypost::io::fs::paths::Paths;
use waypost::ops::Waypost;
use waypost::tui::app::backend::LeanBackend;
use waypost::tui::app::run::{Program, Run, Shell};
use waypost::tui::model::{Environment, Model};
use waypost::tui::msg::{Msg, Press};

use super::screen::Screen;
use crate::screens::scenes;

const EDITOR: [Press; 2] = [Press::Char('t'), Press::Ctrl('e')];

/// What it takes to update and draw by all of these, one frame for each hundred: as a paste without brackets comes.
fn typed(mut screen: Screen, text: &str) -> AllocationInfo {
    let chars: Vec<char> = text.chars().collect();
    measure(|| {
        for hundred in chars.chunks(100) {
            for &c in hundred {
                screen.update(Msg::Key(Press::Char(c)));
            }
            screen.draw_if_changed();
        }
    })
}

fn editor() -> Screen {
    Screen::after(scenes::registered(hmac::SPEC), &EDITOR)
}

#[track_caller]
fn assert_linear(name: &str, short: &AllocationInfo, long: &AllocationInfo) {
    // Four times the text; a square would be sixteen times.
    assert!(long.count_total < 6 * short.count_total, "{name}: {} and {} allocations", short.count_total, long.count_total);
    assert!(long.bytes_total < 7 * short.bytes_total, "{name}: {} and {} bytes", short.bytes_total, long.bytes_total);
}

#[test]
fn a17_a_long_line_costs_as_much_as_it_is_long() {
    for (name, unit) in [("letters", "x"), ("wide", "漢"), ("marks", "e\u{301}"), ("no width", "a\u{200b}")] {
        let (short, long) = [1250, 5000].map(|count| typed(editor(), &unit.repeat(count))).into();
        assert_linear(name, &short, &long);
        // A key changes a byte of a text, and allocates nothing of its own.
        let keys = 5000 * unit.chars().count() as u64;
        assert!(long.count_total < keys * 8, "{name}: {} allocations for {keys} keys", long.count_total);
    }
}

#[test]
fn a17_a_field_costs_as_much_as_it_is_long() {
    let form = || Screen::after(scenes::nothing(), &[Press::Enter]);
    let secret = || Screen::after(scenes::registered(bearer::SPEC), &[Press::Char('e'), Press::Tab, Press::Tab]);
    for (name, screen) in [("URL", &form as &dyn Fn() -> Screen), ("secret", &secret)] {
        let (short, long) = [2000, 8000].map(|count| typed(screen(), &"x".repeat(count))).into();
        assert!(long.count_total < 20 * short.count_total, "{name}: {} and {}", short.count_total, long.count_total);
        assert!(long.count_total < 8000 * 60, "{name}: {} allocations for 8000 keys", long.count_total);
    }
}

#[test]
fn a17_many_pasted_lines_cost_as_much_as_they_are_many() {
    let lines = |count: usize| {
        let mut screen = editor();
        let pasted = waypost::tui::msg::Pasted::new("\n".repeat(count));
        measure(|| {
            screen.update(Msg::Paste(pasted));
            screen.draw_if_changed();
        })
    };
    let (short, long) = (lines(30_000), lines(120_000));
    assert_linear("lines", &short, &long);
    assert!(long.count_total < 2000, "{} allocations", long.count_total);
    assert!(long.bytes_total < 120_000 * 100, "{} bytes", long.bytes_total);
}

/// Counts frames.
struct Frames(Rc<Cell<usize>>);

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + 1);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Alone;

type Keys = Pin<Box<dyn Stream<Item = io::Result<Event>>>>;

impl Shell for Alone {
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

    async fn open(&mut self, _: Program, _: &std::path::Path, _: impl Future<Output = ()>) -> Result<(), String> {
        unreachable!("no editor is called here")
    }

    fn suspend(&mut self) {}
}

fn stream(keys: UnboundedReceiver<Event>) -> Keys {
    Box::pin(futures_util::stream::unfold(keys, |mut keys| async { keys.recv().await.map(|event| (Ok(event), keys)) }))
}

/// As crossterm hands them over at its worst: one, then none, then one.
#[tokio::test(flavor = "current_thread")]
async fn a17_keys_that_come_one_by_one_are_drawn_together() {
    #[expect(clippy::unnecessary_wraps, reason = "has the form of the system call")]
    fn size() -> io::Result<Size> {
        Ok(Size { width: 80, height: 24 })
    }
    let home = tempfile::tempdir().unwrap();
    let paths = Paths { config_dir: home.path().join("config"), state_dir: home.path().join("state"), key_file_override: None };
    let waypost = Waypost::new(paths, None);
    let model = Model::new((80, 24), Environment::default(), waypost.snapshot());
    let frames = Rc::new(Cell::new(0));
    let mut terminal = Terminal::new(LeanBackend::new(Frames(Rc::clone(&frames)), size)).unwrap();
    let (keys, events) = unbounded_channel();
    let (outside, from_outside) = unbounded_channel();
    let run = Run { model, waypost: Arc::new(waypost), terminal: &mut terminal, shell: Alone };
    let typing = async move {
        let key = |code| keys.send(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))).unwrap();
        key(KeyCode::Enter);
        for _ in 0..5000 {
            key(KeyCode::Char('x'));
            tokio::task::yield_now().await;
        }
        outside.send(Msg::Terminate(143)).unwrap();
        // The keys must not end before.
        std::future::pending::<()>().await;
    };
    let code = tokio::select! {
        code = run.run(stream(events), from_outside) => code.unwrap(),
        () = typing => unreachable!(),
    };
    assert_eq!(code, 143);
    assert!(frames.get() < 200, "{} frames for 5000 keys", frames.get());
}
