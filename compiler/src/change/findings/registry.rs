//! Every kind of finding, by subject. Bounds and rules, which are many and alike, stand in `bounds`.

use super::kind::Class::{Breaking, Compatible, Deprecation};
use super::kind::Cost::{Default, Lossless, NoSuccessor, Person, WireOnly};
use super::kind::Level::{Connection, Connector, Module, None};
use super::kind::{Both, Kind};

macro_rules! kinds {
    ($list:ident: $($name:ident = $id:literal $class:ident $level:ident $cost:ident $rows:literal $text:literal $([$($covers:literal),+])?;)*) => {
        $(
            #[doc = $text]
            pub static $name: Kind = Kind {
                id: $id, class: $class, level: $level, cost: $cost, rows: $rows, text: $text, covers: &[$($($covers),+)?],
            };
        )*
        pub(super) static $list: &[&Kind] = &[$(&$name),*];
    };
}

macro_rules! both {
    ($list:ident: $($name:ident = $id:literal
        request($class:ident $level:ident $cost:ident $rows:literal $([$($covers:literal),+])?)
        response($rclass:ident $rlevel:ident $rcost:ident $rrows:literal $([$($rcovers:literal),+])?)
        $text:literal;)*) => {
        $(
            #[doc = $text]
            pub static $name: Both = Both {
                request: Kind {
                    id: concat!("request-", $id), class: $class, level: $level, cost: $cost, rows: $rows, text: $text,
                    covers: &[$($($covers),+)?],
                },
                response: Kind {
                    id: concat!("response-", $id), class: $rclass, level: $rlevel, cost: $rcost, rows: $rrows, text: $text,
                    covers: &[$($($rcovers),+)?],
                },
            };
        )*
        pub(super) static $list: &[&Both] = &[$(&$name),*];
    };
}

kinds! { OPERATIONS:
    OPERATION_ADDED = "operation-added" Compatible None Lossless "E1" "{name} is new";
    OPERATION_REMOVED = "operation-removed" Breaking Module NoSuccessor "E3 E9" "{name} is gone, and no end was announced";
    OPERATION_REMOVED_BEFORE_SUNSET = "operation-removed-before-sunset" Breaking Module NoSuccessor "E3"
        "{name} is gone before its announced end on {old}";
    OPERATION_REMOVED_AS_ANNOUNCED = "operation-removed-as-announced" Deprecation Module NoSuccessor "E3"
        "{name} is gone, as announced{detail}";
    OPERATION_REKEYED = "operation-rekeyed" Breaking Module WireOnly "E4" "{old} is now {new}" ["operation-removed", "operation-added"];
    OPERATION_METHOD_CHANGED = "operation-method-changed" Breaking None WireOnly "E5" "{old} is now {new}"
        ["operation-removed", "operation-added"];
    OPERATION_SPLIT = "operation-split" Breaking Module WireOnly "E6" "{old} is now several operations: {new}"
        ["operation-removed", "operation-added"];
    OPERATION_MERGED = "operation-merged" Breaking Module Default "E7" "{old} are now one operation: {new}"
        ["operation-removed", "operation-added"];
    OPERATION_RENAMED = "operation-renamed" Compatible None Lossless "" "{old} is called {new} now";
    PATH_PARAMETER_RENAMED = "path-parameter-renamed" Compatible None Lossless "" "the path's `{old}` is called `{new}` now";
    OPERATION_DEPRECATED = "operation-deprecated" Deprecation None Lossless "E2" "{name} is deprecated{detail}";
    OPERATION_DEPRECATED_WITH_SUNSET = "operation-deprecated-with-sunset" Deprecation None Lossless "E2"
        "{name} is deprecated and ends on {new}{detail}";
    OPERATION_REACTIVATED = "operation-reactivated" Compatible None Lossless "E2" "{name} is no longer deprecated";
    SUNSET_MISSING = "sunset-missing" Breaking None Person "E2" "{name} is deprecated without a date on which it ends";
    SUNSET_MALFORMED = "sunset-malformed" Breaking None Person "E2" "the end of {name} is no date";
    SUNSET_TOO_SOON = "sunset-too-soon" Breaking None Person "E2" "{name} ends on {new}, sooner than {detail} days from now";
    SUNSET_REMOVED = "sunset-removed" Breaking None Person "E2" "{name} no longer says when it ends; it said {old}";
    SUNSET_BROUGHT_FORWARD = "sunset-brought-forward" Breaking None Person "E2 V9" "{name} ends on {new}, before the {old} that was announced";
    SUNSET_POSTPONED = "sunset-postponed" Deprecation None Lossless "V9" "{name} ends on {new}, later than the {old} that was announced";
    STABILITY_LOWERED = "stability-lowered" Breaking None Person "E10" "{name} was {old} and is {new} now";
    STABILITY_RAISED = "stability-raised" Compatible None Lossless "E10" "{name} was {old} and is {new} now";
    STABILITY_UNKNOWN = "stability-unknown" Breaking None Person "E10" "`{new}` is no level of stability";
    RATE_LIMIT_CHANGED = "rate-limit-changed" Breaking Module Person "E11" "the limit on calls was {old} and is {new} now";
    CONSISTENCY_CHANGED = "consistency-changed" Breaking Module Person "E11" "{name}: {detail}";
    MEANING_CHANGED = "meaning-changed" Breaking Module Person "E8" "{name} does something else now: {detail}";
}

