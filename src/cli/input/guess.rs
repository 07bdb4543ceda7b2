//! What a word of the command line that waypost does not know was probably meant to be.

use clap::error::{ContextKind, ContextValue};

/// Words of other programs: the command that they are given to, the words, and what says the same here. Of an unknown word, a similar
/// one may do the opposite: `queue delete` is not `queue release`.
const SYNONYMS: &[(&str, &[&str], &str)] = &[
    ("", &["delete", "rm", "unregister"], "Did you mean remove?"),
    ("queue", &["delete", "remove", "rm"], "Did you mean drop?"),
    ("queue", &["pause", "stop"], "Did you mean hold?"),
    ("queue", &["resume", "start", "continue"], "Did you mean release?"),
    ("history", &["--status"], "Did you mean --search status:500?"),
    ("history", &["--event"], "Did you mean --search event:NAME?"),
    ("resend", &["--status"], "Did you mean --search status:500?"),
    ("resend", &["--event"], "Did you mean --search event:NAME?"),
];

/// The question for `typed`, where it was given to the command of that path (`queue list`).
pub fn synonym(path: &str, typed: &str) -> Option<String> {
    let command = path.split(' ').next().unwrap_or_default();
    let meant = SYNONYMS.iter().find(|(at, words, _)| *at == command && words.contains(&typed));
    meant.map(|(_, _, question)| (*question).to_owned())
}

/// Clap's best guess for `typed` that is close to it, as a question.
pub fn suggestion(error: &clap::Error, typed: &str) -> Option<String> {
    let kinds = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let guess = kinds.into_iter().find_map(|kind| match error.get(kind)? {
        ContextValue::String(guess) => Some(guess).filter(|guess| is_close(typed, guess)),
        // The best is the last.
        ContextValue::Strings(guesses) => guesses.iter().rev().find(|guess| is_close(typed, guess)),
        _ => None,
    })?;
    Some(format!("Did you mean {guess}?"))
}

/// A few slips away, or a longer or shorter form.
fn is_close(typed: &str, guess: &str) -> bool {
    let (typed, guess) = (typed.trim_start_matches('-'), guess.trim_start_matches('-'));
    let is_form = typed.len().min(guess.len()) > 1 && (typed.starts_with(guess) || guess.starts_with(typed));
    is_form || strsim::osa_distance(typed, guess) * 5 <= typed.len().max(guess.len()) * 2
}

#[cfg(test)]
mod tests {
    use super::{is_close, synonym};

    #[test]
    fn what_is_far_is_not_suggested() {
        for (typed, guess) in
            [("tset", "test"), ("--evnt", "--event"), ("gitlab", "github"), ("--ca", "--ca-cert"), ("lst", "list")]
        {
            assert!(is_close(typed, guess), "{typed}");
        }
        for (typed, guess) in [("delete", "release"), ("--status", "--nats-user"), ("remove", "rescue"), ("x", "test"), ("", "x")]
        {
            assert!(!is_close(typed, guess), "{typed}");
        }
    }

    #[test]
    fn a_word_of_other_programs_is_known_where_it_is_meant() {
        assert_eq!(synonym("queue", "delete").as_deref(), Some("Did you mean drop?"));
        assert_eq!(synonym("", "delete").as_deref(), Some("Did you mean remove?"));
        assert_eq!(synonym("history list", "--status").as_deref(), Some("Did you mean --search status:500?"));
        assert_eq!(synonym("history", "delete"), None);
    }
}
