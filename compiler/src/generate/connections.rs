//! Connections: the struct that a person fills in, and the table that says how a credential is obtained and where it goes.

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::quote;

use super::docs::{deprecation, documentation};
use super::names;
use super::scope::Scope;
use super::structs::{Use, constructors, rust_fields};
use super::tables::{body, constant_place, life, member, members, path, some, text, texts};
use super::types::shape;
use crate::model::{ClientAuth, Connection, Encoding, Exchange, Field, Flow, Grant, OAuth2, Rotation, Send, Sign};

/// A connection of the spec. `scope` is the connector's own module.
pub(crate) fn connection(connection: &Connection, name: &Ident, scope: &Scope<'_>) -> TokenStream {
    let spec_name = &connection.name;
    let docs = documentation(&connection.docs, &format!("{}.", connection.title.trim_end_matches('.')));
    let life = deprecation(connection.life.as_ref(), |written| scope.successor(written));
    let fields: Vec<&Field> = connection.fields.iter().collect();
    let fields = rust_fields(&fields, None, Use::Received, scope);
    let lines: TokenStream = fields.iter().map(|field| field.definition(scope)).collect();
    let constructors = constructors(name, &fields, scope);
    let table = table(connection, name);
    quote! {
        lp::structure! {
            #docs
            #life
            pub struct #name #spec_name {
                #lines
            }
        }
        #constructors
        impl lp::Connection for #name {
            const TABLE: &'static lp::ConnectionTable = &#table;
        }
    }
}

