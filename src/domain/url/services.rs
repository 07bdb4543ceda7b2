//! Services whose webhook URLs are credentials: which segments of the path are secret, however they look.
//!
//! | sign | in a host | in a path |
//! |---|---|---|
//! | `*` | any one label | any one segment, shown |
//! | `.` first | any subdomain | |
//! | `!` | | a secret segment |

const SERVICES: [(&str, &str); 53] = [
    ("hooks.slack.com", "services/*/*/!"),
    ("hooks.slack.com", "workflows/*/*/*/!"),
    ("hooks.slack.com", "triggers/*/*/!"),
    ("hooks.slack-gov.com", "services/*/*/!"),
    (".webhook.office.com", "*/!/*/!/!"),
    ("outlook.office.com", "webhook/!/*/!/!"),
    ("outlook.office365.com", "webhook/!/*/!/!"),
    ("discord.com", "api/webhooks/*/!"),
    ("discord.com", "api/*/webhooks/*/!"),
    (".discord.com", "api/webhooks/*/!"),
    (".discord.com", "api/*/webhooks/*/!"),
    ("discordapp.com", "api/webhooks/*/!"),
    ("discordapp.com", "api/*/webhooks/*/!"),
    ("hooks.zapier.com", "hooks/*/*/!"),
    ("maker.ifttt.com", "trigger/*/with/key/!"),
    ("maker.ifttt.com", "trigger/*/json/with/key/!"),
    ("hook.*.make.com", "!"),
    ("hook.*.make.celonis.com", "!"),
    ("hook.make.com", "!"),
    ("hook.integromat.com", "!"),
    (".n8n.cloud", "webhook/!"),
    (".n8n.cloud", "webhook-test/!"),
    ("webhook.site", "!"),
    ("hkdk.events", "!"),
    ("hc-ping.com", "!"),
    ("events.pagerduty.com", "integration/!"),
    ("events.pagerduty.com", "x-ere/!"),
    ("hooks.airtable.com", "workflows/*/genericWebhook/*/*/!"),
    ("webexapis.com", "v1/webhooks/incoming/!"),
    ("open.feishu.cn", "open-apis/bot/*/hook/!"),
    ("open.larksuite.com", "open-apis/bot/*/hook/!"),
    ("alert.victorops.com", "integrations/generic/*/alert/!"),
    ("api.vercel.com", "v1/integrations/deploy/*/!"),
    ("api.netlify.com", "build_hooks/!"),
    ("api.cloudflare.com", "client/v4/pages/webhooks/deploy_hooks/!"),
    ("media.guilded.gg", "webhooks/*/!"),
    ("uptime.betterstack.com", "api/v1/heartbeat/!"),
    ("automation.atlassian.com", "pro/hooks/!"),
    ("smee.io", "!"),
    ("integrations.zoom.us", "chat/webhooks/incomingwebhook/!"),
    ("inbots.zoom.us", "incoming/hook/!"),
    ("webhooks.gitter.im", "e/!"),
    ("api.flock.com", "hooks/sendMessage/!"),
    ("hooks.bitrise.io", "h/*/*/!"),
    ("flow.shopify.com", "webhooks/!"),
    ("nosnch.in", "!"),
    ("cronitor.link", "p/!"),
    (".loggly.com", "inputs/!"),
    (".sumologic.com", "receiver/v1/http/!"),
    (".datadoghq.com", "v1/input/!"),
    (".datadoghq.eu", "v1/input/!"),
    (".tines.com", "webhook/*/!"),
    ("play.svix.com", "in/!"),
];

/// Whether a segment of a path on that host is secret, as far as that is known of the service; `at` is its index.
pub fn is_secret<'a>(host: &str, segments: &(impl Iterator<Item = &'a str> + Clone), at: usize) -> bool {
    SERVICES.iter().filter(|(pattern, _)| is_host(pattern, host)).any(|(_, path)| {
        // What is being typed may not be whole.
        let fits = || {
            path.split('/')
                .zip(segments.clone())
                .all(|(wanted, given)| matches!(wanted, "*" | "!") || wanted.eq_ignore_ascii_case(given))
        };
        path.split('/').nth(at) == Some("!") && fits()
    })
}

fn is_host(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    if pattern.starts_with('.') {
        let end = host.len().checked_sub(pattern.len()).filter(|&at| at > 0).and_then(|at| host.get(at..));
        return end.is_some_and(|end| end.eq_ignore_ascii_case(pattern));
    }
    let (mut wanted, mut given) = (pattern.split('.'), host.split('.'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == "*" || wanted.eq_ignore_ascii_case(given) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SERVICES;
    use crate::domain::url::credential::shown;

    #[test]
    fn c21_the_secret_segment_of_each_service_is_masked_however_it_looks() {
        for (host, path) in SERVICES {
            let host = if host.starts_with('.') { format!("x{host}") } else { host.replace('*', "x") };
            let masked = format!("https://{host}/{}", path.replace('*', "a").replace('!', "••••••••"));
            let url = masked.replace("••••••••", "ab");
            assert_eq!(shown(&url), masked);
        }
    }
}
