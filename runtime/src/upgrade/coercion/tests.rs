//! Each row of the published table, and its samples of dates.

use super::*;

use Decision::{Converted, Depends, Refused, Unchanged};
use Kind::{Array, Boolean, Buffer, Collection, Date, Number, Text, Time};

const KINDS: [Kind; 8] = [Array, Boolean, Buffer, Collection, Date, Number, Text, Time];

/// The 30 rows: expected, received (none for "other"), what happens.
const ROWS: [(Kind, Option<Kind>, Decision); 30] = [
    (Array, Some(Array), Unchanged),
    (Array, None, Converted),
    (Boolean, Some(Boolean), Unchanged),
    (Boolean, Some(Number), Converted),
    (Boolean, Some(Text), Converted),
    (Boolean, None, Converted),
    (Buffer, Some(Buffer), Depends),
    (Buffer, Some(Boolean), Converted),
    (Buffer, Some(Date), Converted),
    (Buffer, Some(Number), Converted),
    (Buffer, Some(Text), Converted),
    (Buffer, None, Refused),
    (Collection, Some(Collection), Unchanged),
    (Collection, None, Refused),
    (Date, Some(Date), Unchanged),
    (Date, Some(Text), Depends),
    (Date, None, Refused),
    (Number, Some(Number), Unchanged),
    (Number, Some(Text), Depends),
    (Number, None, Refused),
    (Text, Some(Text), Unchanged),
    (Text, Some(Array), Depends),
    (Text, Some(Boolean), Converted),
    (Text, Some(Buffer), Depends),
    (Text, Some(Date), Converted),
    (Text, Some(Number), Converted),
    (Text, None, Refused),
    (Time, Some(Time), Unchanged),
    (Time, Some(Text), Depends),
    (Time, None, Refused),
];

#[test]
fn each_row_is_decided_as_published() {
    for expected in KINDS {
        for received in KINDS {
            let row = ROWS.iter().find(|row| row.0 == expected && row.1 == Some(received));
            let other = ROWS.iter().find(|row| row.0 == expected && row.1.is_none());
            let (_, _, decision) = row.or(other).expect("each type has a row for what it has no row for");
            assert_eq!(decide(expected, Some(received)), *decision, "{expected:?} from {received:?}");
        }
    }
}

#[test]
fn what_is_not_known_is_decided_only_where_all_agree() {
    for expected in KINDS {
        let decisions: Vec<Decision> = KINDS.into_iter().map(|received| decide(expected, Some(received))).collect();
        let never_refused = decisions.iter().all(|decision| matches!(decision, Unchanged | Converted));
        assert_eq!(decide(expected, None), if never_refused { Converted } else { Depends }, "{expected:?}");
    }
}

