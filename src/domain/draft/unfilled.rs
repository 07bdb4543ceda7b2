//! Notices about values that look like a template that was not filled in.

use crate::domain::auth::{AuthType, basic, hmac};
use crate::domain::field::{Notice, URL, Values};
use crate::domain::mangling;
use crate::domain::text::{ellipsis, visible};
use crate::domain::unfilled::{template_in, template_in_url};
use crate::domain::url::EndpointUrl;

/// One for each field that has such a part, the URL first.
pub(super) fn notices(auth_type: AuthType, values: &Values, url: Option<&EndpointUrl>) -> Vec<Notice> {
    let mut notices: Vec<Notice> = url.and_then(in_url).into_iter().collect();
    for &field in auth_type.fields.iter().filter(|field| !field.is_choice()) {
        let text = values.text(field);
        let Some(part) = template_in(text) else { continue };
        if (field.is_secret() || field == basic::USERNAME) && mangling::stands_for_none(text) {
            continue;
        }
        // There each of them is a brace of the text.
        if (field == hmac::SIGNED_CONTENT || field == hmac::SIGNATURE_VALUE) && text[part.clone()].starts_with("{{") {
            continue;
        }
        let place = match part.start {
            _ if part.len() == text.len() => "it".to_owned(),
            // Of a secret, not even a part that is none is shown.
            at if field.is_secret() => format!("what begins at position {}", text[..at].chars().count() + 1),
            _ => quoted(&text[part]),
        };
        // The secret of a signature is not sent.
        let use_of_it = if field == hmac::SIGNING_SECRET { "used" } else { "sent" };
        notices.push(Notice::new(field, format!("{place} looks like an unfilled template, and is {use_of_it} as it is")));
    }
    notices
}

