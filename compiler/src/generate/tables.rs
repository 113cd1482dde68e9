//! Pieces that several tables of APIs and connections share: lists of texts, optional members, statuses, limits, failures, constants.
//!
//! A table is written as the members that say something over its `EMPTY`, so that it reads like the spec.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;

use super::scope::Scope;
use super::types::{rust_type, shape};
use crate::model::{ConstantPlace, Encoding, Failure, Life, Limit, Send};

/// `&["data", "items"]`
pub(crate) fn texts<T: AsRef<str>>(texts: &[T]) -> TokenStream {
    let texts = texts.iter().map(AsRef::as_ref);
    quote!(&[#(#texts),*])
}

/// A member that is there only when it says something.
pub(crate) fn member<T>(value: Option<T>, write: impl FnOnce(T) -> TokenStream) -> TokenStream {
    value.map(write).unwrap_or_default()
}

/// A list member that is there only when the list is not empty.
pub(crate) fn members<T>(list: &[T], write: impl FnOnce(&[T]) -> TokenStream) -> TokenStream {
    if list.is_empty() { TokenStream::new() } else { write(list) }
}

/// A text member that is there only when the text is not empty.
pub(crate) fn text(text: &str, write: impl FnOnce(&str) -> TokenStream) -> TokenStream {
    if text.is_empty() { TokenStream::new() } else { write(text) }
}

/// `Some(value)`
pub(crate) fn some(value: &TokenStream) -> TokenStream {
    quote!(lp::Some(#value))
}

/// An optional value where a table has no `EMPTY` to leave it to.
pub(crate) fn option<T>(value: Option<T>, write: impl FnOnce(T) -> TokenStream) -> TokenStream {
    match value {
        Some(value) => some(&write(value)),
        None => quote!(lp::None),
    }
}

/// `lp::Statuses(200, 299)`
pub(crate) fn statuses(range: (u16, u16)) -> TokenStream {
    let (from, to) = (Token::u16_unsuffixed(range.0), Token::u16_unsuffixed(range.1));
    quote!(lp::Statuses(#from, #to))
}

/// `&[lp::Statuses(429, 429), …]`
pub(crate) fn statuses_list(ranges: &[(u16, u16)]) -> TokenStream {
    let ranges = ranges.iter().copied().map(statuses);
    quote!(&[#(#ranges),*])
}

/// The `limits` of a table.
pub(crate) fn limits(limits: &[Limit]) -> TokenStream {
    members(limits, |limits| {
        let limits = limits.iter().map(limit);
        quote!(limits: &[#(#limits),*],)
    })
}

fn limit(limit: &Limit) -> TokenStream {
    let count = |count: u64| Token::u32_unsuffixed(u32::try_from(count).unwrap_or(u32::MAX));
    match limit {
        Limit::Concurrent(most) => {
            let most = count(*most);
            quote!(lp::Limit::Concurrent(#most))
        }
        Limit::Window { count: calls, millis, moving, points } => {
            let (calls, millis) = (count(*calls), Token::u64_unsuffixed(*millis));
            quote!(lp::Limit::Window { count: #calls, millis: #millis, moving: #moving, points: #points })
        }
        Limit::Headers { remaining, reset, kind, points } => {
            let kind = match kind.as_str() {
                "epoch" => quote!(Epoch),
                "date" => quote!(Date),
                _ => quote!(Delta),
            };
            quote!(lp::Limit::Headers { remaining: #remaining, reset: #reset, kind: lp::Reset::#kind, points: #points })
        }
    }
}

/// The `failures` of a table.
pub(crate) fn failures(failures: &[Failure], scope: &Scope<'_>) -> TokenStream {
    members(failures, |failures| {
        let failures = failures.iter().map(|one| failure(one, scope));
        quote!(failures: &[#(#failures),*],)
    })
}

fn failure(failure: &Failure, scope: &Scope<'_>) -> TokenStream {
    let shape = shape(&rust_type(&failure.body, scope));
    let ranges = members(&failure.statuses, |ranges| {
        let ranges = statuses_list(ranges);
        quote!(statuses: #ranges,)
    });
    let when = member(failure.when.as_ref(), |(path, equals)| {
        let path = texts(path);
        let equals = option(equals.as_ref(), |json| quote!(#json));
        let condition = some(&quote!(lp::Condition { path: #path, equals: #equals }));
        quote!(when: #condition,)
    });
    let at = path(&failure.at, "at");
    let code = path(&failure.code, "code");
    let message = path(&failure.message, "message");
    quote!(lp::Failure { shape: #shape, #ranges #when #at #code #message ..lp::Failure::EMPTY })
}

/// A member that is a path in an answer.
pub(crate) fn path(segments: &[String], name: &str) -> TokenStream {
    members(segments, |segments| {
        let (name, segments) = (super::names::ident(name), texts(segments));
        quote!(#name: #segments,)
    })
}

/// What an API always sends. Credentials are the connections' matter: the checker lets no `basic` stand here.
pub(crate) fn api_constants(sends: &[Send]) -> TokenStream {
    let constants: Vec<TokenStream> = sends
        .iter()
        .filter_map(|send| match send {
            Send::Header(name, value) => Some((ConstantPlace::Header, name, value)),
            Send::Query(name, value) => Some((ConstantPlace::Query, name, value)),
            Send::Cookie(name, value) => Some((ConstantPlace::Cookie, name, value)),
            Send::Basic(..) => None,
        })
        .map(|(place, name, value)| {
            let (place, value) = (constant_place(place), &value.text);
            quote!(lp::Constant { place: #place, name: #name, value: #value })
        })
        .collect();
    members(&constants, |constants| quote!(constants: &[#(#constants),*],))
}

/// `lp::ConstantPlace::Query`
pub(crate) fn constant_place(place: ConstantPlace) -> TokenStream {
    match place {
        ConstantPlace::Query => quote!(lp::ConstantPlace::Query),
        ConstantPlace::Header => quote!(lp::ConstantPlace::Header),
        ConstantPlace::Cookie => quote!(lp::ConstantPlace::Cookie),
        ConstantPlace::Body => quote!(lp::ConstantPlace::Body),
    }
}

/// The `body` of a table.
pub(crate) fn body(encoding: &Encoding) -> TokenStream {
    let encoding = match encoding {
        Encoding::None => return TokenStream::new(),
        Encoding::Json => quote!(Json),
        Encoding::JsonAs(content_type) => quote!(JsonAs(#content_type)),
        Encoding::Form => quote!(Form),
        Encoding::Multipart => quote!(Multipart),
        Encoding::Xml(root) => quote!(Xml(#root)),
        Encoding::Raw(content_type) => quote!(Raw(#content_type)),
        Encoding::Graphql(document) => quote!(Graphql(#document)),
    };
    quote!(body: lp::BodyEncoding::#encoding,)
}

/// The `life` of a table.
pub(crate) fn life(life: Option<&Life>) -> TokenStream {
    member(life, |life| {
        let why = &life.why;
        let since = option(life.since, |since| {
            let since = since.to_string();
            quote!(#since)
        });
        let sunset = option(life.sunset, |sunset| {
            let sunset = sunset.to_string();
            quote!(#sunset)
        });
        let successor = option(life.successor.as_ref(), |name| quote!(#name));
        let life = some(&quote!(&lp::Life { since: #since, sunset: #sunset, successor: #successor, why: #why }));
        quote!(life: #life,)
    })
}