kinds! { INPUTS:
    PARAMETER_ADDED = "request-parameter-added" Compatible None Lossless "R1" "{detail} parameter `{name}` is new, and optional";
    PARAMETER_REQUIRED_ADDED = "request-parameter-required-added" Breaking Module Default "R2" "{detail} parameter `{name}` is new, and required";
    PARAMETER_REQUIRED_ADDED_WITH_DEFAULT = "request-parameter-required-added-with-default" Breaking Module Lossless "R2"
        "{detail} parameter `{name}` is new, and required; its default is {new}";
    PARAMETER_REMOVED = "request-parameter-removed" Breaking Module Person "R5" "{detail} parameter `{name}` is gone";
    PARAMETER_BECAME_REQUIRED = "request-parameter-became-required" Breaking Module Default "R3" "{detail} parameter `{name}` is required now";
    PARAMETER_BECAME_OPTIONAL = "request-parameter-became-optional" Compatible None Lossless "R4" "{detail} parameter `{name}` is optional now";
    PARAMETER_RENAMED = "request-parameter-renamed" Breaking None WireOnly "R6" "{detail} parameter `{old}` is called `{new}` now"
        ["request-parameter-removed", "request-parameter-added", "request-parameter-required-added",
         "request-parameter-required-added-with-default"];
    PARAMETER_MOVED = "request-parameter-moved" Breaking None WireOnly "R7" "`{name}` moved from the {old} to the {new}"
        ["request-parameter-removed", "request-parameter-added", "request-parameter-required-added", "request-field-added",
         "request-field-required-added", "request-field-required-added-with-default"];
    PARAMETER_STYLE_CHANGED = "request-parameter-style-changed" Breaking None WireOnly "R18"
        "`{name}` is written in style {new}, no longer in style {old}";
    PARAMETER_DEPRECATED = "request-parameter-deprecated" Deprecation None Lossless "E2" "{detail} parameter `{name}` is deprecated";
    PARAMETER_DEPRECATED_WITH_SUNSET = "request-parameter-deprecated-with-sunset" Deprecation None Lossless "E2"
        "{detail} parameter `{name}` is deprecated and ends on {new}";
    PARAMETER_REACTIVATED = "request-parameter-reactivated" Compatible None Lossless "E2" "{detail} parameter `{name}` is no longer deprecated";
    REQUEST_BODY_ADDED = "request-body-added" Compatible None Lossless "R1" "a request body may be sent now";
    REQUEST_BODY_REQUIRED_ADDED = "request-body-required-added" Breaking Module Default "R2" "a request body must be sent now";
    REQUEST_BODY_REMOVED = "request-body-removed" Breaking Module Person "R5" "there is no request body any more";
    REQUEST_BODY_BECAME_REQUIRED = "request-body-became-required" Breaking Module Default "R3" "the request body is required now";
    REQUEST_BODY_BECAME_OPTIONAL = "request-body-became-optional" Compatible None Lossless "R4" "the request body is optional now";
}

