//! The search: which key, bytes, parts and hash function give one of the signatures that came.
//!
//! Each candidate's MAC is computed once and compared, in constant time, with the bytes of every signature in every header:
//! how they are written is read off the header, and needs no candidates of its own. A MAC that matches is proof, so that the
//! order of the candidates decides only between names for the same bytes.

use std::cell::Cell;
use std::ops::RangeInclusive;

use hmac::digest::OutputSizeUser as _;
use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use ring::signature::{ED25519, UnparsedPublicKey};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::algorithm::Algorithm;
use super::body::{self, FORMS};
use super::content::{self, Extras};
use super::keys::{self, Key};
use super::mistake::{BodyForm, Mistake, SecretForm};
use super::{charset, coding, plain_hash, rewrites};
use crate::domain::json::{self, Rewrite};
use crate::domain::secret::same_bytes as same;
use crate::domain::signature::{SigningAlgorithm, SigningSecret};

/// How many ways of writing JSON again are tried: more for a small body than for a large one.
const REWRITES: RangeInclusive<usize> = 256..=1024;

/// The bytes that they may have together.
const MAX_REWRITTEN: usize = 16 << 20;

/// The most bytes that are hashed before the search gives up: what 16 MiB need for every form but the rarest rewritings.
const MAX_HASHED: usize = 1 << 30;

/// What a search is about.
pub struct Search<'a> {
    /// The bytes of the signatures that came.
    pub tags: Vec<&'a [u8]>,
    /// The registered secret.
    pub secret: &'a SigningSecret,
    /// What came with the body.
    pub extras: Extras<'a>,
    /// The body as it was received.
    pub body: &'a [u8],
    /// How many bytes were hashed so far.
    pub hashed: Cell<usize>,
}

/// What makes the registered signatures; of a key pair, what checks them.
enum Signer {
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
    Ed25519([u8; 32]),
}

/// A signature that was explained.
pub struct Hit {
    /// Which of the tags.
    pub tag: usize,
    /// What was signed or used otherwise; `None` when all is as registered.
    pub mistake: Option<Mistake>,
}

