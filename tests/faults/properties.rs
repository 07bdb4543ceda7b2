//! What holds for any input: URLs as other parsers read them, drafts through the state file, and bytes in its place.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use waypost::domain::auth::{self, api_key, basic, bearer, hmac};
use waypost::domain::destination::DestinationId;
use waypost::domain::field;
use waypost::domain::header::HeaderEntry;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;
use waypost::domain::destination::Destination;
use waypost::domain::draft::Draft;
use waypost::domain::signature::Format;
use waypost::domain::url::EndpointUrl;
use waypost::io::fs::paths::Paths;
use waypost::io::state::store::{Change, StateError, Store};

/// Host, port, path and query; an empty path is the root's.
type Parts = (String, u64, String, Option<String>);

fn parts(read: &Value) -> Option<Parts> {
    let read = read.as_array()?;
    let text = |at: usize| read[at].as_str().map(str::to_owned);
    let path = text(2).filter(|path| !path.is_empty()).unwrap_or_else(|| "/".into());
    Some((text(0).unwrap_or_default().to_lowercase(), read[1].as_u64().unwrap(), path, text(3).filter(|query| !query.is_empty())))
}

fn ours(url: &EndpointUrl) -> Parts {
    let rest = url.expose().strip_prefix("https://").unwrap();
    let (path, query) = match rest[rest.find('/').unwrap()..].split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (&rest[rest.find('/').unwrap()..], None),
    };
    (url.host().to_owned(), url.port().into(), path.to_owned(), query.filter(|query| !query.is_empty()))
}

#[test]
fn h05_what_is_accepted_is_the_same_to_other_parsers() {
    let data: Value = serde_json::from_str(include_str!("../data/url_hosts.json")).unwrap();
    let mut accepted = 0;
    let mut distinguished = 0;
    for one in data["urls"].as_array().unwrap() {
        let text = one["url"].as_str().unwrap();
        let (python, curl) = (parts(&one["python"]), parts(&one["curl"]));
        let Ok(url) = EndpointUrl::parse(text) else {
            distinguished += usize::from(python != curl);
            continue;
        };
        accepted += 1;
        for (who, read) in [("Python", python), ("curl", curl)] {
            assert_eq!(read, Some(ours(&url)), "{who} reads {text:?} otherwise");
        }
    }
    // Of those that are refused many are read in two ways: that is why.
    assert!(accepted > 60 && distinguished > 200, "{accepted} accepted, {distinguished} distinguished");
}

struct Place {
    paths: Paths,
    _dir: tempfile::TempDir,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let paths = Paths { config_dir: dir.path().join("c"), state_dir: dir.path().join("s"), key_file_override: None };
    Place { paths, _dir: dir }
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let name = prop_oneof!["[A-Za-z0-9-]{1,20}", any::<String>()];
    let secret = prop_oneof!["[!-~]{1,40}", "(whsec_)?[A-Za-z0-9+/]{32}", any::<String>()];
    let url = prop_oneof![
        "https://[a-z]{1,10}\\.example(:[1-9][0-9]{0,3})?/[a-z0-9%/?&=+~.-]{0,20}",
        "https://[a-z]{1,10}\\.example/\\?[a-z]{1,3}=[ -~]{0,8}",
    ];
    let choice = (prop::sample::select(auth::ALL.to_vec()), prop::sample::select(Format::ALL.to_vec()), any::<bool>());
    let times = prop_oneof![Just(String::new()), (0_u32..130).prop_map(|s| s.to_string())];
    let files = prop_oneof![Just(String::new()), "/[ -~]{0,20}", "/[^\u{0}]{0,8}"];
    let header = (prop_oneof!["[A-Za-z-]{1,12}", any::<String>()], prop_oneof!["[!-~]{1,20}", any::<String>()], any::<bool>());
    let header = header.prop_map(|(name, value, is_secret)| HeaderEntry { name, value: value.into(), is_secret });
    let headers = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(header, 0..4)];
    let fields = (url, choice, name.clone(), name, secret, times, files).prop_map(
        |(url, (auth_type, format, in_query), name, username, secret, timeout_s, ca_cert)| {
            Draft::new(auth_type)
                .with(field::URL, url)
                .with(hmac::HEADER_KEY, &name)
                .with(hmac::SIGNING_SECRET, &secret)
                .with(hmac::FORMAT, format.name())
                .with(basic::USERNAME, username)
                .with(basic::PASSWORD, &secret)
                .with(bearer::TOKEN, &secret)
                .with(api_key::KEY, name)
                .with(api_key::VALUE, secret)
                .with(api_key::ADD_TO, if in_query { api_key::QUERY.name } else { api_key::HEADER.name })
                .with(field::CA_CERT, ca_cert)
                .with(field::TIMEOUT, timeout_s)
        },
    );
    (fields, headers).prop_map(|(mut draft, headers)| {
        draft.set_headers(headers);
        draft
    })
}

