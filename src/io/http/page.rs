//! The text of a page that a proxy writes, as far as it fits into a sentence.

/// The most characters of it.
const MOST: usize = 300;

/// The first lines of a page on one line, without the tags, scripts and styles of HTML; empty if it is not text.
pub(super) fn text(body: &[u8]) -> String {
    // Pages in an older encoding are text, too; a file of any other kind has a zero early on, or hardly a letter.
    // What is left of a character at the end of what is kept is none.
    let page = String::from_utf8_lossy(body);
    let page = page.trim_end_matches(char::REPLACEMENT_CHARACTER);
    let strange = page.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER || c.is_control() && !c.is_whitespace()).count();
    if body.contains(&0) || strange * 5 > page.chars().count() {
        return String::new();
    }
    let plain = if page.trim_start().starts_with('<') { without_tags(page) } else { page.to_owned() };
    let mut line = String::new();
    for word in plain.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > MOST {
            return line.chars().take(MOST).chain(['…']).collect();
        }
    }
    line
}

fn without_tags(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        out.push_str(&entities(&rest[..at]));
        out.push(' ');
        rest = &rest[at..];
        // What is in these is not for people.
        let end = ["script", "style"].iter().find(|name| has_prefix(&rest[1..], name)).map_or(0, |name| {
            let close = format!("</{name}");
            // The rest of the page may be of them, as far as it is kept.
            rest.char_indices().find(|(at, _)| has_prefix(&rest[*at..], &close)).map_or(rest.len(), |(at, _)| at)
        });
        rest = &rest[end..];
        rest = if rest.starts_with("<!--") {
            rest.find("-->").map_or("", |end| &rest[end + 3..])
        } else {
            rest.find('>').map_or("", |end| &rest[end + 1..])
        };
    }
    out.push_str(&entities(rest));
    out
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn entities(text: &str) -> String {
    text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c03_the_first_lines_of_a_page() {
        assert_eq!(text(b"Blocked by policy.\nAsk IT.\n"), "Blocked by policy. Ask IT.");
        let page = "<!DOCTYPE html><!-- <b> --><html><head><title>ERROR</title><style>p { x: y }</style><script>if (a<b) f()</script>\
                    </head><body><h1>Access&nbsp;Denied</h1><p>to \"h\" &lt;internal&gt;</body>";
        assert_eq!(text(page.as_bytes()), "ERROR Access Denied to \"h\" <internal>");
        assert_eq!(text(b"ok \xff\xfe"), "ok");
        assert_eq!(text(b"<script"), "");
        assert_eq!(text(b"<title>Blocked</title><style>body { margin: 0 }"), "Blocked");
        assert_eq!(text(b""), "");
        assert_eq!(text(b"\x89PNG\r\n\x1a\n\0\0"), "");
        assert_eq!(text(b"<p>Acc\xe8s refus\xe9 par la politique"), "Acc\u{fffd}s refus\u{fffd} par la politique");
        assert_eq!(text("ä ".repeat(400).as_bytes()).chars().count(), MOST + 1);
    }
}
