//! What other processes do: reported by the system, or looked for once a second where it reports nothing.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::io::watch::{Changed, Watch};

/// How often is looked where the system reports nothing.
const POLL: Duration = Duration::from_secs(1);

/// The shortest time between two notices. The system reports each page that is written, also by this process.
const REST: Duration = Duration::from_millis(10);

pub enum Notice {
    /// With the time until when it rests.
    Reported(Watch, Instant),
    LookedFor,
}

impl Notice {
    /// Of what the system reports.
    pub fn reported(watch: Watch) -> Self {
        Self::Reported(watch, Instant::now())
    }

    /// Waits until something may have changed. Cancel-safe.
    pub async fn changed(&mut self) -> Changed {
        match self {
            Self::Reported(watch, until) => {
                sleep_until(*until).await;
                let changed = watch.changed_at_once().await;
                *until = Instant::now() + REST;
                changed
            }
            Self::LookedFor => {
                tokio::time::sleep(POLL).await;
                Changed { registration: true, history: true }
            }
        }
    }
}
