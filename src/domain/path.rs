//! Paths as people type them.

/// A path from the root: `~` is the home, and what is relative is in `directory`. `~name` stays as it is, and so does `~` without
/// a home.
#[must_use]
pub fn expanded(text: &str, home: Option<&str>, directory: &str) -> String {
    let join = |base: &str, rest: &str| {
        let mut path = base.trim_end_matches('/').to_owned();
        for part in rest.split('/').filter(|part| !matches!(*part, "" | ".")) {
            path.push('/');
            path.push_str(part);
        }
        if rest.ends_with('/') || path.is_empty() {
            path.push('/');
        }
        path
    };
    match (text, text.strip_prefix("~/"), home) {
        ("", ..) => String::new(),
        ("~", _, Some(home)) => home.to_owned(),
        (_, Some(rest), Some(home)) => join(home, rest),
        _ if text.starts_with(['/', '~']) || directory.is_empty() => text.to_owned(),
        _ => join(directory, text),
    }
}

/// What the names of a directory complete of a path that was typed up to within one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The path as far as it is certain, typed as it was.
    pub text: String,
    /// The names to choose from, where there are several.
    pub names: Vec<String>,
}

/// Completes a path with those names that begin as it ends; a directory's name ends with a slash.
#[must_use]
pub fn completed(text: &str, names: &[String]) -> Completion {
    let (before, begun) = text.rsplit_once('/').map_or(("", text), |(dir, _)| text.split_at(dir.len() + 1));
    let mut fitting: Vec<&str> = names.iter().map(String::as_str).filter(|name| name.starts_with(begun)).collect();
    fitting.sort_unstable();
    let Some((first, rest)) = fitting.split_first() else {
        return Completion { text: text.to_owned(), names: Vec::new() };
    };
    let common = rest.iter().fold(*first, |common, name| {
        let same = common.char_indices().zip(name.chars()).find(|((_, own), other)| own != other);
        let end = same.map_or(common.len().min(name.len()), |((at, _), _)| at);
        &common[..end]
    });
    let names = if rest.is_empty() { Vec::new() } else { fitting.iter().map(|&name| name.to_owned()).collect() };
    Completion { text: format!("{before}{common}"), names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_and_directory_are_filled_in() {
        for (text, expected) in [
            ("", ""),
            ("/etc/ca.pem", "/etc/ca.pem"),
            ("~", "/home/op"),
            ("~/ca.pem", "/home/op/ca.pem"),
            ("~//a/./b/", "/home/op/a/b/"),
            ("ca.pem", "/srv/ca.pem"),
            ("./ca.pem", "/srv/ca.pem"),
            ("../ca.pem", "/srv/../ca.pem"),
            ("~other/ca.pem", "~other/ca.pem"),
        ] {
            assert_eq!(expanded(text, Some("/home/op"), "/srv/"), expected, "{text}");
        }
        assert_eq!(expanded("~/x", None, "/srv"), "~/x");
        assert_eq!(expanded("x", None, "/"), "/x");
        assert_eq!(expanded("x", None, ""), "x");
    }

    #[test]
    fn a_path_is_completed_as_far_as_it_is_certain() {
        let names = ["ca.pem", "ca.key", "client/", "zoë.pem", "zoé.pem"].map(str::to_owned);
        for (text, expected, several) in [
            ("~/c", "~/c", 3),
            ("~/ca", "~/ca.", 2),
            ("ca.p", "ca.pem", 0),
            ("/etc/cl", "/etc/client/", 0),
            ("zo", "zo", 2),
            ("~/ca.pem", "~/ca.pem", 0),
            ("nothing", "nothing", 0),
            ("", "", 5),
        ] {
            let Completion { text: completed, names } = completed(text, &names);
            assert_eq!((completed.as_str(), names.len()), (expected, several), "{text}");
        }
    }
}
