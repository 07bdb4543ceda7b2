//! The history: its first page is to cost the same however long it is.

use divan::{Bencher, black_box};
use waypost::io::fs::paths::Paths;
use waypost::io::history::{self, Newest};
use waypost::ops::PAGE;

use crate::scenes;

const LENGTHS: [usize; 4] = [100, 1_000, 10_000, 20_000];

/// A history of so many deliveries, all four outcomes in turn.
fn long(count: usize) -> (tempfile::TempDir, Paths) {
    let dir = tempfile::tempdir().unwrap();
    let none = |_: &str| None;
    let paths = Paths::resolve(Some(dir.path().join("config")), Some(dir.path().join("state")), &none).unwrap();
    for delivery in [scenes::delivered(), scenes::refused(), scenes::failed(), scenes::stopped()] {
        history::append(&paths, &delivery).unwrap();
    }
    let four = std::fs::read_to_string(paths.deliveries_file()).unwrap();
    std::fs::write(paths.deliveries_file(), four.repeat(count / 4)).unwrap();
    (dir, paths)
}

#[divan::bench(args = LENGTHS)]
fn open(bencher: Bencher, count: usize) {
    let (_dir, paths) = long(count);
    bencher.bench(|| Newest::open(black_box(&paths)).unwrap());
}

#[divan::bench(args = LENGTHS)]
fn first_page(bencher: Bencher, count: usize) {
    let (_dir, paths) = long(count);
    bencher.bench(|| history::page(black_box(&paths), None, 0, PAGE).unwrap());
}

#[divan::bench(args = LENGTHS)]
fn append(bencher: Bencher, count: usize) {
    let (_dir, paths) = long(count);
    let file = std::fs::File::options().write(true).open(paths.deliveries_file()).unwrap();
    let length = file.metadata().unwrap().len();
    let delivery = scenes::delivered();
    // Else it would grow until it is cut back.
    bencher.with_inputs(|| file.set_len(length).unwrap()).bench_local_values(|()| history::append(&paths, &delivery).unwrap());
}
