//! Bytes of the history that are read to show its first page.

use std::fs;
use waypost::domain::auth::{self, hmac};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use waypost::domain::delivery::filter::Filter;
use waypost::io::db::history;
use waypost::io::fs::paths::Paths;
use waypost::ops::{Listing, PAGE, Snapshot, Start};
use waypost::tui::effect::Effect;
use waypost::tui::layout::shown_at_most;
use waypost::tui::model::Model;
use waypost::tui::msg::Msg;
use waypost::tui::update::update;
use waypost::tui::view::view;

use crate::screens::driver::environment;
use crate::screens::scenes;
use crate::support::Home;

/// A history of `count` deliveries, the four outcomes in turn.
pub fn write(home: &Home, count: usize) -> Paths {
    let none = |_: &str| None;
    let paths = Paths::resolve(Some(home.config_dir()), Some(home.state_dir()), &none).unwrap();
    let four = [scenes::delivered(), scenes::refused(), scenes::failed(), scenes::stopped()];
    history::append_all(&paths, &four.iter().cycle().take(count).cloned().collect::<Vec<_>>()).unwrap();
    paths
}

/// What this thread has read so far by any system call (proc(5), `rchar`).
fn read_so_far() -> u64 {
    let io = fs::read_to_string("/proc/thread-self/io").unwrap();
    io.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

/// What a page costs to read, without what it costs to ask.
fn cost(paths: &Paths, limit: usize) -> u64 {
    let begin = read_so_far();
    let middle = read_so_far();
    history::page(paths, &Filter::default(), Start::Newest, limit).unwrap();
    let end = read_so_far();
    (end - middle) - (middle - begin)
}

#[test]
fn the_first_page_of_a_long_history_reads_as_much_as_of_a_short_one() {
    let (short, long) = (Home::new(), Home::new());
    let (short, long) = (write(&short, 100), write(&long, 10_000));
    let page = fs::metadata(short.database_file()).unwrap().len() / 100 * (PAGE as u64 + 1);
    let (short, long) = (cost(&short, PAGE), cost(&long, PAGE));
    // The tree of a longer table is a level or two deeper.
    assert!(long <= short + 3 * 8192, "{short} and {long}");
    // The records of the page, and the schema.
    assert!(long <= page + 32 * 1024, "{long} bytes for a page of {page}");
}

/// A screen that grows has room for deliveries that were not read at the start.
#[test]
fn a_screen_that_grows_reads_on() {
    let page = Listing { total: 1000, ..scenes::listing(vec![scenes::delivered(); shown_at_most(24)]) };
    let snapshot = Snapshot { history: Ok(page), ..scenes::registered(hmac::SPEC) };
    let mut model = Model::new((80, 24), environment(), snapshot);
    assert_eq!(update(&mut model, Msg::Resize(80, 24)), [Effect::Repaint]);
    let read = Effect::List { id: 1, query: None, skip: shown_at_most(24) };
    assert_eq!(update(&mut model, Msg::Resize(80, 60)), [Effect::Repaint, read]);
    assert_eq!(update(&mut model, Msg::Resize(80, 60)), [Effect::Repaint], "asked once");
}

/// What is read at the start fills the screen, whatever is registered and however many rows there are.
#[test]
fn what_is_read_at_the_start_fills_the_screen() {
    let states = [scenes::nothing(), scenes::unreadable(), scenes::locked()].into_iter();
    for snapshot in states.chain(auth::ALL.into_iter().map(scenes::registered)) {
        for rows in 10..70 {
            let page = Listing { total: 1000, ..scenes::listing(vec![scenes::delivered(); 100]) };
            let model = Model::new((80, rows), environment(), Snapshot { history: Ok(page), ..snapshot.clone() });
            let mut terminal = Terminal::new(TestBackend::new(80, rows)).unwrap();
            terminal.draw(|frame| view(&model, frame)).unwrap();
            let shown = terminal.backend().to_string().matches("09:14:02").count();
            assert!(shown <= shown_at_most(rows), "{shown} shown in {rows} rows of {:?}", snapshot.state);
        }
    }
}
