//! The app as a person sees it: its words on the screen, its keys.

use std::ops::{Deref, DerefMut};

use super::Home;
use super::pty::{Command, Key, Pty};
use super::receiver::Receiver;

/// A secret on the screen.
pub const DOTS: &str = "••••••••";

/// waypost on a terminal.
pub struct App {
    pty: Pty,
    columns: usize,
}

/// How a form is sent off.
#[derive(Clone, Copy, Debug)]
pub enum Submit {
    /// `^O`
    Key,
    /// The first button.
    Button,
    /// The second button.
    ButtonAndTest,
}

/// What is entered into the form below the auth type.
#[derive(Clone, Copy, Debug)]
pub enum Typed<'a> {
    Default,
    /// `format` by its place in the choice.
    Hmac {
        header_key: &'a str,
        secret: &'a str,
        format: usize,
    },
    Basic {
        username: &'a str,
        password: &'a str,
    },
    /// Pasted, as it is.
    Bearer {
        pasted: &'a str,
    },
    ApiKey {
        key: &'a str,
        value: &'a str,
        in_query: bool,
    },
    OAuth2 {
        token_url: &'a str,
        client_id: &'a str,
        client_secret: &'a str,
    },
}

impl Typed<'_> {
    /// Its place in the choice of auth types.
    pub const fn place(&self) -> usize {
        match self {
            Self::Default => 0,
            Self::Hmac { .. } => 1,
            Self::Basic { .. } => 2,
            Self::Bearer { .. } => 3,
            Self::ApiKey { .. } => 4,
            Self::OAuth2 { .. } => 5,
        }
    }

    pub const fn label(&self) -> &'static str {
        AUTH_TYPES[self.place()]
    }
}

/// In the order of the choice.
pub const AUTH_TYPES: [&str; 6] =
    ["Default", "Custom SHA-256 HMAC Signature", "Basic Auth", "Bearer Token", "Api Key", "OAuth2 client credentials"];

