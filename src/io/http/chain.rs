//! Which certificate of a chain was not accepted, and why: from the verifier's error, and from the certificates themselves.
//!
//! The verifier reports one error for the whole chain, and some of its errors stand for several causes: a key that is too short
//! looks like a bad signature. So the certificates are read, and a cause is named only where one of them shows it.

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::{CertificateDer, UnixTime};

use super::certificate::Certificate;
use super::signed::Mismatch;
use super::trace::Observed;
use crate::domain::delivery::{CertificateFault, ChainMember, TlsCause};

pub(super) fn cause(error: &CertificateError, observed: &Observed, now: Timestamp) -> TlsCause {
    let absent = Certificate::default();
    let leaf = observed.certificate.as_ref().unwrap_or(&absent);
    let Observed { intermediates, issuers, mismatch, .. } = observed;
    let chain = Chain { leaf, intermediates, issuers, mismatch: *mismatch };
    match error {
        CertificateError::Expired => chain.expired(None, now),
        CertificateError::ExpiredContext { time, not_after } => {
            chain.expired(timestamp(*not_after), timestamp(*time).unwrap_or(now))
        }
        CertificateError::NotValidYet => chain.not_yet_valid(None, now),
        CertificateError::NotValidYetContext { time, not_before } => {
            chain.not_yet_valid(timestamp(*not_before), timestamp(*time).unwrap_or(now))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } if leaf.names.is_empty() => {
            if leaf.has_alternative_names {
                TlsCause::Certificate(ChainMember::Leaf, CertificateFault::NoHostNames)
            } else {
                TlsCause::NoSubjectAltName(leaf.common_name.clone())
            }
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsCause::WrongName(leaf.names.clone())
        }
        CertificateError::UnknownIssuer if leaf.self_issued => TlsCause::SelfSigned,
        CertificateError::UnknownIssuer if chain.intermediates.is_empty() && leaf.names_issuer_url => {
            TlsCause::MissingIntermediate(leaf.issuer.clone())
        }
        CertificateError::UnknownIssuer => match chain.top() {
            Some(top) => TlsCause::UntrustedChain(top.issuer.clone()),
            None => TlsCause::UnknownIssuer(leaf.issuer.clone()),
        },
        CertificateError::BadEncoding => {
            TlsCause::Certificate(ChainMember::Unknown, CertificateFault::Other("unreadable".into()))
        }
        CertificateError::Revoked => TlsCause::Other("its certificate was revoked".into()),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            let member = if leaf.is_for_servers { chain.member(|it| !it.is_for_servers) } else { ChainMember::Leaf };
            TlsCause::Certificate(member, CertificateFault::Purpose)
        }
        CertificateError::UnhandledCriticalExtension => chain.extension(),
        CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => chain.bad_signature(),
        CertificateError::Other(other) => chain.rule(other.0.downcast_ref::<webpki::Error>()),
        _ => TlsCause::Certificate(ChainMember::Unknown, CertificateFault::Other(String::new())),
    }
}

/// The topmost certificate that the server sent: the one to which its own leads by the names of the issuers, or its own where that
/// is its own issuer. `None` if it sent only its own, which another issued.
pub(super) fn topmost(observed: &Observed) -> Option<(&Certificate, &CertificateDer<'static>)> {
    let leaf = observed.certificate.as_ref()?;
    if leaf.self_issued {
        return Some((leaf, observed.chain.first()?));
    }
    let Observed { intermediates, issuers, mismatch, .. } = observed;
    let chain = Chain { leaf, intermediates, issuers, mismatch: *mismatch };
    let top = chain.top()?;
    let at = intermediates.iter().position(|it| it == top)?;
    Some((intermediates.get(at)?, observed.chain.get(at + 1)?))
}

fn timestamp(time: UnixTime) -> Option<Timestamp> {
    i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok())
}

struct Chain<'a> {
    leaf: &'a Certificate,
    intermediates: &'a [Certificate],
    /// Of the destination's CA file.
    issuers: &'a [Certificate],
    mismatch: Option<Mismatch>,
}

