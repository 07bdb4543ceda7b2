//! Reports to systemd (`sd_notify(3)`) that the service is ready, what it does, and that it is alive.

use std::env;
use std::io;
#[cfg(target_os = "linux")]
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::time::Duration;

/// The socket of a service manager.
#[derive(Debug)]
pub struct Supervisor {
    socket: UnixDatagram,
    /// How often it wants to hear that the service is alive.
    pub watchdog: Option<Duration>,
}

impl Supervisor {
    /// The one that started this process, as the environment says; `None` without one.
    #[must_use]
    pub fn from_env() -> Option<Self> {
        let address = env::var("NOTIFY_SOCKET").ok()?;
        let socket = connect(&address).inspect_err(|error| tracing::warn!(why = %error, "NOTIFY_SOCKET")).ok()?;
        let number = |name: &str| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
        // It may be meant for a parent.
        let is_meant = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|usec| is_meant && *usec > 0).map(Duration::from_micros);
        Some(Self { socket, watchdog })
    }

    /// Sends `READY=1`, `STATUS=…`. One that does not listen is no reason to stop.
    pub fn notify(&self, text: &str) {
        if let Err(error) = self.socket.send(text.as_bytes()) {
            tracing::debug!(why = %error, "no report to the service manager");
        }
    }
}

fn connect(address: &str) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    match address.strip_prefix('@') {
        #[cfg(target_os = "linux")]
        Some(name) => socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?,
        _ => socket.connect_addr(&SocketAddr::from_pathname(address)?)?,
    }
    Ok(socket)
}
