//! `snippet`: the code for what is registered. That the code is right is shown by the tests of snippets.

use std::fs;

use crate::support::Home;
use crate::support::common::{SECRET, refused, refused_with, registered};

#[test]
fn every_language_has_the_registered_header_and_no_secret() {
    let home = registered();
    for lang in ["node", "python", "go", "php", "shell"] {
        let code = home.waypost(&["snippet", "--lang", lang]).exits(0).stdout;
        let header = if lang == "shell" { "HTTP_X_SIGNATURE" } else { "x-signature" };
        assert!(code.contains(header) && code.contains("WAYPOST_SECRET") && !code.contains(SECRET), "{code}");
        let json = home.waypost(&["snippet", "--lang", lang, "--json"]).exits(0).json();
        assert_eq!(json, serde_json::json!({ "schema_version": 1, "lang": lang, "code": code }));
    }
}

#[test]
fn without_a_language_or_a_destination_there_is_no_snippet() {
    let home = registered();
    refused_with(&home, &["snippet", "--lang", "cobol"], "", 2, None, "python");
    refused_with(&home, &["snippet"], "", 2, None, "--lang");
    refused(&Home::new(), &["snippet", "--lang", "go"], "", 7, None);
    fs::remove_file(home.state_dir().join("key")).unwrap();
    home.waypost(&["snippet", "--lang", "go"]).exits(6);
}
