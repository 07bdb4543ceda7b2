//! What waypost says when something is wrong: always what, why, and how to fix it.

mod long;
mod troubleshooting;

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::mem::{Discriminant, discriminant};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waypost::domain::auth::{self, api_key, basic, bearer, default, hmac, oauth2};
use waypost::domain::field;
use waypost::domain::rotation::KeepOld;

use jiff::Timestamp;
use waypost::domain::auth::MAX_FIELD_BYTES;
use waypost::domain::delivery::diagnosis::{of_cause, of_failure, of_panic, of_response, of_stop};
use waypost::domain::delivery::{
    Cause, CertificateFault, ChainMember, ClientFile, ClientFileFault, ClientRefusal, FileFault, Phase, ProxyRefusal,
    RefusalReason, Response, TlsCause, TokenCause,
};
use waypost::domain::draft::Draft;
use waypost::domain::field::Field;
use waypost::domain::problem::Fix;
use waypost::domain::secret::Secret;
use waypost::domain::signature::Format;
use waypost::domain::token;
use waypost::io::db::DbError;
use waypost::io::fs::access::Chmod;
use waypost::io::fs::paths::{Paths, PathsError};
use waypost::io::fs::{FileError, FileErrorKind, Operation};
use waypost::io::state::store::{Origin, StateError};
use waypost::io::state::vault::VaultError;
use waypost::ops::{self, Listen, Problem, ProblemKind, Waypost};

use crate::support::Home;

/// `what` continues a sentence and has no full stop; `fix` is a sentence, and so is `why`, unless `what` says it all.
#[track_caller]
fn is_whole(what: &str, why: &str, fix: &str) {
    for text in [what, if why.is_empty() { what } else { why }, fix] {
        assert!(!text.trim().is_empty(), "{what:?}, {why:?}, {fix:?}");
        assert_eq!(text.trim(), text, "{what:?}, {why:?}, {fix:?}");
        for slip in ["  ", "Some(", "None", "Err(", "{", "}", "\n"] {
            assert!(!text.contains(slip), "{slip:?} in {text:?}");
        }
    }
    assert!(!what.ends_with('.'), "{what:?} has a full stop");
    assert!(why.is_empty() || why.ends_with('.'), "{why:?} is no sentence");
    // What is pasted, a command or a URL, would be another with one.
    let pasted = fix.starts_with("Run: ") || fix.split(' ').next_back().is_some_and(|last| last.starts_with("https://"));
    assert!(fix.ends_with('.') || pasted, "{fix:?} is no sentence");
    for sentence in [why, fix] {
        assert!(!sentence.ends_with(".."), "{sentence:?}");
        // The names of hosts, headers and of the program are written small.
        let first = sentence.split(' ').next().unwrap_or_default();
        let name = first == "waypost" || first.contains(['.', '-', '/']);
        assert!(name || !first.starts_with(|c: char| c.is_ascii_lowercase()), "{sentence:?}");
    }
}

#[track_caller]
fn problem_is_whole(problem: &Problem) {
    is_whole(&problem.what, &problem.why, &problem.fix.text);
}

/// Each front end adds its own way to do it.
#[track_caller]
fn names_no_key_and_no_flag(text: &str) {
    for slip in [" --", "\"--", "waypost edit", "waypost test", "waypost send", "; e ", "Press ", "press "] {
        assert!(!text.contains(slip), "{slip:?} in {text:?}");
    }
}

fn path() -> PathBuf {
    PathBuf::from("/home/ada/.config/waypost/destination.json")
}

