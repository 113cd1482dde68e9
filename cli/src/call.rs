//! `linchpin call`: one module of a spec, from the shell. For trying things; a program compiles the spec.

use crate::connection::{Choice, pair};
use crate::output::say;
use crate::{Outcome, spec};
use linchpin_compiler::diagnostics::nearest::nearest;
use linchpin_compiler::model::{Connection, Decoding, Literal, Module, Projection, Type, TypeDefKind};
use linchpin_runtime::{AnyClient, Error};
use serde_json::{Map, Value};
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to call, with what.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The spec: a `.pin` file, or a folder that holds one connector.
    spec: PathBuf,
    /// The module, for example `repos.list_for_org` or `create_program@2`.
    module: String,
    /// The API version; the newest where not given.
    #[arg(long)]
    api: Option<String>,
    /// An input by its name in the spec: `--set name=Alpha`, `--set limit=5`, `--set tags='["a","b"]'`.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// All inputs as one JSON object, `-` to read it from standard input.
    #[arg(long, value_name = "JSON")]
    input: Option<String>,
    /// An input that is a file: `--file content=photo.png`.
    #[arg(long, value_name = "NAME=PATH")]
    file: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    /// A search: the items of all pages, one a line, instead of the first page.
    #[arg(long)]
    all: bool,
    /// Where to save a file that the module gives.
    #[arg(long)]
    save: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let model = spec::load(&arguments.spec)?;
    let projection = spec::version(&model, arguments.api.as_deref())?;
    let module = spec::module(&projection, &arguments.module)?;
    arguments_fit(arguments, module)?;
    let input = input(arguments, &projection, module)?;
    let serves = |one: &Connection| module.connections.is_empty() || module.connections.contains(&one.name);
    let client = arguments.choice.client(&model, &projection, &serves)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    match runtime.block_on(call(arguments, &client, module, input)) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            anstream::eprintln!("{error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn call(arguments: &Arguments, client: &AnyClient, module: &Module, input: Value) -> Result<(), Error> {
    let name = &arguments.module;
    if gives_file(module) {
        let download = client.download(name, input).await?;
        let target =
            arguments.save.clone().or_else(|| download.file_name().map(PathBuf::from).and_then(|path| path.file_name().map(PathBuf::from)));
        let target = target.unwrap_or_else(|| PathBuf::from("download"));
        let bytes = download.save_to(&target).await?;
        say!("{bytes} bytes in {}", target.display());
    } else if comes_by_itself(module) {
        let mut items = client.events(name, input)?;
        while let Some(item) = items.try_next().await? {
            say!("{item}");
        }
    } else if arguments.all {
        let mut pages = client.pages(name, input)?;
        while let Some(page) = pages.try_next().await? {
            page.iter().for_each(|item| say!("{item}"));
        }
    } else {
        let output = client.call(name, input).await?;
        if !output.is_null() {
            say!("{output:#}");
        }
    }
    Ok(())
}

fn gives_file(module: &Module) -> bool {
    module.answers.iter().any(|answer| answer.body == Some(Type::File))
}

/// Its items are printed as they come, a line each.
fn comes_by_itself(module: &Module) -> bool {
    module.answers.iter().any(|answer| matches!(answer.decoding, Decoding::Items(_)))
}

/// An option that the module has no use for is a mistake, and is said before anything is sent.
fn arguments_fit(arguments: &Arguments, module: &Module) -> Result<(), String> {
    let name = &arguments.module;
    if arguments.all && module.page.is_none() {
        return Err(format!("`{name}` gives no pages, so `--all` means nothing"));
    }
    if arguments.save.is_some() && !gives_file(module) {
        return Err(format!("`{name}` gives no file, so there is nothing to save"));
    }
    Ok(())
}

fn input(arguments: &Arguments, projection: &Projection<'_>, module: &Module) -> Result<Value, String> {
    let mut input = match arguments.input.as_deref() {
        None => Map::new(),
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
            object(&text)?
        }
        Some(text) => object(text)?,
    };
    for name in input.keys() {
        known(name, module)?;
    }
    for given in &arguments.set {
        let (name, value) = pair(given)?;
        input.insert(name.to_owned(), value_of(value, &known(name, module)?.ty, projection));
    }
    for given in &arguments.file {
        let (name, path) = pair(given)?;
        if !takes_file(&known(name, module)?.ty) {
            return Err(format!("`{name}` is no file; write `--set {name}=…`"));
        }
        let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        let file_name = std::path::Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
        input.insert(name.to_owned(), linchpin_runtime::Body::json_of(&bytes, file_name.as_deref()));
    }
    Ok(Value::Object(input))
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("the input must be a JSON object: --input '{\"name\": \"Alpha\"}'".to_owned()),
        Err(error) => Err(format!("the input is no JSON: {error}")),
    }
}

fn takes_file(ty: &Type) -> bool {
    match ty {
        Type::File => true,
        Type::Nullable(inner) | Type::List(inner, _) => takes_file(inner),
        _ => false,
    }
}

/// Text where the module wants text; JSON elsewhere, or text when it is none.
fn value_of(value: &str, ty: &Type, projection: &Projection<'_>) -> Value {
    match serde_json::from_str(value) {
        Ok(value) if value == Value::Null || !is_text(ty, projection) => value,
        _ => Value::from(value),
    }
}

/// Is it written as a string in JSON? A decimal may be, and keeps its digits so.
fn is_text(ty: &Type, projection: &Projection<'_>) -> bool {
    match ty {
        Type::Nullable(inner) => is_text(inner, projection),
        Type::Named(symbol) => projection.type_of(*symbol).is_some_and(|found| match &found.item.kind {
            TypeDefKind::Enum { variants, .. } => variants.iter().all(|variant| matches!(variant.value, Literal::Text(_))),
            _ => false,
        }),
        Type::Int(_) | Type::Float(_) | Type::Bool | Type::Json | Type::Literal(_) | Type::List(..) | Type::Map(..) | Type::File => false,
        Type::Duration(format) => format.is_none(),
        _ => true,
    }
}

fn known<'m>(name: &str, module: &'m Module) -> Result<&'m linchpin_compiler::model::Field, String> {
    let mut fields = module.inputs.iter().map(|input| &input.field);
    fields.clone().find(|field| field.name == name).ok_or_else(|| {
        let names: Vec<_> = fields.by_ref().map(|field| field.name.as_str()).collect();
        match nearest(name, names.iter().copied()) {
            Some(near) => format!("there is no input `{name}`; did you mean `{near}`?"),
            None => format!("there is no input `{name}`; there are {}", names.join(", ")),
        }
    })
}
