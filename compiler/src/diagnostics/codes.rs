//! The registry of diagnostic codes. A code's page is `compiler/errors/<id>.md`; its fixture is in `tests/errors/<id>*.pin`.

use super::Severity;

/// One kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `P0301`
    pub id: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// A few words: "unknown connection".
    pub title: &'static str,
    /// The page that `linchpin explain` shows.
    pub page: &'static str,
}

/// Declares codes: each a constant with its page, and all of them in a list.
macro_rules! codes {
    ($($name:ident = $id:literal $severity:ident $title:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: $crate::diagnostics::Code = $crate::diagnostics::Code {
                id: $id,
                severity: $crate::diagnostics::Severity::$severity,
                title: $title,
                page: include_str!(concat!("../../errors/", $id, ".md")),
            };
        )*
        /// Every code, in order of id.
        pub const ALL: &[$crate::diagnostics::Code] = &[$($name),*];
    };
}

#[cfg(feature = "import")]
pub(crate) use codes;

// P01xx text and grammar · P02xx names and references · P03xx connections, servers, credentials · P04xx types and fields ·
// P05xx operations: paths, places, bodies, answers · P06xx paging, retry, limits · P07xx versions and life ·
// P08xx examples and tests · P09xx files and the connector as a whole · P10xx the lock · P11xx triggers. Ids are never reused. One line each, in order.
codes! {
    UNEXPECTED = "P0101" Error "unexpected text";
    UNKNOWN_STATEMENT = "P0102" Error "unknown statement";
    NEVER_CLOSED = "P0103" Error "bracket that is never closed";
    CLOSES_NOTHING = "P0104" Error "bracket that closes nothing";
    OPEN_STRING = "P0105" Error "string without a closing quote";
    BAD_ESCAPE = "P0106" Error "unknown escape in a string";
    BAD_NUMBER = "P0107" Error "malformed number";
    BAD_DATE = "P0108" Error "malformed date";
    BAD_DURATION = "P0109" Error "malformed length of time";
    MALFORMED_STATUS = "P0110" Error "malformed status";
    BAD_HOLE = "P0111" Error "malformed hole in a template";
    STANDS_TWICE = "P0112" Error "statement that stands twice";
    DOCUMENTS_NOTHING = "P0113" Error "documentation of nothing";
    TOO_DEEP = "P0114" Error "brackets nested too deeply";
    ODD_CHARACTER = "P0115" Error "character that cannot stand here";
    FOREIGN_SYNTAX = "P0116" Error "comment or string of another language";
    RESERVED = "P0117" Error "not part of this version of the language";
    LIFE_BELONGS_WHERE = "P0118" Error "ambiguous life clause";
    SENDS_WITHOUT_REPLY = "P0119" Error "request without a reply";
    UNKNOWN_TYPE = "P0201" Error "unknown type";
    DECLARED_TWICE = "P0202" Error "declared twice";
    UNKNOWN_MIXIN = "P0203" Error "unknown mixin";
    UNKNOWN_CONNECTION = "P0204" Error "unknown connection";
    UNKNOWN_SERVER = "P0205" Error "unknown server";
    UNKNOWN_MODULE = "P0206" Error "unknown module";
    NAME_TWICE = "P0207" Error "name given twice";
    RESERVED_NAME = "P0208" Error "reserved name";
    FROM_NO_SEARCH = "P0209" Error "picked from something that is no search";
    MIXIN_GIVES_NOTHING = "P0210" Error "mixin with nothing to take in";
    UNUSED_MIXIN = "P0211" Warning "unused mixin";
    UNUSED_TYPE = "P0212" Warning "unused type";
    UNKNOWN_NAMES_RULE = "P0213" Error "unknown rule for names";
    UNKNOWN_CHOICE = "P0214" Error "word that is not among the choices";
    GIVEN_BY_BOTH = "P0215" Error "two mixins give one statement";
    UNKNOWN_CREDENTIAL = "P0301" Error "unknown credential";
    UNKNOWN_HOLE = "P0302" Error "unknown hole in a template";
    OPEN_HOST = "P0303" Error "host that anything could fill";
    SECRET_IN_URL = "P0304" Error "secret in a URL";
    PLAIN_HTTP = "P0305" Error "unencrypted server";
    INCOMPLETE_GRANT = "P0306" Error "incomplete grant";
    NO_CLIENT_FIELDS = "P0307" Error "client without its fields";
    PKCE_NONE = "P0308" Error "`pkce none` without a reason";
    SECRET_NOT_SENT = "P0309" Warning "secret that is never sent";
    TOKEN_FROM_NOWHERE = "P0310" Error "token from nowhere";
    BAD_HEADER_NAME = "P0311" Error "illegal name of a header";
    NO_SERVER = "P0312" Error "no server";
    NAMELESS_SERVER = "P0313" Error "server without a name";
    NOT_A_URL = "P0314" Error "server that is not a URL";
    CONNECTION_LACKS_FIELD = "P0315" Error "connection lacks a field of the server";
    CREDENTIAL_ON_CONNECTOR = "P0316" Error "credential on the connector";
    UNKNOWN_SETTING = "P0317" Error "unknown setting of a signature";
    INCOMPLETE_SIGN = "P0318" Error "incomplete signature";
    OPEN_SECRET = "P0319" Error "secret in the open";
    TWO_PROOFS = "P0320" Error "two proofs of who is calling";
    PROOF_NOT_SENT = "P0321" Error "proof that is never sent";
    WIRE_NAME_TWICE = "P0401" Error "one wire name for two";
    ENUM_VALUE_TWICE = "P0402" Error "one wire value for two";
    MIXED_ENUM = "P0403" Error "enum of text and numbers";
    TAG_TWICE = "P0404" Error "one tag for two variants";
    SHADOWED_VARIANT = "P0405" Warning "variant that is never reached";
    TAGGED_NO_STRUCT = "P0406" Error "tagged variant that is no struct";
    ENDLESS_TYPE = "P0407" Error "type without an end";
    EMPTY_RANGE = "P0408" Error "empty range";
    BOUNDS_DO_NOT_FIT = "P0409" Error "bounds that do not fit the type";
    BAD_PATTERN = "P0410" Error "pattern that does not compile";
    DEFAULT_DOES_NOT_FIT = "P0411" Error "default that does not fit";
    UNKNOWN_FORMAT = "P0412" Error "unknown format";
    REST_NOT_JSON = "P0413" Error "`...` that is not `json`";
    NULL_ALONE = "P0414" Error "`null` alone";
    BAD_ENUM_VALUE = "P0415" Error "value that no enum can have";
    BAD_LITERAL_TYPE = "P0416" Error "literal that cannot be a type";
    NO_VARIANTS = "P0417" Error "nothing to choose from";
    REST_IN_INPUT = "P0418" Error "`...` among inputs";
    NOT_IN_VERSION = "P0419" Error "not there in every version";
    HOLE_NOT_DECLARED = "P0501" Error "undeclared path parameter";
    NO_SUCH_HOLE = "P0502" Error "path parameter without a hole";
    PATH_PARAMETER_OPTIONAL = "P0503" Error "optional path parameter";
    BODY_WITH_GET = "P0504" Warning "body with a method that has none";
    ANSWERS_OVERLAP = "P0505" Error "two answers for one status";
    STYLE_DOES_NOT_FIT = "P0507" Error "style that does not fit its place";
    VALUE_OUT_OF_PLACE = "P0508" Error "value that cannot stand in its place";
    NO_EXCHANGE = "P0509" Error "module without a call";
    UNKNOWN_ENCODING = "P0510" Error "unknown encoding";
    NO_ITEMS = "P0511" Error "search without items";
    ITEMS_NO_LIST = "P0512" Error "items that are no list";
    ITEMS_TWICE = "P0513" Error "items at two places";
    UNKNOWN_METHOD = "P0514" Error "unknown HTTP method";
    NO_SUCH_MEMBER = "P0515" Error "path to no member";
    RAW_BODY = "P0516" Error "raw body that is not one value";
    POLL_OUTSIDE_TRIGGER = "P0517" Error "`poll` outside a trigger";
    OUTSIDE_NO_URL = "P0518" Error "outside without a URL";
    BESIDE_STEPS = "P0519" Error "statement that does not go with steps";
    NOT_A_STEP = "P0520" Error "step that is not one exchange";
    UNKNOWN_IN_STEPS = "P0521" Error "unknown name in steps";
    STEP_MISFIT = "P0522" Error "value that does not fit a step";
    UNUSED_IN_STEPS = "P0523" Error "unused in steps";
    NO_COMMON_CONNECTION = "P0524" Error "steps that no connection can make";
    ITEMS_MISFIT = "P0530" Error "items that cannot come one after the other";
    BAD_DOCUMENT = "P0531" Error "document that is no GraphQL call";
    VARIABLES_DIFFER = "P0532" Error "variables that differ from the inputs";
    NOT_SELECTED = "P0533" Error "something that the document does not select";
    UNKNOWN_PARTS = "P0534" Error "unknown way to send a body in parts";
    PARTS_MISFIT = "P0535" Error "body that cannot go in parts";
    ENDLESS_WAIT = "P0540" Error "wait without an end";
    WAIT_INCOMPLETE = "P0541" Error "incomplete wait";
    UNSAFE_WAIT = "P0542" Error "wait on a call that may act";
    WAIT_CONDITION = "P0543" Error "condition that nothing can meet";
    HEADERS_SCALAR = "P0544" Error "headers that are no values";
    UNKNOWN_STRATEGY = "P0601" Error "unknown page strategy";
    PAGE_INCOMPLETE = "P0602" Error "incomplete page";
    UNKNOWN_PAGE_INPUT = "P0603" Error "unknown input of a page";
    PAGE_INPUT_TYPE = "P0604" Error "page input of the wrong type";
    SHORT_WITHOUT_SIZE = "P0605" Error "`stop short` without a size";
    STOP_DOES_NOT_FIT = "P0606" Error "stop rule that does not fit";
    ZERO_CAP = "P0607" Error "cap of no pages";
    PAGE_OF_ACTION = "P0608" Error "pages of an action";
    UNSTABLE_ORDER = "P0609" Warning "pages without a stable order";
    UNKNOWN_ORDER = "P0610" Error "order by no field";
    ORDER_NONE = "P0611" Error "`order none` without a reason";
    ZERO_LIMIT = "P0612" Error "limit of nothing";
    UNSAFE_RETRY = "P0613" Error "unsafe retry";
    RETRY_MISPLACED = "P0614" Error "misplaced retry";
    COST_UNCOUNTED = "P0615" Error "cost that nothing counts";
    COST_TOO_HIGH = "P0616" Error "cost that fits no window";
    UNKNOWN_VERSION = "P0701" Error "unknown API version";
    VERSIONS_BACKWARDS = "P0702" Error "range that runs backwards";
    IN_NO_VERSION = "P0703" Error "in no version";
    TOO_MANY_VERSIONS = "P0704" Error "too many versions";
    VERSION_DATES = "P0705" Error "dates of a version out of order";
    RELEASES_OUT_OF_ORDER = "P0706" Error "versions out of order";
    SUNSET_BEFORE_DEPRECATION = "P0707" Error "sunset before deprecation";
    UNKNOWN_SUCCESSOR = "P0708" Error "unknown successor";
    OWN_SUCCESSOR = "P0709" Error "own successor";
    NO_REASON = "P0710" Error "reason or question that says nothing";
    NO_EARLIER_VERSION = "P0711" Error "change of the oldest version";
    UNKNOWN_TARGET = "P0712" Error "change of something that is not there";
    CHANGE_CONTRADICTS = "P0713" Error "change that contradicts";
    NOT_OLDER = "P0714" Error "revision that is not older";
    UNKNOWN_OLD = "P0715" Error "unknown name in an upgrade";
    STEP_OUT_OF_PLACE = "P0716" Error "step that does not belong here";
    INCOMPLETE_UPGRADE = "P0717" Error "upgrade that leaves something out";
    NO_WAY_FORWARD = "P0718" Error "no way forward";
    NOT_LOSSLESS = "P0719" Error "loss where none was claimed";
    VALUE_DOES_NOT_FIT = "P0801" Error "value that does not fit";
    UNKNOWN_MEMBER = "P0802" Error "unknown member";
    MISSING_MEMBER = "P0803" Error "missing member";
    UNKNOWN_ENUM_VALUE = "P0804" Error "unknown value of an enum";
    OTHER_OUTPUT = "P0805" Error "`gives` and `yields` confused";
    STATUS_NOT_ANSWERED = "P0806" Error "status without an answer";
    UNKNOWN_FAILURE = "P0807" Error "unknown kind of error";
    OTHER_METHOD = "P0808" Error "another method";
    EXPECTS_NOTHING = "P0809" Warning "test that cannot fail";
    SAME_TITLE = "P0810" Error "two tests with one title";
    TEST_IN_NO_VERSION = "P0811" Error "test of nothing";
    OTHER_TEST = "P0812" Error "said of another kind of test";
    NO_CONNECTOR = "P0901" Error "no connector";
    SECOND_CONNECTOR = "P0902" Error "second connector";
    NO_SUCH_FILE = "P0903" Error "no such file";
    LOCK_UNREADABLE = "P1001" Error "lock that cannot be read";
    LOCK_CONFLICT = "P1002" Error "unfinished merge in a lock";
    LOCK_OF_ANOTHER = "P1003" Error "lock of another connector";
    RELEASED_GONE = "P1004" Error "released thing that is gone";
    REVISION_BACK = "P1005" Error "revision that goes back";
    RELEASED_INPUT = "P1006" Error "released input that changed";
    RELEASED_OUTPUT = "P1007" Error "released output that changed";
    RELEASED_VALUES = "P1008" Error "released values that changed";
    RELEASED_CALL = "P1009" Error "released call that changed";
    RELEASED_CONNECTION = "P1010" Error "released connection that changed";
    UPGRADE_CONTRADICTS = "P1011" Error "upgrade of something else than was released";
    NO_SOURCE = "P1101" Error "trigger that neither polls nor is told";
    OUTSIDE_TRIGGER = "P1102" Error "said of no such trigger";
    NO_CURSOR = "P1103" Error "poll that remembers nothing";
    CURSOR_FIELD = "P1104" Error "cursor on a field that cannot carry it";
    CURSOR_NOT_SENT = "P1105" Error "poll that asks for everything";
    CURSOR_INPUT = "P1106" Error "input that cannot take the cursor";
    POLL_ORDER = "P1107" Error "poll without an order";
    NOT_PROVED = "P1108" Error "delivery that nothing proves";
    TIME_NOT_SIGNED = "P1109" Error "time or id outside of the signature";
    OTHER_UNION = "P1110" Error "header that tells no variants apart";
    SUBSCRIPTION = "P1111" Error "incomplete subscription";
    CHALLENGE = "P1112" Error "challenge that tells too much";
}
