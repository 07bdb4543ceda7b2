//! Certificates that are not acceptable: which one of the chain it is, and why (field cases c06 to c11).

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, NameConstraints,
    SanType,
};

use super::endpoint::Endpoint;
use super::tls::fails;
use crate::support::Home;
use crate::support::ca::Ca;

/// Why and fix of a leaf under an intermediate, each with something changed.
#[track_caller]
fn chain(
    intermediate: impl FnOnce(&mut CertificateParams),
    leaf: impl FnOnce(&mut CertificateParams),
    names: &[&str],
) -> (String, String) {
    let root = Ca::named("Case Root");
    let issuer = root.intermediate("Case Intermediate", intermediate);
    fails(&Endpoint::with_leaf(issuer.leaf_with(names, leaf)), &root)
}

#[test]
fn c07_an_intermediate_that_expired_is_named_and_the_leaf_is_not_blamed() {
    let expire = |params: &mut CertificateParams| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 2, 3);
    };
    let (why, fix) = chain(expire, |_| {}, &["localhost"]);
    assert!(why.contains("\"CN=Case Intermediate\"") && why.contains("expired at 2021-02-03"), "{why}");
    assert!(why.contains("own certificate has not") && fix.contains("intermediate"), "{why} {fix}");
    let early = |params: &mut CertificateParams| {
        params.not_before = rcgen::date_time_ymd(3020, 1, 1);
        params.not_after = rcgen::date_time_ymd(3021, 1, 1);
    };
    let (why, _) = chain(early, |_| {}, &["localhost"]);
    assert!(why.contains("Case Intermediate") && why.contains("not valid before 3020-01-01"), "{why}");
    let (why, _) = chain(|_| {}, expire, &["localhost"]);
    assert!(why.starts_with("The certificate of localhost expired at 2021-02-03"), "{why}");
}

#[test]
fn c08_a_name_in_the_subject_alone_does_not_count() {
    let (why, fix) = chain(|_| {}, |params| params.distinguished_name.push(DnType::CommonName, "localhost"), &[]);
    assert!(why.contains("no subjectAltName") && why.contains("\"localhost\" is in its subject"), "{why}");
    assert!(fix.contains("subjectAltName=DNS:localhost"), "{fix}");
}

#[test]
fn c08_an_alternative_name_that_is_no_host_does_not_count() {
    let mail =
        |params: &mut CertificateParams| params.subject_alt_names = vec![SanType::Rfc822Name("a@b.example".try_into().unwrap())];
    let (why, fix) = chain(|_| {}, mail, &[]);
    assert!(why.contains("has a subjectAltName without any DNS name or IP address"), "{why}");
    assert!(fix.contains("subjectAltName=DNS:localhost"), "{fix}");
}

#[test]
fn c09_a_signature_by_another_key_is_laid_to_the_right_certificate() {
    let root = Ca::named("Case Root");
    let [one, other] = [(), ()].map(|()| root.intermediate("Case Intermediate", |_| {}));
    let mut leaf = one.leaf(&["localhost"]);
    leaf.chain[1] = other.leaf(&["localhost"]).chain[1].clone();
    let (why, fix) = fails(&Endpoint::with_leaf(leaf), &root);
    assert!(why.contains("than that of the \"CN=Case Intermediate\" that localhost sends"), "{why}");
    assert!(fix.contains("send the intermediate certificate that matches"), "{fix}");

    let again = Ca::named("Case Root").intermediate("Case Intermediate", |_| {});
    let (why, fix) = fails(&Endpoint::with_leaf(again.leaf(&["localhost"])), &root);
    assert!(why.starts_with("The intermediate certificate \"CN=Case Intermediate\" that localhost sends names"), "{why}");
    assert!(why.contains("\"CN=Case Root\" as its issuer") && fix.contains("made again under the same name"), "{why} {fix}");
}

#[test]
fn c09_a_chain_that_ends_elsewhere_is_followed_to_its_end() {
    let root = Ca::named("Case Root");
    let other = Ca::named("Other Root").intermediate("Case Intermediate", |_| {});
    let (why, _) = fails(&Endpoint::with_leaf(other.leaf(&["localhost"])), &root);
    assert!(why.contains("lead to \"CN=Other Root\", which is not in"), "{why}");
    let mut leaf = other.leaf(&["localhost"]);
    leaf.chain.truncate(1);
    let (why, fix) = fails(&Endpoint::with_leaf(leaf), &root);
    assert!(why.contains("by \"CN=Case Intermediate\"") && why.contains("does not send the certificate of that issuer"), "{why}");
    assert!(fix.contains("full chain"), "{fix}");
}