#[test]
fn literals_of_each_row() {
    for (expected, declared, literal, converted) in [
        (Array, None, "[1]", Ok("[1]")),
        (Array, None, "1", Ok("[1]")),
        (Array, None, r#"{"a":1}"#, Ok(r#"[{"a":1}]"#)),
        (Boolean, None, "false", Ok("false")),
        (Boolean, None, "0", Ok("true")),
        (Boolean, None, r#""""#, Ok("false")),
        (Boolean, None, r#""false""#, Ok("false")),
        (Boolean, None, r#""no""#, Ok("true")),
        (Boolean, None, "[]", Ok("true")),
        (Boolean, None, "null", Ok("false")),
        (Buffer, Some(Buffer), r#""aGk=""#, Ok(r#""aGk=""#)),
        (Buffer, None, "true", Ok(r#""true""#)),
        (Buffer, Some(Date), r#""2016-06-20""#, Ok(r#""2016-06-20T00:00:00Z""#)),
        (Buffer, None, "1.50", Ok(r#""1.50""#)),
        (Buffer, None, r#""hi""#, Ok(r#""hi""#)),
        (Buffer, None, "[]", Err("binary data")),
        (Collection, None, r#"{"a":1}"#, Ok(r#"{"a":1}"#)),
        (Collection, None, r#""{}""#, Err("a collection")),
        (Date, Some(Date), r#""anything""#, Ok(r#""anything""#)),
        (Date, None, r#""20.6.2016""#, Ok(r#""2016-06-20T00:00:00Z""#)),
        (Date, None, r#""soon""#, Err(DATE)),
        (Date, None, "12", Err("a date")),
        (Number, None, "12", Ok("12")),
        (Number, None, r#"" 12.50 ""#, Ok("12.50")),
        (Number, None, r#""1e3""#, Ok("1e3")),
        (Number, None, r#""012""#, Err("a number")),
        (Number, None, r#""twelve""#, Err("a number")),
        (Number, None, r#""""#, Err("a number")),
        (Number, None, "true", Err("a number")),
        (Text, None, r#""a""#, Ok(r#""a""#)),
        (Text, None, "[1]", Err("a text")),
        (Text, None, "true", Ok(r#""true""#)),
        (Text, Some(Buffer), r#""aGk=""#, Err("a text")),
        (Text, Some(Date), r#""2016/06/20 5:26 PM""#, Ok(r#""2016-06-20T17:26:00Z""#)),
        (Text, None, "12345678901234567890.10", Ok(r#""12345678901234567890.10""#)),
        (Text, None, "{}", Err("a text")),
        (Text, None, "null", Ok("null")),
        (Time, Some(Time), r#""17:26:44""#, Ok(r#""17:26:44""#)),
        (Time, None, r#""7:26:44""#, Ok(r#""07:26:44""#)),
        (Time, None, r#""17:26""#, Err("a time such as `17:26:44`")),
        (Time, None, "17", Err("a time")),
    ] {
        assert_eq!(convert(expected, declared, literal).as_deref(), converted.as_deref(), "{expected:?} from {literal}");
    }
}

/// The published samples, and the points in time that they are.
#[test]
fn each_sample_of_a_date_is_read() {
    for (sample, iso) in [
        ("2016-06-20T17:26:44.356Z", "2016-06-20T17:26:44.356Z"),
        ("2016-06-20 19:26:44 GMT+02:00", "2016-06-20T17:26:44Z"),
        ("2016-06-20 19:26+0200", "2016-06-20T17:26:00Z"),
        ("2016-06-20 17:26:44", "2016-06-20T17:26:44Z"),
        ("2016-06-20", "2016-06-20T00:00:00Z"),
        ("2016/06/20 17:26:44", "2016-06-20T17:26:44Z"),
        ("2016/06/20 19:26:44+02:00", "2016-06-20T17:26:44Z"),
        ("2016/06/20 17:26", "2016-06-20T17:26:00Z"),
        ("2016/06/20 5:26 PM", "2016-06-20T17:26:00Z"),
        ("2016/06/20", "2016-06-20T00:00:00Z"),
        ("06/20/2016 17:26:44", "2016-06-20T17:26:44Z"),
        ("06/20/2016 19:26:44+02:00", "2016-06-20T17:26:44Z"),
        ("06/20/2016 17:26", "2016-06-20T17:26:00Z"),
        ("06/20/2016 5:26 PM", "2016-06-20T17:26:00Z"),
        ("06/20/2016", "2016-06-20T00:00:00Z"),
        ("20.6.2016 17:26:44", "2016-06-20T17:26:44Z"),
        ("20.6.2016 19:26:44+02:00", "2016-06-20T17:26:44Z"),
        ("20.6.2016 17:26", "2016-06-20T17:26:00Z"),
        ("20.6.2016", "2016-06-20T00:00:00Z"),
        ("2016/06/20 12:05 am", "2016-06-20T00:05:00Z"),
    ] {
        assert_eq!(date::iso(sample).as_deref(), Some(iso), "{sample}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "",
        "2016",
        "2016-06",
        "2016-13-01",
        "30.2.2016",
        "20/06/2016",
        "2016-06-20 25:00",
        "2016-06-20 5:26 XM",
        "2016-06-20 13:00 PM",
        "2016-06-20 10",
        "2016-06-20 10:00 +1",
        "2016-06-20 10:00+02:99",
        "20-06-2016",
        "2016-06-20-1",
        "tomorrow",
        "é",
        "2016-06-20 é",
    ] {
        assert_eq!(date::iso(text), None, "{text}");
    }
}