kinds! { ANSWERS:
    SUCCESS_STATUS_ADDED = "response-success-status-added" Compatible None Lossless "S1" "a success may be {new} now";
    SUCCESS_STATUS_REMOVED = "response-success-status-removed" Breaking None WireOnly "S9" "success is no longer {old}";
    SUCCESS_STATUS_CHANGED = "response-success-status-changed" Breaking None WireOnly "S9" "success is {new}, no longer {old}"
        ["response-success-status-removed", "response-success-status-added"];
    ERROR_STATUS_ADDED = "response-error-status-added" Compatible None Lossless "S1" "an error may be {new} now";
    ERROR_STATUS_REMOVED = "response-error-status-removed" Compatible None Lossless "S10" "an error is no longer {old}";
    ERROR_STATUS_CHANGED = "response-error-status-changed" Compatible Module Lossless "S10" "an error is {new}, no longer {old}"
        ["response-error-status-removed", "response-error-status-added"];
    ERROR_SHAPE_CHANGED = "response-error-shape-changed" Compatible Module Lossless "S10" "the body of error {name} was {old} and is {new} now";
    ERRORS_REPORTED_ELSEWHERE = "response-errors-reported-elsewhere" Compatible Module Lossless "S10"
        "errors are told {new}, no longer {old}";
    HEADER_ADDED = "response-header-added" Compatible None Lossless "S1" "header `{name}` is new";
    HEADER_REQUIRED_REMOVED = "response-header-required-removed" Breaking Module Person "S2" "header `{name}` is gone; it always came";
    HEADER_REMOVED = "response-header-removed" Breaking Module Person "S2" "header `{name}` is gone";
    HEADER_BECAME_OPTIONAL = "response-header-became-optional" Breaking Module Default "S7" "header `{name}` may be missing now";
    HEADER_BECAME_REQUIRED = "response-header-became-required" Compatible None Lossless "" "header `{name}` always comes now";
    PAGE_SCHEME_CHANGED = "page-scheme-changed" Breaking Module Lossless "S12" "pages go by {new}, no longer by {old}"
        ["request-parameter-removed", "request-parameter-added", "response-field-removed", "response-field-required-removed",
         "response-field-added", "response-field-required-added", "response-field-required-added-with-default"];
    PAGE_TOTAL_REMOVED = "page-total-removed" Breaking Module Person "S12" "`{old}`, which told how many there are in all, is gone"
        ["response-field-removed", "response-field-required-removed"];
    PAGING_ADDED = "paging-added" Breaking Module Lossless "S12" "the answer comes in pages now, by {new}";
    PAGING_REMOVED = "paging-removed" Breaking Module Lossless "S12" "the answer no longer comes in pages; it did by {old}";
    OUTPUT_GRANULARITY_CHANGED = "output-granularity-changed" Breaking Module Person "S13" "{name} gives {new}, no longer {old}"
        ["response-type-changed", "response-became-list", "response-became-single"];
    POLL_ORDER_CHANGED = "poll-order-changed" Breaking Module Default "S15" "{name} tells new items by {new}, no longer by {old}";
    WAIT_CHANGED = "wait-changed" Compatible None Lossless "E11" "{name} waits {new} now, no longer {old}";
    WAIT_FAILURE_ADDED = "wait-failure-added" Compatible None Lossless "E11" "{name} fails when {new} now";
    WAIT_FAILURE_REMOVED = "wait-failure-removed" Breaking Module Person "E11" "{name} no longer fails when {old}";
    EVENT_ADDED = "event-added" Compatible None Lossless "S1" "event {name} is new";
    EVENT_REMOVED = "event-removed" Breaking Module Person "S14" "event {name} is gone";
    EVENT_PAYLOAD_VERSION_CHANGED = "event-payload-version-changed" Breaking Module Lossless "S14 V8" "the payload of {name} was {old} and is {new} now"
        ["event-removed", "event-added"];
    EVENT_SIGNATURE_REQUIRED = "event-signature-required" Breaking Connection Default "A10" "calls of {name} are signed now: `{new}`";
}

