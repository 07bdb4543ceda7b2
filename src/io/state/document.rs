//! The state file as text: parsing it part by part, and writing it with parts replaced.

use jiff::Timestamp;
use serde_json::error::Category;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::error::StateError;
use super::headers;
use super::origin::Origin;
use super::places::{Owner, SEALED_HEADERS, SealedSecret, bound_fields, name_of, name_of_header, text_of};
use super::vault::Place;
use crate::domain::auth::{self, Auth, AuthSpec};
use crate::domain::destination::{Destination, DestinationId};
use crate::domain::draft::Draft;
use crate::domain::field::{Field, TIMEOUT, TLS_FILES, URL};
use crate::domain::json::position;
use crate::domain::secret::Secret;
use crate::domain::url::credential;

/// The version that is written, and the newest that is read.
const SCHEMA_VERSION: u64 = 1;

/// A document as it is kept, its secrets sealed.
pub type Bytes = Zeroizing<Vec<u8>>;

/// The largest document, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// A parsed state file. Unknown fields survive in `root`.
#[derive(Debug, Default)]
pub(super) struct Document {
    root: Map<String, Value>,
    generation: u64,
    entry: Option<Entry>,
}

/// The destination as the file has it.
#[derive(Debug)]
pub(super) struct Entry {
    pub id: DestinationId,
    /// Without the secrets.
    pub draft: Draft,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The whole values of those that the draft has masked, such as the URL. They are sealed for a place of masked ones.
    pub masked: Vec<SealedSecret>,
    /// One for each secret field of the auth type and each secret header. Their place has the draft's values; they are sealed for
    /// the whole ones.
    pub secrets: Vec<SealedSecret>,
}

impl Entry {
    /// The place of a secret, given the whole values of those that are masked in the file.
    pub fn whole_place(&self, place: &Place, whole: &[(Owner, Secret)]) -> Place {
        let opened = |field: Field| whole.iter().find(|(of, _)| matches!(of, Owner::Field(own) if *own == field));
        let opened = |field: Field| opened(field).map(|(_, secret)| secret);
        let mut place = place.clone();
        place.url = opened(URL).unwrap_or(&place.url).clone();
        for (field, value) in bound_fields(self.draft.auth_type()).zip(&mut place.bound) {
            if let Some(secret) = opened(field) {
                secret.expose().clone_into(value);
            }
        }
        place
    }
}

impl Document {
    pub fn parse(at: &Origin, bytes: &[u8]) -> Result<Self, StateError> {
        let root = syntax(at, bytes)?;
        let reader = Reader { at, bytes };
        let Value::Object(root) = root else { return Err(reader.shape(&[], "an object")) };
        let version = &["schema_version"];
        match root.get("schema_version").and_then(Value::as_u64) {
            Some(SCHEMA_VERSION) => {}
            Some(found) if found > SCHEMA_VERSION => {
                return Err(StateError::Newer { at: at.clone(), found, known: SCHEMA_VERSION });
            }
            _ => return Err(reader.shape(version, "1")),
        }
        let generation = root.get("generation").and_then(Value::as_u64);
        let generation = generation.ok_or_else(|| reader.shape(&["generation"], "a whole number, 0 or more"))?;
        let entry = match root.get("destination") {
            Some(Value::Null) => None,
            Some(Value::Object(destination)) => Some(reader.entry(destination)?),
            _ => return Err(reader.shape(&["destination"], "an object or null")),
        };
        Ok(Self { root, generation, entry })
    }

    pub const fn generation(&self) -> u64 {
        self.generation
    }

    pub const fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// That nothing is registered, after that number of saves.
    pub fn absent(generation: u64) -> Self {
        Self { generation, ..Self::default() }
    }

    /// The text with these parts in place of the old ones; other fields are kept.
    pub fn with(mut self, generation: u64, wanted: Option<(&Destination, &[(Place, String)])>) -> Vec<u8> {
        let old = match self.root.get_mut("destination").map(Value::take) {
            Some(Value::Object(old)) => old,
            _ => Map::new(),
        };
        let destination = wanted.map_or(Value::Null, |(destination, sealed)| destination_value(old, destination, sealed));
        self.root.insert("schema_version".into(), SCHEMA_VERSION.into());
        self.root.insert("destination".into(), destination);
        self.numbered(generation)
    }

    /// The text with that generation, and all else as it was read.
    pub fn numbered(mut self, generation: u64) -> Vec<u8> {
        self.root.insert("generation".into(), generation.into());
        // `{:#}` of a Value is pretty JSON and, unlike a writer, cannot fail.
        format!("{:#}\n", Value::Object(self.root)).into_bytes()
    }
}

