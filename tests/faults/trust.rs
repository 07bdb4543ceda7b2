//! Trusting the CA that a server presents: by its fingerprint, and nothing else than what was presented.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::endpoint::{Endpoint, attempt, text};
use crate::support::ca::{Ca, Leaf};

/// A leaf whose server sends the root as well.
fn with_root(ca: &Ca) -> Leaf {
    let mut leaf = ca.leaf(&["localhost"]);
    leaf.chain.push(CertificateDer::from_pem_slice(ca.pem().as_bytes()).unwrap());
    leaf
}

#[test]
fn c31_a_presented_ca_is_trusted_by_its_fingerprint_alone() {
    let ca = Ca::named("Their CA");
    let endpoint = Endpoint::with_leaf(with_root(&ca));
    let home = endpoint.registered(Some(&Ca::named("Other CA")), "10");
    let failed = attempt(&home, &[], "", 4);
    let presented = &failed["tls"]["presented_ca"];
    assert_eq!((text(presented, "subject"), text(presented, "pem")), ("CN=Their CA", ca.pem().replace('\r', "").as_str()));
    assert_eq!(failed["fix_field"], "ca_cert");
    let sha256 = text(presented, "sha256");

    let shown = home.waypost(&["test"]).exits(4).stdout;
    for fact in ["Presented", "CN=Their CA", "SHA-256", &sha256[..2].to_uppercase(), "Valid", "--trust-ca"] {
        assert!(shown.contains(fact), "{fact} in {shown}");
    }
    home.waypost(&["edit", "--trust-ca", &"0".repeat(64)]).exits(2);
    home.waypost(&["edit", "--trust-ca", sha256, "--timeout", "3"]).exits(2);
    let config = home.config_dir();
    assert!(!fs::read_dir(&config).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with("ca-")));

    home.waypost(&["edit", "--trust-ca", sha256]).exits(0);
    let kept = config.join(format!("ca-{sha256}.pem"));
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&kept).unwrap(), text(presented, "pem"));
    assert_eq!(home.waypost(&["show", "--json"]).exits(0).json()["destination"]["tls"]["ca_cert"], kept.to_str().unwrap());
    // The handshake passes now; what answers is no HTTP server.
    let now = attempt(&home, &[], "", 4);
    assert!(now["tls"]["presented_ca"].is_null() && text(&now, "phase") != "tls", "{now}");
}

#[test]
fn c31_what_another_issued_and_a_ca_made_again_are_not_offered() {
    let ca = Ca::named("Their CA");
    let alone = Endpoint::with_leaf(ca.leaf(&["localhost"]));
    let again = Endpoint::with_leaf(with_root(&Ca::named("Our CA")));
    for (endpoint, trusted) in [(alone, Ca::named("Other CA")), (again, Ca::named("Our CA"))] {
        let home = endpoint.registered(Some(&trusted), "10");
        let failed = attempt(&home, &[], "", 4);
        assert!(failed["tls"]["presented_ca"].is_null(), "{failed}");
        assert_eq!(failed["fix_field"], "ca_cert", "{failed}");
    }
}

#[test]
fn c31_the_certificate_of_another_url_is_not_trusted() {
    let ca = Ca::named("Their CA");
    let endpoint = Endpoint::with_leaf(with_root(&ca));
    let home = endpoint.registered(Some(&Ca::named("Other CA")), "10");
    let failed = attempt(&home, &[], "", 4);
    home.waypost(&["edit", "--url", "https://hooks.example.com/in"]).exits(0);
    let refused = home.waypost(&["edit", "--trust-ca", text(&failed["tls"]["presented_ca"], "sha256")]).exits(2);
    assert!(refused.stderr.contains("another URL"), "{}", refused.stderr);
}