#[test]
fn c09_what_is_wrong_with_an_intermediate_is_not_laid_to_the_leaf() {
    let client = |params: &mut CertificateParams| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let (why, _) = chain(client, |_| {}, &["localhost"]);
    assert!(why.contains("Case Intermediate") && why.contains("lacks serverAuth"), "{why}");

    let critical = |params: &mut CertificateParams| {
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions = vec![extension];
    };
    let (why, _) = chain(critical, |_| {}, &["localhost"]);
    assert!(why.contains("Case Intermediate") && why.ends_with("not supported: 1.2.3.4."), "{why}");

    let (why, fix) = chain(|_| {}, |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained), &["localhost"]);
    assert!(why.contains("marked as a CA") && !why.contains("self-signed") && fix.contains("CA:FALSE"), "{why} {fix}");

    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Narrow Root");
    let permitted = vec![GeneralSubtree::DnsName("example.com".into())];
    params.name_constraints = Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    let root = Ca::root_with(params);
    let (why, _) = fails(&Endpoint::with_leaf(root.leaf(&["localhost"])), &root);
    assert!(why.contains("\"CN=Narrow Root\" in your CA file") && why.contains("do not allow a name in it"), "{why}");

    let root = Ca::named("Case Root");
    let deep = (1..7).fold(root.intermediate("Case 0", |_| {}), |ca, n| ca.intermediate(&format!("Case {n}"), |_| {}));
    let (why, _) = fails(&Endpoint::with_leaf(deep.leaf(&["localhost"])), &root);
    assert!(why.contains("too many intermediate certificates; at most 6"), "{why}");
}