/// Drafts that are wrong, each with the field that is.
fn wrong() -> Vec<(Field, Draft)> {
    let long = "x".repeat(MAX_FIELD_BYTES + 1);
    let draft = |auth_type| {
        Draft::new(auth_type)
            .with(field::URL, "https://h.example/in?a=1")
            .with(hmac::HEADER_KEY, "X-Signature")
            .with(hmac::SIGNING_SECRET, "0123456789abcdef")
            .with(basic::USERNAME, "ada")
            .with(basic::PASSWORD, "a long enough password")
            .with(bearer::TOKEN, "token")
            .with(api_key::KEY, "X-Api-Key")
            .with(api_key::VALUE, "value")
    };
    let mut out = Vec::new();
    let url = format!("https://h.example/{}", "x".repeat(2048));
    for text in [
        "",
        "h.example",
        "http://h.example/",
        "ftp://h.example/",
        "https://",
        "https:h",
        "https://h.example/a b",
        "https://h\t.example/",
        "https://h.example/\n",
        "https:\\\\h",
        "https://user:pw@h.example/",
        "https://h.example/#f",
        "https://bücher.example/",
        "https://h\u{ad}.example/",
        "https://h。example/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://h.example:0/",
        "https://h.example:65536/",
        "https://h.example:abc/",
        &url,
        "https://h.example/a/../b",
        "https://h.example/?a='",
        "https://h.example/<",
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::ffff:169.254.1.1]/",
        "https://[64:ff9b::a9fe:101]/",
        "https://[fd00:ec2::254]/",
        "https://[",
        "https://h_.%zz/",
    ] {
        out.push((field::URL, draft(default::SPEC).with(field::URL, text)));
    }
    let long_name = "x".repeat(257);
    for text in
        ["", " ", "a b", "X:", "é", "a\r\nb", &long_name, "Host", "Cookie", "Authorization", "webhook-id", "Proxy-Foo", "Te"]
    {
        // Left empty, it is the usual one of the format.
        if !text.trim().is_empty() {
            out.push((hmac::HEADER_KEY, draft(hmac::SPEC).with(hmac::HEADER_KEY, text)));
        }
        if text != "Authorization" {
            out.push((api_key::KEY, draft(api_key::SPEC).with(api_key::KEY, text)));
        }
    }
    for text in ["", " k", "a\u{7}b", "a", &long] {
        out.push((api_key::KEY, draft(api_key::SPEC).with(api_key::KEY, text).with(api_key::ADD_TO, api_key::QUERY.name)));
    }
    for text in ["", "a\nb", &long] {
        let secret = Secret::new(text);
        out.push((hmac::SIGNING_SECRET, draft(hmac::SPEC).with(hmac::SIGNING_SECRET, secret.clone())));
        out.push((basic::PASSWORD, draft(basic::SPEC).with(basic::PASSWORD, secret.clone())));
        out.push((bearer::TOKEN, draft(bearer::SPEC).with(bearer::TOKEN, secret.clone())));
        out.push((api_key::VALUE, draft(api_key::SPEC).with(api_key::VALUE, secret)));
    }
    for text in ["whsec_???", "not base64", "whsec_", "abc"] {
        let hmac = draft(hmac::SPEC);
        out.push((hmac::SIGNING_SECRET, hmac.with(hmac::SIGNING_SECRET, text).with(hmac::FORMAT, Format::Standard.name())));
    }
    for text in ["a:b", "a\nb", &long] {
        out.push((basic::USERNAME, draft(basic::SPEC).with(basic::USERNAME, text)));
    }
    for text in [" t", "Bearer ", "tökén", "a b"] {
        out.push((bearer::TOKEN, draft(bearer::SPEC).with(bearer::TOKEN, text)));
    }
    for text in [" v", "välue"] {
        out.push((api_key::VALUE, draft(api_key::SPEC).with(api_key::VALUE, text)));
    }
    for text in ["ca.pem", "/a\nb"] {
        out.push((field::CA_CERT, draft(default::SPEC).with(field::CA_CERT, text)));
    }
    for text in ["0", "121", "-1", "+5", "five", "1.5", "99999999"] {
        out.push((field::TIMEOUT, draft(default::SPEC).with(field::TIMEOUT, text)));
    }
    out
}

