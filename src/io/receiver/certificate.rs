//! A temporary certificate for the receiver: a new CA signs one leaf, then its key is discarded.
//!
//! Two certificates and not one self-signed: clients refuse a CA's certificate as a server's, and a CA whose key no longer
//! exists can be trusted without fear of what else it might sign.

use std::io;

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How many days the certificates hold: longer than a receiver runs, far below what verifiers refuse.
const DAYS: i32 = 90;

/// How the name of every such CA begins. Each name has another end, so that a sender that trusts an earlier CA reports this one as unknown,
/// and can be told to trust it. A CA with the same name and another key would look like an attack.
pub const CA_NAME: &str = "waypost receiver (temporary CA)";

/// How many hex digits that end has.
pub const ENDING: usize = 8;

/// What a server needs, and what its clients have to trust.
pub struct Certificate {
    /// The leaf and its CA, so that a sender can look at the CA and trust it.
    pub chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub key: PrivateKeyDer<'static>,
    /// The CA's certificate.
    pub ca_pem: String,
}

/// Makes a CA, has it sign a leaf for `name`, `localhost`, `127.0.0.1` and `::1`, and drops the CA's key.
///
/// # Errors
/// `InvalidInput` when `name` is no host name or address; otherwise what the key generator says.
pub fn make(name: &str, now: Timestamp) -> io::Result<Certificate> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let name = name.trim_start_matches('[').trim_end_matches(']');
    if !names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        names.insert(0, name.to_owned());
    }

    let ca_key = KeyPair::generate().map_err(io::Error::other)?;
    let ca = CertifiedIssuer::self_signed(ca_params(&ca_key, now)?, ca_key).map_err(io::Error::other)?;
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut params = CertificateParams::new(names).map_err(|why| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("no certificate can be made for the name \"{name}\": {why}"))
    })?;
    hold(&mut params, now)?;
    params.distinguished_name = named("waypost receiver");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let leaf = params.signed_by(&key, &ca).map_err(io::Error::other)?;
    let chain = vec![leaf.der().clone(), ca.der().clone()];
    Ok(Certificate { chain, key: PrivateKeyDer::Pkcs8(key.serialize_der().into()), ca_pem: ca.pem() })
}

fn ca_params(key: &KeyPair, now: Timestamp) -> io::Result<CertificateParams> {
    let mut params = CertificateParams::default();
    hold(&mut params, now)?;
    params.distinguished_name = named(&format!("{CA_NAME} {}", ending(key)));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(params)
}

/// The end of a public key, in hex.
fn ending(key: &KeyPair) -> String {
    format!("{:08x}", key.public_key_raw().last_chunk().copied().map(u32::from_be_bytes).unwrap_or_default())
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// From yesterday on, for clients whose clock is slow.
fn hold(params: &mut CertificateParams, now: Timestamp) -> io::Result<()> {
    let today = TimeZone::UTC.to_datetime(now).date();
    let day = |days: i32| -> io::Result<_> {
        let date = today.checked_add(days.days()).map_err(io::Error::other)?;
        let part = |n: i8| u8::try_from(n).map_err(io::Error::other);
        Ok(rcgen::date_time_ymd(date.year().into(), part(date.month())?, part(date.day())?))
    };
    params.not_before = day(-1)?;
    params.not_after = day(DAYS)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use x509_cert::der::Decode as _;

    use super::*;

    #[test]
    fn an_invalid_name_is_refused() {
        let error = make("bücher.example", "2026-11-23T00:00:00Z".parse().unwrap()).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("bücher.example"));
    }

    #[test]
    fn ca_and_leaf_differ_each_time() {
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let (one, two) = (make("h.example", now).unwrap(), make("h.example", now).unwrap());
        assert!(one.ca_pem.starts_with("-----BEGIN CERTIFICATE-----"));
        assert_ne!(one.ca_pem, two.ca_pem);
        assert_ne!(one.chain[0], one.chain[1]);
        // A sender that trusts the one does not take the other for it.
        let name = |certificate: &Certificate| {
            let ca = x509_cert::Certificate::from_der(&certificate.chain[1]).unwrap();
            ca.tbs_certificate().subject().to_string()
        };
        assert!(name(&one).starts_with(&format!("CN={CA_NAME} ")) && name(&one) != name(&two), "{}", name(&one));
    }
}
