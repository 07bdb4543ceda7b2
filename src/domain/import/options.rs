//! curl's options: what waypost does with each, and whether a value follows it.

/// What an option is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Url,
    Method,
    Header,
    User,
    Bearer,
    Json,
    /// `-d` and `--data-binary`, whose value may name a file.
    Data,
    DataRaw,
    /// Data that curl encodes as a form does.
    DataForm,
    Cookie,
    UserAgent,
    Referer,
    MaxTime,
    CaCert,
    ClientCert,
    ClientKey,
    /// Refused: another request than a POST with that body, or one that must not be made.
    Refused(&'static str),
    /// Not taken, for that reason.
    Ignored(&'static str),
}

use Meaning::{
    Bearer, CaCert, ClientCert, ClientKey, Cookie, Data, DataForm, DataRaw, Header, Ignored, Json, MaxTime, Method, Referer,
    Refused, Url, User, UserAgent,
};

/// An option.
#[derive(Clone, Copy, Debug)]
pub(super) struct CurlOption {
    /// Without the dashes.
    pub long: &'static str,
    pub short: Option<char>,
    pub takes_value: bool,
    pub meaning: Meaning,
}

const OUTPUT: &str = "it is about what curl prints or writes";
const PROXY: &str = "a proxy is set by HTTPS_PROXY";
const DEFAULT: &str = "it is the default";

const fn of(long: &'static str, short: Option<char>, takes_value: bool, meaning: Meaning) -> CurlOption {
    CurlOption { long, short, takes_value, meaning }
}

/// The options that mean something here; the names of the others are below.
const KNOWN: [CurlOption; 50] = [
    of("url", None, true, Url),
    of("request", Some('X'), true, Method),
    of("header", Some('H'), true, Header),
    of("user", Some('u'), true, User),
    of("oauth2-bearer", None, true, Bearer),
    of("json", None, true, Json),
    of("data", Some('d'), true, Data),
    of("data-ascii", None, true, Data),
    of("data-binary", None, true, Data),
    of("data-raw", None, true, DataRaw),
    of("data-urlencode", None, true, DataForm),
    of("cookie", Some('b'), true, Cookie),
    of("user-agent", Some('A'), true, UserAgent),
    of("referer", Some('e'), true, Referer),
    of("max-time", Some('m'), true, MaxTime),
    of("cacert", None, true, CaCert),
    of("cert", Some('E'), true, ClientCert),
    of("key", None, true, ClientKey),
    of("insecure", Some('k'), false, Refused("the certificate is always verified; trust a CA of your own with --cacert")),
    of("form", Some('F'), true, Refused("events are JSON, not forms")),
    of("form-string", None, true, Refused("events are JSON, not forms")),
    of("upload-file", Some('T'), true, Refused("it makes a PUT, and waypost sends POST requests")),
    of("get", Some('G'), false, Refused("it makes a GET, and waypost sends POST requests")),
    of("head", Some('I'), false, Refused("it makes a HEAD, and waypost sends POST requests")),
    of("next", Some(':'), false, Refused("a further request follows")),
    of("config", Some('K'), true, Refused("its file would have to be read")),
    of("aws-sigv4", None, true, Refused("that way to sign is not supported")),
    of("digest", None, false, Refused("that way to authenticate is not supported")),
    of("ntlm", None, false, Refused("that way to authenticate is not supported")),
    of("negotiate", None, false, Refused("that way to authenticate is not supported")),
    of("unix-socket", None, true, Refused("waypost connects to the host of the URL")),
    of("abstract-unix-socket", None, true, Refused("waypost connects to the host of the URL")),
    of("request-target", None, true, Refused("waypost sends the path of the URL")),
    of("url-query", None, true, Refused("waypost sends the query of the URL")),
    of("location", Some('L'), false, Ignored("redirects are never followed")),
    of("location-trusted", None, false, Ignored("redirects are never followed")),
    of("proxy", Some('x'), true, Ignored(PROXY)),
    of("preproxy", None, true, Ignored(PROXY)),
    of("socks5", None, true, Ignored(PROXY)),
    of("socks5-hostname", None, true, Ignored(PROXY)),
    of("noproxy", None, true, Ignored("hosts to reach without a proxy are set by NO_PROXY")),
    of("compressed", None, false, Ignored("answers are not compressed")),
    of("silent", Some('s'), false, Ignored(OUTPUT)),
    of("show-error", Some('S'), false, Ignored(OUTPUT)),
    of("include", Some('i'), false, Ignored(OUTPUT)),
    of("verbose", Some('v'), false, Ignored(OUTPUT)),
    of("output", Some('o'), true, Ignored(OUTPUT)),
    of("write-out", Some('w'), true, Ignored(OUTPUT)),
    of("retry", None, true, Ignored("send has --retries")),
    of("basic", None, false, Ignored(DEFAULT)),
];

/// Other options of curl that a value follows: they must be known, as the value would be taken for the URL.
const OTHERS_WITH_VALUE: &str = "alt-svc capath cert-type ciphers connect-timeout connect-to continue-at cookie-jar create-file-mode \
    crlfile curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header egd-file engine etag-compare \
    etag-save expect100-timeout ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms \
    hostpubmd5 hostpubsha256 hsts interface keepalive-time key-type krb libcurl limit-rate local-port login-options mail-auth mail-from \
    mail-rcpt max-filesize max-redirs netrc-file output-dir parallel-max pass pinnedpubkey proto proto-default proto-redir proxy-cacert \
    proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass \
    proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 \
    pubkey quote random-file range rate resolve retry-delay retry-max-time sasl-authzid service-name socks4 socks4a \
    socks5-gssapi-service speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype \
    tlspassword tlsuser trace trace-ascii trace-config variable ech haproxy-clientip ip-tos ipfs-gateway keepalive-cnt vlan-priority \
    sigalgs signature-algorithms upload-flags";

/// The short names of some of them.
const SHORT_WITH_VALUE: &str = "cCDPQrtUyYz";

const UNKNOWN: Meaning = Ignored("waypost has nothing like it");

/// The option of that long name, without the dashes.
pub(super) fn long(name: &str) -> (bool, Meaning) {
    match KNOWN.iter().find(|option| option.long == name) {
        Some(option) => (option.takes_value, option.meaning),
        None => (OTHERS_WITH_VALUE.split_ascii_whitespace().any(|other| other == name), UNKNOWN),
    }
}

/// The option of that letter.
pub(super) fn short(letter: char) -> (bool, Meaning) {
    match KNOWN.iter().find(|option| option.short == Some(letter)) {
        Some(option) => (option.takes_value, option.meaning),
        None => (SHORT_WITH_VALUE.contains(letter), UNKNOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_options_with_a_value_are_known() {
        for (at, option) in KNOWN.iter().enumerate() {
            assert!(KNOWN[..at].iter().all(|other| other.long != option.long));
            assert!(option.short.is_none_or(|letter| KNOWN[..at].iter().all(|other| other.short != Some(letter))));
        }
        assert_eq!(long("request"), (true, Method));
        assert_eq!(long("resolve"), (true, UNKNOWN));
        assert_eq!(long("no-buffer"), (false, UNKNOWN));
        assert_eq!((short('X'), short('c'), short('N')), ((true, Method), (true, UNKNOWN), (false, UNKNOWN)));
    }
}
