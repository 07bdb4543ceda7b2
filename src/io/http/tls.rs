//! TLS for one attempt at a time: the library's verification, and what is observed of the handshake.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientSessionStore, ResolvesClientCert, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue, WebPkiServerVerifier,
};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, NamedGroup, SignatureScheme};

use super::certificate::Certificate;
use super::config::Trust;
use super::trace::CurrentTrace;
use crate::domain::delivery::{Cause, Phase, TlsCause};

/// How many of the other certificates that a server sends are looked at.
const MAX_INTERMEDIATES: usize = 8;

/// The certificate verifier that all attempts of a client share.
#[derive(Debug)]
pub struct TlsVerifier {
    provider: Arc<CryptoProvider>,
    verifier: Arc<WebPkiServerVerifier>,
    /// The certificates of [`Trust::Only`].
    own: Arc<Vec<Certificate>>,
}

impl TlsVerifier {
    /// Reads the trusted CAs.
    ///
    /// # Errors
    /// [`TlsCause::NoCaStore`] or [`TlsCause::CaFile`] if there are none.
    pub fn new(trust: &Trust) -> Result<Self, Cause> {
        let roots = super::roots::read(trust)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| Cause::Tls(TlsCause::Other(error.to_string())))?;
        let own = match trust {
            Trust::System => Vec::new(),
            Trust::Only(pem) => CertificateDer::pem_slice_iter(pem).flatten().map(|der| Certificate::read(&der)).collect(),
        };
        Ok(Self { provider, verifier, own: Arc::new(own) })
    }

    /// The configuration for one attempt at a time.
    ///
    /// # Errors
    /// [`TlsCause::Other`] if the library refuses its own defaults.
    pub fn config(&self, host: &ServerName<'static>, current: &CurrentTrace) -> Result<ClientConfig, Cause> {
        let watch = Arc::new(HandshakeObserver {
            verifier: Arc::clone(&self.verifier),
            own: Arc::clone(&self.own),
            host: host.clone(),
            current: current.clone(),
        });
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Cause::Tls(TlsCause::Other(error.to_string())))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&watch) as Arc<dyn ServerCertVerifier>)
            .with_client_cert_resolver(Arc::clone(&watch) as Arc<dyn ResolvesClientCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A resumed session shows no certificate; every attempt is to see it.
        config.resumption = Resumption::store(watch);
        Ok(config)
    }
}

/// Observes the handshake; the decisions are the verifier's.
#[derive(Debug)]
struct HandshakeObserver {
    verifier: Arc<WebPkiServerVerifier>,
    own: Arc<Vec<Certificate>>,
    host: ServerName<'static>,
    current: CurrentTrace,
}

impl ServerCertVerifier for HandshakeObserver {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        // A proxy may have a certificate of its own, which is not what the attempt is about.
        if *server_name == self.host {
            let certificate = Certificate::read(end_entity);
            let others: Vec<_> = intermediates.iter().take(MAX_INTERMEDIATES).map(Certificate::read).collect();
            let issued =
                |issuer: &&Certificate| others.iter().chain([&certificate]).any(|it| it.issuer.as_ref() == Some(&issuer.subject));
            let issuers = self.own.iter().filter(issued).cloned().collect();
            self.current.trace().note(|observed| {
                observed.certificate = Some(certificate);
                observed.intermediates = others;
                observed.issuers = issuers;
            });
        }
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.current.trace().note(|observed| observed.tls_version = Some("TLS 1.2"));
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.current.trace().note(|observed| observed.tls_version = Some("TLS 1.3"));
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

impl ResolvesClientCert for HandshakeObserver {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.current.trace().note(|observed| observed.client_certificate_asked = true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

impl ClientSessionStore for HandshakeObserver {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    /// Called when the first message of a handshake is built, which is where the TLS phase begins.
    fn kx_hint(&self, server_name: &ServerName<'_>) -> Option<NamedGroup> {
        if *server_name == self.host {
            self.current.trace().begin(Phase::Tls);
        }
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    /// Tickets are not stored, but they reveal the cipher suite. A server need not send one, and with TLS 1.2 nothing reveals it. A
    /// connection that serves several attempts gets its tickets during the first.
    fn insert_tls13_ticket(&self, server_name: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        if server_name == self.host {
            // As IANA names it: without the version that the library puts in.
            let name = format!("{:?}", ticket.suite().common.suite).replacen("TLS13_", "TLS_", 1);
            self.current.trace().note(|observed| observed.cipher = Some(name));
        }
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}
