//! The flags of the auth types, made from their fields: a new auth type needs no code here.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::domain::auth::{self, AuthType};
use crate::domain::field::Field;

/// What was given by flags, in the order of the form.
#[derive(Clone, Debug, Default)]
pub struct AuthFlags(Vec<(Field, String)>);

impl AuthFlags {
    /// The fields that were given, and their values.
    pub fn given(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, value)| (*field, value.as_str()))
    }
}

/// Each field that a flag gives, with its auth type.
fn fields() -> impl Iterator<Item = (AuthType, Field, &'static str)> {
    auth::ALL.into_iter().flat_map(|auth_type| {
        auth_type.fields.iter().filter_map(move |field| Some((auth_type, *field, field.flag?.trim_start_matches('-'))))
    })
}

impl Args for AuthFlags {
    fn augment_args(command: Command) -> Command {
        fields().fold(command, |command, (auth_type, field, flag)| {
            let arg =
                Arg::new(field.id).long(flag).value_name(field.value_name).help(format!("{}: {}", auth_type.name, field.about));
            let arg = if field.joined.is_some() { arg.action(ArgAction::Append) } else { arg };
            command.arg(if field.is_choice() {
                arg.value_parser(PossibleValuesParser::new(field.options().iter().map(|option| option.name)))
            } else {
                arg
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for AuthFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |(_, field, _): (AuthType, Field, &str)| {
            let mut all = matches.get_many::<String>(field.id)?;
            let value = match field.joined {
                Some(joined) => all.fold(String::new(), |value, more| joined(&value, more)),
                None => all.next_back().cloned()?,
            };
            Some((field, value))
        };
        Ok(Self(fields().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