#[test]
fn fields() {
    let mut seen = BTreeSet::new();
    let mut fields = BTreeSet::new();
    for (field, draft) in wrong() {
        let errors = draft.check().expect_err(&format!("{field:?}: {draft:?}"));
        let [error] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!(error.field, Some(field), "{errors:?}");
        problem_is_whole(error);
        seen.insert(error.why.clone());
        fields.insert(field);
    }
    // Each field that is typed, and many reasons rather than one for all.
    assert_eq!(fields.len(), 10, "{fields:?}");
    assert!(seen.len() >= 30, "{}", seen.len());
    for error in [
        ops::tls_file(field::CA_CERT, Path::new("/nowhere/ca.pem")).unwrap_err(),
        ops::tls_file(field::CA_CERT, Path::new("/")).unwrap_err(),
        ops::tls_file(field::CA_CERT, Path::new("/dev/null")).unwrap_err(),
        ops::tls_file(field::CA_CERT, Path::new(file!())).unwrap_err(),
    ] {
        problem_is_whole(&error);
    }
}

/// Every kind is here once at least: a new one does not compile until it is counted.
fn file_errors() -> Vec<FileError> {
    use FileErrorKind as K;
    let kind = |error: &FileError| match &error.kind {
        K::System(_) => 1,
        K::NotAFile(_) => 2,
        K::TooLarge { .. } => 3,
        K::OpenToOthers { .. } => 4,
        K::OtherOwner { .. } => 7,
        K::AccessList => 5,
        K::Locked => 6,
    };
    let error = |kind| FileError::new(Operation::Read, &path(), kind);
    let mut errors = vec![
        error(K::NotAFile("a directory")),
        error(K::TooLarge { limit: 32 }),
        error(K::OpenToOthers { mode: 0o644, chmod: Chmod::Possible }),
        error(K::OpenToOthers { mode: 0o440, chmod: Chmod::ReadOnlyMount }),
        error(K::OpenToOthers { mode: 0o440, chmod: Chmod::NotOwner { user: 1000 } }),
        error(K::OtherOwner { owner: 1000 }),
        error(K::AccessList),
        error(K::Locked),
    ];
    for operation in
        [Operation::Find, Operation::CreateDir, Operation::Lock, Operation::Read, Operation::Write, Operation::Remove]
    {
        for kind in [
            io::ErrorKind::StorageFull,
            io::ErrorKind::QuotaExceeded,
            io::ErrorKind::ReadOnlyFilesystem,
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::NotADirectory,
        ] {
            errors.push(FileError::new(operation, &path(), io::Error::new(kind, "the system's words")));
        }
    }
    assert_eq!(errors.iter().map(kind).collect::<BTreeSet<_>>().len(), 7);
    errors
}

fn vault_errors() -> Vec<VaultError> {
    use VaultError as E;
    let kind = |error: &E| match error {
        E::KeyMissing { .. } => 1,
        E::KeyLength { .. } => 2,
        E::KeyFile(_) => 3,
        E::KeyNotCreated(_) => 4,
        E::WrongKeyOrPlace => 5,
        E::Malformed => 6,
        E::Absent => 7,
        E::Seal(_) => 8,
    };
    let named = [false, true];
    let errors: Vec<E> = [E::WrongKeyOrPlace, E::Malformed, E::Absent, E::Seal("no random numbers".into())]
        .into_iter()
        .chain(named.map(|named| E::KeyMissing { path: path(), named }))
        .chain(named.map(|named| E::KeyLength { path: path(), named }))
        .chain(file_errors().into_iter().map(E::KeyFile))
        .chain(file_errors().into_iter().map(E::KeyNotCreated))
        .collect();
    assert_eq!(errors.iter().map(kind).collect::<BTreeSet<_>>().len(), 8);
    errors
}

