//! The form and the flags cannot disagree: one table of inputs goes to both, and what they say is compared.

use serde_json::Value;
use waypost::domain::auth::AuthType;
use waypost::domain::auth::{self, api_key, basic, bearer, default, hmac};
use waypost::domain::field;
use waypost::domain::field::{Choice, Field};
use waypost::domain::problem::Problem;
use waypost::domain::signature::Format;
use waypost::tui::screens::form::focus::{Focus, HeaderPart};
use waypost::tui::screens::form::state::Form;

use crate::support::Home;

/// One way to fill in the form.
struct Input {
    auth: AuthType,
    texts: Vec<(Field, String)>,
    format: Format,
    add_to: Choice,
    secret: String,
    header: Option<(String, String)>,
}

impl Input {
    fn new(auth: AuthType, url: &str, texts: &[(Field, &str)], secret: &str) -> Self {
        let mut all = vec![(field::URL, url.to_owned())];
        all.extend(texts.iter().map(|&(field, text)| (field, text.to_owned())));
        Self { auth, texts: all, format: Format::default(), add_to: api_key::HEADER, secret: secret.to_owned(), header: None }
    }

    fn form(&self) -> Vec<Problem> {
        let mut form = Form::register(None);
        form.go(Focus::Field(field::AUTH));
        let at = auth::ALL.iter().position(|one| *one == self.auth).unwrap();
        (0..at).for_each(|_| _ = form.arrow(1));
        form.choose_auth();
        if self.auth == hmac::SPEC {
            choose(&mut form, hmac::FORMAT, &Format::ALL, &self.format);
        }
        if self.auth == api_key::SPEC {
            choose(&mut form, api_key::ADD_TO, api_key::ADD_TO.options(), &self.add_to);
        }
        let secret = self.auth.secret_fields().next().map(|field| (field, self.secret.clone()));
        for (field, text) in self.texts.iter().cloned().chain(secret) {
            form.go(Focus::Field(field));
            let (_, input) = form.focused_text().unwrap();
            for c in text.chars() {
                input.insert(c).unwrap();
            }
        }
        if let Some((name, value)) = &self.header {
            form.add_header();
            for (part, text) in [(HeaderPart::Name, name), (HeaderPart::Value, value)] {
                form.go(Focus::Header(0, part));
                let (_, input) = form.focused_text().unwrap();
                for c in text.chars() {
                    input.insert(c).unwrap();
                }
            }
        }
        form.complete().check().err().unwrap_or_default()
    }

    fn flags(&self) -> Vec<Value> {
        let mut args = vec!["register".to_owned(), "--json".into(), "--auth".into(), self.auth.name.into()];
        for (field, text) in &self.texts {
            args.push(format!("{}={text}", field.flag.unwrap()));
        }
        if self.auth == hmac::SPEC {
            args.push(format!("--format={}", self.format.name()));
        }
        if self.auth == api_key::SPEC {
            args.push(format!("--add-to={}", self.add_to.name));
        }
        if let Some((name, value)) = &self.header {
            args.push(format!("--header={name}: {value}"));
        }
        if self.auth != default::SPEC {
            args.push("--secret-env=SECRET".into());
        }
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let out = Home::new().run(&args, b"", &[("SECRET", &self.secret)]);
        match out.code {
            Some(0) => Vec::new(),
            _ => out.exits(2).json()["errors"].as_array().unwrap().clone(),
        }
    }
}

/// Moves a choice of the form there.
fn choose<T: PartialEq>(form: &mut Form, field: Field, all: &[T], to: &T) {
    form.go(Focus::Field(field));
    for _ in all {
        form.choose(-1);
    }
    let at = all.iter().position(|one| one == to).unwrap();
    form.choose(at.cast_signed());
}

