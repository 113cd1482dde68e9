//! How a search pages, as a table.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;

use super::operations::input_index;
use super::scope::Scope;
use super::tables::{option, some, texts};
use super::types::{rust_type, shape};
use crate::model::{Module, Page, Stop, Strategy};

/// The `page` of a table.
pub(crate) fn page(module: &Module, scope: &Scope<'_>) -> TokenStream {
    let Some(page) = &module.page else { return TokenStream::new() };
    let (at, shape) = (texts(&page.items), shape(&rust_type(&page.item, scope)));
    let strategy = strategy(module, page);
    let stop = stop(&page.stop);
    let cap = Token::u32_unsuffixed(page.cap);
    let page = some(&quote! {
        &lp::Page { items: lp::Items { at: #at, shape: #shape }, strategy: #strategy, stop: #stop, cap: #cap }
    });
    quote!(page: #page,)
}

fn strategy(module: &Module, page: &Page) -> TokenStream {
    let index = |name: &String| {
        let index = input_index(module, name);
        quote!(#index)
    };
    match &page.strategy {
        Strategy::Offset { advance, size } => {
            let (advance, size) = (index(advance), option(size.as_ref(), index));
            quote!(lp::Strategy::Offset { advance: #advance, size: #size })
        }
        Strategy::Number { advance, size, start } => {
            let (advance, size, start) = (index(advance), option(size.as_ref(), index), Token::i64_unsuffixed(*start));
            quote!(lp::Strategy::Number { advance: #advance, size: #size, start: #start })
        }
        Strategy::Cursor { send, read } => {
            let (send, read) = (index(send), texts(read));
            quote!(lp::Strategy::Cursor { send: #send, read: #read })
        }
        Strategy::Link { header } => quote!(lp::Strategy::LinkHeader { header: #header }),
        Strategy::NextUrl { read } => {
            let read = texts(read);
            quote!(lp::Strategy::NextUrl { read: #read })
        }
        Strategy::Keyset { send, key } => {
            let send = index(send);
            quote!(lp::Strategy::Keyset { send: #send, key: #key })
        }
    }
}

fn stop(stop: &Stop) -> TokenStream {
    match stop {
        Stop::Absent => quote!(lp::Stop::Absent),
        Stop::Empty => quote!(lp::Stop::Empty),
        Stop::Short => quote!(lp::Stop::Short),
        Stop::More(path) => {
            let path = texts(path);
            quote!(lp::Stop::More(#path))
        }
        Stop::Total(path) => {
            let path = texts(path);
            quote!(lp::Stop::Total(#path))
        }
    }
}
