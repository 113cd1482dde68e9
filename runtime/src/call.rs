//! From an input and its table to a request: what is checked, where each field goes, how the body is encoded. Sends nothing.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;
use url::Url;

use crate::{
    address::{self, Pairs},
    body::{Body, Payload},
    client,
    connection::FieldValues,
    encode,
    engine::Core,
    error::{Error, ErrorKind},
    gate::{self, Passage},
    http_module::Redirects,
    limit::Admitted,
    operation::{ConstantPlace, Decoding, Framing, OperationTable, Place, Segment, ServerChoice, Style},
    plain::Plain,
    shape::{Attrs, ErasedRef, Field, StructureView, View},
};

/// Room for a usual query, so that it does not grow piece by piece.
const QUERY_BYTES: usize = 128;

/// A request that is complete but for its credential.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) operation: &'static OperationTable,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) passage: Passage,
    pub(crate) headers: HeaderMap,
    /// `a=1; b=2`
    pub(crate) cookies: String,
    pub(crate) payload: Payload,
    /// Which redirects are followed, when the call says so itself.
    pub(crate) redirects: Option<Redirects>,
    /// The longest one try may take, when the call says so itself.
    pub(crate) timeout: Option<std::time::Duration>,
    /// Where in an answer stands what is asked for, when the call says so itself.
    pub(crate) wanted: Option<std::sync::Arc<[String]>>,
    /// It asks for a part of a file, so a part is an answer, and so is that there is none.
    pub(crate) partial: bool,
    /// Its items are read as they come.
    pub(crate) streamed: bool,
    /// It asks whether something changed, so that it did not is an answer.
    pub(crate) conditional: bool,
    /// It is one of those that send a body in parts: that more is wanted is an answer, and whether it is sent again is not decided here.
    pub(crate) part: bool,
    /// The place of another call among those that run at once, where it shares that one.
    pub(crate) place: Admitted,
}

/// One field's value for one request: what the input holds, or what paging puts in its place.
#[derive(Clone, Copy)]
pub(crate) enum Given<'a> {
    /// What the input holds.
    Typed(ErasedRef<'a>),
    /// What paging puts in its place.
    Moved(&'a Value),
}

impl<'a> Given<'a> {
    pub(crate) fn plain(self, attrs: &Attrs) -> Option<Plain<'a>> {
        match self {
            Given::Typed(value) => Plain::of(value, attrs),
            Given::Moved(value) => Some(Plain::from_json(value)),
        }
    }
}

/// The input, some of its fields moved.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    fields: StructureView<'a>,
    places: &'static [Place],
    moved: &'a [(u16, &'a Value)],
}

impl<'a> Input<'a> {
    fn get(&self, index: usize) -> Option<(&'static Field, Place, Given<'a>)> {
        let (field, value) = self.fields.field(index)?;
        let place = *self.places.get(index)?;
        let moved = self.moved.iter().find(|(moved, _)| usize::from(*moved) == index);
        let given = moved.map_or(Given::Typed(value), |(_, value)| Given::Moved(value));
        Some((field, place, given))
    }

    /// Every field, with its place and value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static Field, Place, Given<'a>)> + '_ {
        (0..self.fields.len()).filter_map(|index| self.get(index))
    }

    /// The field that is the whole body.
    pub(crate) fn whole_body(&self) -> Option<(&'static Field, Given<'a>)> {
        self.iter().find(|(_, place, _)| *place == Place::WholeBody).map(|(field, _, given)| (field, given))
    }

    /// The members of the body.
    pub(crate) fn body_members(&self) -> impl Iterator<Item = (&'static Field, Given<'a>)> + '_ {
        self.iter().filter(|(_, place, _)| *place == Place::Body).map(|(field, _, given)| (field, given))
    }
}

/// Makes the request of a call. `moved` are the fields that paging and polling have moved, and their values.
pub(crate) fn prepare(
    core: &Core,
    table: &'static OperationTable,
    input: ErasedRef<'_>,
    moved: &[(u16, &Value)],
) -> Result<Prepared, Error> {
    made(core, table, input, moved).map_err(|error| error.with_operation(table))
}

