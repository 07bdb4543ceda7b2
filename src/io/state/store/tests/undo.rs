//! A save is undone, unless anything has been changed since.

use std::fs;

use serde_json::json;

use super::super::*;
use super::*;
use crate::domain::auth::{bearer, default, hmac};

fn replaced(home: &Home, draft: &Draft) -> Undo {
    let destination = destination(draft);
    let saved = home.store().save(|_| Ok::<_, StateError>(Change::Replace(Box::new(destination.clone()))));
    saved.unwrap().undo.expect("something was registered")
}

fn removed(home: &Home) -> Undo {
    home.store().save(|_| Ok::<_, StateError>(Change::Remove)).unwrap().undo.expect("something was registered")
}

#[test]
fn an_edit_is_undone_and_done_again() {
    let home = Home::new();
    home.put(&draft(hmac::SPEC));
    let (before, sealed) = (home.json()["destination"].clone(), home.text());
    let undo = replaced(&home, &draft(bearer::SPEC));
    let after = home.json()["destination"].clone();
    assert_eq!(undo.generation(), 2);
    let undone = home.store().undo(&undo).unwrap().unwrap();
    assert_eq!((undone.generation, &home.json()["destination"]), (3, &before));
    assert_open(&home, &draft(hmac::SPEC), 3);
    let redone = home.store().undo(&undone.undo.unwrap()).unwrap().unwrap();
    assert_eq!(redone.generation, 4);
    assert_eq!(home.json()["destination"], after);
    // Neither of them shows a secret.
    assert!(!format!("{undo:?}").contains("v1:") && sealed.contains("v1:"));
}

#[test]
fn a_removal_is_undone_and_nothing_else_is_undone_by_removing() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    let undone = home.store().undo(&removed(&home)).unwrap().unwrap();
    assert_open(&home, &draft(bearer::SPEC), 3);
    assert_eq!(undone.undo, None);
    let home = Home::new();
    let registered = destination(&draft(bearer::SPEC));
    let saved = home.store().save(|_| Ok::<_, StateError>(Change::Replace(Box::new(registered.clone())))).unwrap();
    assert_eq!(saved.undo, None);
}

#[test]
fn what_anybody_has_changed_since_stays() {
    type Since = fn(&Home);
    let edits: [(&str, Since); 5] = [
        ("by hand, of the same generation", |home| home.edit_by_hand(|json| json["destination"]["timeout_s"] = json!(99))),
        ("another save", |home| {
            home.put(&draft(default::SPEC));
        }),
        ("a file that is gone", |home| fs::remove_file(home.file()).unwrap()),
        ("the same generation, after a backup was restored", |home| {
            home.put_anew(&draft(default::SPEC));
            home.put(&draft(default::SPEC));
        }),
        ("no JSON any more", |home| home.write("{")),
    ];
    for (what, since) in edits {
        for undo in [|home: &Home| replaced(home, &draft(bearer::SPEC)), removed] {
            let home = Home::new();
            home.put(&draft(hmac::SPEC));
            let undo = undo(&home);
            since(&home);
            let before = fs::read(home.file()).ok();
            assert!(!matches!(home.store().undo(&undo), Ok(Some(_))), "{what}");
            assert_eq!(fs::read(home.file()).ok(), before, "{what}");
        }
    }
}