fn state_errors() -> Vec<StateError> {
    use StateError as E;
    let kind = |error: &E| match error {
        E::File(_) => 1,
        E::Syntax { .. } => 2,
        E::Shape { .. } => 3,
        E::Newer { .. } => 4,
        E::Invalid { .. } => 5,
        E::Changed { .. } => 6,
        E::Secret(_) => 7,
        E::OtherKey(_) => 8,
        #[cfg(feature = "nats")]
        E::Nats(_) => 9,
    };
    let mut errors = vec![
        E::Syntax { at: Origin::File(path()), line: 1, column: 2, problem: "a comma is missing".into() },
        E::Shape { at: Origin::File(path()), line: 1, column: 2, part: "destination.auth".into(), expected: "an object".into() },
        E::Newer { at: Origin::File(path()), found: 2, known: 1 },
        E::Invalid { at: Origin::File(path()), errors: Draft::default().check().unwrap_err() },
        E::Changed { at: Origin::File(path()) },
    ];
    errors.extend(file_errors().into_iter().map(E::from));
    errors.extend(vault_errors().into_iter().map(E::from));
    errors.extend(vault_errors().into_iter().map(E::OtherKey));
    let kinds = if cfg!(feature = "nats") { 9 } else { 8 };
    #[cfg(feature = "nats")]
    {
        let at = Origin::Entry;
        errors.push(E::Shape { at, line: 1, column: 2, part: "destination.auth".into(), expected: "an object".into() });
        errors.push(E::Nats(waypost::io::nats::NatsError::NoAnswer));
    }
    assert_eq!(errors.iter().map(kind).collect::<BTreeSet<_>>().len(), kinds);
    errors
}

fn db_errors() -> Vec<DbError> {
    use DbError as E;
    let kind = |error: &E| match error {
        E::File(_) => 1,
        E::Damaged { .. } => 2,
        E::Newer { .. } => 3,
        E::DamagedRecord { .. } => 4,
    };
    let mut errors = vec![
        E::Damaged { path: path(), reason: "file is not a database".into() },
        E::Newer { path: path(), found: 2, known: 1 },
        E::DamagedRecord { id: "msg_1".into() },
    ];
    errors.extend(file_errors().into_iter().map(E::from));
    assert_eq!(errors.iter().map(kind).collect::<BTreeSet<_>>().len(), 4);
    errors
}

#[test]
fn files_and_keys() {
    for error in vault_errors() {
        problem_is_whole(&Problem::locked(&Draft::default(), &error));
    }
    for error in file_errors() {
        problem_is_whole(&error.into());
    }
    for error in state_errors() {
        problem_is_whole(&error.into());
    }
    for error in db_errors() {
        problem_is_whole(&error.into());
    }
    let no_dir = FileError::new(Operation::Find, &path(), io::Error::from(io::ErrorKind::NotFound));
    problem_is_whole(&PathsError::NoCurrentDir(no_dir).into());
    problem_is_whole(&PathsError::NoHome.into());
}

#[test]
fn operations() {
    let dir = tempfile::tempdir().unwrap();
    let (config_dir, state_dir) = (dir.path().join("config"), dir.path().join("state"));
    let waypost = Waypost::new(Paths { config_dir, state_dir, ..Paths::from_process(None, None).unwrap() }, None);
    let settings = || Draft::default().with(field::URL, "https://h.example/").check().unwrap().settings;
    let nothing = [waypost.remove(None).unwrap_err(), waypost.edit(None, KeepOld::default(), |_, _| Ok(settings())).unwrap_err()];
    assert!(nothing.iter().all(|problem| problem.kind == ProblemKind::NothingRegistered), "{nothing:?}");
    let generation = waypost.register(settings()).unwrap().generation;
    let full = [
        waypost.register(settings()).unwrap_err(),
        waypost.remove(Some(generation + 1)).unwrap_err(),
        waypost.keep_event("ping", b"{}").unwrap_err(),
        waypost.keep_event("../x", b"{}").unwrap_err(),
        waypost.write_new(Path::new("/"), b"").unwrap_err(),
        waypost.write_new(Path::new("/nowhere/file"), b"").unwrap_err(),
        waypost.delivery("msg_none").unwrap_err(),
        ops::copy(&"x".repeat(1024 * 1024)).unwrap_err(),
        Problem::unrecorded("No space left on device"),
        Problem::not_edited("it ended with 1"),
    ];
    nothing.iter().chain(&full).for_each(problem_is_whole);
}

/// Which variant a cause is; of one of TLS, which of those.
fn kind_of(cause: &Cause) -> (Discriminant<Cause>, Option<Discriminant<TlsCause>>) {
    let tls = match cause {
        Cause::Tls(tls) => Some(discriminant(tls)),
        _ => None,
    };
    (discriminant(cause), tls)
}

