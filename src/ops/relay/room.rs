//! How much of the input is held at once.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A bound on the bytes that are held: whoever wants more waits until others have let go.
#[derive(Clone, Debug)]
pub struct Room(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    held: Mutex<Bytes>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Bytes {
    held: usize,
    /// How many wait for room. Waking nobody is a system call all the same, and would be one for each line.
    waiting: usize,
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
        Self(Arc::new(Shared { most, held: Mutex::default(), freed: Condvar::new() }))
    }

    /// Waits for room. More than there is at all is given when nothing else is held.
    pub fn take(&self, bytes: usize) -> Held {
        let mut room = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |room: &mut Bytes| room.held > 0 && room.held.saturating_add(bytes) > self.0.most;
        if full(&mut room) {
            room.waiting += 1;
            room = self.0.freed.wait_while(room, full).unwrap_or_else(PoisonError::into_inner);
            room.waiting -= 1;
        }
        room.held += bytes;
        drop(room);
        Held { room: self.clone(), bytes }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut room = self.room.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        room.held -= self.bytes;
        if room.waiting > 0 {
            self.room.0.freed.notify_one();
        }
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
        let left = room.0.held.lock().unwrap();
        assert_eq!((left.held, left.waiting), (0, 0));
    }
}
