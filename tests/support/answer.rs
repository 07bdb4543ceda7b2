//! What the tests' receiver answers, well-behaved or not.

use std::io::{self, Read as _, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use super::receiver::RawRequest;

/// Writes an answer byte by byte as a test wants it.
pub type Writing = dyn Fn(&mut dyn Write) -> io::Result<()> + Send + Sync;

/// Decides on an answer when the request has come.
pub type Choice = dyn Fn(&RawRequest) -> Answer + Send + Sync;

/// How a request is answered.
pub enum Answer {
    /// 200 when the check passed, 401 with the reason when not.
    Checked,
    /// That status with those headers and body, after the delay.
    Status { status: u16, headers: Vec<(String, String)>, body: Vec<u8>, delay: Duration },
    /// Those bytes and nothing else; then the connection is closed.
    Raw(Vec<u8>),
    /// Nothing, for as long as the client waits.
    Stall,
    /// The connection is closed without an answer.
    Close,
    /// Whatever the test writes; an error it returns ends the connection.
    With(Box<Writing>),
    /// What the test decides at that moment.
    Chosen(Box<Choice>),
}

impl Answer {
    pub fn chosen(choice: impl Fn() -> Self + Send + Sync + 'static) -> Self {
        Self::of_request(move |_| choice())
    }

    pub fn of_request(choice: impl Fn(&RawRequest) -> Self + Send + Sync + 'static) -> Self {
        Self::Chosen(Box::new(choice))
    }

    pub fn status(status: u16) -> Self {
        Self::Status { status, headers: Vec::new(), body: Vec::new(), delay: Duration::ZERO }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match &mut self {
            Self::Status { headers, .. } => headers.push((name.to_owned(), value.to_owned())),
            _ => panic!("only an answer with a status has headers"),
        }
        self
    }

    #[must_use]
    pub fn body(mut self, text: impl AsRef<[u8]>) -> Self {
        match &mut self {
            Self::Status { body, .. } => *body = text.as_ref().to_vec(),
            _ => panic!("only an answer with a status has a body"),
        }
        self
    }

    #[must_use]
    pub fn after(mut self, time: Duration) -> Self {
        match &mut self {
            Self::Status { delay, .. } => *delay = time,
            _ => panic!("only an answer with a status has a delay"),
        }
        self
    }
}

impl Answer {
    /// Whether the connection goes on.
    pub fn write(&self, stream: &mut StreamOwned<ServerConnection, TcpStream>, verdict: &Result<(), String>) -> io::Result<bool> {
        match self {
            Self::Checked => {
                let (status, body) = match verdict {
                    Ok(()) => (200, serde_json::json!({"ok": true})),
                    Err(reason) => (401, serde_json::json!({"ok": false, "reason": reason})),
                };
                let json = [("content-type".to_owned(), "application/json".to_owned())];
                write_answer(stream, status, &json, body.to_string().as_bytes())?;
                Ok(true)
            }
            Self::Status { status, headers, body, delay } => {
                if !delay.is_zero() {
                    std::thread::sleep(*delay);
                }
                write_answer(stream, *status, headers, body)?;
                Ok(true)
            }
            Self::Raw(bytes) => {
                stream.write_all(bytes)?;
                stream.flush()?;
                Ok(false)
            }
            Self::Stall => {
                while stream.read(&mut [0; 256])? > 0 {}
                Ok(false)
            }
            Self::Close => Ok(false),
            // The receiver has chosen.
            Self::Chosen(_) => Ok(false),
            Self::With(write) => {
                write(stream)?;
                stream.flush()?;
                Ok(false)
            }
        }
    }
}

fn write_answer(stream: &mut impl Write, status: u16, headers: &[(String, String)], body: &[u8]) -> io::Result<()> {
    write!(stream, "HTTP/1.1 {status} Test\r\n")?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    if status != 204 && status != 304 {
        write!(stream, "content-length: {}\r\n", body.len())?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(body)?;
    stream.flush()
}
