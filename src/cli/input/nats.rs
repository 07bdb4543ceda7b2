//! The options for the shared engine, and their variables, which a unit or a container sets once for all commands.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::ValueHint;

use crate::cli::failure::Failure;
use crate::cli::input::{prompt, secret, size};
use crate::domain::nats::{Login, MAX_REPLICAS, NatsSettings, Servers, Tls};
use crate::domain::secret::Secret;
use prompt::Echo;

const HEADING: &str = "NATS (each option has a variable: WAYPOST_NATS for --nats, and so on)";

/// Where the password may be, besides a file.
const PASSWORD: &str = "WAYPOST_NATS_PASSWORD";

#[derive(Clone, Debug, Default, clap::Args)]
pub struct NatsArgs {
    /// Work on the destination and the queue that machines share on NATS JetStream; separate several servers with commas
    #[arg(long, value_name = "URL", global = true, hide_short_help = true, help_heading = HEADING)]
    nats: Option<String>,

    /// A file with the JWT and the seed of a NATS user, as nsc writes it
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true, help_heading = HEADING, value_hint = ValueHint::FilePath)]
    nats_creds: Option<PathBuf>,

    // Without the quotation marks that rustdoc would want around the variable.
    #[arg(
        help = "A NATS user; the password comes from --nats-password-file, WAYPOST_NATS_PASSWORD or a prompt",
        long, value_name = "NAME", global = true, hide_short_help = true, help_heading = HEADING)]
    nats_user: Option<String>,

    /// A file with the password of --nats-user
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true, help_heading = HEADING, value_hint = ValueHint::FilePath)]
    nats_password_file: Option<PathBuf>,

    /// A PEM file with the CA of the servers; turns TLS on
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true, help_heading = HEADING, value_hint = ValueHint::FilePath)]
    nats_ca: Option<PathBuf>,

    /// A PEM file with a client certificate for the servers, and its key unless --nats-key names it
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true, help_heading = HEADING, value_hint = ValueHint::FilePath)]
    nats_cert: Option<PathBuf>,

    /// A PEM file with the key of --nats-cert
    #[arg(long, value_name = "FILE", global = true, hide_short_help = true, help_heading = HEADING, value_hint = ValueHint::FilePath)]
    nats_key: Option<PathBuf>,

    /// Number of servers that keep a copy of a stream or bucket, set when it is created [default: 1]
    #[arg(long, value_name = "N", global = true, hide_short_help = true, help_heading = HEADING)]
    nats_replicas: Option<String>,

    /// Maximum size of the stream of events, set when it is created [default: the server's limit]
    #[arg(long, value_name = "SIZE", global = true, hide_short_help = true, help_heading = HEADING)]
    nats_max_bytes: Option<String>,
}

/// What the options and the variables say; `None` without a server.
pub fn settings(args: &NatsArgs) -> Result<Option<NatsSettings>, Failure> {
    settings_with(args, &|name| {
        env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
    })
}

/// The same for a server that a command names itself.
#[cfg(feature = "nats")]
pub fn settings_for(args: &NatsArgs, servers: &str) -> Result<NatsSettings, Failure> {
    if args.nats.is_some() {
        return Err(Failure::usage("--nats and --to-nats are both given.", "To deliver the shared queue, leave --to-nats out."));
    }
    let args = NatsArgs { nats: Some(servers.to_owned()), ..args.clone() };
    settings(&args)?.ok_or_else(|| Failure::bug("no server is named."))
}

