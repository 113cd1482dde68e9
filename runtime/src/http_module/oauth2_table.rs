//! The tables behind logins by OAuth 2.0 without a spec. A table is static, so each kind of login has one, made when it is first used and kept while
//! the program lives. What differs between programs and people (addresses, ids, scopes, parameters) is no part of a kind: it comes as values.
//!
//! There are at most 96 kinds of logins that show their token in `Authorization`, each of about half a kilobyte, and as many again for each header or
//! query parameter of another name: nothing else that a program's people may type is kept.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::LOGIN_TABLE;
use crate::operation::{ClientAuth, ConnectionTable, Credential, Grant, OAuth2, OAuth2Flow};

/// What a table says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) flow: OAuth2Flow,
    pub(super) client: ClientAuth,
    pub(super) pkce: bool,
    pub(super) json: bool,
    /// Tokens are renewed at an endpoint of its own.
    pub(super) refresh: bool,
    pub(super) certified: bool,
    pub(super) shown: Shown,
}

/// Where tokens are shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shown {
    Authorization,
    Header(String),
    Query(String),
}

static TABLES: LazyLock<Mutex<HashMap<Kind, &'static ConnectionTable>>> = LazyLock::new(Mutex::default);

impl Kind {
    /// The one table of this kind.
    pub(super) fn table(self) -> &'static ConnectionTable {
        // A table is put in whole.
        let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = tables.get(&self) {
            return table;
        }
        let table = self.make();
        tables.insert(self, table);
        table
    }

    fn make(&self) -> &'static ConnectionTable {
        Box::leak(Box::new(ConnectionTable {
            // A part of the key that tokens are kept under: a person's token is not the program's own.
            name: match self.flow {
                OAuth2Flow::ClientCredentials => "client_credentials",
                _ => "authorization_code",
            },
            grant: Grant::OAuth2(Box::leak(Box::new(self.grant()))),
            credentials: Box::leak(Box::new([self.credential()])),
            tls: self.certified.then_some(("{certificate}", "{key}")),
            ..LOGIN_TABLE
        }))
    }

    fn grant(&self) -> OAuth2 {
        OAuth2 {
            flow: self.flow,
            authorize: "{authorize}",
            token: "{token}",
            refresh: self.refresh.then_some("{refresh}"),
            client: self.client,
            json: self.json,
            pkce: self.pkce,
            ..OAuth2::EMPTY
        }
    }

    fn credential(&self) -> Credential {
        let kept = |name: &String| &*Box::leak(name.clone().into_boxed_str());
        match &self.shown {
            Shown::Authorization => Credential::Header("authorization", "{scheme} {access_token}"),
            Shown::Header(name) => Credential::Header(kept(name), "{access_token}"),
            Shown::Query(name) => Credential::Query(kept(name), "{access_token}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(shown: Shown) -> Kind {
        let (flow, client) = (OAuth2Flow::Code, ClientAuth::Basic);
        Kind { flow, client, pkce: true, json: false, refresh: false, certified: false, shown }
    }

    #[test]
    fn a_kind_has_one_table() {
        let one = kind(Shown::Header("X-Token".to_owned())).table();
        assert!(std::ptr::eq(one, kind(Shown::Header("X-Token".to_owned())).table()));
        for other in [
            kind(Shown::Authorization),
            kind(Shown::Query("X-Token".to_owned())),
            Kind { pkce: false, ..kind(Shown::Header("X-Token".to_owned())) },
            Kind { flow: OAuth2Flow::ClientCredentials, ..kind(Shown::Header("X-Token".to_owned())) },
        ] {
            assert!(!std::ptr::eq(one, other.clone().table()), "{other:?}");
        }
    }
}
