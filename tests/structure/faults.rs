//! Every row of `docs/faults.md` and every promise of `SECURITY.md` has its tests, and an ignored test says what it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::source::files;

/// Each subject has numbers of its own.
const ROWS: [RangeInclusive<usize>; 7] = [1..=62, 90..=98, 100..=147, 150..=157, 160..=166, 190..=192, 198..=199];

fn page(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The lines of the code and of the tests.
fn lines() -> Vec<String> {
    let files = files("src").into_iter().chain(files("tests"));
    files.flat_map(|file| file.text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()).collect()
}

/// The names of the tests.
fn tests() -> BTreeSet<String> {
    let (mut names, mut is_test) = (BTreeSet::new(), false);
    for line in lines() {
        if line == "#[test]" || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(rest) = line.trim_start_matches("async ").strip_prefix("fn ") {
            if is_test {
                names.insert(rest.split(['(', '<']).next().unwrap().to_owned());
            }
            is_test = false;
        }
    }
    names
}

/// The rows of the table: the number, and the names in the last column.
fn rows() -> BTreeMap<usize, Vec<String>> {
    let mut out = BTreeMap::new();
    for line in page("docs/faults.md").lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let Ok(row) = cells[0].parse::<usize>() else { continue };
        assert_eq!(cells.len(), 4, "{line}");
        let names = cells[3].split(", ").map(|name| name.trim_matches('`').to_owned()).collect();
        assert!(out.insert(row, names).is_none(), "row {row} is there twice");
    }
    out
}

#[test]
fn every_row_of_faults_has_its_tests() {
    let (rows, tests) = (rows(), tests());
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), ROWS.into_iter().flatten().collect::<Vec<_>>());
    for (row, names) in rows {
        assert!(!names.is_empty());
        for name in names {
            assert!(name.starts_with(&format!("h{row:02}_")), "row {row} names {name}");
            assert!(tests.contains(&name), "row {row} names {name}, which is no test");
        }
    }
    for name in tests {
        let number = name.strip_prefix('h').and_then(|rest| rest.split_once('_')).and_then(|(number, _)| number.parse().ok());
        assert!(number.is_none_or(|row: usize| ROWS.iter().any(|rows| rows.contains(&row))), "{name} belongs to no row");
    }
}

/// A name such as `h07_ports`, `a05_…` or `c16_…`: its letter and number.
fn row_of(name: &str) -> Option<&str> {
    let (row, rest) = name.split_once('_')?;
    let number = row.strip_prefix(['h', 'a', 'c'])?;
    let is_name = rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    (number.len() > 1 && number.bytes().all(|byte| byte.is_ascii_digit()) && is_name).then_some(row)
}

/// What a page has in backticks.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2)
}

#[test]
fn every_promise_has_its_tests() {
    let (tests, page) = (tests(), page("SECURITY.md"));
    let promises = page.split("## Promises").nth(1).unwrap().split("## Limits").next().unwrap();
    let rows = promises.lines().filter(|line| line.starts_with("| ") && line.ends_with(" |")).skip(1);
    let mut count = 0;
    for row in rows {
        let named: Vec<&str> = quoted(row.trim_end_matches(" |").rsplit(" | ").next().unwrap()).collect();
        assert!(!named.is_empty(), "no test holds this: {row}");
        for name in named.into_iter().filter(|name| !name.ends_with('…')) {
            assert!(tests.contains(name), "SECURITY.md names {name}, which is no test");
        }
        count += 1;
    }
    assert!(count > 25, "only {count} found");
}

/// In the limits and the threat model, too, and in every cell of `docs/faults.md`.
#[test]
fn every_test_and_file_that_is_named_exists() {
    let tests = tests();
    for name in ["SECURITY.md", "docs/faults.md"] {
        let page = page(name);
        let mut files = 0;
        for text in quoted(&page) {
            assert!(
                row_of(text).is_none() || tests.contains(text) || text.ends_with('_'),
                "{name} names {text}, which is no test"
            );
            if text.starts_with("src/") || text.starts_with("tests/") {
                let path = format!("{}/{text}", env!("CARGO_MANIFEST_DIR"));
                assert!(std::path::Path::new(&path).exists(), "{name} names {text}, which is not there");
                files += 1;
            }
        }
        assert!(name == "SECURITY.md" || files > 40, "only {files} files in {name}");
    }
}

/// Rows `a01` and `c01` and on name the files of their tests.
#[test]
fn every_attack_and_every_field_case_has_its_tests() {
    let page = page("docs/faults.md");
    let listed: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .filter(|row| row_of(&format!("{row}_x")).is_some())
        .collect();
    let tests = tests();
    let named: BTreeSet<&str> = tests.iter().filter_map(|name| row_of(name)).filter(|row| !row.starts_with('h')).collect();
    assert_eq!(listed, named, "the rows of the table, and those that tests are named after");
}

/// The reasons of `#[ignore = "…"]`.
fn reasons() -> BTreeSet<String> {
    let reason = |line: &String| {
        let rest = line.strip_prefix("#[ignore")?;
        Some(rest.split('"').nth(1).unwrap_or_else(|| panic!("no reason in {line}")).to_owned())
    };
    lines().iter().filter_map(reason).collect()
}

#[test]
fn an_ignored_test_says_what_it_needs() {
    let packages = page(".ci/packages");
    let listed: BTreeMap<&str, &str> = packages
        .lines()
        .filter_map(|line| line.strip_prefix("needed=("))
        .flat_map(|line| line.trim_end_matches(')').split(' '))
        .map(|entry| entry.split_once(':').unwrap())
        .collect();
    let reasons = reasons();
    assert!(reasons.len() > 10, "{reasons:?}");
    for reason in reasons {
        let Some(needs) = reason.strip_prefix("needs ") else {
            let others = ["takes ", "a measurement", "runs as the child of another test"];
            assert!(others.iter().any(|other| reason.starts_with(other)), "{reason}");
            continue;
        };
        if needs == "receiver libraries: .ci/real" {
            assert!(page(".ci/run").contains(".ci/real"), "{reason}");
            continue;
        }
        let (programs, packages) = needs.split_once(": apt-get install ").unwrap_or_else(|| panic!("{reason}"));
        let packages: BTreeSet<&str> = packages.split(' ').collect();
        for program in programs.split(" and ") {
            let package = listed.get(program).unwrap_or_else(|| panic!("{program} is not in .ci/packages"));
            assert!(packages.contains(package), "{reason}");
        }
    }
}

#[test]
fn each_target_is_fuzzed_every_week_and_has_a_corpus() {
    let targets = |folder: &str| {
        let files = std::fs::read_dir(format!("{}/fuzz/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let name = |file: std::fs::DirEntry| file.path().file_stem().unwrap().to_str().unwrap().to_owned();
        files.map(|file| name(file.unwrap())).collect::<BTreeSet<_>>()
    };
    let workflow = page(".github/workflows/fuzz.yml");
    let matrix = workflow.split("target: [").nth(1).unwrap().split(']').next().unwrap();
    let weekly: BTreeSet<String> = matrix.split(", ").filter(|target| *target != "random").map(ToOwned::to_owned).collect();
    assert!(weekly.len() > 10, "{weekly:?}");
    assert_eq!(weekly, targets("fuzz_targets"));
    assert_eq!(weekly, targets("corpus"));
}