fn settings_with(args: &NatsArgs, variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<NatsSettings>, Failure> {
    let path = |given: &Option<PathBuf>, name: &str| given.clone().or_else(|| variable(name).map(PathBuf::from));
    let text = |given: &Option<String>, name: &str| given.clone().or_else(|| variable(name));
    let Some(servers) = text(&args.nats, "WAYPOST_NATS") else {
        return match used_alone(args) {
            Some(flag) => {
                Err(Failure::usage(format!("{flag} needs --nats."), "Set the servers with --nats URL or WAYPOST_NATS."))
            }
            None => Ok(None),
        };
    };
    let servers = Servers::parse(&servers).map_err(|why| {
        let fix = "Use nats://HOST:PORT, or tls://HOST:PORT; separate several with commas. The user goes into --nats-user.";
        Failure::usage(format!("--nats: {why}."), fix)
    })?;
    let creds = path(&args.nats_creds, "WAYPOST_NATS_CREDS");
    let user = text(&args.nats_user, "WAYPOST_NATS_USER");
    let login = match (creds, user) {
        (Some(_), Some(_)) => {
            return Err(Failure::usage("--nats-creds and --nats-user are both given.", "Use one of them."));
        }
        (Some(creds), None) => Login::Credentials(creds),
        (None, Some(user)) => {
            let file = path(&args.nats_password_file, "WAYPOST_NATS_PASSWORD_FILE");
            Login::Password { password: password(file, variable)?, user }
        }
        (None, None) => Login::Nobody,
    };
    let tls = Tls {
        ca: path(&args.nats_ca, "WAYPOST_NATS_CA"),
        certificate: path(&args.nats_cert, "WAYPOST_NATS_CERT"),
        key: path(&args.nats_key, "WAYPOST_NATS_KEY"),
    };
    if tls.key.is_some() && tls.certificate.is_none() {
        return Err(Failure::usage("--nats-key needs --nats-cert.", "Add --nats-cert FILE with the certificate of the key."));
    }
    let replicas = text(&args.nats_replicas, "WAYPOST_NATS_REPLICAS")
        .map(|text| match text.parse() {
            Ok(count @ 1..=MAX_REPLICAS) => Ok(count),
            _ => Err(Failure::usage(
                format!("--nats-replicas must be 1 to {MAX_REPLICAS}."),
                "Use 3 on a cluster of three servers.",
            )),
        })
        .transpose()?;
    let max_bytes = text(&args.nats_max_bytes, "WAYPOST_NATS_MAX_BYTES")
        .map(|text| {
            size::bytes(&text).map_err(|why| Failure::usage(format!("--nats-max-bytes: {why}."), "Use a size such as 10GiB."))
        })
        .transpose()?;
    Ok(Some(NatsSettings { servers, login, tls, replicas, max_bytes }))
}

/// An option that means nothing without a server.
fn used_alone(args: &NatsArgs) -> Option<&'static str> {
    [
        ("--nats-creds", args.nats_creds.is_some()),
        ("--nats-user", args.nats_user.is_some()),
        ("--nats-password-file", args.nats_password_file.is_some()),
        ("--nats-ca", args.nats_ca.is_some()),
        ("--nats-cert", args.nats_cert.is_some()),
        ("--nats-key", args.nats_key.is_some()),
        ("--nats-replicas", args.nats_replicas.is_some()),
        ("--nats-max-bytes", args.nats_max_bytes.is_some()),
    ]
    .into_iter()
    .find_map(|(flag, is_given)| is_given.then_some(flag))
}

fn password(file: Option<PathBuf>, variable: &dyn Fn(&str) -> Option<String>) -> Result<Secret, Failure> {
    if let Some(file) = file {
        return Ok(secret::from_file(&file)?);
    }
    if let Some(password) = variable(PASSWORD) {
        return Ok(Secret::new(password));
    }
    if io::stdin().is_terminal() {
        return prompt::ask("Password for NATS (not shown): ", Echo::Off);
    }
    Err(Failure::usage("--nats-user needs a password.", format!("Use --nats-password-file FILE, or the variable {PASSWORD}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &NatsArgs, variables: &[(&str, &str)]) -> Result<Option<NatsSettings>, String> {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        settings_with(args, &variable).map_err(|failure| failure.lines().join("\n"))
    }

    #[test]
    fn an_option_outweighs_its_variable() {
        let args = NatsArgs { nats: Some("a".into()), ..NatsArgs::default() };
        let variables = [
            ("WAYPOST_NATS", "b"),
            ("WAYPOST_NATS_USER", "relay"),
            ("WAYPOST_NATS_PASSWORD", "hunter2"),
            ("WAYPOST_NATS_CA", "/ca.pem"),
            ("WAYPOST_NATS_REPLICAS", "3"),
        ];
        let settings = read(&args, &variables).unwrap().unwrap();
        assert_eq!(settings.servers.to_string(), "nats://a:4222");
        assert!(
            matches!(&settings.login, Login::Password { user, password } if user == "relay" && password.expose() == "hunter2")
        );
        assert_eq!((settings.replicas, settings.tls.ca), (Some(3), Some(PathBuf::from("/ca.pem"))));
        assert!(read(&NatsArgs::default(), &variables[1..]).unwrap().is_none());
    }

    #[test]
    fn what_does_not_go_together_is_said() {
        let on = || NatsArgs { nats: Some("a".into()), ..NatsArgs::default() };
        for (args, why) in [
            (NatsArgs { nats_user: Some("u".into()), ..NatsArgs::default() }, "--nats-user needs --nats."),
            (NatsArgs { nats: Some("http://a".into()), ..on() }, "http:// is not a NATS scheme"),
            (NatsArgs { nats_user: Some("u".into()), nats_creds: Some("c".into()), ..on() }, "both given"),
            (NatsArgs { nats_key: Some("k".into()), ..on() }, "--nats-key needs --nats-cert."),
            (NatsArgs { nats_replicas: Some("0".into()), ..on() }, "must be 1 to 5"),
            (NatsArgs { nats_max_bytes: Some("many".into()), ..on() }, "--nats-max-bytes"),
        ] {
            let said = read(&args, &[]).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