#[test]
fn c09_rules_for_issuers_are_named() {
    let constrain = |params: &mut CertificateParams| {
        let permitted = vec![GeneralSubtree::DnsName("example.com".into())];
        params.name_constraints = Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    };
    let (why, _) = chain(constrain, |_| {}, &["localhost"]);
    assert!(why.contains("Case Intermediate") && why.contains("nameConstraints"), "{why}");

    let (why, _) = chain(|params| params.is_ca = IsCa::ExplicitNoCa, |_| {}, &["localhost"]);
    assert!(why.contains("Case Intermediate") && why.contains("not marked as a CA"), "{why}");

    let root = Ca::named("Case Root");
    let short = root.intermediate("Case Short", |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let below = short.intermediate("Case Below", |_| {});
    let (why, _) = fails(&Endpoint::with_leaf(below.leaf(&["localhost"])), &root);
    assert!(why.contains("Case Short") && why.contains("path length"), "{why}");

    let client = |params: &mut CertificateParams| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let (why, fix) = chain(|_| {}, client, &["localhost"]);
    assert!(why.contains("not meant for servers") && fix.contains("serverAuth"), "{why} {fix}");
}

#[test]
fn c10_a_wildcard_that_does_not_cover_the_host_says_why() {
    let ca = Ca::new();
    for (name, reason) in [("*.localhost", "not localhost itself"), ("other.example", "")] {
        let (why, _) = fails(&Endpoint::with_leaf(ca.leaf(&[name])), &ca);
        assert!(why.contains(name) && why.contains("not for localhost") && why.contains(reason), "{why}");
    }
}

/// `openssl s_server`, ended when dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(dir: &Path, args: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-accept", &port.to_string(), "-cert", "leaf.pem", "-key", "leaf.key"])
            .args(args)
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Self { child, url: format!("https://localhost:{port}/in") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A CA and a leaf for localhost made by openssl, with those arguments for their keys and signatures; why and fix.
fn openssl(ca_key: &[&str], leaf_key: &[&str], digest: &str) -> (String, String) {
    let home = Home::new();
    let run = |args: &[&str]| {
        let out = Command::new("openssl").args(args).current_dir(home.path()).output().unwrap();
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    };
    std::fs::write(home.path().join("ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    run(&[&["genpkey", "-out", "ca.key", "-algorithm"], ca_key].concat());
    run(&["req", "-x509", "-new", "-key", "ca.key", "-out", "ca.pem", "-subj", "/CN=Case CA", "-days", "90"]);
    run(&[&["genpkey", "-out", "leaf.key", "-algorithm"], leaf_key].concat());
    run(&["req", "-new", "-key", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=Case Leaf"]);
    let sign = ["x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "leaf.pem"];
    run(&[&sign[..], &["-days", "60", "-extfile", "ext", digest]].concat());
    let server = Server::start(home.path(), &["-cipher", "ALL:@SECLEVEL=0"]);
    home.waypost(&[
        "register",
        "--url",
        &server.url,
        "--auth",
        "default",
        "--ca-cert",
        home.path().join("ca.pem").to_str().unwrap(),
    ])
    .exits(0);
    let attempt = home.waypost(&["test", "--json"]).exits(4).json()["delivery"]["attempts"][0].clone();
    let text = |part: &str| attempt[part].as_str().unwrap().to_owned();
    (text("why"), text("fix"))
}

const P256: &[&str] = &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const P521: &[&str] = &["EC", "-pkeyopt", "ec_paramgen_curve:P-521"];
const RSA_1024: &[&str] = &["RSA", "-pkeyopt", "rsa_keygen_bits:1024"];
const RSA_2048: &[&str] = &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

#[test]
#[ignore = "needs openssl: apt-get install openssl"]
fn c06_a_key_that_is_too_short_is_said_to_be() {
    let (why, fix) = openssl(RSA_2048, RSA_1024, "-sha256");
    assert!(why.contains("The certificate of localhost has an RSA key of 1024 bits, which is too short"), "{why}");
    assert!(fix.contains("2048 to 8192"), "{fix}");
    let (why, _) = openssl(RSA_1024, P256, "-sha256");
    assert!(why.contains("\"CN=Case CA\" in your CA file has an RSA key of 1024 bits"), "{why}");
    let (why, fix) = openssl(RSA_2048, P256, "-sha1");
    assert!(why.contains("SHA-1 with RSA") && fix.contains("SHA-256"), "{why} {fix}");
    let (why, _) = openssl(P256, P256, "-sha512");
    assert!(why.contains("ECDSA with SHA-512"), "{why}");
}

#[test]
#[ignore = "needs openssl: apt-get install openssl"]
fn c11_key_types_that_are_not_supported_are_named() {
    // The server refuses, before it shows a certificate: the candidates are named.
    let (why, fix) = openssl(P256, P521, "-sha256");
    assert!(
        why.contains("ended the handshake") && fix.contains("P-256 or P-384") && fix.contains("TLS 1.2 and 1.3"),
        "{why} {fix}"
    );
    let (why, _) = openssl(P521, P256, "-sha256");
    assert!(why.contains("in your CA file has a key of a type that is not supported: ECDSA on P-521"), "{why}");
    let (why, _) = openssl(&["ED448"], P256, "-sha256");
    assert!(why.contains("Ed448"), "{why}");
}

#[test]
fn a04_a_secret_in_a_certificate_is_masked() {
    const SECRET: &str = "canary-0123456789-abcdef";
    let ca = Ca::named(&format!("Echo {SECRET} CA"));
    let leaf = || ca.leaf(&["localhost", &format!("{SECRET}.example")]);
    let receiver = Endpoint::with_leaf(leaf());
    let home = Home::new();
    let file = ca.write(home.path());
    let args = ["register", "--url", &receiver.url, "--auth", "bearer", "--secret-stdin", "--ca-cert", file.to_str().unwrap()];
    home.waypost_stdin(&args, SECRET).exits(0);
    // The handshake is good, and then nothing answers.
    for args in [&["test", "-v"][..], &["test", "--json"], &["history", "show", "--json"], &["history", "--json"]] {
        let out = match args {
            ["history", "show", ..] => {
                let id = home.waypost(&["history", "--json"]).exits(0).json()["deliveries"][0]["id"].as_str().unwrap().to_owned();
                home.waypost(&["history", "show", &id, "--json"])
            }
            _ => home.waypost(args),
        };
        assert!(!out.stdout.contains(SECRET) && !out.stderr.contains(SECRET), "{args:?}: {}{}", out.stdout, out.stderr);
        assert!(args == ["history", "--json"] || out.stdout.contains("Echo "), "{args:?}: {}", out.stdout);
    }
}
