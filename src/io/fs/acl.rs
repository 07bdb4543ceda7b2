//! Access lists: where a file has one, its group bits are the list's mask and say nothing about the group (`acl(5)`).
//!
//! systemd hands a service its credentials so: owned by root, readable through an entry for the service's user, and shown as
//! mode 0440.

use std::fs::File;

/// Whether the file has an access list that lets nobody read but its owner and this process's user.
#[cfg(target_os = "linux")]
pub(in crate::io) fn only_for_us(file: &File) -> bool {
    let mut list = [0_u8; 1024];
    match rustix::fs::fgetxattr(file, c"system.posix_acl_access", &mut list) {
        Ok(length) => list.get(..length).is_some_and(|list| lets_read_only(list, rustix::process::geteuid().as_raw())),
        Err(_) => false,
    }
}

/// Only Linux's lists are understood.
#[cfg(not(target_os = "linux"))]
pub(in crate::io) const fn only_for_us(_: &File) -> bool {
    false
}

/// A list as Linux stores it: a version of four bytes, then eight a line: tag, permissions, id (`posix_acl_xattr.h`).
#[cfg(any(target_os = "linux", test))]
fn lets_read_only(list: &[u8], user: u32) -> bool {
    const VERSION: [u8; 4] = 2_u32.to_le_bytes();
    const READ: u8 = 4;
    const OWNER: u8 = 0x01;
    const USER: u8 = 0x02;
    const MASK: u8 = 0x10;
    let Some(lines) = list.strip_prefix(&VERSION) else { return false };
    let (lines, []) = lines.as_chunks::<8>() else { return false };
    lines.iter().all(|&[tag, tag_high, permissions, _, id @ ..]| match (tag_high, tag) {
        (0, OWNER | MASK) => true,
        (0, USER) => permissions & READ == 0 || u32::from_le_bytes(id) == user,
        _ => permissions & READ == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(lines: &[(u8, u8, u32)]) -> Vec<u8> {
        let mut list = 2_u32.to_le_bytes().to_vec();
        for &(tag, permissions, id) in lines {
            list.extend([tag, 0, permissions, 0]);
            list.extend(id.to_le_bytes());
        }
        list
    }

    #[test]
    fn a_service_reads_its_credential() {
        let credential = [(0x01, 4, u32::MAX), (0x02, 4, 1000), (0x04, 0, u32::MAX), (0x10, 4, u32::MAX), (0x20, 0, u32::MAX)];
        assert!(lets_read_only(&list(&credential), 1000));
        assert!(!lets_read_only(&list(&credential), 1001));
        let named = |permissions| [&credential[..], &[(0x02, permissions, 7)]].concat();
        assert!(lets_read_only(&list(&named(2)), 1000) && !lets_read_only(&list(&named(6)), 1000));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_list_is_read_from_its_file() {
        use rustix::fs::{XattrFlags, fsetxattr};

        let file = tempfile::tempfile().unwrap();
        assert!(!only_for_us(&file), "it has none");
        let us = rustix::process::geteuid().as_raw();
        for (user, fits) in [(us, true), (us.wrapping_add(1), false)] {
            let lines = [(0x01, 6, u32::MAX), (0x02, 4, user), (0x04, 0, u32::MAX), (0x10, 4, u32::MAX), (0x20, 0, u32::MAX)];
            match fsetxattr(&file, c"system.posix_acl_access", &list(&lines), XattrFlags::empty()) {
                // A file system without such lists has no file that shows one.
                Err(rustix::io::Errno::OPNOTSUPP) => return,
                done => done.unwrap(),
            }
            assert_eq!(only_for_us(&file), fits, "{user} of {us}");
        }
    }

    #[test]
    fn anyone_else_who_reads_is_one_too_many() {
        for other in [(0x02, 4, 7), (0x04, 4, u32::MAX), (0x08, 6, 7), (0x20, 4, u32::MAX)] {
            assert!(!lets_read_only(&list(&[(0x01, 6, u32::MAX), other, (0x10, 7, u32::MAX)]), 1000), "{other:?}");
        }
        assert!(!lets_read_only(&[], 1000) && !lets_read_only(&[2, 0, 0, 0, 1], 1000) && !lets_read_only(&[3, 0, 0, 0], 1000));
    }
}
