//! The outer form of a GraphQL answer: `data`, `errors`, `extensions`, in whichever order they come. What is inside of the data is left to who
//! asks: each names a reader for it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;

use super::errors::Errors;

/// A GraphQL answer.
#[derive(Debug)]
pub(super) struct Envelope<D> {
    /// None where there is no `data`: the request was refused before anything was done. What the reader makes of null is the reader's.
    pub(super) data: Option<D>,
    pub(super) errors: Errors,
    pub(super) extensions: Json,
    /// What servers say that refuse in a form of their own.
    pub(super) message: Option<String>,
}

/// Reads an answer, its data by a reader.
pub(super) fn read<'de, S: DeserializeSeed<'de>>(bytes: &'de [u8], data: S) -> Result<Envelope<S::Value>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let envelope = reader.deserialize_map(Reader(Some(data)))?;
    reader.end()?;
    Ok(envelope)
}

/// The errors alone; none when it is no GraphQL answer.
pub(super) fn errors(bytes: &[u8]) -> Option<Errors> {
    head(bytes).map(|head| head.errors)
}

/// All but the data, of which it is said whether there is any; none when it is no JSON object.
pub(super) fn head(bytes: &[u8]) -> Option<Envelope<Option<IgnoredAny>>> {
    read(bytes, std::marker::PhantomData).ok()
}

struct Reader<S>(Option<S>);

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Reader<S> {
    type Value = Envelope<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GraphQL answer")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut envelope = Envelope { data: None, errors: Errors::default(), extensions: Json::Null, message: None };
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            match &*name {
                "data" => {
                    let data = self.0.take().ok_or_else(|| A::Error::custom("`data` comes twice"))?;
                    envelope.data = Some(members.next_value_seed(data)?);
                }
                "errors" => envelope.errors = members.next_value()?,
                "extensions" => envelope.extensions = members.next_value()?,
                "message" | "error_message" => envelope.message = members.next_value::<Json>()?.as_str().map(str::to_owned),
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(envelope)
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use super::*;

    #[test]
    fn members_come_in_any_order() {
        let read = |text: &str| read::<PhantomData<Option<u8>>>(text.as_bytes(), PhantomData);
        for (text, data, errors) in [
            (r#"{"errors":[{"message":"a"}],"data":7,"extensions":{"x":1}}"#, Some(Some(7)), 1),
            (r#"{"data":null,"errors":[{"message":"a"}]}"#, Some(None), 1),
            (r#"{"errors":"no"}"#, None, 1),
            (r#"{"da\u0074a":1,"more":{"data":2}}"#, Some(Some(1)), 0),
        ] {
            let envelope = read(text).expect(text);
            assert_eq!((envelope.data, envelope.errors.count), (data, errors), "{text}");
        }
        for wrong in ["", "[]", "null", "{\"data\":1", "{\"data\":1}x", r#"{"data":1,"data":2}"#, r#"{"data":"x"}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn broken_envelopes_do_no_harm() {
        let good = br#"{"data":{"user":{"id":"1","tags":[1,null,true]}},"errors":[{"message":"no","path":["user",0],"locations":[{"line":1,"column":2}],
            "extensions":{"code":"FORBIDDEN"}}],"extensions":{"cost":{"actual":3}}}"#;
        let pieces =
            ["null", "{}", "[", "]", "{", "}", "\"", ",", ":", "1e99", "\"errors\":", "\"data\":{", "\"message\":1", "[0,", "\u{e9}"];
        // Free JSON is kept as values, of which each takes more than it is long.
        let room = crate::fuzz::Room { times: 80, beside: 32 * 1024 };
        let mut found = 0;
        crate::fuzz::feed_within(room, 49, &[good], &pieces, |bytes| {
            let _ = head(bytes);
            found += usize::from(read(bytes, std::marker::PhantomData::<serde_json::Value>).is_ok());
        });
        assert!(found > 100, "{found} were read: the changes are too coarse to test anything");
    }
}
