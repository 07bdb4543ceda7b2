use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::thread;

use super::*;
use crate::io::record::tests::delivery;

fn line(delivery: &Delivery) -> Vec<u8> {
    let mut line = Vec::new();
    add_line(delivery, &mut line);
    line
}

fn home() -> (tempfile::TempDir, Paths) {
    let dir = tempfile::tempdir().unwrap();
    let paths = Paths { config_dir: dir.path().join("config"), state_dir: dir.path().join("state"), key_file_override: None };
    (dir, paths)
}

fn ids(page: &Page) -> Vec<&str> {
    page.deliveries.iter().map(|delivery| delivery.id.as_str()).collect()
}

fn put(paths: &Paths, bytes: &[u8]) {
    paths.create_state_dir().unwrap();
    fs::write(paths.deliveries_file(), bytes).unwrap();
}

fn names(paths: &Paths) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(&paths.state_dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_absent_history_is_empty_and_reading_makes_nothing() {
    let (dir, paths) = home();
    assert_eq!(page(&paths, None, 0, 10).unwrap(), Page { total: Some(0), ..Page::default() });
    assert_eq!(find(&paths, "msg_1").unwrap(), None);
    clear(&paths).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn pages_are_newest_first() {
    let (_dir, paths) = home();
    for number in 0..5 {
        append(&paths, &delivery(&format!("msg_{number}"))).unwrap();
    }
    let first = page(&paths, None, 0, 2).unwrap();
    assert_eq!((ids(&first), first.more, first.total), (vec!["msg_4", "msg_3"], true, None));
    let last = page(&paths, None, 4, 2).unwrap();
    assert_eq!((ids(&last), last.more, last.total), (vec!["msg_0"], false, Some(5)));
    let exact = page(&paths, None, 3, 2).unwrap();
    assert_eq!((ids(&exact), exact.more, exact.total), (vec!["msg_1", "msg_0"], false, Some(5)));
    assert_eq!(ids(&page(&paths, None, 9, 2).unwrap()), [""; 0]);
    assert_eq!(find(&paths, "msg_2").unwrap().unwrap(), delivery("msg_2"));
    assert_eq!(find(&paths, "msg_9").unwrap(), None);
}

#[test]
fn a_line_is_the_designs_delivery_with_a_version() {
    let (_dir, paths) = home();
    append(&paths, &delivery("msg_1")).unwrap();
    let text = fs::read_to_string(paths.deliveries_file()).unwrap();
    assert_eq!(text.matches('\n').count(), 1);
    let json: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema_version", "id", "destination_id", "event", "outcome", "attempts"]);
    let metadata = fs::metadata(paths.deliveries_file()).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o7777, 0o600);
    assert_eq!(fs::metadata(&paths.state_dir).unwrap().permissions().mode() & 0o7777, 0o700);
}

#[test]
fn a_loose_history_becomes_private() {
    let (_dir, paths) = home();
    put(&paths, b"");
    fs::set_permissions(paths.deliveries_file(), Permissions::from_mode(0o644)).unwrap();
    append(&paths, &delivery("msg_1")).unwrap();
    assert_eq!(fs::metadata(paths.deliveries_file()).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn h36_junk_and_a_torn_line_are_passed_over_and_left() {
    let (_dir, paths) = home();
    let whole = line(&delivery("msg_1"));
    let later = String::from_utf8(whole.clone()).unwrap().replacen("\"schema_version\":1", "\"schema_version\":9", 1);
    let torn = &whole[..whole.len() / 2];
    let bytes = [b"junk\n\n\xff\xfe\n", whole.as_slice(), b"[]\n", later.as_bytes(), torn].concat();
    put(&paths, &bytes);
    let read = page(&paths, None, 0, 10).unwrap();
    assert_eq!((ids(&read), read.unreadable, read.total), (vec!["msg_1"], 5, Some(1)));
    assert_eq!(fs::read(paths.deliveries_file()).unwrap(), bytes);
    append(&paths, &delivery("msg_2")).unwrap();
    let read = page(&paths, None, 0, 10).unwrap();
    assert_eq!((ids(&read), read.unreadable), (vec!["msg_2", "msg_1"], 5));
    assert!(fs::read(paths.deliveries_file()).unwrap().starts_with(&bytes));
}

#[test]
fn h36_the_first_page_of_100_000_reads_only_the_end() {
    let (_dir, paths) = home();
    // Lines that would be passed over, before a few that are not: were they read, they would be counted.
    let mut bytes = b"{\"schema_version\":1,\"id\":\"old\"}\n".repeat(100_000);
    for number in 0..60 {
        bytes.extend(line(&delivery(&format!("msg_{number}"))));
    }
    put(&paths, &bytes);
    let first = page(&paths, None, 0, 50).unwrap();
    assert_eq!((first.deliveries.len(), first.unreadable, first.more), (50, 0, true));
    let all = page(&paths, None, 0, 100).unwrap();
    assert_eq!((all.deliveries.len(), all.unreadable, all.total), (60, 100_000, Some(60)));
}

#[test]
fn lines_of_every_length_are_found_across_blocks() {
    let (_dir, paths) = home();
    let mut expected = Vec::new();
    for length in [0, 1, 100, 40_000, 65_535, 65_536, 65_537, 1, 200_000, 3] {
        let mut delivery = delivery(&format!("msg_{}", expected.len()));
        delivery.event = "e".repeat(length);
        append(&paths, &delivery).unwrap();
        expected.insert(0, delivery);
    }
    assert_eq!(page(&paths, None, 0, 100).unwrap().deliveries, expected);
}

#[test]
fn an_endless_line_is_one_unreadable_line() {
    let (_dir, paths) = home();
    let whole = line(&delivery("msg_1"));
    for at_start in [true, false] {
        let endless = vec![b'x'; MAX_LINE + 200_000];
        let before: &[u8] = if at_start { b"" } else { &whole };
        put(&paths, &[before, &endless, b"\n", &line(&delivery("msg_2"))].concat());
        let read = page(&paths, None, 0, 10).unwrap();
        let expected = if at_start { vec!["msg_2"] } else { vec!["msg_2", "msg_1"] };
        assert_eq!((ids(&read), read.unreadable), (expected, 1));
    }
}

#[test]
fn a_large_body_is_shortened_and_known_to_be() {
    let (_dir, paths) = home();
    for (body, kept) in [("ä".repeat(REQUEST_BODY_KEPT), REQUEST_BODY_KEPT), ("äa".repeat(50_000), REQUEST_BODY_KEPT - 1)] {
        let mut delivery = delivery("msg_1");
        for attempt in &mut delivery.attempts {
            attempt.request.body = body.clone().into_bytes();
            attempt.request.headers.push(("content-length".into(), body.len().to_string()));
        }
        append(&paths, &delivery).unwrap();
        let read = find(&paths, "msg_1").unwrap().unwrap();
        let request = &read.attempts[0].request;
        assert_eq!(request.body.len(), kept);
        assert!(body.as_bytes().starts_with(&request.body));
        assert!(!request.is_whole());
        assert!(delivery.attempts[0].request.is_whole());
    }
}

#[test]
fn very_many_attempts_still_make_a_line_that_can_be_read() {
    let (_dir, paths) = home();
    let mut long = delivery("msg_1");
    long.attempts[0].request.body = vec![b'\n'; REQUEST_BODY_KEPT];
    long.attempts = vec![long.attempts[0].clone(); 200];
    append(&paths, &long).unwrap();
    assert_eq!(find(&paths, "msg_1").unwrap().unwrap().attempts.len(), 200);
}

#[test]
fn parallel_writers_do_not_mix() {
    let (_dir, paths) = home();
    thread::scope(|scope| {
        for writer in 0..8 {
            let paths = &paths;
            scope.spawn(move || {
                for number in 0..10 {
                    append(paths, &delivery(&format!("msg_{writer}_{number}"))).unwrap();
                }
            });
        }
    });
    let read = page(&paths, None, 0, 100).unwrap();
    assert_eq!((read.deliveries.len(), read.unreadable), (80, 0));
}

#[test]
fn the_history_is_cut_back_to_its_newest() {
    let (_dir, paths) = home();
    let bound = Bound { count_every: 1, deliveries: 5, bytes: u64::MAX / 2 };
    for number in 0..=10 {
        append_within(&paths, &[delivery(&format!("msg_{number}"))], &bound).unwrap();
    }
    let read = page(&paths, None, 0, 100).unwrap();
    assert_eq!(ids(&read), ["msg_10", "msg_9", "msg_8", "msg_7", "msg_6"]);
    assert_eq!(names(&paths), ["deliveries.jsonl", "state.lock"]);

    let length = line(&delivery("msg_10")).len() as u64;
    let bound = Bound { count_every: 1, deliveries: 1000, bytes: 3 * length + 1 };
    for number in 11..=12 {
        append_within(&paths, &[delivery(&format!("msg_{number}"))], &bound).unwrap();
    }
    let read = page(&paths, None, 0, 100).unwrap();
    assert_eq!(ids(&read), ["msg_12", "msg_11", "msg_10"]);
    assert_eq!(read.unreadable, 0);
}

#[test]
fn clearing_leaves_nothing_of_it() {
    let (_dir, paths) = home();
    append(&paths, &delivery("msg_1")).unwrap();
    atomic::create_temp(&paths.deliveries_file()).unwrap();
    clear(&paths).unwrap();
    assert_eq!(names(&paths), ["state.lock"]);
    append(&paths, &delivery("msg_2")).unwrap();
    assert_eq!(ids(&page(&paths, None, 0, 9).unwrap()), ["msg_2"]);
}

#[test]
fn nothing_is_written_through_a_link_or_into_a_pipe() {
    let (dir, paths) = home();
    paths.create_state_dir().unwrap();
    let elsewhere = dir.path().join("elsewhere");
    symlink(&elsewhere, paths.deliveries_file()).unwrap();
    assert!(append(&paths, &delivery("msg_1")).is_err());
    assert!(!elsewhere.exists());
    fs::remove_file(paths.deliveries_file()).unwrap();
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, paths.deliveries_file(), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    for error in [append(&paths, &delivery("msg_1")).unwrap_err(), page(&paths, None, 0, 1).unwrap_err()] {
        assert_eq!(error.to_string(), format!("{} is a pipe", paths.deliveries_file().display()));
    }
}

#[test]
fn a_full_disk_leaves_the_history_as_it_was() {
    let (_dir, paths) = home();
    append(&paths, &delivery("msg_1")).unwrap();
    let before = fs::read(paths.deliveries_file()).unwrap();
    let mut file = OpenOptions::new().read(true).append(true).open(paths.deliveries_file()).unwrap();
    let mut room = 10;
    let full = |file: &mut File, bytes: &[u8]| match std::mem::take(&mut room) {
        0 => Err(io::ErrorKind::StorageFull.into()),
        some => file.write(&bytes[..some]),
    };
    let error = add(&mut file, before.len() as u64, line(&delivery("msg_2")), full).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(fs::read(paths.deliveries_file()).unwrap(), before);
}