both! { SHAPES:
    FIELD_ADDED = "field-added" request(Compatible None Lossless "R1") response(Compatible None Lossless "S1") "field `{name}` is new";
    FIELD_REQUIRED_ADDED = "field-required-added" request(Breaking Module Default "R2") response(Compatible None Lossless "S1")
        "field `{name}` is new, and required";
    FIELD_REQUIRED_ADDED_WITH_DEFAULT = "field-required-added-with-default" request(Breaking Module Lossless "R2") response(Compatible None Lossless "S1")
        "field `{name}` is new, and required; its default is {new}";
    FIELD_REMOVED = "field-removed" request(Breaking Module Person "R5") response(Breaking Module Person "S2") "field `{name}` is gone";
    FIELD_REQUIRED_REMOVED = "field-required-removed" request(Breaking Module Person "R5") response(Breaking Module Person "S2")
        "field `{name}` is gone; it was required";
    FIELD_BECAME_REQUIRED = "field-became-required" request(Breaking Module Default "R3") response(Compatible None Lossless "")
        "field `{name}` must be there now";
    FIELD_BECAME_REQUIRED_WITH_DEFAULT = "field-became-required-with-default" request(Breaking Module Lossless "R3") response(Compatible None Lossless "")
        "field `{name}` must be there now; its default is {new}";
    FIELD_BECAME_OPTIONAL = "field-became-optional" request(Compatible None Lossless "R4") response(Breaking Module Default "S7")
        "field `{name}` may be missing now";
    FIELD_RENAMED = "field-renamed"
        request(Breaking None WireOnly "R6" ["request-field-removed", "request-field-required-removed", "request-field-added", "request-field-required-added", "request-field-required-added-with-default"])
        response(Breaking Module Lossless "S3" ["response-field-removed", "response-field-required-removed", "response-field-added", "response-field-required-added", "response-field-required-added-with-default"])
        "field `{old}` is called `{new}` now";
    FIELD_MOVED = "field-moved"
        request(Breaking None WireOnly "R7" ["request-field-removed", "request-field-required-removed", "request-field-added", "request-field-required-added", "request-field-required-added-with-default"])
        response(Breaking Module Lossless "S3" ["response-field-removed", "response-field-required-removed", "response-field-added", "response-field-required-added", "response-field-required-added-with-default"])
        "field `{old}` is at `{new}` now";
    FIELD_SPLIT = "field-split"
        request(Breaking Module Default "R7" ["request-field-removed", "request-field-required-removed", "request-field-added", "request-field-required-added", "request-field-required-added-with-default"])
        response(Breaking Module Default "S3" ["response-field-removed", "response-field-required-removed", "response-field-added", "response-field-required-added", "response-field-required-added-with-default"])
        "field `{old}` is now several: {new}";
    FIELD_MERGED = "field-merged"
        request(Breaking Module Default "R7" ["request-field-removed", "request-field-required-removed", "request-field-added", "request-field-required-added", "request-field-required-added-with-default"])
        response(Breaking Module Default "S3" ["response-field-removed", "response-field-required-removed", "response-field-added", "response-field-required-added", "response-field-required-added-with-default"])
        "fields {old} are now one: `{new}`";
    BECAME_LIST = "became-list"
        request(Breaking Module Lossless "S4" ["request-type-changed", "request-field-removed", "request-field-required-removed", "request-field-added", "request-field-required-added", "request-field-required-added-with-default"])
        response(Breaking Module Lossless "S4" ["response-type-changed", "response-field-removed", "response-field-required-removed", "response-field-added", "response-field-required-added", "response-field-required-added-with-default"])
        "`{old}` became many: `{new}`";
    BECAME_SINGLE = "became-single"
        request(Breaking Module Default "S4" ["request-type-changed", "request-field-removed", "request-field-required-removed", "request-field-added", "request-field-required-added", "request-field-required-added-with-default"])
        response(Breaking Module Default "S4" ["response-type-changed", "response-field-removed", "response-field-required-removed", "response-field-added", "response-field-required-added", "response-field-required-added-with-default"])
        "`{old}` became one: `{new}`";
    TYPE_WIDENED = "type-widened" request(Compatible None Lossless "R8") response(Breaking Module Default "S8") "the type was {old} and is {new} now";
    TYPE_NARROWED = "type-narrowed" request(Breaking Module Default "R9") response(Compatible None Lossless "S8") "the type was {old} and is {new} now";
    TYPE_COMPATIBLE = "type-compatible" request(Compatible None Lossless "R8") response(Compatible None Lossless "")
        "the type was {old} and is {new} now, which is written the same way";
    TYPE_CHANGED = "type-changed" request(Breaking Module Person "R9") response(Breaking Module Person "S8") "the type was {old} and is {new} now";
    VALUE_ADDED = "value-added" request(Compatible None Lossless "R12") response(Compatible None Lossless "S5") "value {new} is new";
    VALUE_ADDED_TO_CLOSED = "value-added-to-closed" request(Compatible None Lossless "R12") response(Breaking Module Default "S5")
        "value {new} is new, where the spec says that there are no others";
    VALUE_REMOVED = "value-removed" request(Breaking Module Default "R10") response(Compatible Module Lossless "S6") "value {old} is gone";
    VALUE_RENAMED = "value-renamed"
        request(Breaking Module Lossless "R11" ["request-value-removed", "request-value-added"])
        response(Breaking Module Lossless "S6" ["response-value-removed", "response-value-added"])
        "value {old} is {new} now";
    VALUES_MERGED = "values-merged"
        request(Breaking Module Lossless "R11" ["request-value-removed", "request-value-added"])
        response(Compatible Module Lossless "S6" ["response-value-removed", "response-value-added"])
        "values {old} are now one: {new}";
    EXTENSIBLE_VALUE_ADDED = "extensible-value-added" request(Compatible None Lossless "R12") response(Compatible None Lossless "S5") "value {new} is new";
    EXTENSIBLE_VALUE_REMOVED = "extensible-value-removed" request(Breaking Module Default "R10") response(Compatible Module Lossless "S6")
        "value {old} is gone";
    BECAME_ENUM = "became-enum" request(Breaking Module Default "R13") response(Compatible None Lossless "") "only these values now: {new}";
    NO_LONGER_ENUM = "no-longer-enum" request(Compatible None Lossless "") response(Breaking Module Default "S8") "any value now; it was one of {old}";
    CONSTANT_CHANGED = "constant-changed" request(Breaking Module Default "R13") response(Breaking Module Default "S8") "always {new}, no longer {old}";
    DEFAULT_CHANGED = "default-changed" request(Breaking Module Lossless "R15") response(Compatible None Lossless "") "{name}, left out, was {old} and is {new} now";
    DEFAULT_ADDED = "default-added" request(Compatible None Lossless "") response(Compatible None Lossless "") "{name}, left out, is {new} now";
    DEFAULT_REMOVED = "default-removed" request(Breaking Module Lossless "R15") response(Compatible None Lossless "") "{name}, left out, is no longer {old}";
    BECAME_NULLABLE = "became-nullable" request(Compatible None Lossless "") response(Breaking Module Default "S7") "{name} may be null now";
    BECAME_NOT_NULLABLE = "became-not-nullable" request(Breaking Module Default "R16") response(Compatible None Lossless "") "{name} may not be null any more";
    MEDIA_TYPE_ADDED = "media-type-added" request(Compatible None Lossless "") response(Compatible None Lossless "") "media type {new} is new";
    MEDIA_TYPE_REMOVED = "media-type-removed" request(Breaking None WireOnly "R17") response(Breaking None WireOnly "S11") "media type {old} is gone";
    MEDIA_TYPE_CHANGED = "media-type-changed"
        request(Breaking None WireOnly "R17" ["request-media-type-removed", "request-media-type-added"])
        response(Breaking None WireOnly "S11" ["response-media-type-removed", "response-media-type-added"])
        "media type {old} is {new} now";
    MEDIA_TYPE_SHAPE_ADDED = "media-type-shape-added" request(Breaking Module Person "R9") response(Compatible None Lossless "")
        "{name} has a shape now; it had none";
    MEDIA_TYPE_SHAPE_REMOVED = "media-type-shape-removed" request(Compatible None Lossless "") response(Breaking Module Person "S8")
        "{name} no longer has a shape";
    BECAME_READ_ONLY = "became-read-only" request(Breaking Module Default "R19") response(Compatible None Lossless "") "{name} is only read now";
    NO_LONGER_READ_ONLY = "no-longer-read-only" request(Compatible None Lossless "R19") response(Compatible None Lossless "") "{name} is no longer only read";
    BECAME_WRITE_ONLY = "became-write-only" request(Compatible None Lossless "") response(Breaking Module Default "R19") "{name} is only written now";
    NO_LONGER_WRITE_ONLY = "no-longer-write-only" request(Compatible None Lossless "") response(Compatible None Lossless "R19") "{name} is no longer only written";
    ALL_OF_ADDED = "all-of-added" request(Breaking Module Person "R14") response(Compatible None Lossless "") "must be {new} as well";
    ALL_OF_REMOVED = "all-of-removed" request(Compatible None Lossless "") response(Compatible None Lossless "") "no longer {old} as well";
    ALL_OF_WORDS_ADDED = "all-of-words-added" request(Compatible None Lossless "") response(Compatible None Lossless "")
        "more is said of it in words";
    ALL_OF_WORDS_REMOVED = "all-of-words-removed" request(Compatible None Lossless "") response(Compatible None Lossless "")
        "less is said of it in words";
    ONE_OF_ADDED = "one-of-added" request(Compatible None Lossless "") response(Breaking Module Default "S8") "may be {new} as well";
    ONE_OF_REMOVED = "one-of-removed" request(Breaking Module Default "R9") response(Compatible None Lossless "") "may not be {old} any more";
    ANY_OF_ADDED = "any-of-added" request(Compatible None Lossless "") response(Breaking Module Default "S8") "may be {new} as well";
    ANY_OF_REMOVED = "any-of-removed" request(Breaking Module Default "R9") response(Compatible None Lossless "") "may not be {old} any more";
    BECAME_CHOICE = "became-choice" request(Compatible None Lossless "R8") response(Breaking Module Default "S8") "was {old} and is a choice now: {new}";
    NO_LONGER_CHOICE = "no-longer-choice" request(Breaking Module Default "R9") response(Compatible None Lossless "") "was a choice of {old} and is {new} now";
    NOT_ADDED = "not-added" request(Breaking Module Person "R14") response(Compatible None Lossless "") "may not be {new} any more";
    NOT_REMOVED = "not-removed" request(Compatible None Lossless "") response(Breaking Module Person "S8") "may be {old} now";
    TAG_ADDED = "tag-added" request(Compatible None WireOnly "") response(Compatible None WireOnly "") "`{new}` tells the choices apart now";
    TAG_REMOVED = "tag-removed" request(Compatible None WireOnly "") response(Compatible None WireOnly "") "`{old}` no longer tells the choices apart";
    TAG_PROPERTY_CHANGED = "tag-property-changed" request(Compatible None WireOnly "") response(Compatible None WireOnly "")
        "`{new}` tells the choices apart, no longer `{old}`";
    TAG_VALUE_ADDED = "tag-value-added" request(Compatible None WireOnly "") response(Compatible None WireOnly "") "tag `{name}` stands for {new}";
    TAG_VALUE_REMOVED = "tag-value-removed" request(Compatible None WireOnly "") response(Compatible None WireOnly "") "tag `{name}` no longer stands for {old}";
    TAG_VALUE_CHANGED = "tag-value-changed" request(Compatible None WireOnly "") response(Compatible None WireOnly "")
        "tag `{name}` stands for {new}, no longer for {old}";
    DEPENDENT_REQUIRED_ADDED = "dependent-required-added" request(Breaking Module Default "R14") response(Compatible None Lossless "")
        "with `{name}`, {new} must be there as well";
    DEPENDENT_REQUIRED_REMOVED = "dependent-required-removed" request(Compatible None Lossless "") response(Breaking Module Default "S7")
        "with `{name}`, {old} need not be there any more";
    DEPENDENT_REQUIRED_CHANGED = "dependent-required-changed" request(Breaking Module Default "R14") response(Breaking Module Default "S7")
        "with `{name}`, {new} must be there, no longer {old}";
    CONTENT_ENCODING_CHANGED = "content-encoding-changed" request(Breaking None WireOnly "R9") response(Breaking None WireOnly "S8")
        "the text is encoded as {new}, no longer as {old}";
    CONTENT_MEDIA_TYPE_CHANGED = "content-media-type-changed" request(Breaking Module Person "R9") response(Breaking Module Person "S8")
        "the text holds {new}, no longer {old}";
    CLOSED = "closed" request(Breaking Module Default "R14") response(Compatible None Lossless "") "no other fields are allowed any more";
    OPENED = "opened" request(Compatible None Lossless "") response(Compatible None Lossless "S1") "other fields may be there now";
    FIELD_DEPRECATED = "field-deprecated" request(Deprecation None Lossless "E2") response(Deprecation None Lossless "E2") "field `{name}` is deprecated";
    FIELD_DEPRECATED_WITH_SUNSET = "field-deprecated-with-sunset" request(Deprecation None Lossless "E2") response(Deprecation None Lossless "E2")
        "field `{name}` is deprecated and ends on {new}";
    FIELD_REACTIVATED = "field-reactivated" request(Compatible None Lossless "E2") response(Compatible None Lossless "E2")
        "field `{name}` is no longer deprecated";
    FIELD_SUNSET_MISSING = "field-sunset-missing" request(Breaking None Person "E2") response(Breaking None Person "E2")
        "field `{name}` is deprecated without a date on which it ends";
    FIELD_SUNSET_MALFORMED = "field-sunset-malformed" request(Breaking None Person "E2") response(Breaking None Person "E2")
        "the end of field `{name}` is no date";
    FIELD_SUNSET_TOO_SOON = "field-sunset-too-soon" request(Breaking None Person "E2") response(Breaking None Person "E2")
        "field `{name}` ends on {new}, sooner than {detail} days from now";
    FIELD_STABILITY_LOWERED = "field-stability-lowered" request(Breaking None Person "E10") response(Breaking None Person "E10")
        "field `{name}` was {old} and is {new} now";
    FIELD_STABILITY_RAISED = "field-stability-raised" request(Compatible None Lossless "E10") response(Compatible None Lossless "E10")
        "field `{name}` was {old} and is {new} now";
}

