//! The contract of one GraphQL service: reading, judging facts and findings, and the request kept until it may go on.

use std::sync::Arc;

use portcullis_inspect::{
    Budget, Class, Context, Contract, Exhausted, Finding, Forward, Head, Intake, Limits, Message, Problem, Problems, Refusal,
    Reply, Report, Understood, Unit,
};

use crate::checks::{self, Subject};
use crate::measure::{Graph, OperationMeasure, facts, measure_spreads};
use crate::parser::{DefinitionKind, Document, ParseLimits, parse, text_of};
use crate::pool::{Buffers, Pool};
use crate::print::print;
use crate::schema::Schema;
use crate::transport::{self, Envelope};
use crate::validate::{Fault, validate_spreads};
use crate::{limits, refusal};

/// Bytes of an operation's name that records show. Names are ASCII.
const OPERATION_NAME_SHOWN: usize = 64;

/// One service. Without a schema the document is read, measured and written again, and what its fields mean is left to the upstream.
#[derive(Debug, Default)]
pub(crate) struct Service {
    schema: Option<Arc<Schema>>,
    notes: Problems,
    pool: Arc<Pool>,
}

impl Contract for Service {
    fn notes(&self) -> &[Problem] {
        &self.notes
    }

    fn intake(&self, _head: &Head, limits: &Limits) -> Intake {
        Intake::Collect { bytes_max: limits.value(limits::BODY_BYTES.name) }
    }

    fn inspect(&self, message: &Message<'_>, context: &mut Context<'_>) -> Report {
        let mut findings = Vec::new();
        match self.understand(message, context, &mut findings) {
            Ok((units, request)) => Report { units, findings, understood: Some(Arc::new(request)) },
            Err(finding) => {
                findings.push(*finding);
                Report { units: Vec::new(), findings, understood: None }
            }
        }
    }

    fn refuse(&self, refusal: &Refusal, head: Option<&Head>) -> Reply {
        refusal::reply(refusal, head)
    }
}

impl Service {
    /// A service with a schema, of which `notes` tell what was left out.
    pub(crate) fn with_schema(schema: Schema, notes: Problems) -> Self {
        Self { schema: Some(Arc::new(schema)), notes, pool: Arc::default() }
    }

    fn understand(
        &self,
        message: &Message<'_>,
        context: &mut Context<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(Vec<Unit>, Request), Box<Finding>> {
        let Buffers { json, mut document } = self.pool.take();
        let envelope = transport::read(message, context.limits, json, findings)?;
        spend(context, envelope.json_nodes())?;
        read_document(&envelope.query, context, &mut document)?;
        let judged = Judged { text: &envelope.query, document: &document, schema: self.schema.as_deref() };
        let (units, faults) = judged.units(context, findings)?;
        checks::run(Subject { envelope: &envelope, document: &document }, findings);
        findings.extend(faults.iter().map(Fault::finding));
        Ok((units, Request { envelope, document, pool: Arc::clone(&self.pool) }))
    }
}

/// A request as understood.
#[derive(Debug)]
struct Request {
    envelope: Envelope,
    document: Document,
    pool: Arc<Pool>,
}

impl Drop for Request {
    fn drop(&mut self) {
        self.pool.give(Buffers { json: self.envelope.release(), document: std::mem::take(&mut self.document) });
    }
}

impl Understood for Request {
    fn emit(&self) -> Result<Forward, Box<Finding>> {
        let mut query = String::with_capacity(self.envelope.query.len());
        print(&self.document, &self.envelope.query, &mut query);
        Ok(Forward::Canonical(transport::outgoing(&self.envelope, &query)))
    }
}

fn read_document(text: &str, context: &mut Context<'_>, document: &mut Document) -> Result<(), Box<Finding>> {
    let (bytes, allowed) = (text.len() as u64, context.limits.value(limits::BYTES.name));
    if bytes > allowed {
        return Err(Box::new(Finding::over(&limits::BYTES, Class::Excessive, bytes, allowed)));
    }
    let parse_limits = ParseLimits::from_rows(context.limits);
    parse(text, &parse_limits, document).map_err(|fault| Box::new(fault.finding(&parse_limits)))?;
    spend(context, document.tokens() as usize)
}

/// A document that was read, and what it is held against.
#[derive(Clone, Copy)]
struct Judged<'a> {
    text: &'a str,
    document: &'a Document,
    schema: Option<&'a Schema>,
}

impl Judged<'_> {
    /// One unit per operation with its facts, one for the fragments that none uses, and what validation holds against the document. What is wrong with its fragments shows
    /// while it is measured.
    fn units(self, context: &mut Context<'_>, findings: &mut Vec<Finding>) -> Result<(Vec<Unit>, Vec<Fault>), Box<Finding>> {
        let Self { text, document, schema } = self;
        let graph = Graph::of(document, text);
        let measurement = measure_spreads(document, text, &graph, context.budget).map_err(|Exhausted| exhausted(context.budget))?;
        findings.extend(measurement.faults.iter().map(|fault| fault.finding()));
        let validation = validate_spreads(document, text, &graph, schema, context.budget);
        let validation = validation.map_err(|Exhausted| exhausted(context.budget))?;
        let aliases_allowed = context.limits.value(limits::ALIASES_PER_FIELD.name);
        let units = measurement.operations.iter().filter_map(|operation| self.unit(operation, aliases_allowed)).collect();
        Ok((units, validation.faults))
    }

    fn unit(self, operation: &OperationMeasure, aliases_allowed: u64) -> Option<Unit> {
        let definition = self.document.definitions().get(operation.definition as usize)?;
        let kind = match definition.kind {
            DefinitionKind::Query => "query",
            DefinitionKind::Mutation => "mutation",
            DefinitionKind::Subscription => "subscription",
            DefinitionKind::Fragment => "fragment",
        };
        let name = text_of(self.text, definition.name);
        let short = name.get(..OPERATION_NAME_SHOWN).unwrap_or(name);
        let name = (!name.is_empty()).then(|| short.into());
        Some(Unit { kind, name, facts: facts(self.document, self.text, operation, aliases_allowed) })
    }
}

fn spend(context: &mut Context<'_>, steps: usize) -> Result<(), Box<Finding>> {
    context.budget.spend(steps as u64).map_err(|Exhausted| exhausted(context.budget).into())
}

fn exhausted(budget: &Budget) -> Finding {
    let detail = "inspection would cost more steps than a message may";
    let mut finding = Finding::new("service.work", "WORK_EXCEEDED", Class::Excessive, detail);
    finding.used = Some(budget.spent());
    finding.allowed = Some(budget.allowed());
    finding
}
