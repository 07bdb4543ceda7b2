//! `waypost snippet`: receiver code that checks the registered auth.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::json;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out, pager};
use crate::domain::snippet::{self, Lang};
use crate::ops::Waypost;

const EXAMPLES: &str = "Examples:
  waypost snippet --lang python
  waypost snippet --lang node > verify.js";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// The language of the code
    #[arg(long, value_parser = PossibleValuesParser::new(Lang::ALL.map(Lang::name)).try_map(|name| Lang::from_name(&name).ok_or("not a language")))]
    lang: Lang,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let code = snippet::snippet(waypost.destination()?.settings(), args.lang);
    if out.json {
        return output::print_json(json!({ "lang": args.lang.name(), "code": code }), exit::DONE);
    }
    pager::print(&code, exit::DONE)
}
