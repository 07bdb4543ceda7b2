//! Checks the properties of `fuzz/properties` with the files of `fuzz/corpus`, those that `cargo fuzz` found among them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by failing")]

use std::fs;
use std::path::Path;

#[path = "../../fuzz/properties/mod.rs"]
mod properties;

#[test]
fn h192_each_file_of_the_corpus_keeps_its_property() {
    for (name, _) in properties::ALL {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let mut count = 0;
        for file in fs::read_dir(&corpus).unwrap() {
            let path = file.unwrap().path();
            println!("{}", path.display());
            properties::check(name, &fs::read(&path).unwrap());
            count += 1;
        }
        assert!(count >= 3, "{} has {count} files", corpus.display());
    }
}
