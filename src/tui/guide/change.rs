//! What to change so that the receiver refuses, and how to have it back.

use super::Guide;
use crate::domain::auth::Auth;
use crate::domain::field::Field;
use crate::domain::text::{ellipsis, visible};

/// The most characters of a value that are shown.
const VALUE: usize = 18;

/// What to change for a refusal; goes on a sentence.
pub const fn to_break(slip: Field) -> &'static str {
    match slip {
        Field::Format => "choose another Format",
        Field::Username => "change the Username",
        Field::Token => "type another Token",
        Field::AddTo => "change where the key goes",
        _ => "change the URL's path",
    }
}

/// The same, on that field of the form.
pub const fn breaking(slip: Field) -> &'static str {
    match slip {
        Field::Format => "Choose another one with ←→",
        Field::AddTo => "Choose the other one with ↑↓",
        Field::Token => "Type another token, such as wrong",
        Field::Username => "Type a letter more",
        _ => "Type a letter more: the path is wrong then",
    }
}

/// The same, on another field of the form.
pub const fn towards(slip: Field) -> &'static str {
    match slip {
        Field::Format => "Tab to Format, and choose another",
        Field::Username => "Tab to Username, and type a letter more",
        Field::Token => "Tab to Token, and type another",
        Field::AddTo => "Tab to Add to, and choose the other",
        _ => "Shift-Tab to the URL, and type a letter more",
    }
}

/// How to have it as the receiver has it; goes on a sentence.
pub fn to_mend(guide: &Guide, field: Field) -> String {
    match field {
        Field::Url => format!("let the URL end in {}", path(&guide.url)),
        Field::HeaderKey | Field::Username | Field::Key => format!("let {} be {} again", field.label(), had(guide, field)),
        field if field.is_secret() => format!("type the first {} again", field.label()),
        field => back(guide, field),
    }
}

/// The same, of a field that was named just before.
pub fn back(guide: &Guide, field: Field) -> String {
    match field {
        Field::Url => format!("let it end in {}", path(&guide.url)),
        Field::HeaderKey | Field::Username | Field::Key => format!("let it be {} again", had(guide, field)),
        field if field.is_secret() => "type the first again".to_owned(),
        field => format!("choose {} again", had(guide, field)),
    }
}

/// What the receiver has in a field that is no secret.
fn had(guide: &Guide, field: Field) -> String {
    let Some(given) = &guide.given else { return String::new() };
    let auth = given.auth();
    let text = match (field, auth) {
        (Field::HeaderKey, Auth::Hmac { header_key, .. }) => header_key.as_str(),
        (Field::Format, Auth::Hmac { secret, .. }) => secret.format().label(),
        (Field::Username, Auth::Basic { username, .. }) => username,
        (Field::Key, Auth::ApiKey { place, .. }) => place.key(),
        (Field::AddTo, Auth::ApiKey { place, .. }) => place.add_to().label(),
        (_, Auth::Hmac { .. }) => "HMAC Signature",
        (_, auth) => auth.auth_type().label(),
    };
    if text.is_empty() { "empty".to_owned() } else { ellipsis(&visible(text), VALUE).into_owned() }
}

/// Of a URL.
fn path(url: &str) -> &str {
    url.rfind('/').map_or(url, |at| &url[at..])
}