fn destination_value(mut base: Map<String, Value>, destination: &Destination, sealed: &[(Place, String)]) -> Value {
    let auth = auth_value(taken(&mut base, "auth"), destination.auth());
    let headers = headers::value(base.get("headers"), destination.settings().headers());
    let mut tls = taken(&mut base, "tls");
    for (field, path) in destination.settings().files() {
        set_or_remove(&mut tls, field.id, path.map(text_of).map(Value::from));
    }
    let sealed = sealed_value(taken(&mut base, "sealed"), sealed);
    base.insert("id".into(), destination.id().as_str().into());
    base.insert("url".into(), destination.url().shown().into());
    base.insert("created_at".into(), destination.created_at().to_string().into());
    base.insert("updated_at".into(), destination.updated_at().to_string().into());
    base.insert("auth".into(), Value::Object(auth));
    set_or_remove(&mut base, "headers", headers);
    set_or_remove(&mut base, "tls", (!tls.is_empty()).then_some(Value::Object(tls)));
    set_or_remove(&mut base, "timeout_s", destination.settings().timeout_s().map(Value::from));
    set_or_remove(&mut base, "sealed", (!sealed.is_empty()).then_some(Value::Object(sealed)));
    Value::Object(base)
}

/// Takes an object out of `base`; its key keeps its position there.
fn taken(base: &mut Map<String, Value>, name: &str) -> Map<String, Value> {
    match base.get_mut(name).map(Value::take) {
        Some(Value::Object(old)) => old,
        _ => Map::new(),
    }
}

fn auth_value(mut base: Map<String, Value>, auth: &Auth) -> Map<String, Value> {
    // Unknown fields are kept.
    let values = auth.plain_values();
    for field in auth::ALL.into_iter().flat_map(AuthSpec::saved_fields) {
        if !values.iter().any(|(kept, _)| *kept == field) {
            base.shift_remove(field.id);
        }
    }
    base.insert("type".into(), auth.auth_type().name.into());
    let all = auth.values();
    for (field, value) in values {
        // What means something when it is empty is absent then.
        if value.is_empty() && (field.default)(&all).is_some() {
            base.shift_remove(field.id);
        } else {
            base.insert(field.id.into(), field.shown(value).into());
        }
    }
    base
}

fn sealed_value(mut base: Map<String, Value>, sealed: &[(Place, String)]) -> Map<String, Value> {
    base.retain(|name, _| !name.starts_with(SEALED_HEADERS));
    for field in auth::ALL.into_iter().flat_map(AuthSpec::saved_fields).chain([URL]) {
        base.shift_remove(&name_of(field));
    }
    base.extend(sealed.iter().map(|(place, sealed)| (place.name.clone(), sealed.as_str().into())));
    base
}

fn set_or_remove(map: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            map.insert(name.into(), value);
        }
        None => {
            map.shift_remove(name);
        }
    }
}

fn syntax(at: &Origin, bytes: &[u8]) -> Result<Value, StateError> {
    let error = |line: usize, column: usize, problem: String| StateError::Syntax {
        at: at.clone(),
        line: line.max(1),
        column: column.max(1),
        problem,
    };
    let noun = at.noun();
    if bytes.is_empty() {
        return Err(error(1, 1, format!("the {noun} is empty")));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(error(1, 1, format!("the {noun} begins with a byte order mark")));
    }
    serde_json::from_slice(bytes).map_err(|cause| {
        // Of the library's error only the position is reported: its text may quote the file.
        let problem = match cause.classify() {
            Category::Eof => format!("the {noun} is truncated"),
            _ => "this is not JSON".to_owned(),
        };
        error(cause.line(), cause.column(), problem)
    })
}

/// `"a", "b" or "c"`
fn one_of(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match quoted.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        all => all.concat(),
    }
}

