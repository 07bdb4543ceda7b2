//! What other processes do: reported by the system, or looked for once a second where it reports nothing.

use std::time::Duration;

use crate::io::watch::{Changed, Watch};

/// How often is looked where the system reports nothing.
const POLL: Duration = Duration::from_secs(1);

pub enum Notice {
    Reported(Watch),
    LookedFor,
}

impl Notice {
    /// Waits until something may have changed. Cancel-safe.
    pub async fn changed(&mut self) -> Changed {
        match self {
            Self::Reported(watch) => watch.changed_at_once().await,
            Self::LookedFor => {
                tokio::time::sleep(POLL).await;
                Changed { registration: true, history: true }
            }
        }
    }
}
