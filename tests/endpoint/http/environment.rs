//! What the sender reads from its environment: each case in a process of its own, since the environment belongs to all tests.

use std::path::Path;
use std::process::Command;

use waypost::domain::delivery::{Cause, TlsCause};

use super::*;

const IN_CHILD: &str = "WAYPOST_TEST_IN_CHILD";

fn in_child() -> bool {
    std::env::var_os(IN_CHILD).is_some()
}

/// Runs one of these tests again with another environment.
fn again(test: &str, env: &[(&str, &Path)]) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"]
    {
        child.env_remove(name);
    }
    child.env(IN_CHILD, "1").args(["--exact", test, "--nocapture"]);
    child.envs(env.iter().copied());
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn no_ca_store() {
    if !in_child() {
        let nowhere = Path::new("/nowhere");
        return again("http::environment::no_ca_store", &[("SSL_CERT_FILE", nowhere), ("SSL_CERT_DIR", nowhere)]);
    }
    let case = Case::new("https://hooks.example.test/in", &Pki::new("CA"));
    let why = Client::new(&case.settings(), &Trust::System).err().unwrap();
    assert!(matches!(why, Cause::Tls(TlsCause::NoCaStore(_))), "{why:?}");
    let attempt = waypost::io::http::failed_before_sending(&case.settings(), &case.request(), Timestamp::UNIX_EPOCH, why);
    assert_eq!((attempt.outcome, attempt.phase), (Outcome::Failed, Some(Phase::Tls)));
    let fix = attempt.diagnosis.fix;
    assert!(fix.text.contains("ca-certificates") && fix.text.contains("SSL_CERT_FILE"), "{fix}");
}

#[test]
fn the_systems_cas_are_where_the_environment_says() {
    if !in_child() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ca.pem");
        return again("http::environment::the_systems_cas_are_where_the_environment_says", &[("SSL_CERT_FILE", &file)]);
    }
    let pki = Pki::new("CA");
    std::fs::write(std::env::var_os("SSL_CERT_FILE").unwrap(), &pki.pem).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let attempt = runtime.block_on(async {
        let server = answering(&pki, OK).await;
        let mut case = Case::new(&server.url(), &pki);
        case.trust = Trust::System;
        case.send().await
    });
    assert_eq!(attempt.status(), Some(200), "{attempt:?}");
}

#[test]
fn a_malformed_proxy_variable() {
    if !in_child() {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            again("http::environment::a_malformed_proxy_variable", &[(name, Path::new("http://us er:canary@proxy"))]);
        }
        return;
    }
    let case = Case::new("https://hooks.example.test/in", &Pki::new("CA"));
    let why = Client::new(&case.settings(), &case.trust).err().unwrap();
    assert!(matches!(&why, Cause::BadProxy(text) if text.contains("_PROXY")), "{why:?}");
    assert!(!format!("{why:?}").contains("canary"));
}
