//! Opening the app, for real or as a demo.

use std::io;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::args::Args;
use super::failure::Failure;
use crate::ops::{Demo, Waypost};
use crate::tui::model::Surroundings;
use crate::tui::msg::Msg;
use crate::tui::start;

/// Opens the app.
///
/// # Errors
/// There is no terminal, or no place for the files.
pub fn app(args: &Args) -> Result<u8, Failure> {
    needs_terminal()?;
    let waypost = Waypost::at(args.globals.config_dir.clone(), args.globals.state_dir.clone())?;
    open(runtime()?, waypost, surroundings(args, None), start::outside())
}

/// Opens the app on throw-away files, with a receiver as its endpoint.
///
/// # Errors
/// There is no terminal, or the demo cannot be set up.
pub fn demo(args: &Args) -> Result<u8, Failure> {
    needs_terminal()?;
    let runtime = runtime()?;
    let outside = start::outside();
    let to_loop = outside.0.clone();
    let demo = runtime.block_on(Demo::start(move |witness| {
        // After the app's end there is nobody to tell.
        let _ = to_loop.send(Msg::Witnessed(witness));
    }))?;
    let surroundings = surroundings(args, Some(demo.url().to_owned()));
    open(runtime, demo.waypost(), surroundings, outside)
}

fn open(
    runtime: Runtime,
    waypost: Waypost,
    surroundings: Surroundings,
    outside: (UnboundedSender<Msg>, UnboundedReceiver<Msg>),
) -> Result<u8, Failure> {
    let code = start::start(&runtime, waypost, surroundings, outside);
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
fn surroundings(args: &Args, demo: Option<String>) -> Surroundings {
    let var = |name| std::env::var(name).unwrap_or_default();
    let colourless = match args.globals.color.as_str() {
        "always" => false,
        "never" => true,
        _ => !var("NO_COLOR").is_empty(),
    };
    Surroundings { ascii: ascii(), colourless, editor: !var("VISUAL").is_empty() || !var("EDITOR").is_empty(), demo }
}

/// Whether the terminal shows ASCII only.
pub fn ascii() -> bool {
    let var = |name| std::env::var(name).unwrap_or_default();
    let locale = [var("LC_ALL"), var("LC_CTYPE"), var("LANG")].into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    !utf8 || var("TERM") == "linux"
}

fn needs_terminal() -> Result<(), Failure> {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    if start::has_terminal() && !dumb {
        return Ok(());
    }
    let why = if dumb { "This terminal (TERM=dumb) cannot show the app." } else { "There is no terminal for the app." };
    Err(Failure::usage(why, format!("Give a command: {}.", super::commands())))
}

fn ended(result: io::Result<u8>) -> Result<u8, Failure> {
    result.map_err(|error| Failure::bug(format!("The terminal failed: {error}.")))
}