kinds! { SECURITY:
    SECURITY_REQUIRED = "security-required" Breaking Connection Person "A1" "a caller must authenticate now: {new}";
    SECURITY_DROPPED = "security-dropped" Compatible None Lossless "A1" "a caller need not authenticate any more; it was {old}";
    SECURITY_WAY_ADDED = "security-way-added" Compatible None Lossless "" "a caller may authenticate by {new} as well";
    SECURITY_WAY_REMOVED = "security-way-removed" Breaking Connection Person "A1" "a caller may not authenticate by {old} any more";
    SECURITY_REPLACED = "security-replaced" Breaking Connection Person "A1" "a caller authenticates by {new}, no longer by {old}"
        ["security-way-removed", "security-way-added"];
    GLOBAL_SECURITY_REQUIRED = "global-security-required" Breaking Connection Person "A1" "every caller must authenticate now: {new}";
    GLOBAL_SECURITY_DROPPED = "global-security-dropped" Compatible None Lossless "A1" "callers need not authenticate any more; it was {old}";
    GLOBAL_SECURITY_WAY_ADDED = "global-security-way-added" Compatible None Lossless "" "callers may authenticate by {new} as well";
    GLOBAL_SECURITY_WAY_REMOVED = "global-security-way-removed" Breaking Connection Person "A1" "callers may not authenticate by {old} any more";
    GLOBAL_SECURITY_REPLACED = "global-security-replaced" Breaking Connection Person "A1" "callers authenticate by {new}, no longer by {old}"
        ["global-security-way-removed", "global-security-way-added"];
    SCOPE_REQUIRED = "scope-required" Breaking Connection Person "A4" "scope {new} of {name} is needed now";
    SCOPE_NOT_REQUIRED = "scope-not-required" Compatible None Lossless "A5" "scope {old} of {name} is no longer needed";
    GLOBAL_SCOPE_REQUIRED = "global-scope-required" Breaking Connection Person "A4" "scope {new} of {name} is needed everywhere now";
    GLOBAL_SCOPE_NOT_REQUIRED = "global-scope-not-required" Compatible None Lossless "A5" "scope {old} of {name} is no longer needed everywhere";
    SCHEME_ADDED = "scheme-added" Compatible None Lossless "" "{name} is a new way to authenticate: {new}";
    SCHEME_REMOVED = "scheme-removed" Breaking Connection Person "A1" "{name} is gone; it was {old}";
    SCHEME_REPLACED = "scheme-replaced" Breaking Connection Person "A1" "{new} takes the place of {old}" ["scheme-removed", "scheme-added"];
    SCHEME_TYPE_CHANGED = "scheme-type-changed" Breaking Connection Person "A1" "{name} was {old} and is {new} now";
    SCHEME_DEPRECATED = "scheme-deprecated" Deprecation Connection Person "A1" "{name} is deprecated{detail}";
    CREDENTIAL_MOVED = "credential-moved" Breaking None WireOnly "A7" "the credential of {name} goes in the {new}, no longer in the {old}";
    CREDENTIAL_RENAMED = "credential-renamed" Breaking None WireOnly "A7" "the credential of {name} is sent as {new}, no longer as {old}";
    CREDENTIAL_FIELD_ADDED = "credential-field-added" Compatible Connection Lossless "" "{name} takes `{new}` as well";
    CREDENTIAL_FIELD_REQUIRED_ADDED = "credential-field-required-added" Breaking Connection Default "A2" "{name} needs `{new}` now";
    CREDENTIAL_FIELD_REMOVED = "credential-field-removed" Breaking Connection Lossless "A2" "{name} no longer takes `{old}`";
    CREDENTIAL_FIELD_RENAMED = "credential-field-renamed" Breaking Connection Lossless "A3" "{name}: `{old}` is called `{new}` now"
        ["credential-field-removed", "credential-field-required-added", "credential-field-added"];
    CREDENTIAL_FIELD_CHANGED = "credential-field-changed" Breaking Connection Person "A2" "{name}: {detail} was {old} and is {new} now";
    FLOW_ADDED = "flow-added" Compatible None Lossless "" "{name} offers {new} as well";
    FLOW_REMOVED = "flow-removed" Breaking Connection Person "A9" "{name} no longer offers {old}";
    FLOW_REPLACED = "flow-replaced" Breaking Connection Person "A9" "{name} offers {new}, no longer {old}" ["flow-removed", "flow-added"];
    FLOW_ADDRESS_CHANGED = "flow-address-changed" Breaking Connection Lossless "A6" "{name}: the {detail} address was {old} and is {new} now";
    FLOW_RULE_CHANGED = "flow-rule-changed" Breaking Connection Person "A9" "{name}: {detail} was {old} and is {new} now";
    SCOPE_ADDED = "scope-added" Compatible None Lossless "" "{name} offers scope {new}";
    SCOPE_REMOVED = "scope-removed" Breaking Connection Person "A4" "{name} no longer offers scope {old}";
    SCOPE_RENAMED = "scope-renamed" Breaking Connection Person "A4" "{name}: scope {old} is called {new} now" ["scope-removed", "scope-added"];
    SERVER_ADDED = "server-added" Compatible None Lossless "" "calls may go to {new} as well";
    SERVER_REMOVED = "server-removed" Breaking None WireOnly "A8" "calls no longer go to {old}";
    SERVER_CHANGED = "server-changed" Breaking None WireOnly "A8" "calls go to {new}, no longer to {old}" ["server-removed", "server-added"];
    SERVER_TEMPLATE_CHANGED = "server-template-changed" Breaking Connection Default "A8"
        "calls go to {new}, no longer to {old}: a value must be given for {detail}" ["server-removed", "server-added"];
}

kinds! { VERSIONS:
    VERSION_ADDITIVE = "version-additive" Compatible Connector Lossless "V1" "{new} only adds to {old}";
    VERSION_BREAKING = "version-breaking" Breaking Connector Person "V2" "{new} breaks with {old} in {detail}";
    VERSION_END_ANNOUNCED = "version-end-announced" Deprecation Connector Person "V3" "{name} is supported until {new}";
    VERSION_RETIRED = "version-retired" Breaking Connector Person "V4" "{name} no longer answers{detail}";
    VERSION_DEFAULT_MOVED = "version-default-moved" Breaking Connector Lossless "V5" "a call that names no version gets {new}, no longer {old}";
    VERSION_FALLS_FORWARD = "version-falls-forward" Breaking Connector Person "V6" "a call for {old} is answered by {new}";
    VERSION_SELECTOR_MOVED = "version-selector-moved" Breaking Connector WireOnly "V7" "the version is named in the {new}, no longer in the {old}";
    ROLLOUT_STAGED = "rollout-staged" Deprecation Connector Person "V9" "{name} comes in stages: {detail}";
}
