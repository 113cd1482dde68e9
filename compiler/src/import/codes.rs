//! What can be wrong with an API description. A code's page is `compiler/errors/<id>.md`; its fixture is in `tests/import/<id>*`.
//!
//! Only what cannot be read at all is an error. Descriptions as published break their own rules, so everything else is a warning, and
//! what is left of the construct is read.

use crate::diagnostics::codes::codes;

codes! {
    NOT_A_DOCUMENT = "I0101" Error "text that is neither JSON nor YAML";
    NOT_A_DESCRIPTION = "I0102" Error "not an API description";
    NO_SUCH_FILE = "I0201" Warning "reference to a file that is not there";
    NOTHING_THERE = "I0202" Warning "reference to nothing";
    OUTSIDE = "I0203" Warning "reference out of the folder";
    ENDLESS = "I0204" Warning "reference that leads back to itself";
    WRONG_KIND = "I0301" Warning "value of the wrong kind";
    MISSING = "I0302" Warning "missing member";
    DECLARED_TWICE = "I0303" Warning "parameter declared twice";
    UNKNOWN_WORD = "I0304" Warning "word that means nothing here";
}
