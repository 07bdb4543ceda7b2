//! A line of the input.

use tokio::sync::OwnedSemaphorePermit;

/// A line that is held in memory.
#[derive(Debug)]
pub struct Line {
    /// From 1; empty lines count.
    pub number: u64,
    /// As it came, with its line break.
    pub bytes: Vec<u8>,
    /// Its share of the reader's budget, given back when it is dropped.
    pub _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Line {
    /// The body: everything but the line break.
    fn as_ref(&self) -> &[u8] {
        let bytes = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::*;

    #[test]
    fn the_body_is_the_line_without_its_break() {
        let budget = Arc::new(Semaphore::new(1));
        for (line, body) in [("{}\n", "{}"), ("{}\r\n", "{}"), ("{}", "{}"), (" {} \n", " {} "), ("{}\r", "{}")] {
            let permit = Arc::clone(&budget).try_acquire_owned().unwrap();
            assert_eq!(Line { number: 1, bytes: line.into(), _permit: permit }.as_ref(), body.as_bytes());
        }
    }
}