fn made(core: &Core, table: &'static OperationTable, input: ErasedRef<'_>, moved: &[(u16, &Value)]) -> Result<Prepared, Error> {
    if !table.steps.is_empty() {
        return Err(Error::new(ErrorKind::Configuration, "it has steps, so it is not one request"));
    }
    if table.webhook.is_some() {
        return Err(Error::new(ErrorKind::Configuration, "it is told of what happens, so there is no request"));
    }
    permitted(core, table)?;
    if core.settings.validate {
        crate::shape::validate(input).map_err(|problem| Error::new(ErrorKind::Input, problem.message()).with_path(problem.path()))?;
    }
    let View::Structure(fields) = input.view() else {
        return Err(Error::new(ErrorKind::Input, "the input is not a structure"));
    };
    let input = Input { fields, places: table.places, moved };
    let (url, passage) = address(core, table, &input)?;
    let mut prepared = head(core, table, &input, url, passage)?;
    let (payload, content_type) = encode::body(table, core.table, &input)?;
    prepared.payload = payload;
    if let Some(content_type) = content_type {
        let value =
            HeaderValue::try_from(content_type).map_err(|_| Error::new(ErrorKind::Input, "the content type is not a header value"))?;
        prepared.headers.insert(header::CONTENT_TYPE, value);
    }
    Ok(prepared)
}

/// The request for a page whose URL the server gave: same method and headers, nothing of the input's query and body.
pub(crate) fn follow(
    core: &Core,
    table: &'static OperationTable,
    input: ErasedRef<'_>,
    from: &Url,
    link: &str,
    moved: &[(u16, &Value)],
) -> Result<Prepared, Error> {
    let link = Url::parse(link).map_or_else(|_| link.to_owned(), |url| core.declared(url).into());
    let url = gate::next_link(from, &link).map_err(|error| error.with_operation(table))?;
    let View::Structure(fields) = input.view() else {
        return Err(Error::new(ErrorKind::Input, "the input is not a structure"));
    };
    let input = Input { fields, places: table.places, moved };
    let passage = if table.server == ServerChoice::Outside { Passage::Bare } else { Passage::WithCredentials };
    let mut prepared = head(core, table, &input, url, passage)?;
    if prepared.method != Method::GET {
        let (payload, content_type) = encode::body(table, core.table, &input)?;
        prepared.payload = payload;
        if let Some(value) = content_type.and_then(|content_type| HeaderValue::try_from(content_type).ok()) {
            prepared.headers.insert(header::CONTENT_TYPE, value);
        }
    }
    Ok(prepared)
}

/// The address of a search's first page, against which next links are held.
pub(crate) fn home(core: &Core, table: &'static OperationTable, input: ErasedRef<'_>) -> Result<Url, Error> {
    let View::Structure(fields) = input.view() else {
        return Err(Error::new(ErrorKind::Input, "the input is not a structure"));
    };
    let input = Input { fields, places: table.places, moved: &[] };
    address(core, table, &input).map(|(url, _)| url).map_err(|error| error.with_operation(table))
}

/// `connection none`: anybody may call it, and no credential goes along.
pub(crate) fn is_public(table: &OperationTable) -> bool {
    table.connections == ["none"]
}

/// Whether this connection may call it.
pub(crate) fn permitted(core: &Core, table: &'static OperationTable) -> Result<(), Error> {
    if table.connections.is_empty() || core.connection.is_some_and(|connection| table.connections.contains(&connection)) {
        return Ok(());
    }
    if is_public(table) {
        return Ok(());
    }
    let message = format!("it needs a connection of kind {}", table.connections.join(" or "));
    Err(Error::new(ErrorKind::Configuration, message))
}

fn address(core: &Core, table: &'static OperationTable, input: &Input<'_>) -> Result<(Url, Passage), Error> {
    if table.server == ServerChoice::Outside {
        let mut url = gate::outside(base(core, table)?.as_ref(), &outside_text(table, input)?)?;
        add_query(core, table, input, &mut url);
        return Ok((url, Passage::Bare));
    }
    if table.server == ServerChoice::Inside {
        let address = outside_text(table, input)?;
        let address = Url::parse(&address).map_or_else(|_| address.to_string(), |url| core.declared(url).into());
        let mut url = gate::inside(&core.servers, &address)?;
        add_query(core, table, input, &mut url);
        return Ok((url, Passage::WithCredentials));
    }
    let server = base(core, table)?;
    let mut path = String::with_capacity(128);
    path.push_str(server.path().trim_end_matches('/'));
    for (index, segment) in table.segments().enumerate() {
        match segment {
            Segment::Text(fixed) => {
                if index == 0 && !fixed.starts_with('/') {
                    path.push('/');
                }
                path.push_str(fixed);
            }
            Segment::Field(field) => path_field(&mut path, input, field, index == 0)?,
        }
    }
    // The server's address stays as it was parsed when the client was made: only path and query are set, so no input can change where
    // the request goes. A fixed path may bring a query of its own.
    let mut query = query(core, table, input).0;
    let own = path.find('?').map(|at| path.split_off(at));
    if let Some(own) = own.as_deref().map(|own| &own[1..]).filter(|own| !own.is_empty()) {
        query = if query.is_empty() { own.to_owned() } else { format!("{own}&{query}") };
    }
    let mut url = server.into_owned();
    url.set_path(&path);
    url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    Ok((url, Passage::WithCredentials))
}

