//! Opening the app, for real or as a demo.

use std::io;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::cli::accessible;
use crate::cli::args::{Args, Look};
use crate::cli::failure::Failure;
use crate::ops::{Demo, Waypost};
use crate::tui::app::start;
use crate::tui::model::Environment;
use crate::tui::msg::Msg;

/// Opens the app.
///
/// # Errors
/// There is no terminal, or no place for the files.
pub fn app(args: &Args, look: Look) -> Result<u8, Failure> {
    needs_terminal()?;
    let waypost = Waypost::at(args.globals.config_dir.clone(), args.globals.state_dir.clone())?;
    if in_lines(look) {
        return accessible::open(runtime()?, &waypost, None);
    }
    open(runtime()?, waypost, environment(args, look, None), start::outside())
}

/// Opens the app on throw-away files, with a receiver as its endpoint.
///
/// # Errors
/// There is no terminal, or the demo cannot be set up.
pub fn demo(args: &Args, look: Look) -> Result<u8, Failure> {
    needs_terminal()?;
    let look = Look { accessible: look.accessible || args.look.accessible, ascii: look.ascii || args.look.ascii };
    let runtime = runtime()?;
    if in_lines(look) {
        let (told, seen) = unbounded_channel();
        let demo = runtime.block_on(Demo::start(move |witness| {
            // After the app's end there is nobody to tell.
            let _ = told.send(witness);
        }))?;
        return accessible::open(runtime, &demo.waypost(), Some(accessible::InDemo::new(demo.url(), seen)));
    }
    let outside = start::outside();
    let to_loop = outside.0.clone();
    let demo = runtime.block_on(Demo::start(move |witness| {
        let _ = to_loop.send(Msg::Witnessed(witness));
    }))?;
    let environment = environment(args, look, Some(demo.url().to_owned()));
    open(runtime, demo.waypost(), environment, outside)
}

/// Whether the app is to be lines: asked for, or since the terminal has no cursor to move.
fn in_lines(look: Look) -> bool {
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
    // Not by dropping it, which waits for every thread: one may be waiting for a name server or a disk.
    runtime.shutdown_background();
    ended(code)
}

/// One thread: an idle app has no workers.
fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::bug(format!("The runtime did not start: {error}.")))
}

/// What the options and the environment say of the terminal.
fn environment(args: &Args, look: Look, demo: Option<String>) -> Environment {
    let var = |name| std::env::var(name).unwrap_or_default();
    let colourless = match args.globals.color.as_str() {
        "always" => false,
        "never" => true,
        _ => !var("NO_COLOR").is_empty(),
    };
    Environment { ascii: look.ascii || ascii(), colourless, editor: !var("VISUAL").is_empty() || !var("EDITOR").is_empty(), demo }
}

/// Whether the terminal shows ASCII only.
pub fn ascii() -> bool {
    let var = |name| std::env::var(name).unwrap_or_default();
    let locale = [var("LC_ALL"), var("LC_CTYPE"), var("LANG")].into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    !utf8 || var("TERM") == "linux"
}

fn needs_terminal() -> Result<(), Failure> {
    if start::has_terminal() {
        return Ok(());
    }
    Err(Failure::usage("There is no terminal for the app.", format!("Give a command: {}.", crate::cli::command_names())))
}

fn ended(result: io::Result<u8>) -> Result<u8, Failure> {
    result.map_err(|error| Failure::bug(format!("The terminal failed: {error}.")))
}
