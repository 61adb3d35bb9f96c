//! The envelope: the four members of a GraphQL request, from JSON or from parameters.

use bytes::Bytes;
use portcullis_inspect::{CheckSpec, Class, Finding};
use portcullis_json::{Bounds, Document, Kind, Value};

use super::Carrier;
use super::parameters::Parameters;

/// The envelope has the shape GraphQL over HTTP gives it.
pub(crate) const ENVELOPE: CheckSpec = CheckSpec {
    name: "graphql.envelope",
    codes: &["ENVELOPE_SHAPE", "QUERY_MISSING"],
    refuses: "an envelope that is no object, lacks `query`, or has a member of the wrong type",
    yields: false,
};

/// One request at a time.
pub(crate) const BATCHING: CheckSpec = CheckSpec {
    name: "graphql.batching",
    codes: &["BATCHING_REFUSED"],
    refuses: "an array of requests in one body, whatever its length",
    yields: false,
};

/// Nothing in the envelope is unknown. Where this check is off, unknown members are dropped: they are never forwarded.
pub(crate) const UNKNOWN_MEMBERS: CheckSpec = CheckSpec {
    name: "graphql.unknown_members",
    codes: &["UNKNOWN_ENVELOPE_MEMBER"],
    refuses: "envelope members other than `query`, `operationName`, `variables` and `extensions`",
    yields: true,
};

/// A JSON text and its tree.
#[derive(Debug)]
struct Text {
    bytes: Bytes,
    tree: Document,
}

/// Where a member is: which text, and which value in it.
#[derive(Clone, Copy, Debug)]
struct Place {
    text: usize,
    value: usize,
}

/// `operationName` as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OperationName {
    /// Not there, or the empty string, which clients send for "not there".
    Absent,
    /// `null`
    Null,
    /// A name.
    Named(String),
}

/// One GraphQL request, read.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) carrier: Carrier,
    pub(crate) query: String,
    pub(crate) operation_name: OperationName,
    texts: Vec<Text>,
    variables: Option<Place>,
    extensions: Option<Place>,
}

fn shape(detail: &'static str) -> Finding {
    Finding::new(ENVELOPE.name, "ENVELOPE_SHAPE", Class::Malformed, detail)
}

fn query_missing() -> Finding {
    Finding::new(ENVELOPE.name, "QUERY_MISSING", Class::Malformed, "the request has no `query`")
}

fn read_text(bytes: Bytes, bounds: &Bounds, mut tree: Document) -> Result<Text, Box<Finding>> {
    tree.read(&bytes, bounds).map_err(|fault| Box::new(fault.finding()))?;
    Ok(Text { bytes, tree })
}

impl Envelope {
    /// Reads the body of a POST, its tree into `buffer`.
    pub(super) fn from_json(
        body: &Bytes,
        bounds: &Bounds,
        buffer: Document,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, Box<Finding>> {
        let text = read_text(body.clone(), bounds, buffer)?;
        let root = text.tree.root(&text.bytes).ok_or_else(query_missing)?;
        match root.kind() {
            Kind::Object => {}
            Kind::Array => {
                let detail = "the body is an array of requests";
                return Err(Box::new(Finding::new(BATCHING.name, "BATCHING_REFUSED", Class::Malformed, detail)));
            }
            _ => return Err(shape("the body is no object").into()),
        }
        let mut query = None;
        let mut operation_name = OperationName::Absent;
        let (mut variables, mut extensions) = (None, None);
        let mut unknown = false;
        for (name, value) in root.members() {
            match name.as_ref() {
                "query" => query = Some(value.as_str().ok_or_else(|| shape("`query` is no string"))?.into_owned()),
                "operationName" => operation_name = name_of(&value)?,
                "variables" => variables = Some(map_at(0, &value)?),
                "extensions" => extensions = Some(map_at(0, &value)?),
                _ => unknown = true,
            }
        }
        if unknown {
            let detail = "the envelope has a member GraphQL does not know";
            findings.push(Finding::new(UNKNOWN_MEMBERS.name, "UNKNOWN_ENVELOPE_MEMBER", Class::Malformed, detail));
        }
        let query = query.ok_or_else(query_missing)?;
        Ok(Self { carrier: Carrier::Post, query, operation_name, texts: vec![text], variables, extensions })
    }

    /// Reads the parameters of a GET, of which two are JSON texts. An empty one counts as absent.
    pub(super) fn from_parameters(read: Parameters, bounds: &Bounds) -> Result<Self, Box<Finding>> {
        let query = read.query.ok_or_else(query_missing)?;
        let operation_name = match read.operation_name {
            Some(name) if !name.is_empty() => OperationName::Named(name),
            _ => OperationName::Absent,
        };
        let mut texts = Vec::new();
        let mut map = |parameter: Option<String>| match parameter {
            Some(text) if !text.is_empty() => {
                let text = read_text(Bytes::from(text), bounds, Document::new())?;
                let place = text.tree.root(&text.bytes).map(|root| map_at(texts.len(), &root)).transpose();
                texts.push(text);
                place
            }
            _ => Ok(None),
        };
        let variables = map(read.variables)?;
        let extensions = map(read.extensions)?;
        Ok(Self { carrier: Carrier::Get, query, operation_name, texts, variables, extensions })
    }

    /// `variables`, an object or `null`.
    pub(crate) fn variables(&self) -> Option<Value<'_>> {
        self.value(self.variables?)
    }

    /// `extensions`, an object or `null`.
    pub(crate) fn extensions(&self) -> Option<Value<'_>> {
        self.value(self.extensions?)
    }

    fn value(&self, place: Place) -> Option<Value<'_>> {
        let text = self.texts.get(place.text)?;
        text.tree.root(&text.bytes)?.nth(place.value)
    }

    /// Gives up a tree, for its buffer to be used again.
    pub(crate) fn release(&mut self) -> Document {
        self.texts.pop().map(|text| text.tree).unwrap_or_default()
    }

    /// JSON values read: what reading cost.
    pub(crate) fn json_nodes(&self) -> usize {
        self.texts.iter().map(|text| text.tree.len()).sum()
    }
}

fn name_of(value: &Value<'_>) -> Result<OperationName, Box<Finding>> {
    match value.as_str() {
        Some(name) if name.is_empty() => Ok(OperationName::Absent),
        Some(name) => Ok(OperationName::Named(name.into_owned())),
        None if value.kind() == Kind::Null => Ok(OperationName::Null),
        None => Err(shape("`operationName` is neither a string nor null").into()),
    }
}

fn map_at(text: usize, value: &Value<'_>) -> Result<Place, Box<Finding>> {
    match value.kind() {
        Kind::Object | Kind::Null => Ok(Place { text, value: value.index() }),
        _ => Err(shape("`variables` or `extensions` is neither an object nor null").into()),
    }
}