struct Reader<'a> {
    at: &'a Origin,
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn shape(&self, part: &[&str], expected: impl Into<String>) -> StateError {
        let (line, column) = position(std::str::from_utf8(self.bytes).unwrap_or_default(), part);
        let part = if part.is_empty() { format!("the {}", self.at.noun()) } else { part.join(".") };
        StateError::Shape { at: self.at.clone(), line, column, part, expected: expected.into() }
    }

    fn entry(&self, destination: &Map<String, Value>) -> Result<Entry, StateError> {
        let Some(Value::Object(auth)) = destination.get("auth") else {
            return Err(self.shape(&["destination", "auth"], "an object"));
        };
        let type_name = self.required(auth, &["destination", "auth", "type"])?;
        let auth_type = auth::named(type_name)
            .ok_or_else(|| self.shape(&["destination", "auth", "type"], one_of(&auth::ALL.map(|auth_type| auth_type.name))))?;
        let url = self.required(destination, &["destination", "url"])?;
        let tls = self.object(destination, &["destination", "tls"])?;
        let mut draft = Draft::new(auth_type).with(URL, url);
        let mut files = Vec::with_capacity(TLS_FILES.len());
        for field in TLS_FILES {
            let file = tls.map_or(Ok(""), |tls| self.text(tls, &["destination", "tls", field.id]))?;
            draft.set(field, file);
            files.push(file.to_owned());
        }
        match destination.get("timeout_s") {
            None | Some(Value::Null) => {}
            Some(seconds) => {
                let seconds = seconds.as_u64();
                let seconds = seconds.ok_or_else(|| self.shape(&["destination", "timeout_s"], "a whole number of seconds"))?;
                draft.set(TIMEOUT, seconds.to_string());
            }
        }
        self.auth(auth, &mut draft)?;
        draft.set_headers(
            headers::read(destination.get("headers")).map_err(|expected| self.shape(&["destination", "headers"], expected))?,
        );
        let mut bound = Vec::new();
        for field in bound_fields(auth_type) {
            bound.push(self.text(auth, &["destination", "auth", field.id])?.to_owned());
        }
        let sealed = self.object(destination, &["destination", "sealed"])?;
        let secret = |of: Owner, name: String| {
            let text = sealed.map_or(Ok(""), |sealed| self.text(sealed, &["destination", "sealed", &name]))?;
            let sealed = (!text.is_empty()).then(|| text.to_owned());
            let place =
                Place { url: url.into(), auth_type: type_name.to_owned(), bound: bound.clone(), files: files.clone(), name };
            Ok::<_, StateError>(SealedSecret { of, place, sealed })
        };
        let mut masked = Vec::new();
        for field in auth_type.fields.iter().copied().filter(|field| !field.is_secret()).chain([URL]) {
            if field.credential.is_some() && credential::is_masked(draft.text(field)) {
                masked.push(secret(Owner::Field(field), name_of(field))?);
            }
        }
        let mut secrets = Vec::new();
        for field in auth_type.saved_fields().filter(|field| field.is_secret()) {
            let secret = secret(Owner::Field(field), name_of(field))?;
            // A former secret may be absent.
            if secret.sealed.is_some() || auth_type.fields.contains(&field) {
                secrets.push(secret);
            }
        }
        for header in draft.headers().iter().filter(|header| header.is_secret) {
            secrets.push(secret(Owner::Header(header.name.clone()), name_of_header(&header.name))?);
        }
        let id = DestinationId::new(self.required(destination, &["destination", "id"])?);
        let created_at = self.time(destination, &["destination", "created_at"])?;
        let updated_at = self.time(destination, &["destination", "updated_at"])?;
        Ok(Entry { id, draft, created_at, updated_at, masked, secrets })
    }

    /// Absent fields stay empty: after the auth type was edited in the file, the error to report is that the secret cannot be opened.
    fn auth(&self, auth: &Map<String, Value>, draft: &mut Draft) -> Result<(), StateError> {
        for field in draft.auth_type().saved_fields().filter(|field| !field.is_secret()) {
            let part = &["destination", "auth", field.id];
            let value = self.text(auth, part)?;
            if field.is_choice() && !value.is_empty() && field.option(value).is_none() {
                return Err(self.shape(part, one_of(&field.options().iter().map(|option| option.name).collect::<Vec<_>>())));
            }
            draft.set(field, value);
        }
        Ok(())
    }

    /// The object at `part`; `holder` is the object that contains it. `None` if it is absent.
    fn object<'v>(&self, holder: &'v Map<String, Value>, part: &[&str]) -> Result<Option<&'v Map<String, Value>>, StateError> {
        match part.last().and_then(|name| holder.get(*name)) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(self.shape(part, "an object")),
        }
    }

    /// The string at `part`; `holder` is the object that contains it. Empty if it is absent.
    fn text<'v>(&self, holder: &'v Map<String, Value>, part: &[&str]) -> Result<&'v str, StateError> {
        match part.last().and_then(|name| holder.get(*name)) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(self.shape(part, "a string")),
        }
    }

    fn required<'v>(&self, holder: &'v Map<String, Value>, part: &[&str]) -> Result<&'v str, StateError> {
        match part.last().and_then(|name| holder.get(*name)) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(self.shape(part, "a string")),
        }
    }

    fn time(&self, holder: &Map<String, Value>, part: &[&str]) -> Result<Timestamp, StateError> {
        let text = self.required(holder, part)?;
        text.parse().map_err(|_| self.shape(part, "a time such as 2026-11-23T09:12:00Z"))
    }
}
