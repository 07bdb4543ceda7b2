//! The engine that machines share, where one is used: connected when it is first needed.

use std::sync::Mutex;

use crate::domain::nats::NatsSettings;
use crate::domain::problem::Problem;
use crate::io::nats::Nats;
use crate::io::sync::lock;

/// A connection, once it is needed.
#[derive(Debug)]
pub struct Shared {
    settings: NatsSettings,
    connected: Mutex<Option<Nats>>,
}

impl Shared {
    pub const fn new(settings: NatsSettings) -> Self {
        Self { settings, connected: Mutex::new(None) }
    }

    #[allow(dead_code, reason = "the operations follow")]
    pub fn connect(&self) -> Result<Nats, Problem> {
        let mut connected = lock(&self.connected);
        if let Some(nats) = &*connected {
            return Ok(nats.clone());
        }
        let nats = Nats::connect(&self.settings)?;
        *connected = Some(nats.clone());
        Ok(nats)
    }
}
