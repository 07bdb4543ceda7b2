//! What the text of an answer says about why it came: about a signature, a token, a permission.
//!
//! The diagnosis quotes it and asserts no more than it says.

use super::phrases::{Said, Table};
use super::words::{access_token_fix, beside_secret, credentials, mangled_secret};
use crate::domain::delivery::{Diagnosis, Response};
use crate::domain::destination::Settings;
use crate::domain::field;
use crate::domain::problem::Fix;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Csrf,
    ParsedBody,
    Time,
    Signature,
    Missing,
    Expired,
    Credentials,
    Permission,
    /// Words that say no more than a status of 401 or 403.
    Refusal,
}

pub(super) static SUBJECTS: Table<Subject> = Table::new(&[
    (
        Subject::Csrf,
        &[
            "csrf verification failed", // Django
            "csrf failed",              // Django REST
            "csrf token missing",
            "csrf cookie not set",
            "csrf token mismatch",                  // Laravel
            "page expired",                         // Laravel, 419
            "can't verify csrf token authenticity", // Rails
            "invalidauthenticitytoken",             // Rails
            "invalid csrf token",                   // csurf, Spring
            "could not verify the provided csrf token",
            "required antiforgery cookie", // ASP.NET
            "the antiforgery token could not be decrypted",
        ],
    ),
    (
        Subject::ParsedBody,
        &[
            "webhook payload must be provided as a string", // Stripe
            "payload was provided as a parsed javascript object",
            "expected payload to be of type string or buffer",          // Svix
            "argument must be of type string or an instance of buffer", // Node's crypto
            "passing the payload as a json object",
            "raw body is required",
            "raw body required",
            "raw body not available",
            "raw request body is required",
            "body was already parsed",
            "body already parsed",
            "stream is not readable", // raw-body of Express
        ],
    ),
    (
        Subject::Time,
        &[
            "timestamp outside the tolerance zone", // Stripe
            "message timestamp too old",            // Standard Webhooks
            "message timestamp too new",
            "timestamp too old",
            "timestamp is too old",
            "timestamp too new",
            "timestamp too far",
            "timestamp is too far",
            "timestamp outside",
            "timestamp is outside",
            "timestamp out of range",
            "timestamp expired",
            "timestamp has expired",
            "timestamp is expired",
            "timestamp not within",
            "timestamp is not within",
            "expired timestamp",
            "stale timestamp",
            "stale request", // Slack Bolt
            "invalid timestamp",
            "timestamp must differ from system time", // Slack Bolt
            "request time too skewed",
            "requesttimetooskewed", // AWS
            "signature expired",    // AWS
            "signature not yet current",
            "clock skew",
            "a valid date or x date header is required", // Kong
        ],
    ),
    (
        Subject::Signature,
        &[
            "no signatures found matching the expected signature", // Stripe
            "no matching signature found",                         // Standard Webhooks
            "no valid signature found",
            "no valid signature",
            "invalid signature",
            "invalid signatures",
            "invalid webhook signature",
            "invalid request signature",
            "invalid payload signature",
            "invalid hmac signature",
            "invalid github signature",
            "invalid stripe signature",
            "invalid slack signature",
            "invalid x hub signature",
            "invalid hmac",
            "signature is invalid",
            "signature invalid",
            "signature was invalid",
            "signature is not valid",
            "signature not valid",
            "signature mismatch",
            "signature mismatched",
            "signatures mismatch",
            "signature does not match",
            "signature did not match",
            "signature doesn't match",
            "signature didn't match",
            "signature not match",
            "signatures do not match",
            "signatures did not match",
            "signatures don't match",
            "signatures didn't match",
            "signature verification failed",
            "signature verification failure",
            "signature verification error",
            "signatureverificationerror",
            "webhookverificationerror",
            "webhook verification failed",
            "signature validation failed",
            "signature check failed",
            "signature failed",
            "failed signature",
            "failed to verify signature",
            "failed to verify the signature",
            "failed to verify webhook signature",
            "failed to verify authenticity", // Slack Bolt
            "could not verify signature",
            "could not verify the signature",
            "unable to verify signature",
            "unable to verify the signature",
            "cannot verify signature",
            "signature could not be verified",
            "signature cannot be verified", // Kong
            "signature not verified",
            "not a valid signature",
            "bad signature",
            "wrong signature",
            "incorrect signature",
            "signaturedoesnotmatch", // AWS
            "invalidsignatureexception",
            "invalidsignature",
            "request signature we calculated does not match",
            "hmac validation failed",
            "hmac verification failed",
            "hmac does not match",
            "hmac mismatch",
            "hmac is invalid",
            "digest mismatch",
        ],
    ),
    (
        Subject::Missing,
        &[
            "missing required headers",                               // Standard Webhooks
            "required headers missing",                               // Octokit
            "no stripe signature header value was provided",          // Stripe
            "no webhook payload was provided",                        // Stripe
            "unable to extract timestamp and signatures from header", // Stripe
            "missing signature",
            "missing webhook signature",
            "missing x hub signature",
            "missing x signature",
            "signature is missing",
            "signature missing",
            "signature header is missing",
            "signature header missing",
            "signature header not found",
            "signature not found",
            "signature not provided",
            "signature required",
            "signature is required",
            "no signature provided",
            "no signature found",
            "no signature header",
            "no signature in",
            "missingauthenticationtokenexception", // AWS
            "missing authentication token",        // AWS API Gateway
            "missing authorization",
            "authorization header is missing",
            "authorization header missing",
            "authorization header required",
            "authorization header is required",
            "authorization required",
            "no authorization header",
            "no authorization token was found", // express-jwt
            "no auth token",                    // Passport
            "no api key found",                 // Kong
            "no api key",
            "missing api key",
            "api key missing",
            "api key is missing",
            "api key required",
            "api key is required",
            "missing token",
            "token missing",
            "token is missing",
            "token required",
            "token not provided", // Laravel
            "jwt must be provided",
            "missing credentials",
            "no credentials",
            "authentication credentials were not provided", // Django REST
            "full authentication is required",              // Spring Security
            "authentication required",
            "authentication is required",
        ],
    ),
    (
        Subject::Expired,
        &[
            "token expired",
            "token has expired",
            "token is expired",
            "token was expired",
            "token revoked",
            "token has been revoked",
            "expired token",
            "expiredtoken",
            "expiredtokenexception",
            "tokenexpirederror",
            "jwt expired",
            "jwt is expired",
            "jwt has expired",
            "signature has expired", // PyJWT, Devise
            "api key expired",
            "api key has expired",
            "credentials have expired",
            "credentials expired",
        ],
    ),
    (
        Subject::Credentials,
        &[
            "invalid token", // RFC 6750
            "invalid bearer token",
            "invalid access token",
            "invalid auth token",
            "invalid authentication token",
            "token is invalid",
            "token invalid",
            "token not valid", // Simple JWT
            "token is not valid",
            "token mismatch",
            "token does not match",
            "token verification failed",
            "bad token",
            "wrong token",
            "unknown token",
            "incorrect token",
            "jwt malformed",
            "jsonwebtokenerror",
            "invalid jwt",
            "invalid api key",
            "invalid apikey",
            "api key is invalid",
            "api key not valid",
            "wrong api key",
            "invalid credentials",
            "bad credentials", // Spring Security, GitHub
            "wrong credentials",
            "incorrect credentials",
            "incorrect authentication credentials", // Django REST
            "invalid authentication credentials",   // Kong
            "invalid username",
            "invalid user name",
            "invalid password",
            "wrong password",
            "incorrect password",
            "incorrect username",
            "invalid secret",
            "wrong secret",
            "bad secret",
            "incorrect secret",
            "secret mismatch",
            "secret does not match",
            "invalid authorization",
            "invalid auth",
            "invalid client",
            "authentication failed",
            "authentication failure",
            "not authenticated",
        ],
    ),
    (
        Subject::Permission,
        &[
            "permission denied",
            "insufficient permission",
            "insufficient permissions",
            "insufficient privileges",
            "insufficient scope", // RFC 6750
            "missing scope",
            "missing permission",
            "do not have permission", // Django REST
            "don't have permission",
            "does not have permission",
            "not authorized", // AWS
        ],
    ),
    (
        Subject::Refusal,
        &[
            "unauthorized",
            "unauthorised",
            "unauthenticated",
            "unauthorizedexception",
            "access denied",
            "access is denied",
            "accessdenied",
        ],
    ),
]);

