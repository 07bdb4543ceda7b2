//! A body in the user's editor.

use std::pin::pin;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::ops::{Problem, Waypost};
use crate::tui::app::flight::requested;
use crate::tui::app::shell::Shell;
use crate::tui::msg::Msg;

/// Has a body edited by the user's editor, in a file that is gone afterwards.
/// Messages from outside are kept until then; one that ends the app ends the editor first.
pub async fn edit(
    waypost: &Waypost,
    shell: &mut impl Shell,
    body: &[u8],
    outside: &mut UnboundedReceiver<Msg>,
) -> (Result<Vec<u8>, Problem>, Vec<Msg>) {
    let scratch = match waypost.scratch(body) {
        Ok(scratch) => scratch,
        Err(problem) => return (Err(problem), Vec::new()),
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let (mut stop, mut meanwhile) = (Some(stop), Vec::new());
    let mut editing = pin!(shell.edit(scratch.path(), requested(stopped)));
    let result = loop {
        tokio::select! {
            result = &mut editing => break result,
            Some(msg) = outside.recv() => match msg {
                // ^C in the editor is meant for the editor.
                Msg::Terminate(130) => {}
                msg => {
                    if matches!(msg, Msg::Terminate(_)) && let Some(stop) = stop.take() {
                        let _ = stop.send(());
                    }
                    meanwhile.push(msg);
                }
            },
        }
    };
    let edited = result.map_err(|why| Problem::not_edited(&why));
    (edited.and_then(|()| scratch.read().map_err(|error| Problem::not_edited(&error.kind.to_string()))), meanwhile)
}