fn base<'a>(core: &'a Core, table: &'static OperationTable) -> Result<std::borrow::Cow<'a, Url>, Error> {
    use std::borrow::Cow;
    let index = match table.server {
        ServerChoice::Own(template) => return client::server(core.table, template, &core.fields, core.rebase.as_ref()).map(Cow::Owned),
        ServerChoice::Named(index) => usize::from(index),
        ServerChoice::Default | ServerChoice::Outside | ServerChoice::Inside => 0,
    };
    core.servers.get(index).map(Cow::Borrowed).ok_or_else(|| Error::new(ErrorKind::Configuration, "the API declares no such server"))
}

fn path_field(text: &mut String, input: &Input<'_>, index: u16, first: bool) -> Result<(), Error> {
    let missing = || Error::new(ErrorKind::Input, "a part of the path has no value");
    let (field, place, given) = input.get(usize::from(index)).ok_or_else(missing)?;
    let Place::Path(style) = place else { return Err(missing()) };
    if first {
        text.push('/');
    }
    address::segment(text, field.wire, &given.plain(&field.attrs).unwrap_or(Plain::Null), style)
}

/// A whole URL: a field that holds it, perhaps with fixed text around it.
fn outside_text(table: &'static OperationTable, input: &Input<'_>) -> Result<String, Error> {
    let pieces = table.segments().map(|segment| match segment {
        Segment::Text(text) => Ok(text.to_owned()),
        Segment::Field(index) => {
            let value = input.get(usize::from(index)).and_then(|(field, _, given)| Some(given.plain(&field.attrs)?.flat().into_owned()));
            value.ok_or_else(|| Error::new(ErrorKind::Input, "the address has no value"))
        }
    });
    pieces.collect()
}

fn query(core: &Core, table: &'static OperationTable, input: &Input<'_>) -> Pairs {
    let mut pairs = Pairs::default();
    for (field, place, given) in input.iter() {
        let Place::Query(style) = place else { continue };
        if pairs.0.capacity() == 0 {
            pairs.0.reserve(QUERY_BYTES);
        }
        write_query(&mut pairs, field, given, style);
    }
    for constant in core.table.constants.iter().filter(|constant| constant.place == ConstantPlace::Query) {
        pairs.push(constant.name, &constant.value.replace("{api}", core.table.wire_version));
    }
    for constant in table.constants.iter().filter(|constant| constant.place == ConstantPlace::Query) {
        pairs.push(constant.name, constant.value);
    }
    pairs
}

fn write_query(pairs: &mut Pairs, field: &'static Field, given: Given<'_>, style: Style) {
    if style == Style::Json {
        let json = match given {
            Given::Typed(value) => value.present().map(|value| encode::json_text(value, &field.attrs)),
            Given::Moved(value) => Some(value.to_string()),
        };
        if let Some(json) = json {
            pairs.push(field.wire, &json);
        }
        return;
    }
    match given.plain(&field.attrs) {
        Some(Plain::Members(rest)) if field.attrs.rest => rest.iter().for_each(|(name, value)| pairs.write(name, value, style)),
        Some(plain) => pairs.write(field.wire, &plain, style),
        None => {}
    }
}

fn add_query(core: &Core, table: &'static OperationTable, input: &Input<'_>, url: &mut Url) {
    let own = input.iter().any(|(_, place, _)| matches!(place, Place::Query(_)));
    if own || table.constants.iter().any(|constant| constant.place == ConstantPlace::Query) {
        let pairs = query(core, table, input);
        let joined = url.query().map_or_else(|| pairs.0.clone(), |query| format!("{query}&{}", pairs.0));
        url.set_query(Some(&joined));
    }
}