/// One of each kind. A new one does not compile until it is listed here.
#[expect(clippy::too_many_lines, reason = "a list of every cause")]
fn causes() -> Vec<Cause> {
    use Cause as C;
    use TlsCause as T;
    let each = |cause: &C| match cause {
        C::NoSuchName
        | C::NameServer(_)
        | C::ForbiddenAddress(..)
        | C::ConnectionRefused(_)
        | C::NoRoute(_)
        | C::Reset
        | C::Closed
        | C::TimedOut(_)
        | C::Tls(
            T::NotTls
            | T::TooOld
            | T::UnknownIssuer(_)
            | T::UntrustedChain(_)
            | T::NoHttp1
            | T::UnknownName
            | T::SelfSigned
            | T::MissingIntermediate(_)
            | T::WrongName(_)
            | T::NoSubjectAltName(_)
            | T::Certificate(..)
            | T::NothingInCommon
            | T::Expired(..)
            | T::NotYetValid(..)
            | T::OtherCaKey(_)
            | T::CaUsedAsEndEntity
            | T::ClientCertificateWanted
            | T::ClientCertificateRefused(_)
            | T::ClientFile(_)
            | T::Other(_)
            | T::NoCaStore(_)
            | T::CaFile(_),
        )
        | C::BadProxy(_)
        | C::Proxy(_)
        | C::ProxyRefused(_)
        | C::NotHttp(_)
        | C::Token(TokenCause::NotReached(..) | TokenCause::Refused(..))
        | C::Other(_) => kind_of(cause),
    };
    let at = |text: &str| text.parse().unwrap();
    let (then, now) = (at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
    let refused = |reason| {
        let accepted = vec!["CN=Their CA".to_owned()];
        C::Tls(T::ClientCertificateRefused(ClientRefusal { reason, issuer: Some("CN=Our CA".into()), accepted }))
    };
    let causes = vec![
        C::NoSuchName,
        C::NameServer("Temporary failure".into()),
        C::ForbiddenAddress([169, 254, 169, 254].into(), "a link-local address"),
        C::ConnectionRefused(None),
        C::ConnectionRefused(Some(([10, 0, 0, 1], 443).into())),
        C::NoRoute("No route to host".into()),
        C::Reset,
        C::Closed,
        C::TimedOut(1),
        C::TimedOut(15),
        C::Tls(T::NotTls),
        C::Tls(T::TooOld),
        C::Tls(T::UnknownIssuer(None)),
        C::Tls(T::UnknownIssuer(Some("CN=Own CA".into()))),
        C::Tls(T::UntrustedChain(None)),
        C::Tls(T::UntrustedChain(Some("CN=Own CA".into()))),
        C::Tls(T::NoHttp1),
        C::Tls(T::UnknownName),
        C::Tls(T::SelfSigned),
        C::Tls(T::MissingIntermediate(None)),
        C::Tls(T::MissingIntermediate(Some("CN=R3".into()))),
        C::Tls(T::WrongName(Vec::new())),
        C::Tls(T::NoSubjectAltName(Some("other.example".into()))),
        C::Tls(T::NothingInCommon),
        C::Tls(T::WrongName(vec!["other.example".into()])),
        C::Tls(T::Expired(None, now)),
        C::Tls(T::Expired(Some(then), now)),
        C::Tls(T::NotYetValid(None, now)),
        C::Tls(T::NotYetValid(Some(now), then)),
        C::Tls(T::OtherCaKey(None)),
        C::Tls(T::OtherCaKey(Some("CN=Own CA".into()))),
        C::Tls(T::CaUsedAsEndEntity),
        C::Tls(T::Certificate(ChainMember::Leaf, CertificateFault::RsaBits(1024))),
        C::Tls(T::ClientCertificateWanted),
        refused(RefusalReason::UnknownCa),
        refused(RefusalReason::Expired(Some(then), now)),
        refused(RefusalReason::Expired(None, now)),
        refused(RefusalReason::NotYetValid(now, then)),
        refused(RefusalReason::Revoked),
        refused(RefusalReason::Unsupported),
        refused(RefusalReason::KeyType),
        refused(RefusalReason::Unnamed("bad_certificate")),
        refused(RefusalReason::Handshake),
        C::Tls(T::ClientFile(ClientFileFault::new(ClientFile::Certificate, FileFault::Der))),
        C::Tls(T::ClientFile(ClientFileFault::new(ClientFile::Key, FileFault::Encrypted))),
        C::Tls(T::Other("detail".into())),
        C::Tls(T::NoCaStore("detail".into())),
        C::Tls(T::CaFile("/ca.pem: no certificate".into())),
        C::BadProxy("HTTPS_PROXY is not the address of a proxy.".into()),
        C::Proxy("It refused.".into()),
        C::ProxyRefused(ProxyRefusal { status: 403, page: "Not today".into(), ..ProxyRefusal::default() }),
        C::NotHttp("detail".into()),
        C::Token(TokenCause::NotReached(Some(Phase::Connect), Box::new(C::ConnectionRefused(None)))),
        C::Token(TokenCause::Refused(token::Refusal::NoToken, None)),
        C::Other("detail".into()),
    ];
    assert_eq!(causes.iter().map(each).collect::<HashSet<_>>().len(), 36);
    causes
}

#[test]
fn diagnoses() {
    let settings = auth::ALL.map(|auth_type| {
        let secret = || Secret::new("0123456789abcdef-3f2a");
        let draft = Draft::new(auth_type).with(field::URL, "https://h.example/in").with(hmac::HEADER_KEY, "X-Signature");
        let draft = draft
            .with(hmac::SIGNING_SECRET, secret())
            .with(basic::PASSWORD, secret())
            .with(bearer::TOKEN, secret())
            .with(api_key::VALUE, secret())
            .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
            .with(oauth2::CLIENT_ID, "waypost")
            .with(oauth2::CLIENT_SECRET, secret());
        draft.with(basic::USERNAME, "ada").with(api_key::KEY, "X-Api-Key").check().unwrap().settings
    });
    let phases = || std::iter::once(None).chain(Phase::ALL.map(Some));
    for settings in &settings {
        let whys: HashSet<_> = causes().iter().map(|cause| of_cause(settings, Some(Phase::Wait), cause).why).collect();
        assert_eq!(whys.len(), causes().len(), "each cause has words of its own");
        for cause in causes() {
            for phase in phases() {
                let private = [([10, 1, 2, 3], 443).into()];
                for said in [of_cause(settings, phase, &cause), of_failure(settings, phase, &cause, &private)] {
                    is_whole("It failed", &said.why, &said.fix.text);
                    names_no_key_and_no_flag(&said.why);
                    names_no_key_and_no_flag(&said.fix.text);
                }
            }
        }
        for status in 100..=999 {
            for (name, value) in [
                ("x-none", ""),
                ("location", "/in/"),
                ("retry-after", "5"),
                ("retry-after", "999999"),
                ("www-authenticate", "Basic"),
            ] {
                let headers = [(name, value)].into();
                let (reason, body) = (String::new(), Vec::new());
                let said = of_response(
                    settings,
                    &[],
                    &Response { status, reason, headers, body, truncated: false, cut: None },
                    Timestamp::UNIX_EPOCH,
                );
                if (200..300).contains(&status) {
                    assert_eq!(said.fix, Fix::default(), "there is nothing to fix at {status}");
                } else {
                    is_whole("It refused", &said.why, &said.fix.text);
                    names_no_key_and_no_flag(&said.why);
                    names_no_key_and_no_flag(&said.fix.text);
                }
            }
        }
    }
    for phase in phases() {
        let said = of_stop(phase);
        is_whole("It was stopped", &said.why, &said.fix.text);
    }
    let said = of_panic();
    is_whole("It was stopped", &said.why, &said.fix.text);
}

#[test]
fn receivers_and_deliveries_that_are_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let (config_dir, state_dir) = (dir.path().join("config"), dir.path().join("state"));
    let waypost = Waypost::new(Paths { config_dir, state_dir, ..Paths::from_process(None, None).unwrap() }, None);
    let settings = Draft::default().with(field::URL, "https://h.example/").check().unwrap().settings;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let addr: SocketAddr = ([127, 0, 0, 1], 0).into();
    let taken = TcpListener::bind(addr).unwrap();
    let usual = || Listen {
        addr,
        name: "localhost".into(),
        respond: None,
        delay: Duration::ZERO,
        fail_rate: 0.0,
        client_ca: None,
        ca_out: Some(dir.path().join("ca.pem")),
    };
    let refused = |how: Listen| runtime.block_on(waypost.listen(how, tokio::sync::mpsc::channel(1).0)).unwrap_err();
    let unregistered = refused(usual());
    assert_eq!(unregistered.kind, ProblemKind::NothingRegistered);
    waypost.register(settings).unwrap();
    let other = dir.path().join("other.pem");
    std::fs::write(&other, "something else").unwrap();
    let problems = [
        unregistered,
        refused(Listen { name: "https://h.example/in".into(), ..usual() }),
        refused(Listen { name: "h:1:2".into(), ..usual() }),
        refused(Listen { addr: taken.local_addr().unwrap(), ..usual() }),
        refused(Listen { respond: Some(42), ..usual() }),
        refused(Listen { client_ca: Some(other.clone()), ..usual() }),
        refused(Listen { client_ca: Some("/nowhere/ca.pem".into()), ..usual() }),
        refused(Listen { ca_out: Some(other), ..usual() }),
        refused(Listen { ca_out: Some("/nowhere/ca.pem".into()), ..usual() }),
        waypost.delivery("msg_none").unwrap_err(),
        waypost.event_of("msg_none").unwrap_err(),
        Problem::already_registered(),
        Problem::conflict(),
    ];
    problems.iter().for_each(problem_is_whole);
}