impl Search<'_> {
    /// Tries the candidates in order.
    pub fn run(&self) -> Option<Hit> {
        if self.tags.is_empty() {
            return None;
        }
        let keys = keys::of(self.secret);
        let scheme = self.secret.scheme();
        let around = self.extras.of(scheme);
        let signed = around.as_ref().map(|(before, after)| [before.as_bytes(), self.body, after.as_bytes()]);
        if let Some(hit) = signed.and_then(|parts| keys.iter().find_map(|key| self.with_key(key, &parts))) {
            return Some(hit);
        }
        let key = keys.first()?;
        let signer = self.signer(key);
        if let Some([before, _, after]) = signed
            && let Some(hit) = self.bodies(&signer, before, after)
        {
            return Some(hit);
        }
        let other_content = || {
            content::others(scheme).find_map(|content| {
                let (before, after) = self.extras.around(content)?;
                self.signed(&signer, &[before.as_bytes(), self.body, after.as_bytes()], Some(Mistake::Content(content)))
            })
        };
        let rewrites = || {
            let [before, _, after] = signed?;
            self.rewrites(self.body, &signer, before, after).or_else(|| {
                // Decompressed, then parsed and written again: the first is what has to be known.
                let hit = self.rewrites(&coding::decompressed(self.body)?, &signer, before, after)?;
                Some(Hit { mistake: Some(Mistake::Body(BodyForm::Decompressed)), ..hit })
            })
        };
        if matches!(signer, Signer::Ed25519(_)) {
            return other_content().or_else(rewrites);
        }
        other_content()
            .or_else(|| self.algorithms(&key.bytes, &signed?))
            .or_else(|| self.plain_hashes(&signed.unwrap_or([b"", self.body, b""])))
            .or_else(|| self.plain_hashes(&[b"", self.body, b""]))
            .or_else(|| self.swapped(&keys, &signed?))
            .or_else(|| keys::mangled(self.secret).find_map(|key| self.with_key(&key, &signed?)))
            .or_else(rewrites)
    }

    fn signer(&self, key: &Key) -> Signer {
        match (self.secret.scheme().algorithm(), self.secret.public_bytes()) {
            (_, Some(public)) => Signer::Ed25519(*public),
            (SigningAlgorithm::HmacSha512, None) => Signer::Sha512(mac_of(&key.bytes)),
            (SigningAlgorithm::HmacSha256 | SigningAlgorithm::Ed25519, None) => Signer::Sha256(mac_of(&key.bytes)),
        }
    }

    fn with_key(&self, key: &Key, parts: &[&[u8]]) -> Option<Hit> {
        self.signed(&self.signer(key), parts, key.form.map(Mistake::Secret))
    }

    fn signed(&self, signer: &Signer, parts: &[&[u8]], mistake: Option<Mistake>) -> Option<Hit> {
        match signer {
            Signer::Sha256(mac) => self.hit(mac, parts, mistake),
            Signer::Sha512(mac) => self.hit(mac, parts, mistake),
            Signer::Ed25519(public) => self.verified(public, &parts.concat(), mistake),
        }
    }

    fn verified(&self, public: &[u8; 32], content: &[u8], mistake: Option<Mistake>) -> Option<Hit> {
        self.hashed.set(self.hashed.get().saturating_add(content.len()));
        if self.hashed.get() > MAX_HASHED {
            return None;
        }
        let key = UnparsedPublicKey::new(&ED25519, public);
        let tag = self.tags.iter().position(|tag| key.verify(content, tag).is_ok())?;
        Some(Hit { tag, mistake })
    }

    /// Every hash function but the right one, whose MAC was compared before.
    fn algorithms(&self, key: &[u8], parts: &[&[u8]]) -> Option<Hit> {
        let by = |algorithm| Some(Mistake::Algorithm(algorithm));
        self.hit(&mac_of::<Sha256>(key), parts, by(Algorithm::Sha256))
            .or_else(|| self.hit(&mac_of::<Sha1>(key), parts, by(Algorithm::Sha1)))
            .or_else(|| self.hit(&mac_of::<Sha512>(key), parts, by(Algorithm::Sha512)))
            .or_else(|| self.hit(&mac_of::<Md5>(key), parts, by(Algorithm::Md5)))
            .or_else(|| self.hit(&mac_of::<Sha384>(key), parts, by(Algorithm::Sha384)))
            .or_else(|| self.hit(&mac_of::<Sha224>(key), parts, by(Algorithm::Sha224)))
    }

    fn plain_hashes(&self, parts: &[&[u8]]) -> Option<Hit> {
        let sizes: Vec<usize> = self.tags.iter().map(|tag| tag.len()).collect();
        let mut found = None;
        let (algorithm, hashed) = plain_hash::find(&keys::texts(self.secret), parts, &sizes, |expected| {
            found = self.tag(expected);
            found.is_some()
        })?;
        found.map(|tag| Hit { tag, mistake: Some(Mistake::PlainHash(algorithm, hashed)) })
    }

    /// The arguments of HMAC in the wrong order.
    fn swapped(&self, keys: &[Key], parts: &[&[u8]]) -> Option<Hit> {
        let mac = mac_of::<Sha256>(&parts.concat());
        let texts = keys::texts(self.secret);
        let messages = keys.first().map(|key| &key.bytes).into_iter().chain(&texts);
        messages.into_iter().find_map(|text| self.hit(&mac, &[text], Some(Mistake::Secret(SecretForm::Swapped))))
    }

    fn bodies(&self, signer: &Signer, before: &[u8], after: &[u8]) -> Option<Hit> {
        FORMS
            .into_iter()
            .find_map(|(form, make)| {
                let body = make(self.body).filter(|body| body != self.body)?;
                self.signed(signer, &[before, &body, after], Some(Mistake::Body(form)))
            })
            .or_else(|| {
                let signed = |body: Vec<u8>| self.signed(signer, &[before, &body, after], Some(Mistake::Body(BodyForm::Member)));
                body::members(self.body).into_iter().find_map(signed)
            })
            .or_else(|| {
                charset::forms(self.body).filter(|(_, body)| body != self.body).find_map(|(charset, body)| {
                    self.signed(signer, &[before, &body, after], Some(Mistake::Body(BodyForm::Charset(charset))))
                })
            })
    }

    fn rewrites(&self, received: &[u8], signer: &Signer, before: &[u8], after: &[u8]) -> Option<Hit> {
        let value = rewrites::parse(received)?;
        let mut body = Vec::with_capacity(received.len());
        let most = (MAX_REWRITTEN / received.len().max(1)).clamp(*REWRITES.start(), *REWRITES.end());
        for rewrite in rewrites::rewrites(&value).into_iter().take(most) {
            json::write(&value, rewrite, &mut body);
            if self.hashed.get() > MAX_HASHED {
                return None;
            }
            if let Some(hit) = self.signed(signer, &[before, &body, after], None) {
                let kept = rewrites::spacing(&value, received);
                let newline = rewrite.newline && !received.ends_with(b"\n");
                let changes = Rewrite { spacing: rewrite.spacing.filter(|_| rewrite.spacing != kept), newline, ..rewrite };
                return Some(Hit { mistake: Some(Mistake::Body(BodyForm::Rewritten(changes))), ..hit });
            }
        }
        None
    }

    /// Every tag is compared, whichever matches.
    fn hit<D: EagerHash>(&self, mac: &Hmac<D>, parts: &[&[u8]], mistake: Option<Mistake>) -> Option<Hit> {
        if self.tags.iter().all(|tag| tag.len() != Hmac::<D>::output_size()) {
            return None;
        }
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.hashed.set(self.hashed.get().saturating_add(length));
        if self.hashed.get() > MAX_HASHED {
            return None;
        }
        let mut mac = mac.clone();
        for part in parts {
            mac.update(part);
        }
        self.tag(&mac.finalize().into_bytes()).map(|tag| Hit { tag, mistake })
    }

    /// Which of the tags it is.
    fn tag(&self, expected: &[u8]) -> Option<usize> {
        let mut found = None;
        for (index, tag) in self.tags.iter().enumerate() {
            if same(tag, expected) && found.is_none() {
                found = Some(index);
            }
        }
        found
    }
}