impl Chain<'_> {
    /// The leaf's end where it is the leaf that ended; else that of the certificate with that date.
    fn expired(&self, at: Option<Timestamp>, now: Timestamp) -> TlsCause {
        if at.is_none() || at == self.leaf.not_after {
            return TlsCause::Expired(at.or(self.leaf.not_after), now);
        }
        let member = self.member(|certificate| certificate.not_after == at);
        TlsCause::Certificate(member, CertificateFault::Expired(at, now))
    }

    fn not_yet_valid(&self, at: Option<Timestamp>, now: Timestamp) -> TlsCause {
        if at.is_none() || at == self.leaf.not_before {
            return TlsCause::NotYetValid(at.or(self.leaf.not_before), now);
        }
        let member = self.member(|certificate| certificate.not_before == at);
        TlsCause::Certificate(member, CertificateFault::NotYetValid(at, now))
    }

    /// A signature that does not match, or cannot be checked: by a key or an algorithm that is not supported, or because
    /// another key signed.
    fn bad_signature(&self) -> TlsCause {
        if let Some(fault) = self.leaf.not_accepted.first() {
            return TlsCause::Certificate(ChainMember::Leaf, fault.clone());
        }
        if let Some((certificate, fault)) = self.intermediates.iter().find_map(|it| Some((it, it.not_accepted.first()?))) {
            return TlsCause::Certificate(ChainMember::Intermediate(certificate.subject.clone()), fault.clone());
        }
        // The signature on a trust anchor does not count, but its key does.
        let of_key = |it: &Certificate| {
            it.not_accepted
                .iter()
                .find(|fault| matches!(fault, CertificateFault::RsaBits(_) | CertificateFault::KeyType(_)))
                .cloned()
        };
        if let Some((certificate, fault)) = self.issuers.iter().find_map(|it| Some((it, of_key(it)?))) {
            return TlsCause::Certificate(ChainMember::CaFile(certificate.subject.clone()), fault);
        }
        let Mismatch { intermediate, issuer_sent: sent } =
            self.mismatch.unwrap_or(Mismatch { intermediate: None, issuer_sent: false });
        match intermediate.and_then(|at| self.intermediates.get(at)) {
            None if self.leaf.self_issued => TlsCause::SelfSigned,
            None if !sent => TlsCause::OtherCaKey(self.leaf.issuer.clone()),
            None => {
                TlsCause::Certificate(ChainMember::Leaf, CertificateFault::OtherKey { issuer: self.leaf.issuer.clone(), sent })
            }
            Some(it) => {
                let member = ChainMember::Intermediate(it.subject.clone());
                TlsCause::Certificate(member, CertificateFault::OtherKey { issuer: it.issuer.clone(), sent })
            }
        }
    }

    /// The last certificate to which the leaf leads by the names of the issuers; `None` if the leaf's issuer was not sent.
    fn top(&self) -> Option<&Certificate> {
        let above = |it: &Certificate| self.intermediates.iter().find(|above| it.issuer.as_ref() == Some(&above.subject));
        let mut top = above(self.leaf)?;
        for _ in self.intermediates {
            match above(top) {
                Some(next) if next != top => top = next,
                _ => break,
            }
        }
        Some(top)
    }

    fn extension(&self) -> TlsCause {
        let (member, id) = match &self.leaf.unknown_critical {
            Some(id) => (ChainMember::Leaf, Some(id)),
            None => {
                let member = self.member(|it| it.unknown_critical.is_some());
                (member, self.intermediates.iter().find_map(|it| it.unknown_critical.as_ref()))
            }
        };
        TlsCause::Certificate(member, CertificateFault::Extension(id.cloned()))
    }

    /// A rule of RFC 5280 that a certificate breaks.
    fn rule(&self, error: Option<&webpki::Error>) -> TlsCause {
        use webpki::Error as Rule;
        let (member, fault) = match error {
            Some(Rule::CaUsedAsEndEntity) if self.leaf.self_issued => return TlsCause::CaUsedAsEndEntity,
            Some(Rule::CaUsedAsEndEntity) => (ChainMember::Leaf, CertificateFault::MarkedAsCa),
            Some(Rule::MaximumPathDepthExceeded) => (ChainMember::Leaf, CertificateFault::TooDeep),
            Some(Rule::EndEntityUsedAsCa) => (self.member(|it| !it.is_ca), CertificateFault::NotACa),
            Some(Rule::PathLenConstraintViolated) => (self.member(|it| it.path_length.is_some()), CertificateFault::PathLength),
            Some(Rule::NameConstraintViolation) => (self.constraining(), CertificateFault::NameConstraint),
            Some(Rule::UnsupportedCertVersion) => return self.version(),
            Some(Rule::UnsupportedCriticalExtension) => return self.extension(),
            Some(other) => (ChainMember::Unknown, CertificateFault::Other(format!("{other:?}"))),
            None => (ChainMember::Unknown, CertificateFault::Other(String::new())),
        };
        TlsCause::Certificate(member, fault)
    }

    /// The CA that limits names: an intermediate, or one in the CA file; unknown where several do.
    fn constraining(&self) -> ChainMember {
        let mut roots = self.issuers.iter().filter(|it| it.constrains_names);
        match (self.intermediates.iter().any(|it| it.constrains_names), roots.next(), roots.next()) {
            (true, None, _) => self.member(|it| it.constrains_names),
            (false, Some(one), None) => ChainMember::CaFile(one.subject.clone()),
            _ => ChainMember::Unknown,
        }
    }

    fn version(&self) -> TlsCause {
        let old = |it: &Certificate| it.not_accepted.iter().find(|fault| matches!(fault, CertificateFault::Version(_))).cloned();
        match (old(self.leaf), self.intermediates.iter().find_map(|it| Some((it, old(it)?)))) {
            (Some(fault), _) => TlsCause::Certificate(ChainMember::Leaf, fault),
            (None, Some((it, fault))) => TlsCause::Certificate(ChainMember::Intermediate(it.subject.clone()), fault),
            (None, None) => TlsCause::Certificate(ChainMember::Unknown, CertificateFault::Version(1)),
        }
    }

    /// The intermediate of which something is true; unknown where it is true of none, or of several.
    fn member(&self, is: impl Fn(&Certificate) -> bool) -> ChainMember {
        let mut all = self.intermediates.iter().filter(|certificate| is(certificate));
        match (all.next(), all.next()) {
            (Some(one), None) => ChainMember::Intermediate(one.subject.clone()),
            _ => ChainMember::Unknown,
        }
    }
}