fn table(connection: &Connection, name: &Ident) -> TokenStream {
    let (spec_name, title) = (&connection.name, &connection.title);
    let revision = Token::u32_unsuffixed(connection.revision);
    let docs = text(&connection.docs, |docs| quote!(docs: #docs,));
    let fields = shape(&quote!(#name));
    let grant = grant(&connection.grant);
    let sign = signed(&quote!(sign), connection.sign.as_ref());
    let tls = member(connection.tls.as_ref(), |tls| {
        let template = |name: &str| tls.setting(name).map_or("", |value| value.text.as_str());
        let (certificate, key) = (template("certificate"), template("key"));
        let tls = some(&quote!((#certificate, #key)));
        quote!(tls: #tls,)
    });
    let credentials = members(&connection.sends, |sends| {
        let sends = sends.iter().map(credential);
        quote!(credentials: &[#(#sends),*],)
    });
    let probe = member(connection.probe.as_ref(), |(method, path)| {
        let path = &path.text;
        let probe = some(&quote!((#method, #path)));
        quote!(probe: #probe,)
    });
    let server = member(connection.server.as_ref(), |server| {
        let server = &server.text;
        let server = some(&quote!(#server));
        quote!(server: #server,)
    });
    let life = life(connection.life.as_ref());
    quote! {
        lp::ConnectionTable {
            name: #spec_name,
            revision: #revision,
            title: #title,
            #docs
            fields: #fields,
            #grant
            #sign
            #tls
            #credentials
            #probe
            #server
            #life
            ..lp::ConnectionTable::EMPTY
        }
    }
}

fn credential(send: &Send) -> TokenStream {
    match send {
        Send::Header(name, value) => {
            let value = &value.text;
            quote!(lp::Credential::Header(#name, #value))
        }
        Send::Query(name, value) => {
            let value = &value.text;
            quote!(lp::Credential::Query(#name, #value))
        }
        Send::Cookie(name, value) => {
            let value = &value.text;
            quote!(lp::Credential::Cookie(#name, #value))
        }
        Send::Basic(user, password) => {
            let (user, password) = (&user.text, &password.text);
            quote!(lp::Credential::Basic(#user, #password))
        }
    }
}

fn grant(grant: &Grant) -> TokenStream {
    match grant {
        Grant::Fields => TokenStream::new(),
        Grant::OAuth2(oauth2) => {
            let table = oauth2_table(oauth2);
            quote!(grant: lp::Grant::OAuth2(&#table),)
        }
        Grant::Exchange(exchange) => {
            let table = exchange_table(exchange);
            quote!(grant: lp::Grant::Exchange(&#table),)
        }
    }
}

/// What is signed, as this member of a table.
fn signed(name: &TokenStream, sign: Option<&Sign>) -> TokenStream {
    member(sign, |sign| {
        let kind = names::ident(sign.kind.variant);
        let settings = sign.settings.iter().map(|(name, value)| {
            let value = &value.text;
            quote!((#name, #value))
        });
        let table = some(&quote!(&lp::Sign { kind: lp::SignKind::#kind, settings: &[#(#settings),*] }));
        quote!(#name: #table,)
    })
}

fn oauth2_table(oauth2: &OAuth2) -> TokenStream {
    let flow = match oauth2.flow {
        Flow::Code => quote!(Code),
        Flow::ClientCredentials => quote!(ClientCredentials),
        Flow::Password => quote!(Password),
        Flow::Device => quote!(Device),
        Flow::JwtBearer => quote!(JwtBearer),
    };
    let device = member(oauth2.device.as_ref(), |url| {
        let url = &url.text;
        quote!(device: #url,)
    });
    let assertion = signed(&quote!(assertion), oauth2.assertion.as_ref());
    let client_key = signed(&quote!(client_key), oauth2.client_key.as_ref());
    let authorize = member(oauth2.authorize.as_ref(), |url| {
        let url = &url.text;
        quote!(authorize: #url,)
    });
    let token = &oauth2.token.text;
    let refresh = member(oauth2.refresh_url.as_ref(), |url| {
        let url = &url.text;
        let url = some(&quote!(#url));
        quote!(refresh: #url,)
    });
    let client = match oauth2.client {
        ClientAuth::Basic => quote!(Basic),
        ClientAuth::Body => quote!(Body),
        ClientAuth::None => quote!(None),
        ClientAuth::PrivateKeyJwt => quote!(PrivateKeyJwt),
    };
    let rotation = match oauth2.rotation {
        Rotation::Rotating => quote!(Rotating),
        Rotation::Fixed => quote!(Fixed),
        Rotation::None => quote!(None),
    };
    let (json, pkce, separator) = (oauth2.json, oauth2.pkce, &oauth2.separator);
    let scopes = members(&oauth2.scopes, |scopes| {
        let scopes = texts(scopes);
        quote!(scopes: #scopes,)
    });
    let extra = members(&oauth2.extra, |extra| {
        let extra = extra.iter().map(|(step, name, value)| {
            let (step, value) = (names::ident(&names::camel(step)), &value.text);
            quote!((lp::OAuth2Step::#step, #name, #value))
        });
        quote!(extra: &[#(#extra),*],)
    });
    let reads = members(&oauth2.reads, |reads| {
        let reads = reads.iter().map(|(name, path)| {
            let path = texts(path);
            quote!((#name, #path))
        });
        quote!(reads: &[#(#reads),*],)
    });
    quote! {
        lp::OAuth2 {
            flow: lp::OAuth2Flow::#flow,
            #authorize
            #device
            #assertion
            #client_key
            token: #token,
            #refresh
            client: lp::ClientAuth::#client,
            json: #json,
            rotation: lp::Rotation::#rotation,
            pkce: #pkce,
            #scopes
            separator: #separator,
            #extra
            #reads
            ..lp::OAuth2::EMPTY
        }
    }
}

fn exchange_table(exchange: &Exchange) -> TokenStream {
    let (method, url) = (&exchange.method, &exchange.url.text);
    let values = members(&exchange.values, |values| {
        let values = values.iter().map(|(place, name, value)| {
            let (place, value) = (constant_place(*place), &value.text);
            quote!((#place, #name, #value))
        });
        quote!(values: &[#(#values),*],)
    });
    let body = body(exchange.body.as_ref().unwrap_or(&Encoding::None));
    let token = texts(&exchange.token);
    let expires_in = path(&exchange.expires_in, "expires_in");
    let expires_at = path(&exchange.expires_at, "expires_at");
    quote! {
        lp::Exchange {
            method: #method,
            url: #url,
            #values
            #body
            token: #token,
            #expires_in
            #expires_at
            ..lp::Exchange::EMPTY
        }
    }
}