/// A key of any length is accepted (RFC 2104 §3), so making one cannot fail.
fn mac_of<D: EagerHash>(key: &[u8]) -> Hmac<D> {
    match Hmac::<D>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC accepts a key of any length"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;
    use crate::domain::signature::Format;

    /// With the count of what is hashed, time is bounded as well: in an optimised build it is under a second.
    #[test]
    fn a_body_of_64_kib_is_searched_by_hashing_it_some_hundred_times() {
        let item = r#"{"name":"Zoë <&>","url":"https:\/\/a.example/b","n":1.50,"b":1,"a":"\u00e9"}"#;
        let body = format!("[{}]", vec![item; 64 * 1024 / item.len()].join(","));
        assert!(body.len() > 60_000);
        let secret = SigningSecret::new(Secret::new("5d1d0f4eab9b7b5fbb3ac9e3bb2a7b6f5d1d0f4eab9b7b5f"), Format::Hex).unwrap();
        // The signature is of nothing known, so that every candidate is tried.
        let tags = vec![[7; 32].as_slice()];
        let extras = Extras { id: Some("msg_1"), timestamp: Some("1795425120") };
        let search = Search { tags, secret: &secret, extras, body: body.as_bytes(), hashed: Cell::default() };
        assert!(search.run().is_none());
        let times = search.hashed.get() / body.len();
        assert!((100..1000).contains(&times), "{times} times the body");
    }
}
