//! How much of the input is held at once.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A bound on the bytes that are held: whoever wants more waits until others have let go.
#[derive(Clone, Debug)]
pub struct Room(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    held: Mutex<usize>,
    freed: Condvar,
}

/// Bytes that are held until this is dropped.
#[derive(Debug)]
pub struct Held {
    room: Room,
    bytes: usize,
}

impl Room {
    /// Room for so many bytes.
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Shared { most, held: Mutex::new(0), freed: Condvar::new() }))
    }

    /// Waits for room. More than there is at all is given when nothing else is held.
    pub fn take(&self, bytes: usize) -> Held {
        let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |held: &mut usize| *held > 0 && held.saturating_add(bytes) > self.0.most;
        let mut held = self.0.freed.wait_while(held, full).unwrap_or_else(PoisonError::into_inner);
        *held += bytes;
        Held { room: self.clone(), bytes }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        *self.room.0.held.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.room.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_more_waits_for_others() {
        let room = Room::new(10);
        let first = room.take(8);
        let all = room.take(2);
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| room.take(50).bytes);
            drop(first);
            drop(all);
            assert_eq!(waiter.join().unwrap(), 50);
        });
        assert_eq!(*room.0.held.lock().unwrap(), 0);
    }
}