/// Method, headers and cookies.
fn head(core: &Core, table: &'static OperationTable, input: &Input<'_>, url: Url, passage: Passage) -> Result<Prepared, Error> {
    let method = Method::from_bytes(table.method.as_bytes()).map_err(|_| Error::new(ErrorKind::Configuration, "the method is not one"))?;
    let mut headers = core.headers_for(passage);
    if let Some(accept) = accept(table) {
        headers.entry(header::ACCEPT).or_insert(accept);
    }
    // A file is wanted as it is: packed on the way it has no length, and no place in it to go on from later.
    if table.answers.iter().any(|answer| answer.decoding == Decoding::Stream) {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    let mut cookies = String::new();
    for constant in table.constants {
        match constant.place {
            ConstantPlace::Header => insert(&mut headers, constant.name, constant.value)?,
            ConstantPlace::Cookie => add_cookie(&mut cookies, constant.name, constant.value),
            ConstantPlace::Query | ConstantPlace::Body => {}
        }
    }
    for (field, place, given) in input.iter() {
        match place {
            Place::Header(style) => {
                if let Some(plain) = given.plain(&field.attrs) {
                    insert(&mut headers, field.wire, &address::header_text(&plain, style))?;
                }
            }
            Place::Cookie(style) => {
                if let Some(plain) = given.plain(&field.attrs) {
                    add_cookie(&mut cookies, field.wire, &address::cookie_text(&plain, style));
                }
            }
            _ => {}
        }
    }
    if let Some(name) = table.key_header() {
        headers.entry(name).or_insert_with(idempotency_key);
    }
    Ok(Prepared {
        operation: table,
        method,
        url,
        passage,
        headers,
        cookies,
        payload: Payload::default(),
        redirects: None,
        timeout: None,
        partial: false,
        streamed: false,
        conditional: false,
        wanted: None,
        part: false,
        place: Admitted::default(),
    })
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Error> {
    let name = HeaderName::try_from(name).map_err(|_| Error::new(ErrorKind::Configuration, "a header's name is not one"))?;
    let value = HeaderValue::try_from(value)
        .map_err(|_| Error::new(ErrorKind::Input, format!("the value of the header `{name}` holds a character that a header must not")))?;
    headers.insert(name, value);
    Ok(())
}

fn add_cookie(cookies: &mut String, name: &str, value: &str) {
    if !cookies.is_empty() {
        cookies.push_str("; ");
    }
    cookies.push_str(name);
    cookies.push('=');
    cookies.push_str(value);
}

/// What the answers of the operation are made of. Servers call JSON and XML by names of their own too, `application/vnd.acme.user+json`, and
/// some refuse a call that does not take what they are about to send: so anything else is taken as well, but wanted least.
fn accept(table: &'static OperationTable) -> Option<HeaderValue> {
    if table.is_graphql() {
        return Some(HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9"));
    }
    table.answers.iter().find_map(|answer| match answer.decoding {
        Decoding::Nothing | Decoding::Headers => None,
        Decoding::Json => Some(HeaderValue::from_static("application/json, */*;q=0.1")),
        Decoding::Xml => Some(HeaderValue::from_static("application/xml, text/xml;q=0.9, */*;q=0.1")),
        Decoding::Text(content_type) => HeaderValue::from_str(content_type).ok(),
        Decoding::Stream => Some(HeaderValue::from_static("*/*")),
        Decoding::Items(items) => Some(HeaderValue::from_static(match items.framing {
            Framing::Events => "text/event-stream",
            Framing::Lines => "application/x-ndjson, application/jsonl, application/json;q=0.9, */*;q=0.1",
        })),
    })
}

/// Unique for each call, the same for each of its tries.
fn idempotency_key() -> HeaderValue {
    let id = uuid::Builder::from_random_bytes(fastrand::u128(..).to_le_bytes()).into_uuid();
    HeaderValue::try_from(id.to_string()).expect("an id is a header value")
}

/// The fields of a connection as `auth` takes them.
pub(crate) fn field_values(connection: ErasedRef<'_>) -> FieldValues {
    let mut values = FieldValues::new();
    if let View::Structure(structure) = connection.view() {
        for (field, value) in structure.fields() {
            if let Some(plain) = Plain::of(value, &field.attrs) {
                values.set(field.name(), plain.flat().into_owned());
            }
        }
    }
    values
}

/// The body in an opaque field, if it is one.
pub(crate) fn file(given: Given<'_>) -> Option<&Body> {
    match given {
        Given::Typed(value) => value.present()?.get::<Body>(),
        Given::Moved(_) => None,
    }
}
