//! Files and directories: private, replaced whole, one writer at a time.

mod acl;
pub mod atomic;
pub mod file;
pub mod lock;
pub mod paths;

pub(in crate::io) use acl::only_for_us;
