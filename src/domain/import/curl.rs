//! A curl command as it is meant: the request that it makes, read option by option.

use super::options::{self, Meaning};
use super::refused::Refused;
use super::words::{Word, words};
use crate::domain::secret::Secret;
use crate::domain::text::{ellipsis, visible};

/// What a curl command sends, and where to. Any text may be a secret.
#[derive(Debug, Default)]
pub(super) struct Command {
    pub url: Secret,
    /// In order.
    pub headers: Vec<Secret>,
    /// `NAME:PASSWORD`.
    pub user: Option<Secret>,
    pub bearer: Option<Secret>,
    pub cookie: Option<Secret>,
    pub user_agent: Option<Secret>,
    pub referer: Option<Secret>,
    /// As curl puts the parts together; `None` where there is none, or a part is not in the command.
    pub body: Option<Secret>,
    pub max_time: Option<String>,
    pub ca_cert: Option<String>,
    pub client_cert: Option<String>,
    pub client_key: Option<String>,
    pub not_taken: Vec<NotTaken>,
}

/// A part of what was read that waypost does not take. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// The option or the header.
    pub what: String,
    /// A clause without a full stop.
    pub why: String,
}

impl NotTaken {
    pub(super) fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }

    /// Adds it to a list that a person can read.
    pub(super) fn list(list: &mut Vec<Self>, what: impl Into<String>, why: impl Into<String>) {
        match list.len() {
            0..MOST_NOT_TAKEN => list.push(Self::new(what, why)),
            MOST_NOT_TAKEN => list.push(Self::new("more", "there are too many to list")),
            _ => {}
        }
    }
}

/// The most parts that are listed as not taken.
const MOST_NOT_TAKEN: usize = 50;

const ONLY_POST: &str = "Give a command that sends a POST request.";

/// Reads a curl command.
///
/// # Errors
/// Why it is not read, and where.
pub(super) fn read(text: &str) -> Result<Command, Refused> {
    let words = words(text)?;
    let end = text.len();
    let mut reader = Reader { text, command: Command::default(), method: None, url: None, data: Data::default() };
    let Some((program, args)) = words.split_first() else {
        return Err(Refused::at(text, 0, "there is no command", "Give a curl command."));
    };
    let name = program.text.expose();
    if !matches!(name.rsplit('/').next(), Some("curl" | "curl.exe")) {
        return Err(Refused::at(text, program.at, "the command is not curl", "Give a curl command."));
    }
    let mut args = args.iter();
    let mut only_urls = false;
    while let Some(word) = args.next() {
        let arg = word.text.expose();
        if only_urls || arg == "-" || !arg.starts_with('-') {
            reader.take_url(word.at, &word.text)?;
        } else if arg == "--" {
            only_urls = true;
        } else if let Some(long) = arg.strip_prefix("--") {
            reader.long(word.at, long, &mut args)?;
        } else {
            reader.letters(word.at, &arg[1..], &mut args)?;
        }
    }
    let Some(url) = reader.url.take() else {
        return Err(Refused::at(text, end, "the command has no URL", "Copy all of the command."));
    };
    if reader.method.is_none() && !reader.data.is_given {
        let what = "the command sends a GET request: it has neither data nor -X POST";
        return Err(Refused::at(text, program.at, what, ONLY_POST));
    }
    let mut command = reader.command;
    command.url = url;
    command.body = reader.data.text();
    Ok(command)
}

struct Reader<'a> {
    text: &'a str,
    command: Command,
    method: Option<()>,
    url: Option<Secret>,
    data: Data,
}

/// The parts of the body.
#[derive(Debug, Default)]
struct Data {
    is_given: bool,
    /// A part of it is in a file, or is encoded by curl.
    is_incomplete: bool,
    /// Each with what comes before it, unless it is the first.
    parts: Vec<(&'static str, Secret)>,
}

impl Data {
    fn add(&mut self, separator: &'static str, part: Secret) {
        self.is_given = true;
        self.parts.push((separator, part));
    }

    fn text(self) -> Option<Secret> {
        // Of the right size from the start: a text that grows is copied again and again, and leaves its copies in memory.
        let size = self.parts.iter().map(|(separator, part)| separator.len() + part.expose().len()).sum();
        let mut text = String::with_capacity(size);
        for (at, (separator, part)) in self.parts.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { separator });
            text.push_str(part.expose());
        }
        let text = Secret::new(text);
        Some(text).filter(|text| !self.is_incomplete && !text.is_empty())
    }
}

