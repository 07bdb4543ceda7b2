//! Questions, one a line: a number of a list, a text, a secret.

use std::io::{self, Write as _};

use crate::cli::failure::Failure;
use crate::cli::input::prompt::{Answer, Asker, Echo};
use crate::domain::secret::Secret;
use crate::domain::text::visible;

/// What no answer to a choice means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// The end.
    Quits,
    /// Back to the menu.
    GoesBack,
}

/// Asks. `None` is always: ^D.
pub struct Questions(Asker);

impl Questions {
    pub const fn new(asker: Asker) -> Self {
        Self(asker)
    }

    /// For what is done between two questions.
    pub const fn asker(&mut self) -> &mut Asker {
        &mut self.0
    }

    pub fn end(self) {
        self.0.end();
    }

    /// One of `options`, from 0, by its number; Enter alone takes `default`. `q` is as good as ^D.
    pub fn choose(
        &mut self,
        title: &str,
        options: &[String],
        default: Option<usize>,
        back: Back,
    ) -> Result<Option<usize>, Failure> {
        say(&format!("{title}:"));
        for (number, option) in (1..).zip(options) {
            say(&format!("  {number}. {option}"));
        }
        let enter = default.map(|at| format!(", Enter takes {}", at + 1)).unwrap_or_default();
        let q = if back == Back::Quits { "q quits" } else { "q goes back" };
        let question = format!("Number 1 to {}{enter}, {q}: ", options.len());
        loop {
            let Some(answer) = self.line(&question)? else { return Ok(None) };
            let answer = answer.trim();
            match (answer, default) {
                ("", Some(at)) => return Ok(Some(at)),
                ("q" | "Q", _) => return Ok(None),
                _ => {}
            }
            match answer.parse::<usize>() {
                Ok(number) if (1..=options.len()).contains(&number) => return Ok(Some(number - 1)),
                _ => error(&format!(
                    "{title}: \"{}\" is not in the list. Enter a number from 1 to {}, or q.",
                    visible(answer),
                    options.len()
                )),
            }
        }
    }

    /// A line that is shown while it is typed.
    pub fn line(&mut self, question: &str) -> Result<Option<String>, Failure> {
        Ok(self.ask(question, Echo::On)?.map(|answer| answer.expose().to_owned()))
    }

    /// A line that is not shown.
    pub fn secret(&mut self, question: &str) -> Result<Option<Secret>, Failure> {
        self.ask(question, Echo::Off)
    }

    fn ask(&mut self, question: &str, echo: Echo) -> Result<Option<Secret>, Failure> {
        loop {
            match self.0.ask(question, echo)? {
                Answer::Text(text) => return Ok(Some(text)),
                Answer::End => return Ok(None),
                Answer::NotText => error("The answer is not UTF-8 text. Type or paste it again."),
            }
        }
    }
}

/// Prints one or more lines. The next question reports a terminal that has closed.
pub fn say(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

pub fn error(text: &str) {
    say(&format!("error: {}", visible(text)));
}
