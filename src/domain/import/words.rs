//! The words of one command, as a POSIX shell reads them, with bash's `$'…'` that browsers copy. Nothing is expanded and nothing is
//! run: where a shell would do either, the text is refused.

use zeroize::Zeroizing;

use super::refused::Refused;
use crate::domain::secret::Secret;

/// A word without its quotes. It may be a secret.
#[derive(Debug)]
pub(super) struct Word {
    pub text: Secret,
    /// Where it begins in the text, in bytes.
    pub at: usize,
}

/// The words of the only command in a text.
///
/// # Errors
/// What a shell would expand or run, an open quotation, a second command.
pub(super) fn words(text: &str) -> Result<Vec<Word>, Refused> {
    let mut reader = Reader { text, at: 0, bytes: Zeroizing::new(Vec::with_capacity(text.len())), begin: None, is_url: false };
    let mut words = Vec::new();
    let mut ended = false;
    while let Some(c) = reader.peek() {
        let at = reader.at;
        match c {
            ' ' | '\t' => {
                words.extend(reader.end()?);
                reader.skip(c);
            }
            '\r' if reader.rest().starts_with("\r\n") || reader.rest() == "\r" => reader.skip(c),
            '\n' => {
                words.extend(reader.end()?);
                reader.skip(c);
                ended |= !words.is_empty();
            }
            '\\' if reader.continued() => {}
            '#' if reader.begin.is_none() => {
                let line = reader.rest().find('\n').unwrap_or(reader.rest().len());
                reader.at += line;
            }
            _ if ended => return Err(reader.refused(at, "a further command follows", ONE_COMMAND)),
            _ => reader.part(c)?,
        }
    }
    words.extend(reader.end()?);
    Ok(words)
}

