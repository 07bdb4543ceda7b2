//! `waypost` without a command, and the demo: opens the app.

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::cli::accessible::{self, InDemo};
use crate::cli::failure::Failure;
use crate::cli::globals::{Color, Globals, Look};
use crate::cli::output::{clock, terminal};
use crate::cli::runtime;
use crate::domain::config::Key;
use crate::ops::{Demo, Waypost, time_zone};
use crate::tui::app::start;
use crate::tui::model::Environment;
use crate::tui::msg::{Msg, Press};
use crate::tui::theme::Roles;

/// Whether there is a terminal for it.
pub fn has_terminal() -> bool {
    start::has_terminal()
}

pub fn run(globals: &Globals, look: Look) -> Result<u8, Failure> {
    let waypost = globals.waypost()?;
    if is_accessible(look) {
        return accessible::open(runtime::new()?, &waypost, None, look.readonly);
    }
    let environment = environment(globals, look, &waypost, None);
    open(runtime::new()?, waypost, environment, start::outside())
}

/// The app on temporary files, with a receiver as its endpoint.
pub fn run_demo(globals: &Globals, look: Look) -> Result<u8, Failure> {
    let runtime = runtime::new()?;
    if is_accessible(look) {
        let (to_session, witnessed) = unbounded_channel();
        let demo = runtime.block_on(Demo::start(move |witness| {
            // There is no receiver after the session has ended.
            let _ = to_session.send(witness);
        }))?;
        return accessible::open(runtime, &demo.waypost(), Some(InDemo::new(demo.url(), witnessed)), look.readonly);
    }
    let outside = start::outside();
    let to_loop = outside.0.clone();
    let demo = runtime.block_on(Demo::start(move |witness| {
        let _ = to_loop.send(Msg::Witnessed(witness));
    }))?;
    let waypost = demo.waypost();
    let environment = environment(globals, look, &waypost, Some(demo.url().to_owned()));
    open(runtime, waypost, environment, outside)
}

/// Asked for, or because the terminal cannot move its cursor.
fn is_accessible(look: Look) -> bool {
    let asked = std::env::var("ACCESSIBLE").is_ok_and(|value| !matches!(value.as_str(), "" | "0"));
    look.accessible || asked || std::env::var("TERM").is_ok_and(|term| term == "dumb")
}

fn open(
    runtime: Runtime,
    waypost: Waypost,
    environment: Environment,
    outside: (UnboundedSender<Msg>, UnboundedReceiver<Msg>),
) -> Result<u8, Failure> {
    let code = start::start(&runtime, waypost, environment, outside);
    // Dropping it would wait for its threads: one may be waiting for a name server or a disk.
    runtime.shutdown_background();
    code.map_err(|error| Failure::terminal("The terminal failed", &error))
}

fn environment(globals: &Globals, look: Look, waypost: &Waypost, demo: Option<String>) -> Environment {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let colourless = match globals.color {
        Color::Always => false,
        Color::Never => true,
        Color::Auto => is_set("NO_COLOR"),
    };
    let (config, complaints) = waypost.config();
    let more = complaints.len().saturating_sub(1);
    let complaint = complaints.into_iter().next().map(|first| match more {
        0 => format!("{first}."),
        more => format!("{first}; and {more} more."),
    });
    let clock = clock::now_in(time_zone(&config));
    Environment {
        ascii: look.ascii || config.ascii.unwrap_or_else(terminal::is_ascii),
        colourless,
        mouse: config.mouse.unwrap_or(false),
        editor: is_set("VISUAL") || is_set("EDITOR"),
        roles: Roles::chosen(config.theme),
        keys: config.keys.into_iter().map(|(key, meaning)| (press(key), press(meaning))).collect(),
        home: std::env::var("HOME").ok().filter(|home| home.starts_with('/')),
        directory: std::env::current_dir().map(|dir| dir.to_string_lossy().into_owned()).unwrap_or_default(),
        complaint,
        clock,
        readonly: look.readonly,
        demo,
        shared: waypost.servers(),
    }
}

const fn press(key: Key) -> Press {
    match key {
        Key::Char(c) => Press::Char(c),
        Key::Ctrl(c) => Press::Ctrl(c),
    }
}