impl Reader<'_> {
    fn refused(&self, at: usize, what: impl Into<String>, fix: &'static str) -> Refused {
        Refused::at(self.text, at, what, fix)
    }

    fn take_url(&mut self, at: usize, url: &Secret) -> Result<(), Refused> {
        if self.url.is_some() {
            let what = "a second URL follows, or the value of an option that is not known";
            return Err(self.refused(at, what, "Give a command with one URL; put a value with spaces into quotes."));
        }
        self.url = Some(url.clone());
        Ok(())
    }

    fn value(&self, at: usize, name: &str, args: &mut std::slice::Iter<'_, Word>) -> Result<Secret, Refused> {
        let missing = || self.refused(at, format!("the value of {} is missing", shown(name)), "Copy all of the command.");
        args.next().map(|word| word.text.clone()).ok_or_else(missing)
    }

    /// `--name`, `--name value` or `--name=value`.
    fn long(&mut self, at: usize, text: &str, args: &mut std::slice::Iter<'_, Word>) -> Result<(), Refused> {
        let (name, inline) = match text.split_once('=') {
            Some((name, value)) => (name, Some(Secret::new(value))),
            None => (text, None),
        };
        let (takes_value, meaning) = options::long(name);
        let name = format!("--{name}");
        let value = match inline {
            Some(value) => value,
            None if takes_value => self.value(at, &name, args)?,
            None => Secret::default(),
        };
        self.option(at, &name, meaning, value)
    }

    /// `-sSXPOST`: letters, of which one that takes a value takes the rest.
    fn letters(&mut self, at: usize, text: &str, args: &mut std::slice::Iter<'_, Word>) -> Result<(), Refused> {
        for (index, letter) in text.char_indices() {
            let (takes_value, meaning) = options::short(letter);
            let name = format!("-{letter}");
            if !takes_value {
                self.option(at, &name, meaning, Secret::default())?;
                continue;
            }
            let rest = &text[index + letter.len_utf8()..];
            let value = if rest.is_empty() { self.value(at, &name, args)? } else { Secret::new(rest) };
            return self.option(at, &name, meaning, value);
        }
        Ok(())
    }

    fn option(&mut self, at: usize, name: &str, meaning: Meaning, value: Secret) -> Result<(), Refused> {
        let command = &mut self.command;
        let text = || value.expose().to_owned();
        match meaning {
            Meaning::Url => return self.take_url(at, &value),
            Meaning::Method if value.expose().eq_ignore_ascii_case("POST") => self.method = Some(()),
            Meaning::Method => return Err(self.refused(at, format!("{name} names another method than POST"), ONLY_POST)),
            Meaning::Header => command.headers.push(value),
            Meaning::User => command.user = Some(value),
            Meaning::Bearer => command.bearer = Some(value),
            Meaning::Cookie if value.expose().contains('=') => command.cookie = Some(value),
            Meaning::Cookie => self.not_taken(name, "its value names a file"),
            Meaning::UserAgent => command.user_agent = Some(value),
            Meaning::Referer => command.referer = Some(value),
            Meaning::MaxTime => command.max_time = Some(text()),
            Meaning::CaCert => command.ca_cert = Some(text()),
            Meaning::ClientCert => command.client_cert = Some(text()),
            Meaning::ClientKey => command.client_key = Some(text()),
            Meaning::Data | Meaning::Json if value.expose().starts_with('@') => {
                (self.data.is_given, self.data.is_incomplete) = (true, true);
                self.not_taken(name, "its value names a file; test with that file as the body");
            }
            Meaning::Data | Meaning::DataRaw => self.data.add("&", value),
            Meaning::Json => self.data.add("", value),
            Meaning::DataForm => {
                (self.data.is_given, self.data.is_incomplete) = (true, true);
                self.not_taken(name, "events are JSON, not forms");
            }
            Meaning::Refused(why) => {
                return Err(self.refused(
                    at,
                    format!("{name} is not accepted: {why}"),
                    "Remove the option, or register with flags.",
                ));
            }
            Meaning::Ignored(why) => self.not_taken(name, why),
        }
        Ok(())
    }

    fn not_taken(&mut self, name: &str, why: &str) {
        let what = shown(name);
        if self.command.not_taken.iter().all(|other| other.what != what) {
            NotTaken::list(&mut self.command.not_taken, what, why);
        }
    }
}

/// The name of an option as it may be shown: a long text is no name, and may be anything.
fn shown(name: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.#".contains(c);
    let cut = name.find(|c| !is_name(c)).map_or(name, |end| &name[..end]);
    visible(&ellipsis(cut, 30)).into_owned()
}
