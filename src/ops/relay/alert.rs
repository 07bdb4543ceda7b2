//! A command that is run once when the gate has been closed for some time, and once when it is open again.

use std::convert::Infallible;
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use tokio::process::Command;
use tokio::sync::watch;

/// How long the command may run.
const WITHIN: Duration = Duration::from_mins(1);

/// What is run, and when.
#[derive(Clone, Debug)]
pub struct Alert {
    /// For `sh -c`.
    pub command: String,
    pub after: Duration,
    /// Where events go, as it may be shown.
    pub destination: String,
}

/// A gate that is closed, not by the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    pub since: Timestamp,
    /// `asked`, `down`, `gone`
    pub why: &'static str,
}

impl Alert {
    /// Watches the gate for ever. A command that fails is logged, and not run again for the same event.
    pub async fn watch(&self, mut gate: watch::Receiver<Option<Closed>>) -> Infallible {
        loop {
            let closed = changed(&mut gate, Option::is_some).await;
            let Some(closed) = closed else { continue };
            // A new reason or interval is still the same outage.
            tokio::select! {
                () = tokio::time::sleep(self.after) => {}
                _ = changed(&mut gate, Option::is_none) => continue,
            }
            self.run("closed", &closed).await;
            changed(&mut gate, Option::is_none).await;
            self.run("open", &closed).await;
        }
    }

    async fn run(&self, state: &str, closed: &Closed) {
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.command])
            .env("WAYPOST_ALERT", state)
            .env("WAYPOST_ALERT_SINCE", closed.since.to_string())
            .env("WAYPOST_ALERT_WHY", closed.why)
            .env("WAYPOST_ALERT_DESTINATION", &self.destination)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let ended = match tokio::time::timeout(WITHIN, command.status()).await {
            Ok(Ok(status)) if status.success() => return,
            Ok(Ok(status)) => status.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("it took longer than {} s, and was ended", WITHIN.as_secs()),
        };
        tracing::warn!(why = ended, state, "the alert command failed");
    }
}

/// Waits until the gate is so.
async fn changed(gate: &mut watch::Receiver<Option<Closed>>, holds: impl FnMut(&Option<Closed>) -> bool) -> Option<Closed> {
    match gate.wait_for(holds).await {
        Ok(closed) => closed.clone(),
        // The relay has ended, and nothing polls this any more.
        Err(_) => std::future::pending().await,
    }
}
