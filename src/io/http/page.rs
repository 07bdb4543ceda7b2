//! The text of a page that a proxy writes, as far as it fits into a sentence.

/// The most characters of it.
const MOST: usize = 300;

/// The first lines of a page on one line, without the tags, scripts and styles of HTML; empty if it is not text.
pub(super) fn text(body: &[u8]) -> String {
    let Ok(page) = std::str::from_utf8(body).or_else(|error| std::str::from_utf8(&body[..error.valid_up_to()])) else {
        return String::new();
    };
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
        let end = ["script", "style"].iter().find(|name| has_prefix(&rest[1..], name)).and_then(|name| {
            let close = format!("</{name}");
            rest.char_indices().find(|(at, _)| has_prefix(&rest[*at..], &close)).map(|(at, _)| at)
        });
        rest = &rest[end.unwrap_or_default()..];
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
        assert_eq!(text(b""), "");
        assert_eq!(text("ä ".repeat(400).as_bytes()).chars().count(), MOST + 1);
    }
}
