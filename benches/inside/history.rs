//! The history: the cost of its first page must not depend on the number of deliveries.

use divan::{Bencher, black_box};
use waypost::domain::delivery::Delivery;
use waypost::domain::delivery::filter::Filter;
use waypost::io::db::history::{self, History, Start};
use waypost::io::fs::paths::Paths;
use waypost::ops::PAGE;

use crate::scenes;

const LENGTHS: [usize; 3] = [100, 1_000, 10_000];

/// A history of `count` deliveries, the four outcomes in turn.
fn long(count: usize) -> (tempfile::TempDir, Paths) {
    let dir = tempfile::tempdir().unwrap();
    let none = |_: &str| None;
    let paths = Paths::resolve(Some(dir.path().join("config")), Some(dir.path().join("state")), &none).unwrap();
    let four = [scenes::delivered(), scenes::refused(), scenes::failed(), scenes::stopped()];
    let deliveries: Vec<Delivery> = four.iter().cycle().take(count).cloned().collect();
    history::append_all(&paths, &deliveries).unwrap();
    (dir, paths)
}

#[divan::bench(args = LENGTHS)]
fn first_page(bencher: Bencher, count: usize) {
    let (_dir, paths) = long(count);
    bencher.bench(|| history::page(black_box(&paths), &Filter::default(), Start::Newest, PAGE).unwrap());
}

#[divan::bench(args = LENGTHS)]
fn append(bencher: Bencher, count: usize) {
    let (_dir, paths) = long(count);
    let delivery = scenes::delivered();
    bencher.bench_local(|| history::append(&paths, &delivery).unwrap());
}

#[divan::bench(args = LENGTHS)]
fn append_64_to_an_open_history(bencher: Bencher, count: usize) {
    let (_dir, paths) = long(count);
    let mut history = History::open(&paths).unwrap();
    let deliveries = vec![scenes::delivered(); 64];
    bencher.bench_local(|| history.append(&deliveries).unwrap());
}
