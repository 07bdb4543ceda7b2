//! A body in the user's editor, or a text in the user's pager.

use std::path::Path;
use std::pin::pin;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::ops::{Problem, Waypost};
use crate::tui::app::flight::requested;
use crate::tui::app::shell::{Program, Shell};
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
    let (result, meanwhile) = opened(shell, Program::Editor, scratch.path(), outside).await;
    let edited = result.map_err(|why| Problem::not_edited(&why));
    (edited.and_then(|()| scratch.read().map_err(|error| Problem::not_edited(&error.kind.to_string()))), meanwhile)
}

/// Has a text shown by the user's pager, as [`edit`] has one edited.
pub async fn page(
    waypost: &Waypost,
    shell: &mut impl Shell,
    text: &[u8],
    outside: &mut UnboundedReceiver<Msg>,
) -> (Result<(), Problem>, Vec<Msg>) {
    let scratch = match waypost.scratch(text) {
        Ok(scratch) => scratch,
        Err(problem) => return (Err(problem), Vec::new()),
    };
    let (result, meanwhile) = opened(shell, Program::Pager, scratch.path(), outside).await;
    (result.map_err(|why| Problem::not_paged(&why)), meanwhile)
}

async fn opened(
    shell: &mut impl Shell,
    program: Program,
    file: &Path,
    outside: &mut UnboundedReceiver<Msg>,
) -> (Result<(), String>, Vec<Msg>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let (mut stop, mut meanwhile) = (Some(stop), Vec::new());
    let mut running = pin!(shell.open(program, file, requested(stopped)));
    let result = loop {
        tokio::select! {
            result = &mut running => break result,
            Some(msg) = outside.recv() => match msg {
                // ^C in it is meant for it.
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
    (result, meanwhile)
}
