//! A throw-away CA and the leaves it signs, for receivers in tests. Independent of the one inside waypost.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A CA that signs whatever a test needs.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// What a server sends besides its own certificate: this CA's and those above, without the root.
    chain: Vec<CertificateDer<'static>>,
}

/// A server's certificate and key.
pub struct Leaf {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

impl Ca {
    pub fn new() -> Self {
        Self::named("waypost test CA")
    }

    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self::root_with(params)
    }

    /// A root of its own, of those parameters.
    pub fn root_with(params: CertificateParams) -> Self {
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap(), chain: Vec::new() }
    }

    /// A CA that this one has certified, with something about its certificate changed.
    pub fn intermediate(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        let issuer = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &self.issuer).unwrap();
        let chain = [vec![issuer.der().clone()], self.chain.clone()].concat();
        Self { issuer, chain }
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes the CA's certificate as `ca.pem` there.
    pub fn write(&self, dir: &Path) -> PathBuf {
        let path = dir.join("ca.pem");
        std::fs::write(&path, self.pem()).unwrap();
        path
    }

    /// A leaf for those names or addresses.
    pub fn leaf(&self, names: &[&str]) -> Leaf {
        self.leaf_with(names, |_| {})
    }

    /// A leaf with something about it changed: its dates (`rcgen::date_time_ymd`), its purpose, …
    pub fn leaf_with(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        self.leaf_of(&KeyPair::generate().unwrap(), names, change)
    }

    /// A leaf for a key of the test's own.
    pub fn leaf_of(&self, key: &KeyPair, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        let mut params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "waypost test leaf");
        params.use_authority_key_identifier_extension = true;
        change(&mut params);
        let leaf = params.signed_by(key, &self.issuer).unwrap();
        Leaf {
            chain: [vec![leaf.der().clone()], self.chain.clone()].concat(),
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        }
    }
}

impl Leaf {
    /// A certificate that signs itself; `ca` says whether it calls itself a CA, as `openssl req -x509` does.
    pub fn self_signed(names: &[&str], ca: bool) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap();
        params.is_ca = if ca { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::ExplicitNoCa };
        let leaf = params.self_signed(&key).unwrap();
        Self { chain: vec![leaf.der().clone()], key: PrivateKeyDer::Pkcs8(key.serialize_der().into()) }
    }

    /// The key and the chain, for a server of another language.
    pub fn pem(&self) -> String {
        let block = |name: &str, der: &[u8]| {
            let base64 = super::check::base64(der);
            let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
            format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
        };
        let chain: String = self.chain.iter().map(|der| block("CERTIFICATE", der)).collect();
        block("PRIVATE KEY", self.key.secret_der()) + &chain
    }

    /// The chain alone.
    pub fn chain_pem(&self) -> String {
        let pem = self.pem();
        pem[pem.find("-----BEGIN CERTIFICATE").unwrap()..].to_owned()
    }

    /// The key alone.
    pub fn key_pem(&self) -> String {
        let pem = self.pem();
        pem[..pem.find("-----BEGIN CERTIFICATE").unwrap()].to_owned()
    }

    /// A server that refuses clients without a certificate of that CA.
    pub fn asking_server_config(self, clients: &Ca) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        roots.add(clients.issuer.der().clone()).unwrap();
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(self.chain, self.key)
            .unwrap();
        Arc::new(config)
    }

    pub fn server_config(self) -> Arc<ServerConfig> {
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .unwrap();
        Arc::new(config)
    }
}