fn table() -> Vec<Input> {
    const GOOD: &str = "https://h.example/in?k=1";
    let mut all: Vec<Input> = [
        GOOD,
        "",
        " ",
        "http://h.example/",
        "https://",
        "https://a b/",
        " https://h.example/",
        "https://u:p@h.example/",
        "https://h.example/#f",
        "https://bücher.example/",
        "https://127.1/",
        "https://h.example:0/",
        "https://h.example:65536/",
        "https://h.example/a/../b",
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "https://10.0.0.1/",
        "https:h",
        "https:\\\\h\\",
    ]
    .map(|url| Input::new(default::SPEC, url, &[], ""))
    .into();
    let secrets = [
        "",
        "x",
        " x ",
        "a\tb",
        "Bearer abc",
        "bearer ",
        "ä-and-more",
        "whsec_!",
        "whsec_c2hvcnQ=",
        "a b",
        "\"quoted\"",
        "long-enough-to-be-good-1",
    ];
    let names = ["", " ", "X-Name", "a:b", "é", "a b", "host", "Authorization", "webhook-signature", "k", "proxy-x"];
    for secret in secrets {
        all.push(Input::new(bearer::SPEC, GOOD, &[], secret));
        all.push(Input::new(basic::SPEC, GOOD, &[(basic::USERNAME, "user")], secret));
        for format in Format::ALL {
            all.push(Input { format, ..Input::new(hmac::SPEC, GOOD, &[(hmac::HEADER_KEY, "X-Name")], secret) });
        }
        for &add_to in api_key::ADD_TO.options() {
            all.push(Input { add_to, ..Input::new(api_key::SPEC, GOOD, &[(api_key::KEY, "X-Name")], secret) });
        }
    }
    for name in names {
        all.push(Input::new(hmac::SPEC, GOOD, &[(hmac::HEADER_KEY, name)], "secret"));
        all.push(Input { format: Format::Standard, ..Input::new(hmac::SPEC, GOOD, &[(hmac::HEADER_KEY, name)], "secret") });
        for &add_to in api_key::ADD_TO.options() {
            all.push(Input { add_to, ..Input::new(api_key::SPEC, GOOD, &[(api_key::KEY, name)], "secret") });
        }
        all.push(Input::new(basic::SPEC, GOOD, &[(basic::USERNAME, name)], "secret"));
    }
    for timeout in ["", "0", "1", "120", "121", "-1", "1.5", "x", " 7 ", "+5"] {
        all.push(Input::new(default::SPEC, GOOD, &[(field::TIMEOUT, timeout)], ""));
    }
    for name in
        names.into_iter().chain(["content-type", "User-Agent", "cookie", "X-Sig", " X-Pad "]).filter(|name| !name.contains(':'))
    {
        for value in ["v", "application/json", "a b", "{event}", "é", " v "] {
            let header = Some((name.to_owned(), value.to_owned()));
            all.push(Input { header, ..Input::new(hmac::SPEC, GOOD, &[(hmac::HEADER_KEY, "X-Sig")], "secret") });
        }
    }
    // Several faults at once come in one order.
    all.push(Input::new(basic::SPEC, "http://x", &[(basic::USERNAME, "a:b"), (field::TIMEOUT, "0")], ""));
    all.push(Input::new(api_key::SPEC, "", &[(api_key::KEY, ""), (field::TIMEOUT, "x")], ""));
    all
}

#[test]
fn the_form_and_the_flags_say_the_same() {
    let table = table();
    assert!(table.len() > 150, "{}", table.len());
    let mut faulty = 0;
    for input in &table {
        let (form, flags) = (input.form(), input.flags());
        let what = format!("{:?} {:?} {:?} {:?}", input.auth, input.texts, input.format, input.secret);
        let names = |errors: &[Problem]| errors.iter().map(|error| error.field.unwrap().id).collect::<Vec<_>>();
        let reported: Vec<_> = flags.iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(reported, names(&form), "{what}");
        for (error, reported) in form.iter().zip(&flags) {
            let message = reported["message"].as_str().unwrap();
            assert!(message.ends_with(&format!(": {}. {}", error.what, error.why)), "{what}: {message} against {error}");
            assert_eq!(reported["fix"], error.fix.text, "{what}");
        }
        faulty += usize::from(!form.is_empty());
    }
    assert!(faulty > 60 && faulty < table.len() - 40, "{faulty} of {}", table.len());
}
