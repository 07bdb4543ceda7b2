//! `waypost relay --to-nats`: the queue of this machine goes to the one that machines share.

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::globals::Globals;
use crate::cli::input::nats;
use crate::cli::output::{self, Out};
use crate::cli::runtime;
use crate::cli::stops::Stops;
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::ops::relay::Forwarding;

pub fn run(globals: &Globals, url: &str, once: bool, out: Out) -> Result<u8, Failure> {
    let settings = nats::settings_for(&globals.nats, url)?;
    let here = Waypost::at(globals.config_dir.clone(), globals.state_dir.clone())?;
    out.say(&format!("Handing events over to {}.", settings.servers));
    let there = here.clone().shared_on(settings)?;
    let mut forwarded = 0;
    let left = runtime::run(async {
        let stops = Stops::catch()?;
        let report = |happened| match happened {
            Forwarding::Forwarded(count) => forwarded += count,
            Forwarding::Failing(problem) => output::print_problem("it will be tried again", &problem),
            Forwarding::Left(id, problem) => {
                forwarded -= 1;
                output::print_problem(&format!("{} stays here", visible(&id)), &problem);
            }
        };
        Ok(here.forward(&there, once, report, stops.first).await?)
    })?;
    out.say(&format!("{forwarded} handed over; {left} left in the queue of this machine."));
    Ok(if once && left > 0 { exit::FAILED } else { exit::DONE })
}
