//! Opening the app, for real or as a demo.

use std::fs::DirBuilder;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;

use super::args::Args;
use super::exit;
use super::failure::Failure;
use crate::io::paths::Paths;
use crate::io::receiver::{self, Seen};
use crate::ops::{OwnReceiver, Waypost, Witness};
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
    ended(start::start(&runtime()?, waypost, surroundings(None), start::outside()))
}

/// Opens the app on throw-away files, with a receiver as its endpoint.
///
/// # Errors
/// There is no terminal, or the demo cannot be set up.
pub fn demo(_args: &Args) -> Result<u8, Failure> {
    needs_terminal()?;
    let runtime = runtime()?;
    let home = ThrowAway::create().map_err(|error| not_set_up("No directory for the demo could be made", &error))?;
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
    let receiver = runtime
        .block_on(receiver::start(options, seen))
        .map_err(|error| not_set_up("The demo's receiver did not start", &error))?;
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
fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::bug(format!("The runtime did not start: {error}.")))
}

/// What the environment says of the terminal.
fn surroundings(demo: Option<String>) -> Surroundings {
    let var = |name| std::env::var(name).unwrap_or_default();
    let locale = [var("LC_ALL"), var("LC_CTYPE"), var("LANG")].into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    Surroundings {
        ascii: !utf8 || var("TERM") == "linux",
        colourless: !var("NO_COLOR").is_empty(),
        editor: !var("VISUAL").is_empty() || !var("EDITOR").is_empty(),
        demo,
    }
}

fn needs_terminal() -> Result<(), Failure> {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    if start::has_terminal() && !dumb {
        return Ok(());
    }
    let why = if dumb { "This terminal (TERM=dumb) cannot show the app." } else { "There is no terminal for the app." };
    Err(Failure::usage(why, format!("Give a command: {}.", super::commands())))
}

fn not_set_up(what: &str, error: &io::Error) -> Failure {
    Failure::Other {
        code: exit::DISK,
        field: None,
        message: format!("{what}. The system says: {error}."),
        fix: "See whether TMPDIR can be written.".into(),
    }
}

fn ended(result: io::Result<u8>) -> Result<u8, Failure> {
    result.map_err(|error| Failure::bug(format!("The terminal failed: {error}.")))
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
