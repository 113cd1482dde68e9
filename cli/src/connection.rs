//! Which connection a command uses, and the client over it: from options, the environment and the folder of tokens.

use crate::progress::Progress;
use crate::tables;
use linchpin_compiler::diagnostics::nearest::nearest;
use linchpin_compiler::model::{Connection, Grant, Model, Projection};
use linchpin_runtime::auth::FileStore;
use linchpin_runtime::connection::FieldValues;
use linchpin_runtime::{AnyClient, ClientBuilder};
use std::path::PathBuf;
use std::sync::Arc;

/// How to connect.
#[derive(clap::Args)]
pub(crate) struct Choice {
    /// The connection's name; not needed when there is one that serves.
    #[arg(long)]
    connection: Option<String>,
    /// A field of the connection: `--field host=acme.example`. A field that is not given is taken from the environment: `ACME_HOST` for
    /// the connector `acme`.
    #[arg(long, value_name = "NAME=VALUE")]
    field: Vec<String>,
    /// Whose login it is, when several people or accounts log in.
    #[arg(long = "as", value_name = "NAME", default_value = "default")]
    who: String,
    /// The folder in which logins are kept, sealed; your own where not given.
    #[arg(long, value_name = "FOLDER")]
    tokens: Option<PathBuf>,
    /// Where to send everything, for a stand-in: `http://127.0.0.1:8080`.
    #[arg(long)]
    base_url: Option<String>,
}

impl Choice {
    /// A client over the connection that is chosen among those that serve; none of them, when there is none.
    pub(crate) fn client(
        &self,
        model: &Model,
        projection: &Projection<'_>,
        serves: &dyn Fn(&Connection) -> bool,
    ) -> Result<AnyClient, String> {
        let connection = self.chosen(model, projection, serves)?;
        self.builder(model, projection, connection)?.build_any().map_err(|error| error.to_string())
    }

    fn builder(&self, model: &Model, projection: &Projection<'_>, connection: Option<&Connection>) -> Result<ClientBuilder<()>, String> {
        let given = connection.map(|connection| self.fields(model, connection).map(|fields| (connection.name.as_str(), fields)));
        let mut builder = AnyClient::builder(tables::api(projection), given.transpose()?).map_err(|error| error.to_string())?;
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url);
        }
        if connection.is_some_and(logs_in) || self.tokens.is_some() {
            builder = builder.token_store(Arc::new(self.store()?), &self.who);
        }
        Ok(builder.observer(Arc::new(Progress)))
    }

    /// Whose login, for messages.
    pub(crate) fn who(&self) -> &str {
        &self.who
    }

    fn store(&self) -> Result<FileStore, String> {
        let own = || dirs::data_local_dir().map(|folder| folder.join("linchpin").join("tokens"));
        let folder = self.tokens.clone().or_else(own).ok_or("there is no folder of your own to keep logins in: give one with --tokens")?;
        FileStore::open(folder).map_err(|error| error.to_string())
    }

    /// The connection that is named, or the only one that is not deprecated; none when nothing serves.
    pub(crate) fn chosen<'m>(
        &self,
        model: &'m Model,
        projection: &Projection<'_>,
        serves: &dyn Fn(&Connection) -> bool,
    ) -> Result<Option<&'m Connection>, String> {
        let mut all: Vec<_> = model.connections.iter().filter(|one| one.on.has(projection.version) && serves(one)).collect();
        if let Some(name) = &self.connection {
            let found = all.iter().rev().find(|one| one.name == *name);
            let names: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
            return found.map(|one| Some(*one)).ok_or_else(|| match nearest(name, names.iter().copied()) {
                Some(near) => format!("there is no connection `{name}`; did you mean `{near}`?"),
                None => format!("there is no connection `{name}`; there are {}", names.join(", ")),
            });
        }
        let given = self.field.iter().map(|field| pair(field).map(|(name, _)| name)).collect::<Result<Vec<_>, _>>()?;
        let mut names = all.iter().flat_map(|one| &one.fields).map(|field| field.name.as_str());
        if let Some(unknown) = given.iter().find(|name| !names.clone().any(|known| known == **name)) {
            return Err(match nearest(unknown, names.by_ref()) {
                Some(near) => format!("no connection has a field `{unknown}`; did you mean `{near}`?"),
                None => format!("no connection has a field `{unknown}`"),
            });
        }
        if !given.is_empty() {
            all.retain(|one| given.iter().all(|name| one.fields.iter().any(|field| field.name == *name)));
        }
        if all.len() > 1 {
            all.retain(|one| one.life.is_none());
        }
        match all.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            many => {
                let names: Vec<_> = many.iter().map(|one| one.name.as_str()).collect();
                Err(format!("say with which connection: --connection {}", names.join(" | ")))
            }
        }
    }

    fn fields(&self, model: &Model, connection: &Connection) -> Result<FieldValues, String> {
        let mut values = FieldValues::new();
        let mut missing = Vec::new();
        for field in &connection.fields {
            let given = self.field.iter().filter_map(|given| given.split_once('=')).find(|(name, _)| *name == field.name);
            let variable = format!("{}_{}", model.connector.name, field.name).to_uppercase();
            match given.map(|(_, value)| value.to_owned()).or_else(|| std::env::var(&variable).ok()) {
                Some(value) => values.set(field.name.as_str(), value),
                None if field.optional || field.default.is_some() => {}
                None => missing.push(format!("--field {}=… (or {variable} in the environment)", field.name)),
            }
        }
        if missing.is_empty() { Ok(values) } else { Err(format!("`{}` needs {}", connection.title, missing.join(", "))) }
    }
}

/// Does a person log in, here or on another device?
pub(crate) fn logs_in(connection: &Connection) -> bool {
    matches!(&connection.grant, Grant::OAuth2(oauth) if oauth.flow.asks_a_person())
}

/// `NAME=VALUE`
pub(crate) fn pair(given: &str) -> Result<(&str, &str), String> {
    given.split_once('=').ok_or_else(|| format!("`{given}` has no `=`; write NAME=VALUE"))
}
