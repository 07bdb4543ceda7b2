//! Folds what is nested in JSON that is shown indented: each member of the outermost object or list takes one line.

use ratatui::text::{Line, Span};

use crate::tui::theme::Theme;

/// The lines of an answer with the JSON in them folded.
pub fn folded(lines: Vec<Line<'static>>, theme: Theme) -> Vec<Line<'static>> {
    let whole = lines.clone();
    let mut out: Vec<Line> = Vec::new();
    // How many lines are folded into the last one.
    let mut hidden: Option<usize> = None;
    for line in lines {
        let text = line.to_string();
        let member = text.strip_prefix("  ").filter(|rest| !rest.starts_with(' '));
        match (hidden, member) {
            (None, Some(rest)) if rest.ends_with(['{', '[']) => {
                hidden = Some(0);
                out.push(line);
            }
            (None, _) => out.push(line),
            (Some(count), Some(rest)) if rest.starts_with(['}', ']']) => {
                hidden = None;
                let (rest, unit) = (rest.to_owned(), if count == 1 { "line" } else { "lines" });
                if let Some(head) = out.last_mut() {
                    head.push_span(Span::styled(format!(" {count} {unit} "), theme.styles.dim));
                    head.push_span(Span::raw(rest));
                }
            }
            (Some(count), _) => hidden = Some(count + 1),
        }
    }
    // Not JSON after all: nothing is hidden that no line stands for.
    if hidden.is_some() { whole } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[&str]) -> Vec<String> {
        let lines = lines.iter().map(|line| Line::raw((*line).to_owned())).collect();
        folded(lines, Theme::new(None, false)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_nested_takes_one_line() {
        let json = [
            "HTTP/1.1 200 OK",
            "",
            "{",
            "  \"a\": 1,",
            "  \"b\": {",
            "    \"c\": [",
            "      1",
            "    ]",
            "  },",
            "  \"d\": []",
            "}",
        ];
        let folded = ["HTTP/1.1 200 OK", "", "{", "  \"a\": 1,", "  \"b\": { 3 lines },", "  \"d\": []", "}"];
        assert_eq!(text(&json), folded);
    }

    #[test]
    fn what_is_not_json_stays() {
        for lines in [&["plain {", "text"][..], &["  indented", "  by two"], &["  if x {", "    y"], &[]] {
            assert_eq!(text(lines), lines);
        }
    }
}