fn with_bytes(bytes: &[u8]) -> Place {
    let place = place();
    place.paths.create_config_dir().unwrap();
    fs::write(place.paths.destination_file(), bytes).unwrap();
    fs::set_permissions(place.paths.destination_file(), fs::Permissions::from_mode(0o600)).unwrap();
    place
}

/// Loading never panics and writes nothing; a save either goes through or leaves the file as it is.
#[track_caller]
fn survived(bytes: &[u8]) {
    let Place { paths, _dir } = &with_bytes(bytes);
    let loaded = Store::in_file(paths.clone()).load();
    assert_eq!(fs::read(paths.destination_file()).unwrap(), bytes);
    if let Err(error) = &loaded {
        assert!(!matches!(error, StateError::Changed { .. } | StateError::Secret(_)), "{error}");
        let saved = Store::in_file(paths.clone()).save(|_| Ok::<_, StateError>(Change::Remove));
        assert!(saved.is_err());
        assert_eq!(fs::read(paths.destination_file()).unwrap(), bytes);
    }
}

fn valid() -> Vec<u8> {
    let place = place();
    let draft = Draft::new(bearer::SPEC).with(field::URL, "https://h.example/in");
    let draft = draft.with(bearer::TOKEN, "a-token-of-some-length").with(field::CA_CERT, "/ca.pem").with(field::TIMEOUT, "7");
    let destination = Destination::new(
        DestinationId::new("dst_1"),
        draft.check().unwrap().settings,
        Timestamp::UNIX_EPOCH,
        Timestamp::UNIX_EPOCH,
    );
    let _ = Store::in_file(place.paths.clone())
        .save(|_| Ok::<_, StateError>(Change::Replace(Box::new(destination.clone()))))
        .unwrap();
    fs::read(place.paths.destination_file()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn h26_what_is_accepted_comes_back_from_the_file(draft in any_draft()) {
        let Ok(checked) = draft.check() else { return Ok(()) };
        let place = place();
        let destination = Destination::new(DestinationId::new("dst_1"), checked.settings, Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        let saved = Store::in_file(place.paths.clone()).save(|_| Ok::<_, StateError>(Change::Replace(Box::new(destination.clone()))));
        prop_assert_eq!(saved.unwrap().generation, 1);
        let loaded = Store::in_file(place.paths.clone()).load().unwrap();
        prop_assert_eq!((loaded.destination(), loaded.generation()), (Some(&destination), 1));
    }

    #[test]
    fn h24_any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survived(&bytes);
    }

    #[test]
    fn h24_any_json_is_survived(text in "(\\{|\\[|\\}|\\]|,|:|\"|schema_version|generation|destination|null|1|\"url\"| |\\\\u00){0,40}") {
        survived(text.as_bytes());
    }

    #[test]
    fn h24_any_change_of_a_valid_file_is_survived(
        at in any::<prop::sample::Index>(),
        gone in 0_usize..20,
        instead in prop_oneof![prop::collection::vec(any::<u8>(), 0..6), Just(b"null".to_vec()), Just(b"{}".to_vec()), Just(b"1e999".to_vec())],
    ) {
        let mut bytes = valid();
        let at = at.index(bytes.len());
        let end = (at + gone).min(bytes.len());
        bytes.splice(at..end, instead);
        survived(&bytes);
    }
}
