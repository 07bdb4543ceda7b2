//! A command that is run once when the destination has accepted nothing for some time, and once when events go out again.

use std::convert::Infallible;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::watch;

use crate::domain::delivery::outage::Outage;

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

impl Alert {
    /// Watches for outages, and does not end. A command that fails is logged, and not run again for the same event.
    pub async fn watch(&self, mut outage: watch::Receiver<Option<Outage>>) -> Infallible {
        loop {
            until(&mut outage, Option::is_some).await;
            // A new reason or interval is still the same outage.
            tokio::select! {
                () = tokio::time::sleep(self.after) => {}
                _ = until(&mut outage, Option::is_none) => continue,
            }
            let due = until(&mut outage, |outage| outage.as_ref().is_none_or(Outage::is_closed)).await;
            let Some(due) = due else { continue };
            self.run("closed", &due).await;
            until(&mut outage, Option::is_none).await;
            self.run("open", &due).await;
        }
    }

    async fn run(&self, state: &str, outage: &Outage) {
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.command])
            .env("WAYPOST_ALERT", state)
            .env("WAYPOST_ALERT_SINCE", outage.since.to_string())
            .env("WAYPOST_ALERT_WHY", outage.why)
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

/// Waits until that holds.
async fn until(outage: &mut watch::Receiver<Option<Outage>>, holds: impl FnMut(&Option<Outage>) -> bool) -> Option<Outage> {
    match outage.wait_for(holds).await {
        Ok(outage) => outage.clone(),
        // The relay has ended, and nothing polls this any more.
        Err(_) => std::future::pending().await,
    }
}
