//! The user's `config.json`: colours, keys, characters, the time zone; and what is said of a file that is wrong.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::Home;
use crate::support::app::App;
use crate::support::common::registered;

/// A home with a destination and that file.
fn home_with(config: &str) -> Home {
    let home = registered();
    std::fs::write(home.config_dir().join("config.json"), config).unwrap();
    home
}

#[test]
fn a_key_gets_the_meaning_of_another_and_is_called_so() {
    let home = home_with(r#"{ "keys": { "n": "e" } }"#);
    let mut app = App::open(&home);
    app.wait_for("n edit");
    app.type_text("n");
    app.wait_for("Edit destination");
    // What is typed into a field is itself.
    app.type_text("n");
    app.wait_for("https://hooks.example.com/inn");
}

#[test]
fn colours_are_those_of_the_file() {
    let home = home_with(r#"{ "theme": { "accent": "cyan" } }"#);
    let mut app = App::open(&home);
    app.type_text("e");
    app.wait_for("Edit destination");
    let has = |colour| {
        app.screen(|screen| {
            let (rows, columns) = screen.size();
            let cells = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
            cells.filter_map(|(row, column)| screen.cell(row, column)).any(|cell| cell.fgcolor() == vt100::Color::Idx(colour))
        })
    };
    assert!(has(6) && !has(5));
}

#[test]
fn ascii_is_chosen_against_the_locale_either_way() {
    let home = home_with(r#"{ "ascii": true }"#);
    App::open(&home).wait_for("+ Destination");
    let home = home_with(r#"{ "ascii": false }"#);
    App::start(home.pty(&[]).env("LANG", "C")).wait_for("╭ Destination");
}

#[test]
fn what_is_wrong_in_it_is_said_and_the_app_opens() {
    for (config, says) in [
        (r#"{ "theme": { "accent": "pink" }, "keys": { "n": "e" } }"#, "config.json: theme.accent: is none of the colours"),
        (r#"{ "time_zone": "Mars/Base" }"#, "config.json: time_zone: no time zone with that name is installed"),
        ("{ \"ascii\": true,", "config.json: line 1, column 16"),
        ("", "config.json: line 1, column 0"),
        ("\u{1b}[31m", "config.json: line 1"),
    ] {
        let home = home_with(config);
        let mut app = App::open(&home);
        app.wait_for(says);
        app.type_text(if config.contains("\"n\"") { "n" } else { "e" });
        app.wait_for("Edit destination");
    }
    let home = registered();
    std::fs::create_dir(home.config_dir().join("config.json")).unwrap();
    App::open(&home).wait_for("config.json is a directory");
    let home = home_with("{}");
    std::fs::set_permissions(home.config_dir().join("config.json"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let app = App::open(&home);
    assert!(!app.screen_text().contains("config.json"), "it holds no secret: others may read it");
}

#[test]
fn times_are_those_of_the_time_zone() {
    let home = home_with(r#"{ "time_zone": "Asia/Tokyo" }"#);
    home.waypost(&["test"]);
    let shown = home.run(&["history", "show", "last"], b"", &[("TZ", "UTC")]).exits(0).stdout;
    let time = shown.lines().find_map(|line| line.strip_prefix("Time ")).unwrap().trim();
    assert!(time.ends_with(" JST"), "{shown}");
    let mut app = App::start(home.pty(&[]).env("TZ", "UTC"));
    // With the date, in case the day ends meanwhile.
    let (clock, _) = time[11..].rsplit_once(':').unwrap();
    app.wait_for(clock);
    let mut lines = home.pty(&["--accessible"]).env("TZ", "UTC").start();
    lines.wait_for("List the newest deliveries");
    lines.type_text("4\n");
    lines.wait_for(time);
}
