//! The demo's guide in plain lines: by what the menu calls it, and without keys.

use crate::ops::demo::Step;

/// What to do next, before the menu.
pub fn spoken(step: Step, has_secret: bool) -> String {
    let text = match step {
        Step::Register => "Register a destination. Its URL is filled in; any secret will do.",
        Step::Prove => "Send a test delivery.",
        Step::Refuse if !has_secret => "See a refusal. Edit the destination: change the URL's path, then send a test delivery.",
        Step::Refuse => "See a refusal. Edit the destination: change the secret or the URL, then send a test delivery.",
        Step::Fix => "The answer says what is wrong. Edit the destination to fix it, then send a test delivery.",
        Step::Done => "That was the tour. q ends the demo and removes its files.",
    };
    format!("Guide, {}: {text}", step.place())
}
