//! A key on every screen: `update`, `view`, and the bytes of the frame.

use std::io;
use waypost::domain::auth::hmac;

use divan::{Bencher, black_box};
use ratatui::Terminal;
use ratatui::layout::Size;
use waypost::tui::app::backend::LeanBackend;
use waypost::tui::model::{Environment, Model};
use waypost::tui::msg::{Msg, Press};
use waypost::tui::update::update;
use waypost::tui::view::view;

use crate::scenes;

/// A screen, the keys that lead to it, and two that undo each other there.
#[derive(Clone, Copy, Debug)]
enum Screen {
    Empty,
    Destination,
    Deliveries,
    Form,
    TestPopup,
    PastDelivery,
    Question,
    Help,
}

impl Screen {
    const ALL: [Self; 8] = [
        Self::Empty,
        Self::Destination,
        Self::Deliveries,
        Self::Form,
        Self::TestPopup,
        Self::PastDelivery,
        Self::Question,
        Self::Help,
    ];

    fn model(self) -> Model {
        let (snapshot, keys): (_, &[Press]) = match self {
            Self::Empty => (scenes::nothing(), &[]),
            Self::Destination => (scenes::registered(hmac::SPEC), &[]),
            Self::Deliveries => (scenes::with_deliveries(), &[Press::Tab, Press::Tab, Press::Tab]),
            Self::Form => (scenes::nothing(), &[Press::Enter]),
            Self::TestPopup => (scenes::registered(hmac::SPEC), &[Press::Char('t')]),
            Self::PastDelivery => (scenes::with_deliveries(), &[Press::Tab, Press::Tab, Press::Tab, Press::Enter]),
            Self::Question => (scenes::registered(hmac::SPEC), &[Press::Char('d')]),
            Self::Help => (scenes::with_deliveries(), &[Press::Char('?')]),
        };
        let mut model = Model::new((80, 24), Environment::default(), snapshot);
        for &key in keys {
            update(&mut model, Msg::Key(key));
        }
        model
    }

    /// Two keys of which the second undoes the first.
    const fn keys(self) -> [Press; 2] {
        match self {
            Self::Form => [Press::Char('x'), Press::Backspace],
            Self::Deliveries | Self::Help => [Press::Down, Press::Up],
            _ => [Press::Tab, Press::BackTab],
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "has the form of the system call")]
fn size() -> io::Result<Size> {
    Ok(Size { width: 80, height: 24 })
}

#[divan::bench(args = Screen::ALL)]
fn two_keys(bencher: Bencher, screen: Screen) {
    let mut model = screen.model();
    let mut terminal = Terminal::new(LeanBackend::new(io::sink(), size)).unwrap();
    let mut keys = screen.keys().into_iter().cycle();
    bencher.bench_local(|| {
        for key in keys.by_ref().take(2) {
            update(&mut model, Msg::Key(black_box(key)));
            terminal.draw(|frame| view(&model, frame)).unwrap();
        }
    });
}

#[divan::bench(args = Screen::ALL)]
fn first_frame(bencher: Bencher, screen: Screen) {
    let model = screen.model();
    bencher.bench_local(|| {
        let mut terminal = Terminal::new(LeanBackend::new(io::sink(), size)).unwrap();
        terminal.draw(|frame| view(black_box(&model), frame)).map(|drawn| drawn.area).unwrap()
    });
}
