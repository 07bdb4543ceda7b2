//! Input: arguments, bodies, secrets, answers to questions.

pub mod argv;
pub mod auth_flags;
pub mod body;
pub mod duration;
pub mod echo;
pub mod fields;
pub mod filter;
pub mod guess;
pub mod headers;
pub mod import;
pub mod lines;
pub mod nats;
pub mod new_file;
pub mod number;
pub mod prompt;
pub mod rate;
pub mod read;
pub mod secret;
pub mod size;
pub mod tls_files;
pub mod usage;
