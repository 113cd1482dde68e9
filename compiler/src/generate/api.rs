//! A version's own items: its client, its marker, and the table of all that it has.

use proc_macro2::TokenStream;
use quote::quote;

use super::scope::Scope;
use super::tables::{api_constants, failures, life, limits, member, members, some, statuses_list, text};
use super::{names, upgrades};
use crate::model::Model;

/// `Client`, `Api` and its table, and which connections it takes.
pub(crate) fn api(scope: &Scope<'_>) -> TokenStream {
    let model = scope.projection.model;
    let api = &model.apis[scope.projection.version];
    let called = if api.name.is_empty() { model.connector.title.clone() } else { format!("{} {}", model.connector.title, api.name) };
    let called = super::docs::safe(&called);
    let (client_docs, api_docs) = (format!("A client of {called}."), format!("What tells a client of {called} from others."));
    let table = table(scope);
    let connector = scope.connector();
    let connections = taken(scope).map(|name| quote!(impl lp::ConnectsTo<Api> for #connector #name {}));
    quote! {
        #[doc = #client_docs]
        pub type Client = lp::Client<Api>;
        #[doc = #api_docs]
        #[derive(Debug)]
        pub enum Api {}
        impl lp::Api for Api {
            const TABLE: &'static lp::ApiTable = &#table;
        }
        #(#connections)*
    }
}

/// The connections of this version.
fn taken<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = proc_macro2::Ident> + 's {
    let connections = scope.projection.model.connections.iter().zip(&scope.whole.connections);
    connections.filter(|(connection, _)| connection.on.has(scope.projection.version)).map(|(_, name)| names::ident(name))
}

fn table(scope: &Scope<'_>) -> TokenStream {
    let (model, connector) = (scope.projection.model, &scope.projection.model.connector);
    let api = &model.apis[scope.projection.version];
    let (name, title, version, wire) = (&connector.name, &connector.title, &api.name, &api.wire);
    let docs = text(&connector.docs, |docs| quote!(docs: #docs,));
    let servers = connector.servers_in(scope.projection.version).map(|server| &server.url.text);
    let constants = api_constants(&connector.sends);
    let limits = limits(&connector.limits);
    let retry = retry(scope);
    let failures = failures(&connector.fails, scope);
    let here = scope.connector();
    let connections = taken(scope).map(|name| quote!(<#here #name as lp::Connection>::TABLE));
    let operations = scope.projection.modules.iter().map(|module| {
        let path = scope.path_to(&model.name(module.item.symbol).group);
        let name = names::ident(&scope.names().operation(module.item.symbol, module.item.revision).operation);
        quote!(#path #name)
    });
    let released = member(api.released.map(|date| date.to_string()), |released| quote!(released: #released,));
    let unsupported = member(api.unsupported.map(|date| date.to_string()), |date| {
        let date = some(&quote!(#date));
        quote!(unsupported: #date,)
    });
    let removed = member(api.removed.map(|date| date.to_string()), |date| {
        let date = some(&quote!(#date));
        quote!(removed: #date,)
    });
    let life = life(api.life.as_ref());
    let served = member(connector.served.as_ref(), |header| {
        let header = some(&quote!(#header));
        quote!(served: #header,)
    });
    let upgrades = upgrades::api(scope);
    let versions = versions(model);
    quote! {
        lp::ApiTable {
            connector: #name,
            title: #title,
            #docs
            version: #version,
            wire_version: #wire,
            servers: &[#(#servers),*],
            #constants
            #limits
            #retry
            #failures
            connections: &[#(#connections),*],
            operations: lp::operations![#(#operations),*],
            #released
            #unsupported
            #removed
            #life
            #served
            #versions
            #upgrades
            ..lp::ApiTable::EMPTY
        }
    }
}

/// Every version with its dates.
fn versions(model: &Model) -> TokenStream {
    if !super::scope::has_versions(model) {
        return TokenStream::new();
    }
    let all = model.apis.iter().map(|api| {
        let version = &api.name;
        let released = member(api.released.map(|date| date.to_string()), |released| quote!(released: #released,));
        let unsupported = member(api.unsupported.map(|date| date.to_string()), |date| quote!(unsupported: lp::Some(#date),));
        let removed = member(api.removed.map(|date| date.to_string()), |date| quote!(removed: lp::Some(#date),));
        quote!(lp::ApiDates { version: #version, #released #unsupported #removed ..lp::ApiDates::EMPTY })
    });
    quote!(versions: &[#(#all),*],)
}

fn retry(scope: &Scope<'_>) -> TokenStream {
    let connector = &scope.projection.model.connector;
    if connector.retry_statuses.is_empty() && connector.honour.is_none() {
        return TokenStream::new();
    }
    let statuses = members(&connector.retry_statuses, |ranges| {
        let ranges = statuses_list(ranges);
        quote!(statuses: #ranges,)
    });
    let honour = member(connector.honour.as_ref(), |header| {
        let header = some(&quote!(#header));
        quote!(honour: #header,)
    });
    quote!(retry: lp::RetryPolicy { #statuses #honour ..lp::RetryPolicy::EMPTY },)
}
