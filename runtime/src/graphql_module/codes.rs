//! What the codes of GraphQL errors mean, and how long they ask to wait. A GraphQL server says by a code what others say by a status; the
//! codes are those of Apollo, GitHub, Shopify, Linear, monday, Hasura and AppSync. A code that is not known means nothing here.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::{answer, error::ErrorKind};

/// The longest wait that is believed.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Codes in capitals, without what stands between their words.
const KINDS: [(ErrorKind, &[&str]); 8] = [
    (
        ErrorKind::Authentication,
        &[
            "UNAUTHENTICATED",
            "NOTAUTHENTICATED",
            "AUTHENTICATIONERROR",
            "AUTHENTICATIONREQUIRED",
            "UNAUTHORIZED",
            "UNAUTHORIZEDEXCEPTION",
            "INVALIDTOKEN",
            "INVALIDJWT",
            "INVALIDHEADERS",
            "JWTEXPIRED",
        ],
    ),
    (
        ErrorKind::Permission,
        &[
            "FORBIDDEN",
            "ACCESSDENIED",
            "PERMISSIONDENIED",
            "INSUFFICIENTSCOPES",
            "NOTAUTHORIZED",
            "USERUNAUTHORIZED",
            "USERUNAUTHORIZEDEXCEPTION",
            "USERACCESSDENIED",
            "FEATURENOTACCESSIBLE",
            "SHOPINACTIVE",
        ],
    ),
    (ErrorKind::NotFound, &["NOTFOUND", "RESOURCENOTFOUND", "RESOURCENOTFOUNDEXCEPTION", "ENTITYNOTFOUND"]),
    (
        ErrorKind::RateLimited,
        &[
            "RATELIMITED",
            "RATELIMIT",
            "RATELIMITEXCEEDED",
            "THROTTLED",
            "TOOMANYREQUESTS",
            "COMPLEXITYEXCEPTION",
            "COMPLEXITYBUDGETEXHAUSTED",
            "CONCURRENCYLIMITEXCEEDED",
            "MAXCONCURRENCYEXCEEDED",
            "IPRATELIMITEXCEEDED",
            "DAILYLIMITEXCEEDED",
            "FIELDLIMITEXCEEDED",
            "FIELDMINUTERATELIMITEXCEEDED",
        ],
    ),
    (ErrorKind::Conflict, &["CONFLICT", "STALEDATA", "CONSTRAINTVIOLATION"]),
    (
        ErrorKind::Invalid,
        &[
            "BADUSERINPUT",
            "BADREQUEST",
            "GRAPHQLPARSEFAILED",
            "GRAPHQLVALIDATIONFAILED",
            "OPERATIONRESOLUTIONFAILURE",
            "VALIDATIONERROR",
            "VALIDATIONFAILED",
            "INVALIDINPUT",
            "INPUTERROR",
            "USERINPUTERROR",
            "UNPROCESSABLE",
            "MAXCOSTEXCEEDED",
            "MAXNODELIMITEXCEEDED",
        ],
    ),
    (ErrorKind::Timeout, &["TIMEOUT", "REQUESTTIMEOUT", "GATEWAYTIMEOUT"]),
    (
        ErrorKind::Server,
        &["INTERNALSERVERERROR", "INTERNALERROR", "INTERNAL", "SERVICEUNAVAILABLE", "DOWNSTREAMSERVICEERROR", "SUBREQUESTHTTPERROR"],
    ),
];

/// The code of an error: where the specification's readers look first, then where some servers keep it.
pub(super) fn code(error: &Map<String, Json>) -> Option<String> {
    let inside = |name: &str| error.get("extensions").and_then(|extensions| extensions.get(name)).and_then(text);
    let outside = |name: &str| error.get(name).and_then(text);
    let stated = [inside("code"), outside("type"), inside("type"), outside("errorType"), inside("classification"), outside("code")];
    stated.into_iter().flatten().find(|code| !code.is_empty())
}

