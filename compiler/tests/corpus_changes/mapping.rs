//! What the other project's ids mean in ours. An id means the finding that says the same; where ours are finer, it means those that
//! together say the same. No case is named here.

/// Where a finding must lie for an id that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    /// Anywhere.
    Any,
    /// The value of a parameter.
    Parameter,
    /// Below it.
    ParameterProperty,
    /// The whole body or answer.
    Body,
    /// Below it.
    Property,
    /// In a webhook or callback.
    Event,
}

/// Ids that stand alone.
const ALONE: &[(&str, &[&str])] = &[
    ("endpoint-added", &["operation-added"]),
    ("api-path-removed-without-deprecation", &["operation-removed"]),
    ("api-removed-without-deprecation", &["operation-removed"]),
    ("api-path-removed-before-sunset", &["operation-removed-before-sunset"]),
    ("api-removed-before-sunset", &["operation-removed-before-sunset"]),
    ("api-path-removed-with-deprecation", &["operation-removed-as-announced"]),
    ("api-removed-with-deprecation", &["operation-removed-as-announced"]),
    ("api-path-sunset-parse", &["sunset-malformed"]),
    ("api-deprecated-sunset-parse", &["sunset-malformed"]),
    ("api-deprecated-sunset-missing", &["sunset-missing"]),
    ("api-sunset-date-too-small", &["sunset-too-soon"]),
    ("api-sunset-date-changed-too-small", &["sunset-brought-forward"]),
    ("sunset-deleted", &["sunset-removed"]),
    ("endpoint-deprecated", &["operation-deprecated"]),
    ("endpoint-deprecated-with-sunset", &["operation-deprecated-with-sunset"]),
    ("endpoint-reactivated", &["operation-reactivated"]),
    ("api-invalid-stability-level", &["stability-unknown"]),
    ("api-security-added", &["security-required", "security-way-added"]),
    ("api-security-removed", &["security-dropped", "security-way-removed"]),
    ("api-security-scope-added", &["scope-required"]),
    ("api-security-scope-removed", &["scope-not-required"]),
    ("api-global-security-added", &["global-security-required", "global-security-way-added"]),
    ("api-global-security-removed", &["global-security-dropped", "global-security-way-removed"]),
    ("api-global-security-scope-added", &["global-scope-required"]),
    ("api-global-security-scope-removed", &["global-scope-not-required"]),
    ("api-security-component-added", &["scheme-added"]),
    ("api-security-component-removed", &["scheme-removed"]),
    ("api-security-component-type-changed", &["scheme-type-changed"]),
    ("api-security-component-oauth-scope-added", &["scope-added"]),
    ("api-security-component-oauth-scope-removed", &["scope-removed"]),
    ("api-security-component-oauth-scope-changed", &[]),
    ("api-security-component-oauth-url-changed", &["flow-address-changed"]),
    ("api-security-component-oauth-token-url-changed", &["flow-address-changed"]),
    ("optional-response-header-removed", &["response-header-removed"]),
    ("response-success-status-removed", &["response-success-status-removed"]),
    ("request-body-removed", &["request-body-removed"]),
    ("request-parameter-removed", &["request-parameter-removed"]),
    ("request-parameter-deprecated", &["request-parameter-deprecated"]),
    ("request-parameter-reactivated", &["request-parameter-reactivated"]),
    ("request-parameter-deprecated-sunset-missing", &["request-field-sunset-missing"]),
    ("request-parameter-sunset-date-too-small", &["request-field-sunset-too-soon"]),
    ("new-optional-request-property", &["request-field-added"]),
    ("new-required-request-property", &["request-field-required-added"]),
    ("new-required-request-property-with-default", &["request-field-required-added-with-default"]),
    ("request-property-removed", &["request-field-removed", "request-field-required-removed"]),
    ("response-optional-property-removed", &["response-field-removed"]),
    ("response-required-property-removed", &["response-field-required-removed"]),
    ("request-body-media-type-schema-added", &["request-media-type-shape-added"]),
    ("request-body-media-type-schema-removed", &["request-media-type-shape-removed"]),
    ("response-body-media-type-schema-added", &["response-media-type-shape-added"]),
    ("response-body-media-type-schema-removed", &["response-media-type-shape-removed"]),
    ("response-mediatype-enum-value-removed", &["response-value-removed"]),
    ("request-property-x-extensible-enum-value-removed", &["request-extensible-value-removed"]),
];

/// Ids about a field, in a request or an answer: their end, and the end of ours.
const FIELDS: &[(&str, &str)] = &[
    ("became-required", "field-became-required"),
    ("became-required-with-default", "field-became-required-with-default"),
    ("became-optional", "field-became-optional"),
    ("deprecated", "field-deprecated"),
    ("deprecated-with-sunset", "field-deprecated-with-sunset"),
    ("deprecated-sunset-missing", "field-sunset-missing"),
    ("deprecated-sunset-invalid", "field-sunset-malformed"),
    ("sunset-date-too-small", "field-sunset-too-soon"),
    ("reactivated", "field-reactivated"),
    ("stability-decreased", "field-stability-lowered"),
    ("stability-increased", "field-stability-raised"),
];