/// Whether [`add_subject`] may add something. `false` is certain.
pub(super) fn may_have_subject(response: &Response) -> bool {
    SUBJECTS.may_be_in(response)
}

/// Adds what the answer says about a signature or credentials, and how to fix that.
pub(super) fn add_subject(diagnosis: &mut Diagnosis, to: &Settings, response: &Response, said: &Said<'_>) {
    let accepted = (200..300).contains(&response.status);
    if accepted && credentials(to).is_none() {
        return;
    }
    let Some((subject, words)) = said.find(&SUBJECTS) else { return };
    if subject == Subject::Refusal && matches!(response.status, 401 | 403) {
        return;
    }
    let what = match subject {
        Subject::Csrf => "a CSRF check",
        Subject::ParsedBody => "the raw body",
        Subject::Time => "the time of the request",
        Subject::Signature => "the signature",
        Subject::Missing => "missing credentials or a missing header",
        Subject::Expired => "an expiry",
        Subject::Credentials => "the credentials",
        Subject::Permission => "a permission",
        Subject::Refusal => "an authorization",
    };
    diagnosis.why = format!("{} Its answer speaks of {what}: \"{}\".", diagnosis.why, words.trim_end_matches('.'));
    diagnosis.fix = fix(subject, to);
}

fn fix(subject: Subject, to: &Settings) -> Fix {
    let (own, also) = (credentials(to), beside_secret(to));
    let of_token = access_token_fix(to)
        .filter(|_| !matches!(subject, Subject::Csrf | Subject::ParsedBody | Subject::Time | Subject::Missing));
    if let Some(fix) = of_token {
        return fix;
    }
    let fix = match (subject, &own) {
        (Subject::Csrf, _) => return "Exempt the webhook's route from the CSRF check: a webhook has no session.".into(),
        (Subject::ParsedBody, _) => {
            return "Make the receiver check the signature over the raw body, before anything parses it (Express: express.raw)."
                .into();
        }
        (Subject::Time, _) => {
            return "Compare the clocks of this machine and of the receiver, and check how old a request it accepts.".into();
        }
        (Subject::Permission, Some(own)) => return format!("Check what {own} may do at the receiver.").into(),
        (_, None) => {
            return Fix::from("The auth type Default sends no credentials: choose the one that the receiver asks for.")
                .by_editing(field::AUTH);
        }
        (Subject::Missing, Some(own)) => format!(
            "Compare the auth type and the name of its header ({own}) with what the receiver expects, and check that no proxy removes the header."
        ),
        (Subject::Expired, Some(own)) => format!("Replace {own} with one that has not expired."),
        (Subject::Signature, Some(own)) if to.auth().format().is_some() => {
            format!(
                "Compare {own}{also} with the receiver's, and make it check the raw body, before anything parses it.{}",
                mangled_secret(to)
            )
        }
        (_, Some(own)) => format!("Compare {own}{also} with the receiver's.{}", mangled_secret(to)),
    };
    match to.auth().secret() {
        Some((field, _)) => Fix::from(fix).by_editing(field),
        None => fix.into(),
    }
}
