//! Endpoints on loopback that behave, and others that do not.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use waypost::io::http::Lookup;

/// The name that [`Names`] sends to loopback.
pub const HOST: &str = "hooks.example.test";

/// A resolver with the answers that a test gives it.
#[derive(Clone, Debug, Default)]
pub struct Names(pub Vec<IpAddr>);

impl Lookup for Names {
    fn lookup(&self, _: &str) -> futures_util::future::BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let found = self.0.clone();
        Box::pin(async move { if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) } })
    }
}

/// A CA and what it issues.
pub struct Pki {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub pem: String,
}

/// A certificate with its key.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

impl Pki {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        Self { pem: cert.pem(), issuer: Issuer::new(params, key) }
    }

    pub fn issue(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let (params, key) = leaf(name, change);
        let cert = params.signed_by(&key, &self.issuer).unwrap();
        Identity { chain: vec![cert.der().clone()], key: PrivateKeyDer::try_from(key.serialize_der()).unwrap() }
    }
}

/// A certificate that is its own issuer, and its PEM.
pub fn self_signed(name: &str, change: impl FnOnce(&mut CertificateParams)) -> (Identity, String) {
    let (params, key) = leaf(name, change);
    let cert = params.self_signed(&key).unwrap();
    let identity = Identity { chain: vec![cert.der().clone()], key: PrivateKeyDer::try_from(key.serialize_der()).unwrap() };
    (identity, cert.pem())
}

fn leaf(name: &str, change: impl FnOnce(&mut CertificateParams)) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    change(&mut params);
    (params, KeyPair::generate().unwrap())
}

/// A stream, whatever is below.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}
pub type BoxStream = Box<dyn Stream>;
type Handling = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A listening socket that lives as long as the runtime of its test.
pub struct Server {
    pub address: SocketAddr,
    /// TCP connections that came.
    pub connections: Arc<AtomicUsize>,
    /// The requests that [`read_request`] read.
    pub requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn url(&self) -> String {
        format!("https://{HOST}:{}/in", self.address.port())
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// A TCP server that hands each connection over as it is.
pub async fn tcp<F, R>(handle: F) -> Server
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let server = Server { address: listener.local_addr().unwrap(), connections: Arc::default(), requests: Arc::default() };
    let connections = Arc::clone(&server.connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(handle(stream));
        }
    });
    server
}

/// A TLS server that reads a request and lets `answer` write.
pub async fn tls<F>(identity: Identity, answer: F) -> Server
where
    F: Fn(BoxStream) -> Handling + Send + Sync + 'static,
{
    tls_with(config_of(identity), answer).await
}

/// A TLS server that hands the stream over before anything is read.
pub async fn tls_raw<F>(identity: Identity, handle: F) -> Server
where
    F: Fn(BoxStream) -> Handling + Send + Sync + 'static,
{
    let acceptor = TlsAcceptor::from(Arc::new(config_of(identity)));
    let handle = Arc::new(handle);
    tcp(move |stream| {
        let (acceptor, handle) = (acceptor.clone(), Arc::clone(&handle));
        async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            handle(Box::new(stream)).await;
        }
    })
    .await
}

/// A TLS server that puts the request's head into `Location`, reason, a header and the body of its answer, plain and in base64.
pub async fn tls_echo(identity: Identity) -> Server {
    tls_raw(identity, |mut stream| {
        Box::pin(async move {
            use base64::Engine as _;
            let request = read_request(&mut stream).await;
            let line = request.lines().collect::<Vec<_>>().join("|");
            let base64 = base64::engine::general_purpose::STANDARD.encode(&request);
            let target = request.split(' ').nth(1).unwrap_or_default();
            let body = format!("{request}\n{base64}\n{line}");
            let head = format!("HTTP/1.1 302 {line}\r\nlocation: {target}\r\nx-echo: {line}\r\n");
            let _ = stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
            let _ = stream.shutdown().await;
        })
    })
    .await
}

fn config_of(identity: Identity) -> rustls::ServerConfig {
    rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .unwrap()
}

pub async fn tls_with<F>(config: rustls::ServerConfig, answer: F) -> Server
where
    F: Fn(BoxStream) -> Handling + Send + Sync + 'static,
{
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let requests: Arc<Mutex<Vec<String>>> = Arc::default();
    let answer = Arc::new(answer);
    let seen = Arc::clone(&requests);
    let mut server = tcp(move |stream| {
        let (acceptor, answer, seen) = (acceptor.clone(), Arc::clone(&answer), Arc::clone(&seen));
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let request = read_request(&mut stream).await;
            seen.lock().unwrap().push(request);
            answer(Box::new(stream)).await;
        }
    })
    .await;
    server.requests = requests;
    server
}

/// A TLS server that gives everybody the same bytes and closes.
pub async fn answering(identity: Identity, answer: impl Into<Vec<u8>>) -> Server {
    let answer: Vec<u8> = answer.into();
    tls(identity, move |mut stream| {
        let answer = answer.clone();
        Box::pin(async move {
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        })
    })
    .await
}

/// Reads one request, head and body, as it came.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return String::from_utf8(bytes).unwrap();
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return String::from_utf8_lossy(&bytes).into_owned(),
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}