/// What the command line says of an invalid call: what, and how to fix it, on standard error only.
#[test]
fn calls_that_are_wrong() {
    let home = Home::new();
    home.waypost(&["register", "--url", "https://h.example/in", "--auth", "default"]).exits(0);
    let calls: &[&[&str]] = &[
        &["register", "--url", "https://h.example/in"],
        &["register", "--url", "https://h.example/in", "--auth", "none"],
        &["register", "--url", "https://h.example/in", "--auth", "default", "--username", "u"],
        &["register", "--url", "https://h.example/in", "--auth", "default", "--secret-env", "NOWHERE"],
        &["edit"],
        &["edit", "--timeout", "soon"],
        &["edit", "--auth", "bearer", "--token", "t"],
        &["test", "--event", "pong"],
        &["test", "--body", "/nowhere/event.json"],
        &["send", "/nowhere/event.json"],
        &["resend", "msg_none"],
        &["curl", "msg_none"],
        &["history", "show"],
        &["history", "show", "msg_none"],
        &["history", "--limit", "many"],
        &["history", "clear"],
        &["remove"],
        &["probe"],
        &["verify", "--body", "/nowhere", "--header", "a: b"],
        &["verify", "--body", "-", "--header", "no header"],
        &["listen", "--addr", "here"],
        &["listen", "--respond", "42"],
        &["snippet", "--lang", "cobol"],
        &["fly"],
        &["--accessible", "show"],
    ];
    for call in calls {
        let out = home.run(call, b"", &[]);
        let code = out.code.unwrap_or_default();
        assert!((2..=8).contains(&code) && out.stdout.is_empty(), "{call:?}: {out:?}");
        let said = out.stderr.trim_end();
        assert!(said.starts_with("error: ") && (said.ends_with('.') || said.contains("--help")), "{call:?}: {said}");
        // What, and at least one sentence of how to fix it.
        let sentences = said.split(['.', '\n']).filter(|part| !part.trim().is_empty()).count();
        assert!(sentences >= 2, "{call:?}: {said}");
        for slip in ["  ", "Some(", "Err(", "panicked", "os error"] {
            assert!(!said.contains(slip), "{call:?}: {slip:?} in {said:?}");
        }
    }
}
