//! Connects to one of the addresses of a name: families alternating, the next address after a quarter of a second or as soon as
//! one fails, until one connects (RFC 8305). What comes of each address is noted in the trace.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;

use super::trace::Trace;
use crate::domain::delivery::DialResult;

/// How long an address has before the next one is tried as well (RFC 8305 §5).
pub(super) const STAGGER: Duration = Duration::from_millis(250);

/// A connection to one address.
pub(super) async fn tcp(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // What is written is written in whole messages: nothing is won by waiting for more.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The first connection that `dial` makes to one of the addresses, and its address.
///
/// # Errors
/// Of the errors of all addresses, the one that says most.
pub(super) async fn first<S, F: Future<Output = io::Result<S>>>(
    addresses: &[SocketAddr],
    stagger: Duration,
    trace: &Trace,
    dial: impl Fn(SocketAddr) -> F,
) -> io::Result<(S, SocketAddr)> {
    let mut left = alternating(addresses);
    let mut dialling = FuturesUnordered::new();
    let mut error: Option<io::Error> = None;
    loop {
        if let Some(address) = left.pop_front() {
            let number = trace.dial_begins(address);
            let connecting = dial(address);
            dialling.push(async move { (number, address, connecting.await) });
        } else if dialling.is_empty() {
            return Err(error.unwrap_or_else(|| io::ErrorKind::NotFound.into()));
        }
        tokio::select! {
            biased;
            Some((number, address, result)) = dialling.next() => match result {
                Ok(stream) => {
                    trace.dial_ends(number, DialResult::Connected);
                    return Ok((stream, address));
                }
                Err(new) => {
                    trace.dial_ends(number, result_of(&new));
                    if error.as_ref().is_none_or(|old| weight(&new) > weight(old)) {
                        error = Some(new);
                    }
                }
            },
            () = tokio::time::sleep(stagger), if !left.is_empty() => {}
        }
    }
}

/// The addresses of each family in their order, one of each in turn, beginning with the family of the first.
fn alternating(addresses: &[SocketAddr]) -> VecDeque<SocketAddr> {
    let Some(first) = addresses.first() else { return VecDeque::new() };
    let (same, other): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|address: &SocketAddr| address.is_ipv4() == first.is_ipv4());
    let (mut same, mut other) = (same.into_iter(), other.into_iter());
    let mut order = VecDeque::with_capacity(addresses.len());
    loop {
        match (same.next(), other.next()) {
            (None, None) => return order,
            (one, two) => order.extend(one.into_iter().chain(two)),
        }
    }
}

fn result_of(error: &io::Error) -> DialResult {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => DialResult::Refused,
        _ => DialResult::Failed(super::error::without_code(error)),
    }
}

/// How much an error says: a machine that refuses more than a family of addresses that this network does not have.
fn weight(error: &io::Error) -> u8 {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => 2,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::net::Ipv4Addr;
    use std::sync::Mutex;

    use super::*;
    use crate::domain::delivery::Tried;

    fn at(last: u8) -> SocketAddr {
        ([192, 0, 2, last], 443).into()
    }

    /// Of a family of its own.
    fn v6(last: u16) -> SocketAddr {
        ([0x2001, 0xdb8, 0, 0, 0, 0, 0, last], 443).into()
    }

    fn results(trace: &Trace) -> Vec<(SocketAddr, DialResult)> {
        let tried = trace.observed().tried();
        tried.into_iter().map(|Tried { address, result, .. }| (address, result)).collect()
    }

    #[test]
    fn c01_families_alternate() {
        assert_eq!(alternating(&[v6(1), v6(2), v6(3), at(1), at(2)]), [v6(1), at(1), v6(2), at(2), v6(3)]);
        assert_eq!(alternating(&[at(1), at(2), v6(1)]), [at(1), v6(1), at(2)]);
        assert!(alternating(&[]).is_empty());
    }

    #[tokio::test]
    async fn c01_an_address_that_drops_everything_costs_the_stagger() {
        let trace = Trace::new(&[], None);
        let dialled = Mutex::new(Vec::new());
        // Two of three are dead: no dial to them ever ends.
        let dial = |address| {
            dialled.lock().unwrap().push(address);
            async move { if address == at(3) { Ok(()) } else { pending().await } }
        };
        let ((), connected) = first(&[at(1), at(2), at(3)], Duration::from_millis(1), &trace, dial).await.unwrap();
        assert_eq!((connected, dialled.lock().unwrap().as_slice()), (at(3), [at(1), at(2), at(3)].as_slice()));
        assert_eq!(results(&trace), [(at(1), DialResult::GivenUp), (at(2), DialResult::GivenUp), (at(3), DialResult::Connected)]);
    }

    #[tokio::test]
    async fn c01_a_failure_brings_the_next_at_once() {
        let trace = Trace::new(&[], None);
        let dial = async |address| {
            if address == at(2) { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
        };
        // The stagger alone would take longer than any test.
        let ((), connected) = first(&[at(1), at(2)], Duration::from_secs(100_000), &trace, dial).await.unwrap();
        assert_eq!(connected, at(2));
        assert_eq!(results(&trace), [(at(1), DialResult::Refused), (at(2), DialResult::Connected)]);
    }

    #[tokio::test]
    async fn c01_the_error_that_says_most_is_given() {
        let trace = Trace::new(&[], None);
        let dial = async |address: SocketAddr| -> io::Result<()> {
            Err(if address.is_ipv6() { io::ErrorKind::NetworkUnreachable } else { io::ErrorKind::ConnectionRefused }.into())
        };
        let error = first(&[v6(1), at(1), v6(2)], STAGGER, &trace, dial).await.unwrap_err();
        assert_eq!((error.kind(), results(&trace).len()), (io::ErrorKind::ConnectionRefused, 3));
    }

    #[tokio::test]
    async fn c01_what_never_answered_is_said_when_it_is_over() {
        let trace = Trace::new(&[], None);
        let addresses = [at(1), at(2)];
        let connecting = first(&addresses, Duration::ZERO, &trace, |_| pending::<io::Result<()>>());
        assert!(tokio::time::timeout(Duration::from_millis(20), connecting).await.is_err());
        assert_eq!(results(&trace), [(at(1), DialResult::NoAnswer), (at(2), DialResult::NoAnswer)]);
    }

    #[tokio::test]
    async fn c01_a_closed_port_and_an_open_one_of_this_machine() {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::new(127, 0, 0, 3), 0)).await.unwrap();
        let open = listener.local_addr().unwrap();
        let closed: SocketAddr = ([127, 0, 0, 2], open.port()).into();
        let trace = Trace::new(&[], None);
        let (_, connected) = first(&[closed, open], STAGGER, &trace, tcp).await.unwrap();
        assert_eq!(connected, open);
        assert_eq!(results(&trace), [(closed, DialResult::Refused), (open, DialResult::Connected)]);
    }
}
