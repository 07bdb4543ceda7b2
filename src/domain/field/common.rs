//! The fields that every destination has, whatever its auth type.

use super::spec::{Field, FieldSpec, Kind};
use crate::domain::url::credential;

/// Where events are sent.
pub const URL: Field = &FieldSpec {
    id: "url",
    label: "URL",
    flag: Some("--url"),
    value_name: "URL",
    about: "begins with https://",
    help: "A URL, or a pasted curl command",
    placeholder: "https://hooks.example.com/in",
    required: true,
    credential: Some(credential::parts),
    ..FieldSpec::TEXT
};

/// How requests are authenticated. Its options are the auth types, and not in this spec.
pub const AUTH: Field = &FieldSpec {
    id: "auth",
    label: "Auth type",
    flag: Some("--auth"),
    value_name: "TYPE",
    about: "how requests are authenticated",
    kind: Kind::Choice(&[]),
    ..FieldSpec::TEXT
};

/// The headers that a destination adds to its requests: a list, and so no value of its own.
pub const HEADERS: Field = &FieldSpec {
    id: "headers",
    label: "Headers",
    flag: Some("--header"),
    value_name: "NAME: VALUE",
    about: "the name of a header",
    help: "Headers to add to each request",
    placeholder: "X-Environment",
    ..FieldSpec::TEXT
};

/// A file of CA certificates to trust for this destination alone.
pub const CA_CERT: Field = &FieldSpec {
    id: "ca_cert",
    label: "CA certificate",
    flag: Some("--ca-cert"),
    value_name: "FILE",
    about: "a PEM file to trust",
    help: "A PEM file to trust as the only CA",
    placeholder: "/etc/ssl/ca.pem",
    default: |_| Some("the system's"),
    ..FieldSpec::TEXT
};

/// A file with the certificate that a server may ask a client for.
pub const CLIENT_CERT: Field = &FieldSpec {
    id: "client_cert",
    label: "Client certificate",
    flag: Some("--client-cert"),
    value_name: "FILE",
    about: "a PEM file for mutual TLS",
    help: "A PEM file, for mutual TLS (mTLS)",
    placeholder: "/etc/ssl/client.pem",
    default: |_| Some("none"),
    ..FieldSpec::TEXT
};

/// The file with the private key of [`CLIENT_CERT`], which only its owner may read.
pub const CLIENT_KEY: Field = &FieldSpec {
    id: "client_key",
    label: "Client key",
    flag: Some("--client-key"),
    value_name: "FILE",
    about: "a PEM file with the key of the client certificate",
    help: "Its private key, a file of mode 0600",
    placeholder: "/etc/ssl/client.key",
    default: |_| Some("in the same file"),
    ..FieldSpec::TEXT
};

/// The total time of an attempt, in seconds.
pub const TIMEOUT: Field = &FieldSpec {
    id: "timeout_s",
    label: "Timeout",
    flag: Some("--timeout"),
    value_name: "SECONDS",
    about: "seconds, 1 to 120",
    help: "Seconds per attempt, 1 to 120",
    placeholder: "15",
    default: |_| Some("15"),
    ..FieldSpec::TEXT
};

/// The files that TLS with a destination needs. A secret is sealed for them: with others it would go elsewhere.
pub const TLS_FILES: [Field; 3] = [CA_CERT, CLIENT_CERT, CLIENT_KEY];

/// The texts that every destination has and that may stay empty, in the order of the form.
pub const OPTIONAL: [Field; 4] = [CLIENT_CERT, CLIENT_KEY, CA_CERT, TIMEOUT];

/// The fields that every destination has; those of its auth type are between [`AUTH`] and the rest.
pub const OF_DESTINATION: [Field; 7] = [URL, AUTH, HEADERS, CLIENT_CERT, CLIENT_KEY, CA_CERT, TIMEOUT];

/// The body of an event. Not part of a destination; errors name it.
pub const BODY: Field = &FieldSpec { id: "body", label: "Body", ..FieldSpec::TEXT };