/// Ids about a value wherever it lies: their end, and the end of ours.
const VALUES: &[(&str, &str)] = &[
    ("type-changed", "type-changed"),
    ("type-generalized", "type-widened"),
    ("type-specialized", "type-narrowed"),
    ("type-compatible", "type-compatible"),
    ("became-enum", "became-enum"),
    ("enum-value-added", "value-added"),
    ("enum-value-removed", "value-removed"),
    ("became-nullable", "became-nullable"),
    ("became-not-nullable", "became-not-nullable"),
    ("default-value-changed", "default-changed"),
    ("default-value-added", "default-added"),
    ("default-value-removed", "default-removed"),
    ("all-of-added", "all-of-added"),
    ("all-of-removed", "all-of-removed"),
    ("all-of-added-annotation-only", "all-of-words-added"),
    ("all-of-removed-annotation-only", "all-of-words-removed"),
    ("wrapped-in-one-of", "became-choice"),
    ("discriminator-added", "tag-added"),
    ("discriminator-removed", "tag-removed"),
    ("discriminator-property-name-changed", "tag-property-changed"),
    ("discriminator-mapping-added", "tag-value-added"),
    ("discriminator-mapping-deleted", "tag-value-removed"),
    ("discriminator-mapping-changed", "tag-value-changed"),
    ("dependent-required-added", "dependent-required-added"),
    ("dependent-required-removed", "dependent-required-removed"),
    ("dependent-required-changed", "dependent-required-changed"),
    ("content-encoding-changed", "content-encoding-changed"),
    ("content-media-type-changed", "content-media-type-changed"),
    ("pattern-added", "pattern-set"),
    ("pattern-changed", "pattern-changed"),
    ("pattern-generalized", "pattern-generalized"),
    ("pattern-removed", "pattern-removed"),
];

/// Ids about a bound: their name, ours, and whether it is an upper one.
const BOUNDS: &[(&str, &str)] = &[
    ("max", "maximum"),
    ("min", "minimum"),
    ("exclusive-max", "exclusive-maximum"),
    ("exclusive-min", "exclusive-minimum"),
    ("max-length", "max-length"),
    ("min-length", "min-length"),
    ("max-items", "max-items"),
    ("min-items", "min-items"),
    ("max-contains", "max-contains"),
    ("min-contains", "min-contains"),
];

const MOVES: &[(&str, &str)] = &[("decreased", "lowered"), ("increased", "raised"), ("set", "set"), ("removed", "removed")];

/// Ids about a rule that holds a schema; ours have the same names.
const RULES: &[&str] = &[
    "contains",
    "if",
    "then",
    "else",
    "property-names",
    "unevaluated-items",
    "unevaluated-properties",
    "content-schema",
    "pattern-property",
    "dependent-schema",
];

/// The beginnings of ids, the direction and the place that they say. Longer ones first.
const PLACES: &[(&str, &str, Where)] = &[
    ("request-parameter-property-", "request", Where::ParameterProperty),
    ("request-parameter-", "request", Where::Parameter),
    ("request-read-only-property-", "request", Where::Property),
    ("request-property-", "request", Where::Property),
    ("request-body-", "request", Where::Body),
    ("response-write-only-property-", "response", Where::Property),
    ("response-property-", "response", Where::Property),
    ("response-body-", "response", Where::Body),
];

/// The kinds of ours that an id means, and where they must lie.
pub(crate) fn meaning(id: &str) -> (Vec<&'static str>, Where) {
    if let Some((_, kinds)) = ALONE.iter().find(|(one, _)| *one == id) {
        return (kinds.to_vec(), Where::Any);
    }
    let (rest, direction, place) = PLACES
        .iter()
        .find_map(|(start, direction, place)| Some((id.strip_prefix(start)?, *direction, *place)))
        .unwrap_or_else(|| panic!("{id} is not mapped"));
    if let Some((_, ours)) = FIELDS.iter().find(|(theirs, _)| *theirs == rest).filter(|_| place == Where::Property) {
        return (vec![known(direction, ours)], Where::Any);
    }
    if let Some((_, ours)) = VALUES.iter().find(|(theirs, _)| *theirs == rest) {
        return (vec![known(direction, ours)], place);
    }
    for (theirs, ours) in BOUNDS {
        if let Some((_, moved)) =
            rest.strip_prefix(theirs).and_then(|end| MOVES.iter().find(|(move_, _)| end.strip_prefix('-') == Some(move_)))
        {
            return (vec![known(direction, &format!("{ours}-{moved}"))], place);
        }
    }
    let rule = RULES.iter().find_map(|rule| Some((rule, rest.strip_prefix(rule)?)));
    match rule {
        Some((rule, end @ ("-added" | "-removed"))) => (vec![known(direction, &format!("{rule}{end}"))], place),
        _ => panic!("{id} is not mapped"),
    }
}

/// A kind of ours by its id; the table must not name what is not there.
fn known(direction: &str, end: &str) -> &'static str {
    let id = format!("{direction}-{end}");
    let all = linchpin_compiler::change::findings::all();
    all.iter().find(|kind| kind.id == id).map(|kind| kind.id).unwrap_or_else(|| panic!("there is no kind {id}"))
}