const ONE_COMMAND: &str = "Give one curl command alone.";
const QUOTE_IT: &str = "Put the word into single quotes if it is meant as it is written.";
const AS_BASH: &str = "Copy it as cURL for bash, not for Windows.";

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Of the word so far.
    bytes: Zeroizing<Vec<u8>>,
    /// Where the word begins.
    begin: Option<usize>,
    /// Whether `://` has been read outside quotes: of such a word no file has the name, so a shell keeps what would be a pattern.
    is_url: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, c: char) {
        self.at += c.len_utf8();
    }

    fn push(&mut self, c: char) {
        self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        self.skip(c);
    }

    fn refused(&self, at: usize, what: impl Into<String>, fix: &'static str) -> Refused {
        Refused::at(self.text, at, what, fix)
    }

    /// Skips a line continuation.
    fn continued(&mut self) -> bool {
        let length = ["\\\n", "\\\r\n"].into_iter().find(|end| self.rest().starts_with(end)).map_or(0, str::len);
        self.at += length;
        length > 0
    }

    fn end(&mut self) -> Result<Option<Word>, Refused> {
        self.is_url = false;
        let Some(at) = self.begin.take() else { return Ok(None) };
        let bytes = std::mem::take(&mut *self.bytes);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Word { text: Secret::new(text), at })),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(self.refused(at, "a word is not UTF-8 text", "Use text alone."))
            }
        }
    }

    /// Reads the next part of a word: a quotation, an escape or a character.
    fn part(&mut self, c: char) -> Result<(), Refused> {
        let at = self.at;
        let is_first = self.begin.is_none();
        self.begin.get_or_insert(at);
        match c {
            '\'' => self.single(),
            '"' => self.double(),
            '$' if self.rest().starts_with("$'") => self.ansi(),
            '\\' => {
                self.skip(c);
                match self.peek() {
                    Some(next) => self.push(next),
                    None => self.bytes.push(b'\\'),
                }
                Ok(())
            }
            '$' | '`' => Err(self.expanded(at, c)),
            '|' | '&' | ';' => Err(self.refused(at, format!("\"{c}\" starts a further command"), ONE_COMMAND)),
            '>' | '<' => Err(self.refused(at, format!("\"{c}\" is a redirect"), "Remove the redirect.")),
            '(' | ')' => Err(self.refused(at, format!("\"{c}\" is for a subshell"), QUOTE_IT)),
            '{' => Err(self.refused(at, "a shell may expand what begins with \"{\"", QUOTE_IT)),
            '*' | '?' | '[' if !self.is_url => {
                Err(self.refused(at, format!("a shell would look for files by \"{c}\""), QUOTE_IT))
            }
            '~' if is_first || self.bytes.ends_with(b"=") => {
                Err(self.refused(at, "a shell would replace \"~\" with a directory", "Write the whole path."))
            }
            '^' if self.is_for_windows() => {
                Err(self.refused(at, "the quoting with \"^\" is that of Windows, which is not understood", AS_BASH))
            }
            '‘' | '’' | '“' | '”' => {
                Err(self.refused(at, format!("\"{c}\" is a typographic quotation mark"), "Use straight ones: ' or \"."))
            }
            c => {
                self.push(c);
                self.is_url |= c == '/' && self.bytes.ends_with(b"://");
                Ok(())
            }
        }
    }

    fn is_for_windows(&self) -> bool {
        matches!(self.rest().chars().nth(1), None | Some('\r' | '\n' | '"' | '^' | '%'))
    }

    fn expanded(&self, at: usize, c: char) -> Refused {
        match (c, self.rest().chars().nth(1)) {
            ('`', None | Some('\r' | '\n')) => {
                let what = "the \"`\" at the end of the line is of PowerShell, which is not understood";
                self.refused(at, what, AS_BASH)
            }
            ('`', _) => self.refused(at, "a shell would run what follows \"`\"", QUOTE_IT),
            (_, Some('(')) => self.refused(at, "a shell would run what follows \"$(\"", QUOTE_IT),
            (_, Some(' ')) if self.text[..at].trim().is_empty() => {
                self.refused(at, "the \"$\" is the prompt of a shell", "Remove the prompt.")
            }
            _ => self.refused(at, "a shell would replace what follows \"$\"", "Write the value itself, in single quotes."),
        }
    }

    fn single(&mut self) -> Result<(), Refused> {
        let at = self.at;
        let inside = &self.text[at + 1..];
        let length = inside.find('\'').ok_or_else(|| self.open(at, "'"))?;
        self.bytes.extend_from_slice(&inside.as_bytes()[..length]);
        self.at = at + 1 + length + 1;
        Ok(())
    }

    fn open(&self, at: usize, quote: &str) -> Refused {
        self.refused(at, format!("the quotation that begins with {quote} has no end"), "Copy all of the command.")
    }

    fn double(&mut self) -> Result<(), Refused> {
        let begin = self.at;
        self.skip('"');
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.skip(c);
                    return Ok(());
                }
                '$' | '`' => return Err(self.expanded(self.at, c)),
                '\\' if self.continued() => {}
                '\\' if self.rest()[1..].starts_with(['$', '`', '"', '\\']) => {
                    self.skip(c);
                    let next = self.peek().unwrap_or(c);
                    self.push(next);
                }
                c => self.push(c),
            }
        }
        Err(self.open(begin, "\""))
    }

    /// `$'…'`, as bash reads it.
    fn ansi(&mut self) -> Result<(), Refused> {
        let begin = self.at;
        self.at += 2;
        while let Some(c) = self.peek() {
            let at = self.at;
            match c {
                '\'' => {
                    self.skip(c);
                    return Ok(());
                }
                '\\' => {
                    self.skip(c);
                    let Some(escaped) = self.peek() else { break };
                    self.escape(at, escaped)?;
                }
                c => self.push(c),
            }
        }
        Err(self.open(begin, "$'"))
    }

    fn escape(&mut self, at: usize, c: char) -> Result<(), Refused> {
        let byte = match c {
            'a' => 0x07,
            'b' => 0x08,
            'e' | 'E' => 0x1b,
            'f' => 0x0c,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 0x0b,
            '\\' | '\'' | '"' | '?' => return self.literal(c),
            '0'..='7' => {
                let number = self.number(3, 8);
                return self.byte(at, number & 0xff);
            }
            'x' if self.has_digit(1, 16) => {
                self.skip(c);
                let number = self.number(2, 16);
                return self.byte(at, number);
            }
            'u' | 'U' if self.has_digit(1, 16) => {
                self.skip(c);
                let number = self.number(if c == 'u' { 4 } else { 8 }, 16);
                return self.character(at, number);
            }
            'c' => return Err(self.refused(at, "\"\\c\" stands for a control character", "Write it without.")),
            // Kept with its backslash, as bash does.
            _ => {
                self.bytes.push(b'\\');
                return self.literal(c);
            }
        };
        self.skip(c);
        self.bytes.push(byte);
        Ok(())
    }

    #[allow(clippy::unnecessary_wraps, reason = "an arm of escapes that can fail")]
    fn literal(&mut self, c: char) -> Result<(), Refused> {
        self.push(c);
        Ok(())
    }

    fn has_digit(&self, after: usize, radix: u32) -> bool {
        self.rest().chars().nth(after).is_some_and(|c| c.is_digit(radix))
    }

    fn number(&mut self, most: usize, radix: u32) -> u32 {
        let mut number = 0;
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(radix)) else { break };
            number = number * radix + digit;
            self.at += 1;
        }
        number
    }

    fn byte(&mut self, at: usize, number: u32) -> Result<(), Refused> {
        match u8::try_from(number) {
            Ok(0) | Err(_) => Err(self.nul(at)),
            Ok(byte) => {
                self.bytes.push(byte);
                Ok(())
            }
        }
    }

    /// A character outside the basic plane may be written as two surrogates, as JSON does.
    fn character(&mut self, at: usize, number: u32) -> Result<(), Refused> {
        let number = match number {
            0xd800..=0xdbff if self.rest().starts_with("\\u") && self.has_digit(2, 16) => {
                self.at += 2;
                match self.number(4, 16) {
                    low @ 0xdc00..=0xdfff => 0x1_0000 + ((number - 0xd800) << 10) + (low - 0xdc00),
                    _ => number,
                }
            }
            number => number,
        };
        match char::from_u32(number) {
            None => Err(self.refused(at, "the escape stands for no character", "Use text alone.")),
            Some('\0') => Err(self.nul(at)),
            Some(c) => {
                self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                Ok(())
            }
        }
    }

    fn nul(&self, at: usize) -> Refused {
        self.refused(at, "the escape stands for a NUL byte, which no word can have", "Use text alone.")
    }
}
