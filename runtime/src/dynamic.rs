//! The dynamic door: modules by name, with input and output as JSON by spec names, over the same tables as typed calls.

use serde_json::Value;

use crate::{
    catalog::{self, Module},
    client::AnyClient,
    download::{Download, DownloadCheckpoint},
    error::{Error, ErrorKind},
    page::{Checkpoint, Pager},
    shape::{DecodeError, Erased, ErasedRef, Names},
    steps::{AnyJob, JobCheckpoint},
};

impl AnyClient {
    /// Calls a module by its name, `create_project` or `create_project@2`, with its input by spec names; the output comes by spec names too.
    /// A search gives its first page's answer; [`AnyClient::pages`] gives them all.
    ///
    /// # Errors
    /// As a typed call; and when there is no such module or input, with the nearest names.
    pub async fn call(&self, module: &str, input: Value) -> Result<Value, Error> {
        let (module, input) = self.input(module, &input)?;
        let answer = self.start(module.table(), input.as_ref());
        drop(input);
        let output = answer.await?;
        to_json(output.as_ref()).map_err(|error| error.with_operation(module.table()))
    }

    /// Calls a module that gives a file.
    ///
    /// # Errors
    /// As [`AnyClient::call`]; and when the module gives no file.
    pub async fn download(&self, module: &str, input: Value) -> Result<Download, Error> {
        self.download_from(module, input, None).await
    }

    /// The same, going on from a checkpoint. See [`Operation::resume`](crate::api::Operation::resume).
    ///
    /// # Errors
    /// As [`AnyClient::download`]; and when the checkpoint is of something else.
    pub async fn resume_download(&self, module: &str, input: Value, checkpoint: DownloadCheckpoint) -> Result<Download, Error> {
        self.download_from(module, input, Some(checkpoint)).await
    }

    async fn download_from(&self, module: &str, input: Value, checkpoint: Option<DownloadCheckpoint>) -> Result<Download, Error> {
        let (module, input) = self.input(module, &input)?;
        let answer = self.start_from(module.table(), input.as_ref(), checkpoint);
        drop(input);
        let output = answer.await?;
        let download = output.as_ref().get::<Download>().cloned();
        download.ok_or_else(|| Error::new(ErrorKind::Input, "the module gives no file").with_operation(module.table()))
    }

    /// Begins a module that makes several exchanges as a job, see [`Operation::start`](crate::api::Operation::start).
    ///
    /// # Errors
    /// As there; and when there is no such module or input, with the nearest names.
    pub fn start_job(&self, module: &str, input: Value) -> Result<AnyJob, Error> {
        let (module, input) = self.input(module, &input)?;
        AnyJob::start(self, module.table(), input)
    }

    /// Goes on with a job, of whatever module of this version its checkpoint is.
    ///
    /// # Errors
    /// As [`Job::resume`](crate::Job::resume).
    pub fn resume_job(&self, checkpoint: &JobCheckpoint) -> Result<AnyJob, Error> {
        AnyJob::resume(self, checkpoint)
    }

    /// The pages of a search, each a list of items by spec names.
    ///
    /// # Errors
    /// When there is no such search or the input does not fit.
    pub fn pages(&self, module: &str, input: Value) -> Result<AnyPages, Error> {
        let (module, input) = self.input(module, &input)?;
        Ok(AnyPages { pager: Pager::new(self.core.clone(), module.table(), input), module })
    }

    pub(crate) fn input(&self, module: &str, input: &Value) -> Result<(Module, Erased), Error> {
        let module = self.catalog().module(module)?;
        let empty = Value::Object(serde_json::Map::new());
        let input = if input.is_null() { &empty } else { input };
        known_inputs(module, input).map_err(|error| error.with_operation(module.table()))?;
        let decoded = Erased::decode(module.table().input.get(), input.to_string().as_bytes(), Names::Spec);
        Ok((module, decoded.map_err(|error| unfit(&error).with_operation(module.table()))?))
    }
}

/// A misspelled input would be left out in silence.
fn known_inputs(module: Module, input: &Value) -> Result<(), Error> {
    let fields = module.table().input.fields();
    let Some(members) = input.as_object().filter(|_| !fields.iter().any(|field| field.attrs.rest)) else { return Ok(()) };
    let Some(unknown) = members.keys().find(|name| !fields.iter().any(|field| field.name() == name.as_str())) else { return Ok(()) };
    let unknown = crate::error::shorten(unknown);
    let near = catalog::nearest(&unknown, fields.iter().map(|field| field.name()));
    Err(Error::new(
        ErrorKind::Input,
        match near.as_slice() {
            [] => format!("there is no input `{unknown}`"),
            near => format!("there is no input `{unknown}`; near it: `{}`", near.join("`, `")),
        },
    ))
}

fn unfit(error: &DecodeError) -> Error {
    let made = Error::new(ErrorKind::Input, format!("the input does not fit: {}", error.message()));
    if error.path().is_empty() { made } else { made.with_path(error.path()) }
}

pub(crate) fn to_json(value: ErasedRef<'_>) -> Result<Value, Error> {
    serde_json::from_slice(&value.encode_json(Names::Spec))
        .map_err(|error| Error::new(ErrorKind::Decode, "the output cannot be written as JSON").with_source(&error))
}

/// The pages of a search called by name.
pub struct AnyPages {
    pager: Pager,
    module: Module,
}

impl AnyPages {
    /// Goes on from a checkpoint, which must be of the same search with the same input.
    #[must_use]
    pub fn from(mut self, checkpoint: Checkpoint) -> AnyPages {
        self.pager.resume(checkpoint);
        self
    }

    /// Where to go on after the pages that were given; none when there are no more.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.pager.next_checkpoint()
    }

    /// The next page; none at the end.
    ///
    /// # Errors
    /// As a typed search.
    pub async fn try_next(&mut self) -> Result<Option<Vec<Value>>, Error> {
        let Some(page) = std::future::poll_fn(|context| self.pager.poll_page(context)).await else { return Ok(None) };
        let items: Result<Vec<Value>, Error> = page?.iter().map(to_json).collect();
        items.map(Some).map_err(|error| error.with_operation(self.module.table()))
    }
}

impl std::fmt::Debug for AnyPages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnyPages").field("search", &self.module.name()).finish_non_exhaustive()
    }
}