fn text(code: &Json) -> Option<String> {
    match code {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What a code means; a number is the status that it would have been.
pub(super) fn kind(code: &str) -> Option<ErrorKind> {
    if let Ok(status) = code.parse::<u16>() {
        return http::StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 400).map(answer::kind);
    }
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    KINDS.iter().find(|(_, codes)| codes.contains(&plain.as_str())).map(|(kind, _)| *kind)
}

/// The status that says the same, for what decides by statuses: retries, renewed credentials. None where the answer's own says enough.
pub(super) fn status(kind: ErrorKind) -> Option<u16> {
    match kind {
        ErrorKind::Authentication => Some(401),
        ErrorKind::RateLimited => Some(429),
        ErrorKind::Server => Some(500),
        ErrorKind::Timeout => Some(504),
        _ => None,
    }
}

/// How long an error's extensions ask to wait (monday), or how long the answer's say that it takes until there is enough (Shopify).
pub(super) fn wait(error: &Map<String, Json>, answer: &Json) -> Option<Duration> {
    let stated = ["retry_in_seconds", "retryAfter", "retry_after"].iter().find_map(|name| error.get(*name)?.as_f64());
    seconds(stated.or_else(|| until_restored(answer.get("cost")?))?)
}

/// What is asked for costs more than there is, and that grows by so much each second.
fn until_restored(cost: &Json) -> Option<f64> {
    let bucket = cost.get("throttleStatus")?;
    let (there, rate) = (bucket.get("currentlyAvailable")?.as_f64()?, bucket.get("restoreRate")?.as_f64()?);
    let missing = cost.get("requestedQueryCost")?.as_f64()? - there;
    (rate > 0.0).then(|| (missing / rate).max(0.0))
}

fn seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().map(|wait| wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(error: Json) -> (Option<String>, Option<ErrorKind>) {
        let code = code(error.as_object().expect("an object"));
        let kind = code.as_deref().and_then(kind);
        (code, kind)
    }

    #[test]
    fn servers_keep_their_codes_in_several_places() {
        for (error, kind) in [
            (json!({"extensions": {"code": "UNAUTHENTICATED"}}), ErrorKind::Authentication),
            (json!({"type": "NOT_FOUND", "path": ["a"]}), ErrorKind::NotFound),
            (json!({"type": "RATE_LIMITED"}), ErrorKind::RateLimited),
            (json!({"extensions": {"code": "THROTTLED", "documentation": "x"}}), ErrorKind::RateLimited),
            (json!({"extensions": {"code": "RATELIMITED", "type": "ratelimited"}}), ErrorKind::RateLimited),
            (json!({"extensions": {"type": "authentication error"}}), ErrorKind::Authentication),
            (json!({"extensions": {"code": "ComplexityException"}}), ErrorKind::RateLimited),
            (json!({"extensions": {"code": "UserUnauthorizedException"}}), ErrorKind::Permission),
            (json!({"errorType": "UnauthorizedException"}), ErrorKind::Authentication),
            (json!({"extensions": {"code": "validation-failed"}}), ErrorKind::Invalid),
            (json!({"extensions": {"classification": "ValidationError"}}), ErrorKind::Invalid),
            (json!({"extensions": {"code": 403}}), ErrorKind::Permission),
        ] {
            assert_eq!(of(error.clone()).1, Some(kind), "{error}");
        }
        assert_eq!(of(json!({"extensions": {"code": "PINEAPPLE"}})), (Some("PINEAPPLE".into()), None));
        assert_eq!(of(json!({"message": "UNAUTHENTICATED", "extensions": {"code": ["FORBIDDEN"]}})), (None, None));
        assert_eq!(of(json!({"extensions": {"code": 200}})).1, None);
    }

    #[test]
    fn waits_are_stated_or_follow_from_what_is_missing() {
        let wait = |error: Json, answer: Json| wait(error.as_object().expect("an object"), &answer);
        assert_eq!(wait(json!({"retry_in_seconds": 12}), json!({})), Some(Duration::from_secs(12)));
        let throttle = json!({"maximumAvailable": 1000.0, "currentlyAvailable": 50, "restoreRate": 50.0});
        let cost = json!({"cost": {"requestedQueryCost": 302, "actualQueryCost": null, "throttleStatus": throttle}});
        assert_eq!(wait(json!({}), cost), Some(Duration::from_secs_f64(5.04)));
        for (error, answer) in [
            (json!({"retry_in_seconds": -1}), json!({})),
            (json!({"retry_in_seconds": "soon"}), json!(null)),
            (json!({}), json!({"cost": {"throttleStatus": {"currentlyAvailable": 1, "restoreRate": 0}, "requestedQueryCost": 2}})),
        ] {
            assert_eq!(wait(error, answer), None);
        }
        assert_eq!(wait(json!({"retry_in_seconds": 1e300}), json!({})), None);
        assert_eq!(wait(json!({"retry_in_seconds": 1e9}), json!({})), Some(LONGEST));
    }
}