/// Each label of the host, segment of the path, name and value of the query counts for itself.
fn in_url(url: &EndpointUrl) -> Option<Notice> {
    // What is masked is no template: what is one is not masked.
    let shown = url.shown();
    let after_scheme = shown.find("://").map_or(0, |at| at + 3);
    let (authority, target) = shown[after_scheme..].split_at(shown[after_scheme..].find('/')?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let found =
        |text: &str, ends: &[char]| text.split(ends).find_map(|piece| template_in_url(piece).map(|at| quoted(&piece[at])));
    let is_name = url.ip().is_none();
    let (part, place) = None
        .or_else(|| found(authority, &['.', ':']).filter(|_| is_name).map(|part| (part, "host")))
        .or_else(|| found(path, &['/', ';', '=', ':']).map(|part| (part, "path")))
        .or_else(|| found(query, &['&', ';', '=']).map(|part| (part, "query")))?;
    Some(Notice::new(URL, format!("{part} in its {place} looks like an unfilled template, and is sent as it is")))
}

fn quoted(part: &str) -> String {
    ellipsis(&visible(part), 60).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{api_key, basic, bearer, hmac};
    use crate::domain::draft::Draft;
    use crate::domain::field::Field;

    fn of(draft: &Draft) -> Vec<(&'static str, String)> {
        draft.notices().into_iter().filter(|notice| notice.text.contains("template")).map(|n| (n.field.id, n.text)).collect()
    }

    #[test]
    fn c22_an_unfilled_template_in_the_url_is_named() {
        for (url, part) in [
            ("https://host/in?a={{token}}", "{{token}} in its query"),
            ("https://host/in?token=${TOKEN}", "${TOKEN} in its query"),
            ("https://host/in?key=YOUR_KEY", "YOUR_KEY in its query"),
            ("https://host/in?a=$TOKEN&b=1", "$TOKEN in its query"),
            ("https://host/in?a=%TOKEN%", "%TOKEN% in its query"),
            ("https://host/in?a=[token]", "[token] in its query"),
            ("https://host/in?a={token}", "{token} in its query"),
            ("https://host/in?a=%3Ctoken%3E", "%3Ctoken%3E in its query"),
            ("https://host/in?{{name}}=1", "{{name}} in its query"),
            ("https://host/%7B%7Btoken%7D%7D/in", "%7B%7Btoken%7D%7D in its path"),
            ("https://host/services/YOUR/TOKEN-HERE/your-token-here", "your-token-here in its path"),
            ("https://host/$TOKEN", "$TOKEN in its path"),
            ("https://api.telegram.org/bot%7Btoken%7D/sendMessage", "%7Btoken%7D in its path"),
            ("https://your-domain.example/in", "your-domain in its host"),
            ("https://host/undefined/in", "undefined in its path"),
            ("https://undefined/in", "undefined in its host"),
            ("https://host/in?a={{1.token}}", "{{1.token}} in its query"),
            ("https://host/in?a=*|TOKEN|*", "*|TOKEN|* in its query"),
        ] {
            let checked = Draft::default().with(URL, url).check().unwrap();
            let texts: Vec<_> = checked.notices.iter().map(|notice| notice.text.as_str()).collect();
            assert_eq!(texts, [format!("{part} looks like an unfilled template, and is sent as it is")], "{url}");
        }
    }

    #[test]
    fn c22_where_it_cannot_be_sent_the_error_names_it() {
        for (url, part) in [
            ("https://host/{{token}}/in", "{{token}}"),
            ("https://host/<token>", "<token>"),
            ("https://host/in-{token}?a=1", "{token}"),
            ("https://host/in?a=<token>", "<token>"),
            ("https://{{host}}/in", "{{host}}"),
            ("https://${HOST}/in", "${HOST}"),
            ("https://$HOST/in", "$HOST"),
            ("https://<your-host>/in", "<your-host>"),
            ("https://host/in?a=${{ secrets.X }}", "${{ secrets.X }}"),
            ("https://host/in?a={{ token | default(\"x\") }}", "{{ token | default(\"x\") }}"),
            ("https://host/in?a=[object Object]", "[object Object]"),
            ("https://host/in?a=#{token}", "#{token}"),
            ("https://host/in?a=<%= token %>", "<%= token %>"),
            ("https://host/in?a=<%=token%>", "<%=token%>"),
        ] {
            let errors = Draft::default().with(URL, url).check().unwrap_err();
            assert_eq!(errors[0].what, format!("has {part} in it, which looks like an unfilled template"), "{url}");
        }
    }

    #[test]
    fn c22_ordinary_urls_have_no_such_notice() {
        for url in [
            "https://host/users/:id/in",
            "https://host/in?$filter=a&fields[articles]=title&ids[]=1",
            "https://host/my-very-long-endpoint-name-for-orders?a=100%25",
            "https://[fe01::1]:8443/in",
            "https://host/in?filter=none&sort=null&page=1",
            "https://host/my-orders/in?price=$5&note=a%20b",
        ] {
            let draft = Draft::default().with(URL, url);
            assert_eq!((draft.check().is_ok(), of(&draft)), (true, Vec::new()), "{url}");
        }
    }

    #[test]
    fn c22_doubled_braces_are_no_template_where_they_stand_for_braces() {
        let draft = Draft::new(hmac::SPEC)
            .with(hmac::FORMAT, "template")
            .with(hmac::SIGNED_CONTENT, "{{v0}}:{body}")
            .with(hmac::SIGNATURE_VALUE, "{{v0}}={signature}");
        assert_eq!(of(&draft), []);
        let shell = draft.with(hmac::SIGNED_CONTENT, "${PREFIX}:{body}");
        assert_eq!(
            of(&shell),
            [("signed_content", "${PREFIX} looks like an unfilled template, and is sent as it is".to_owned())]
        );
    }

    #[test]
    fn c22_other_fields_too_and_no_secret_is_shown() {
        let base = |auth| Draft::new(auth).with(URL, "https://h/in").with(hmac::HEADER_KEY, "X-Sig").with(api_key::KEY, "X-Key");
        let cases: [(Draft, Field, &str, &str); 8] = [
            (base(hmac::SPEC), hmac::SIGNING_SECRET, "${SIGNING_SECRET_OF_MINE}", "it"),
            (base(hmac::SPEC), hmac::HEADER_KEY, "$HEADER", "it"),
            (base(bearer::SPEC), bearer::TOKEN, "<token>", "it"),
            (base(bearer::SPEC), bearer::TOKEN, "abc.{{token}}", "what begins at position 5"),
            (base(bearer::SPEC), bearer::TOKEN, "Bearer {{token}}", "what begins at position 8"),
            (base(basic::SPEC).with(basic::PASSWORD, "pw"), basic::USERNAME, "%USERNAME%", "it"),
            (base(basic::SPEC).with(basic::PASSWORD, "pw"), basic::USERNAME, "me-${USER}", "${USER}"),
            (base(api_key::SPEC), api_key::VALUE, "your-api-key", "it"),
        ];
        for (draft, field, value, place) in cases {
            let use_of_it = if field == hmac::SIGNING_SECRET { "used" } else { "sent" };
            let expected = format!("{place} looks like an unfilled template, and is {use_of_it} as it is");
            assert_eq!(of(&draft.with(field, value)), [(field.id, expected)], "{value}");
        }
    }
}