/// A request as the Request tab shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRequest {
    /// `POST URL HTTP/1.1`
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl App {
    /// Opens the app and waits for its first frame.
    #[track_caller]
    pub fn open(home: &Home) -> Self {
        Self::start(home.pty(&[]))
    }

    /// The same, trusting the receiver's CA.
    #[track_caller]
    pub fn open_trusting(home: &Home, receiver: &Receiver) -> Self {
        Self::start(home.pty(&[]).env("SSL_CERT_FILE", receiver.ca().to_str().unwrap()))
    }

    /// Starts it and waits for its first frame.
    #[track_caller]
    pub fn start(command: Command) -> Self {
        Self::start_wide(command, 80)
    }

    /// The same, on a terminal of `columns` columns.
    #[track_caller]
    pub fn start_wide(command: Command, columns: usize) -> Self {
        let mut app = Self { pty: command.start(), columns };
        app.wait_for(" Destination ");
        app
    }

    /// As [`Pty::wait_for`], and until its frame is complete: a frame is one write, and what is written
    /// after it comes after it.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.pty.wait_for(text);
        self.pty.settle();
    }

    /// As [`Pty::gone`], and until that frame is there whole.
    #[track_caller]
    pub fn gone(&mut self, text: &str) {
        self.pty.gone(text);
        self.pty.settle();
    }

    /// As [`Pty::wait_until`], and until that frame is there whole.
    #[track_caller]
    pub fn wait_until(&mut self, holds: impl FnMut(&vt100::Screen) -> bool) {
        self.pty.wait_until(holds);
        self.pty.settle();
    }

    #[track_caller]
    pub fn press(&mut self, keys: &[Key]) {
        let bytes: Vec<u8> = keys.iter().flat_map(|key| key.bytes()).collect();
        self.pty.send(&bytes);
    }

    #[track_caller]
    pub fn times(&mut self, count: usize, key: Key) {
        self.press(&vec![key; count]);
    }

    /// From the empty destination screen to the form: Register has the focus already.
    #[track_caller]
    pub fn open_form(&mut self) {
        self.wait_for("> [ Register ]");
        self.key(Key::Enter);
        self.wait_for(" Register destination ");
        self.wait_for("> URL");
    }

    /// Fills in the form, from the URL on. The focus is on the last field then, or on the auth type.
    #[track_caller]
    pub fn fill_in(&mut self, url: &str, typed: &Typed) {
        self.type_text(url);
        self.key(Key::Enter);
        self.wait_for("> (•) Default");
        self.choose_auth(typed.place());
        self.type_fields(typed);
    }

    /// Chooses the auth type that is that far below the cursor, which stays there.
    #[track_caller]
    pub fn choose_auth(&mut self, below: usize) {
        self.times(below, Key::Down);
        self.type_text(" ");
        self.wait_until(|screen| ["> (•) ", "> (*) "].iter().any(|mark| screen.contents().contains(mark)));
    }

    /// Types the fields that follow the auth type, which has the focus.
    #[track_caller]
    pub fn type_fields(&mut self, typed: &Typed) {
        match *typed {
            Typed::Default => {}
            Typed::Hmac { header_key, secret, format } => {
                // The receiver's convention, then the format.
                self.type_text("\r\r");
                self.times(format, Key::Right);
                self.type_text(&format!("\r{header_key}\r{secret}"));
            }
            Typed::Basic { username, password } => self.type_text(&format!("\r{username}\r{password}")),
            Typed::Bearer { pasted } => {
                self.key(Key::Enter);
                self.paste(pasted);
            }
            Typed::ApiKey { key, value, in_query } => {
                self.key(Key::Enter);
                self.times(usize::from(in_query), Key::Right);
                self.type_text(&format!("\r{key}\r{value}"));
            }
            Typed::OAuth2 { token_url, client_id, client_secret } => {
                self.type_text(&format!("\r{token_url}\r{client_id}\r{client_secret}"));
            }
        }
    }

    /// Sends the form off from its last field.
    #[track_caller]
    pub fn submit(&mut self, how: Submit) {
        match how {
            Submit::Key => self.key(Key::Ctrl('o')),
            Submit::Button => self.press(&[Key::Tab, Key::Tab, Key::Enter]),
            Submit::ButtonAndTest => self.press(&[Key::Tab, Key::Tab, Key::Tab, Key::Enter]),
        }
    }

    /// Registers by keys alone, from the empty destination screen.
    #[track_caller]
    pub fn register(&mut self, url: &str, typed: &Typed) {
        self.open_form();
        self.fill_in(url, typed);
        self.submit(Submit::Key);
        self.wait_for("Registered. Press t to send a test delivery.");
        self.gone("[ Register ]");
    }

    /// Opens the test delivery, from the destination screen.
    #[track_caller]
    pub fn open_test(&mut self) {
        self.type_text("t");
        self.wait_for("> [ Send ]");
    }

    /// Sends, and waits for the outcome.
    #[track_caller]
    pub fn send_test(&mut self) {
        self.open_test();
        self.key(Key::Enter);
        self.wait_for("[ Send again ]");
    }

    /// From the answer to the Request tab.
    #[track_caller]
    pub fn show_request_tab(&mut self) {
        self.key(Key::Right);
        self.wait_for("POST https://");
    }

    /// `q`, which closes what is open, and once more to quit; everything is as it was.
    #[track_caller]
    pub fn quit(&mut self) {
        self.type_text("qq");
        let exit = self.wait_exit();
        assert_eq!((exit.code, exit.signal), (Some(0), None), "{}", self.screen_text());
        self.assert_terminal_whole();
    }

    /// What is under the tabs of the test popup, each row with the spaces at its end, scrolled through from its beginning. For a
    /// terminal of 24 rows and more.
    #[track_caller]
    pub fn under_the_tabs(&mut self) -> Vec<String> {
        self.key(Key::Home);
        // A key that changes nothing leaves no trace: the end of the way back is seen by the way forth.
        let mut lines = Vec::new();
        let mut below = self.below();
        if let Some(rest) = below {
            self.key(Key::Down);
            self.wait_below(rest - 1);
            self.key(Key::Up);
            self.wait_below(rest);
        }
        lines.extend(self.tab_rows());
        while let Some(rest) = below {
            self.key(Key::Down);
            self.wait_below(rest - 1);
            lines.extend(self.tab_rows().pop());
            below = self.below();
        }
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        lines
    }

    /// The request under the tabs.
    #[track_caller]
    pub fn shown_request(&mut self) -> ShownRequest {
        let rows = self.under_the_tabs();
        let gap = rows.iter().position(|row| row.trim().is_empty()).expect("an empty line before the body");
        let first_header = rows.iter().position(|row| row.starts_with("content-type: ")).expect("the first header");
        let mut headers: Vec<(String, String)> = Vec::new();
        for row in &rows[first_header..gap] {
            match row.split_once(": ") {
                Some((name, value)) if !row.starts_with(' ') => headers.push((name.to_owned(), value.to_owned())),
                _ => {
                    let (name, value) = headers.last_mut().expect("a header before its rest");
                    value.extend(row.chars().skip(name.chars().count() + 2));
                }
            }
        }
        for (_, value) in &mut headers {
            value.truncate(value.trim_end().len());
        }
        ShownRequest { line: rows[..first_header].concat().trim_end().to_owned(), headers, body: self.joined(&rows[gap + 1..]) }
    }

    /// Lines of text again: a row that fills the popup goes on in the next.
    fn joined(&self, rows: &[String]) -> String {
        let mut text = String::new();
        for row in rows {
            text.push_str(row.trim_end());
            if row.trim_end().chars().count() < self.columns - 4 {
                text.push('\n');
            }
        }
        text.trim_end_matches('\n').to_owned()
    }

    /// How many lines are below what is shown.
    fn below(&self) -> Option<usize> {
        let text = self.screen_text();
        let (before, _) = text.split_once(" more ↓")?;
        before.rsplit(' ').next()?.parse().ok()
    }

    #[track_caller]
    fn wait_below(&mut self, count: usize) {
        match count {
            0 => self.gone(" more ↓"),
            count => self.wait_for(&format!(" {count} more ↓")),
        }
    }

    /// The rows between the rule and the buttons, without the popup's sides.
    fn tab_rows(&self) -> Vec<String> {
        let text = self.screen_text();
        let rows: Vec<&str> = text.lines().collect();
        let rule = rows.iter().position(|row| row.starts_with("│ ───")).expect("the rule under the tabs");
        let buttons = rows.iter().rposition(|row| row.contains("[ ")).expect("the buttons");
        let inner = |row: &&str| row.chars().skip(2).take(self.columns - 4).collect();
        // The last one is the empty line above the buttons.
        rows[rule + 1..buttons - 1].iter().map(inner).collect()
    }

    /// The value beside a label of the form or the destination screen, without the line under a field.
    #[track_caller]
    pub fn value_of(&self, label: &str) -> String {
        let text = self.screen_text();
        let row = text.lines().find_map(|row| row.trim_matches(['│', ' ', '>']).strip_prefix(label).map(str::to_owned));
        let row = row.unwrap_or_else(|| panic!("no {label} on the screen:\n{text}"));
        row.trim().trim_start_matches("* ").trim_end_matches('_').trim().to_owned()
    }
}

impl Deref for App {
    type Target = Pty;

    fn deref(&self) -> &Pty {
        &self.pty
    }
}

impl DerefMut for App {
    fn deref_mut(&mut self) -> &mut Pty {
        &mut self.pty
    }
}
