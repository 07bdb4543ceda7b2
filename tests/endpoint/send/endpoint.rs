//! An endpoint for loads: it remembers bodies and ids, fails at random, and can be restarted on its port.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::support::ca::Ca;

/// A body, with the ids under which it came and how often it was taken.
#[derive(Debug, Default)]
pub struct Seen {
    pub ids: Vec<String>,
    pub taken: u64,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<HashMap<Vec<u8>, Seen>>,
    requests: AtomicU64,
    /// The number of requests in a thousand that fail.
    failing: u64,
    /// Whether bodies are remembered.
    remembers: bool,
}

/// Runs on a thread of its own until it is dropped.
pub struct Endpoint {
    pub addr: SocketAddr,
    ca: Ca,
    pub dir: tempfile::TempDir,
    shared: Arc<Shared>,
    running: Option<(oneshot::Sender<()>, std::thread::JoinHandle<()>)>,
}

impl Endpoint {
    pub fn start(failing: u64, remembers: bool) -> Self {
        let shared = Arc::new(Shared { failing, remembers, ..Shared::default() });
        let dir = tempfile::tempdir().unwrap();
        let mut endpoint = Self { addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), ca: Ca::new(), dir, shared, running: None };
        endpoint.run();
        endpoint
    }

    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}/in", self.addr.port())
    }

    pub fn ca(&self) -> std::path::PathBuf {
        self.ca.write(self.dir.path())
    }

    /// Cuts every connection, and listens on the same port again.
    pub fn restart(&mut self) {
        self.end();
        self.run();
    }

    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    pub fn seen(&self) -> HashMap<Vec<u8>, Seen> {
        std::mem::take(&mut self.shared.seen.lock().unwrap())
    }

    fn run(&mut self) {
        let listener = std::net::TcpListener::bind(self.addr).unwrap();
        listener.set_nonblocking(true).unwrap();
        self.addr = listener.local_addr().unwrap();
        let tls = TlsAcceptor::from(self.ca.leaf(&["127.0.0.1"]).server_config());
        let shared = Arc::clone(&self.shared);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.spawn(async move { accept(TcpListener::from_std(listener).unwrap(), tls, shared).await });
            // Dropping the runtime drops every connection.
            let _ = runtime.block_on(stopped);
        });
        self.running = Some((stop, thread));
    }

    fn end(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _ = stop.send(());
            thread.join().unwrap();
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.end();
    }
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            stream.set_nodelay(true).unwrap();
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
            // A client that goes is no fault.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, Infallible> {
    let number = shared.requests.fetch_add(1, Ordering::SeqCst);
    let id = request.headers()["webhook-id"].to_str().unwrap().to_owned();
    let Ok(body) = request.into_body().collect().await else { return Ok(status(400)) };
    // A fixed mixing of the number: at random, and the same in every run.
    let failed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40 & 0xffff;
    let failed = failed % 1000 < shared.failing;
    if shared.remembers {
        let mut seen = shared.seen.lock().unwrap();
        let seen = seen.entry(body.to_bytes().to_vec()).or_default();
        seen.taken += u64::from(!failed);
        if !seen.ids.contains(&id) {
            seen.ids.push(id);
        }
    }
    Ok(status(if failed { 503 } else { 200 }))
}

fn status(status: u16) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(Full::new(Bytes::from_static(b"{\"ok\":true}"))).unwrap()
}
