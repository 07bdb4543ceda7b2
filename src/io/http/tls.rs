//! TLS for one connection: the library's verification, and what is observed of the handshake.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, CommonState, DigitallySignedStruct, ProtocolVersion, SignatureScheme};

use super::certificate::{Certificate, subject};
use super::client_certificate::ClientIdentity;
use super::config::Trust;
use super::signed;
use super::trace::Trace;
use crate::domain::delivery::{Cause, TlsCause};

/// How many of the other certificates that a server sends are looked at.
const MAX_INTERMEDIATES: usize = 8;

/// How many of the CAs are kept that a server names when it asks for a client certificate.
const MAX_CAS: usize = 3;

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

    /// The configuration for one connection. What is seen of its handshake is reported to the trace, if there is one: a proxy
    /// may have a certificate of its own, which is not what the attempt is about. `client` is given to a server that asks for it.
    ///
    /// # Errors
    /// [`TlsCause::Other`] if the library refuses its own defaults.
    pub fn config(&self, trace: Option<&Arc<Trace>>, client: Option<Arc<ClientIdentity>>) -> Result<ClientConfig, Cause> {
        let observer = Arc::new(HandshakeObserver {
            verifier: Arc::clone(&self.verifier),
            own: Arc::clone(&self.own),
            algorithms: self.provider.signature_verification_algorithms,
            trace: trace.map(Arc::clone),
            client,
        });
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Cause::Tls(TlsCause::Other(error.to_string())))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&observer) as Arc<dyn ServerCertVerifier>)
            .with_client_cert_resolver(observer as Arc<dyn ResolvesClientCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A resumed session shows no certificate; every attempt is to see it.
        config.resumption = Resumption::disabled();
        Ok(config)
    }
}

/// Notes what a handshake agreed on.
pub(super) fn note_session(session: &CommonState, trace: &Trace) {
    trace.note(|observed| {
        observed.tls_version = match session.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => Some("TLS 1.3"),
            Some(ProtocolVersion::TLSv1_2) => Some("TLS 1.2"),
            _ => None,
        };
        // As IANA names it: without the version that the library puts in.
        observed.cipher =
            session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1));
    });
}

/// Observes the handshake; the decisions are the verifier's.
#[derive(Debug)]
struct HandshakeObserver {
    verifier: Arc<WebPkiServerVerifier>,
    own: Arc<Vec<Certificate>>,
    algorithms: WebPkiSupportedAlgorithms,
    trace: Option<Arc<Trace>>,
    client: Option<Arc<ClientIdentity>>,
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
        let verified = self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if let Some(trace) = &self.trace {
            let certificate = Certificate::read(end_entity);
            let others: Vec<_> = intermediates.iter().take(MAX_INTERMEDIATES).map(Certificate::read).collect();
            let issued =
                |issuer: &&Certificate| others.iter().chain([&certificate]).any(|it| it.issuer.as_ref() == Some(&issuer.subject));
            let issuers = self.own.iter().filter(issued).cloned().collect();
            let mismatch =
                matches!(verified, Err(rustls::Error::InvalidCertificate(CertificateError::BadSignature))).then(|| {
                    let members: Vec<_> = intermediates.iter().zip(&others).collect();
                    signed::mismatch((end_entity, &certificate), &members, &self.algorithms)
                });
            let unknown =
                matches!(verified, Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))).then(|| {
                    let all = [end_entity].into_iter().chain(intermediates.iter().take(MAX_INTERMEDIATES));
                    all.map(|der| der.clone().into_owned()).collect()
                });
            trace.note(|observed| {
                observed.chain = unknown.unwrap_or_default();
                observed.mismatch = mismatch;
                observed.certificate = Some(certificate);
                observed.intermediates = others;
                observed.issuers = issuers;
            });
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

impl ResolvesClientCert for HandshakeObserver {
    fn resolve(&self, cas: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let certified = self.client.as_ref().map(|client| &client.certified);
        let certified = certified.filter(|certified| certified.key.choose_scheme(schemes).is_some());
        if let Some(trace) = &self.trace {
            trace.note(|observed| {
                observed.client_certificate_asked = true;
                observed.client_certificate_presented = certified.is_some();
                observed.client_cas = cas.iter().take(MAX_CAS).filter_map(|ca| subject(ca)).collect();
            });
        }
        certified.cloned()
    }

    fn has_certs(&self) -> bool {
        self.client.is_some()
    }
}
