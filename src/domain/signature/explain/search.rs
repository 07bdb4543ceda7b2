//! The search: which key, bytes, parts and hash function give one of the signatures that came.
//!
//! Each candidate's MAC is computed once and compared, in constant time, with the bytes of every signature in every header:
//! how they are written is read off the header, and needs no candidates of its own. A MAC that matches is proof, so that the
//! order of the candidates decides only between names for the same bytes.

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::body::FORMS;
use super::content::{self, Extras};
use super::keys::{self, Key};
use super::mistake::{Algorithm, BodyForm, Mistake};
use super::rewrites;
use crate::domain::json::{self, Rewrite};
use crate::domain::secret::same_bytes as same;
use crate::domain::signature::SigningSecret;

/// The most ways of writing JSON again that are tried.
const MAX_REWRITES: usize = 256;

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
        let format = self.secret.format();
        let right = content::of(format);
        let around = self.extras.around(right);
        if let Some((before, after)) = &around {
            let parts = [before.as_bytes(), self.body, after.as_bytes()];
            if let Some(hit) = keys.iter().find_map(|key| self.hit(&keyed(key), &parts, key.form.map(Mistake::Secret))) {
                return Some(hit);
            }
        }
        let mac = keyed(keys.first()?);
        if let Some((before, after)) = &around
            && let Some(hit) = self.bodies(&mac, before.as_bytes(), after.as_bytes())
        {
            return Some(hit);
        }
        let hit = content::others(format).find_map(|content| {
            let (before, after) = self.extras.around(content)?;
            self.hit(&mac, &[before.as_bytes(), self.body, after.as_bytes()], Some(Mistake::Content(content)))
        });
        if hit.is_some() {
            return hit;
        }
        let (before, after) = around?;
        let parts = [before.as_bytes(), self.body, after.as_bytes()];
        let key = &keys.first()?.bytes;
        self.hit(&mac_of::<Sha1>(key), &parts, Some(Mistake::Algorithm(Algorithm::Sha1)))
            .or_else(|| self.hit(&mac_of::<Sha512>(key), &parts, Some(Mistake::Algorithm(Algorithm::Sha512))))
            .or_else(|| self.rewrites(&mac, before.as_bytes(), after.as_bytes()))
    }

    fn bodies(&self, mac: &Hmac<Sha256>, before: &[u8], after: &[u8]) -> Option<Hit> {
        FORMS.into_iter().find_map(|(form, make)| {
            let body = make(self.body).filter(|body| body != self.body)?;
            self.hit(mac, &[before, &body, after], Some(Mistake::Body(form)))
        })
    }

    fn rewrites(&self, mac: &Hmac<Sha256>, before: &[u8], after: &[u8]) -> Option<Hit> {
        let value = rewrites::parse(self.body)?;
        let mut body = Vec::with_capacity(self.body.len());
        let mut hashed = 0_usize;
        for rewrite in rewrites::rewrites(&value).into_iter().take(MAX_REWRITES) {
            json::write(&value, rewrite, &mut body);
            hashed = hashed.saturating_add(body.len());
            if hashed > MAX_HASHED {
                return None;
            }
            if let Some(hit) = self.hit(mac, &[before, &body, after], None) {
                let kept = rewrites::spacing(&value, self.body);
                let newline = rewrite.newline && !self.body.ends_with(b"\n");
                let changes = Rewrite { spacing: rewrite.spacing.filter(|_| rewrite.spacing != kept), newline, ..rewrite };
                return Some(Hit { mistake: Some(Mistake::Body(BodyForm::Rewritten(changes))), ..hit });
            }
        }
        None
    }

    /// Every tag is compared, whichever matches.
    fn hit<D: EagerHash>(&self, mac: &Hmac<D>, parts: &[&[u8]], mistake: Option<Mistake>) -> Option<Hit> {
        let mut mac = mac.clone();
        for part in parts {
            mac.update(part);
        }
        let expected = mac.finalize().into_bytes();
        let mut found = None;
        for (index, tag) in self.tags.iter().enumerate() {
            if same(tag, &expected) && found.is_none() {
                found = Some(index);
            }
        }
        found.map(|tag| Hit { tag, mistake })
    }
}

fn keyed(key: &Key) -> Hmac<Sha256> {
    mac_of(&key.bytes)
}

/// A key of any length is accepted (RFC 2104 §3), so making one cannot fail.
fn mac_of<D: EagerHash>(key: &[u8]) -> Hmac<D> {
    match Hmac::<D>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC accepts a key of any length"),
    }
}
