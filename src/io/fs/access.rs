//! Whose a private file must be, and who may read it: the rule that OpenSSH has for `ssh_config`, and a stricter one for readers.
//!
//! The directories above are not checked, as in OpenSSH's client: anyone who can put a file into one of them cannot make it belong to
//! this user.

pub use super::error::Chmod;
use super::error::FileErrorKind;

/// Who may read a file that is private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    Owner,
    /// Its group too, where this user cannot change the mode: then root decided on it, as for a Kubernetes secret with `fsGroup`.
    GroupIfGiven,
    /// Its group too: systemd lets a service read its credential by an access list, which shows in the mode as a group that may read.
    Group,
}

const ROOT: u32 = 0;

/// Checks the owner of a file for `user`, the effective user of this process.
///
/// # Errors
/// [`FileErrorKind::OtherOwner`].
pub(super) const fn check_owner(owner: u32, user: u32) -> Result<(), FileErrorKind> {
    if owner == user || owner == ROOT { Ok(()) } else { Err(FileErrorKind::OtherOwner { owner }) }
}

/// Checks the owner and the mode of a file for `user`, the effective user of this process; `read_only` says whether its mount is
/// read-only.
///
/// # Errors
/// [`FileErrorKind::OtherOwner`], [`FileErrorKind::OpenToOthers`].
pub(super) fn check(
    owner: u32,
    mode: u32,
    user: u32,
    readers: Readers,
    read_only: impl FnOnce() -> bool,
) -> Result<(), FileErrorKind> {
    let mode = mode & 0o7777;
    check_owner(owner, user)?;
    if mode & 0o066 == 0 {
        return Ok(());
    }
    let chmod = if read_only() {
        Chmod::ReadOnlyMount
    } else if owner == user || user == ROOT {
        Chmod::Possible
    } else {
        Chmod::NotOwner { user }
    };
    let only_group_reads = mode & 0o026 == 0;
    match readers {
        Readers::Group if only_group_reads => Ok(()),
        Readers::GroupIfGiven if only_group_reads && chmod != Chmod::Possible => Ok(()),
        Readers::Owner | Readers::Group | Readers::GroupIfGiven => Err(FileErrorKind::OpenToOthers { mode, chmod }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: [u32; 3] = [0, 1000, 1001];

    #[test]
    fn a09_only_files_of_the_user_or_of_root_are_used() {
        for owner in USERS {
            for user in USERS {
                for mode in 0..=0o7777 {
                    for readers in [Readers::Owner, Readers::GroupIfGiven, Readers::Group] {
                        for read_only in [false, true] {
                            let result = check(owner, 0o100_000 | mode, user, readers, || read_only);
                            let ours = owner == user || owner == 0;
                            let fixed = read_only || (owner == 0 && user != 0);
                            let group = readers == Readers::Group || (readers == Readers::GroupIfGiven && fixed);
                            let allowed = if group { 0o040 } else { 0 };
                            let at = format!("{owner} {user} {mode:o} {readers:?} {read_only}");
                            assert_eq!(result.is_ok(), ours && mode & 0o066 & !allowed == 0, "{at}");
                            match result {
                                Err(FileErrorKind::OtherOwner { owner: found }) => assert!(!ours && found == owner, "{at}"),
                                Err(FileErrorKind::OpenToOthers { mode: found, chmod }) => {
                                    assert!(ours && found == mode, "{at}");
                                    assert_eq!(chmod == Chmod::Possible, !fixed, "{at}");
                                }
                                Err(other) => panic!("{at}: {other:?}"),
                                Ok(()) => {}
                            }
                        }
                    }
                }
            }
        }
    }
}
