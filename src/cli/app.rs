//! Opening the app, for real or as a demo.

use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::CommandFactory as _;
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;

use super::args::Args;
use super::exit;
use crate::io::paths::Paths;
use crate::io::receiver::{self, Seen};
use crate::ops::{OwnReceiver, Problem, Waypost, Witness};
use crate::tui::model::Surroundings;
use crate::tui::msg::Msg;
use crate::tui::start;

/// Opens the app.
pub fn app(args: &Args) -> u8 {
    if let Some(code) = no_terminal() {
        return code;
    }
    let paths = match Paths::from_process(args.config_dir.clone(), args.state_dir.clone()) {
        Ok(paths) => paths,
        Err(error) => return fail(&Problem::from(error)),
    };
    let Ok(runtime) = runtime() else { return bug("the runtime did not start") };
    let code = start::start(&runtime, Waypost::new(paths, None), surroundings(None), start::outside());
    ended(code)
}

/// Opens the app on throw-away files, with a receiver as its endpoint.
pub fn demo(_args: &Args) -> u8 {
    if let Some(code) = no_terminal() {
        return code;
    }
    let Ok(runtime) = runtime() else { return bug("the runtime did not start") };
    let home = match ThrowAway::create() {
        Ok(home) => home,
        Err(error) => return say(&format!("No directory for the demo could be made: {error}."), exit::DISK),
    };
    let paths = Paths { config_dir: home.0.join("config"), state_dir: home.0.join("state"), key_file_override: None };
    let (seen, mut requests) = unbounded_channel();
    let registered = Waypost::new(paths.clone(), None);
    let options = receiver::Options {
        addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        name: "localhost".to_owned(),
        respond: None,
        delay: Duration::ZERO,
        fail_rate: 0.0,
        settings: Arc::new(move || registered.destination().ok().map(|destination| destination.settings().clone())),
        clock: Arc::new(Timestamp::now),
    };
    let receiver = match runtime.block_on(receiver::start(options, seen)) {
        Ok(receiver) => receiver,
        Err(error) => return say(&format!("The demo's receiver did not start: {error}."), exit::DISK),
    };
    let own =
        OwnReceiver { authority: format!("localhost:{}", receiver.addr().port()), ca_pem: receiver.ca_pem().as_bytes().to_vec() };
    let outside = start::outside();
    let to_loop = outside.0.clone();
    runtime.spawn(async move {
        while let Some(seen) = requests.recv().await {
            let _ = to_loop.send(Msg::Witnessed(witness(seen)));
        }
    });
    let code = start::start(&runtime, Waypost::new(paths, Some(own)), surroundings(Some(receiver.url().to_owned())), outside);
    drop(home);
    ended(code)
}

fn witness(seen: Seen) -> Witness {
    let size = format!("{} {}, {} bytes", seen.method, seen.target, seen.body_bytes);
    let (accepted, text) = match &seen.verdict {
        Some(verdict) if verdict.is_accepted() => {
            (true, format!("The receiver got {size}, and its check passed: {}.", verdict.reason()))
        }
        Some(verdict) => (false, format!("The receiver got {size}, and its check failed: {}.", verdict.reason())),
        None => (true, format!("The receiver got {size}; nothing is registered to check it by.")),
    };
    Witness { id: seen.webhook_id, accepted, text }
}

/// One thread: an idle app has no workers.
fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// What the environment says of the terminal.
fn surroundings(demo: Option<String>) -> Surroundings {
    let var = |name| std::env::var(name).unwrap_or_default();
    let locale = [var("LC_ALL"), var("LC_CTYPE"), var("LANG")].into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    Surroundings { ascii: !utf8 || var("TERM") == "linux", colourless: !var("NO_COLOR").is_empty(), demo }
}

/// The exit code where there is no terminal for the app.
fn no_terminal() -> Option<u8> {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    if start::has_terminal() && !dumb {
        return None;
    }
    let why = if dumb { "This terminal (TERM=dumb) cannot show the app." } else { "There is no terminal for the app." };
    let command = Args::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    Some(say(&format!("{why} Without one, use a command: {}. waypost --help tells more.", names.join(", ")), exit::USAGE))
}

fn fail(problem: &Problem) -> u8 {
    say(&problem.to_string(), exit::of(problem.code))
}

fn bug(what: &str) -> u8 {
    say(&format!("waypost: {what}."), exit::BUG)
}

/// Says something on stderr, which may be closed.
fn say(text: &str, code: u8) -> u8 {
    let _ = writeln!(io::stderr(), "{text}");
    code
}

fn ended(result: io::Result<u8>) -> u8 {
    match result {
        Ok(code) => code,
        Err(error) => say(&format!("The terminal failed: {error}."), exit::BUG),
    }
}

/// A directory that is gone when the demo ends.
struct ThrowAway(PathBuf);

impl ThrowAway {
    fn create() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("waypost-demo-{}", uuid::Uuid::new_v4().simple()));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(Path::new(&self.0));
    }
}
