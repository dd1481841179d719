//! What a request may ask for, and what it costs, known before it runs.
//!
//! The document is measured as it will be run, with its fragments in place,
//! but each fragment only once: a document that doubles itself thirty times
//! is refused in no time. async-graphql's own checks come afterwards, since
//! they walk every path.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Request, ServerError, Value, Variables};

use crate::paging::PAGE_USUAL;

/// What one request may cost.
pub const COST_MAX: u32 = 5_000;
/// Fields that one request may name, fragments in place.
const FIELDS_MAX: u64 = 2_000;
/// Fields that may carry an alias.
const ALIASES_MAX: u64 = 50;
/// Directives in one request.
const DIRECTIVES_MAX: u64 = 50;
/// Root fields of a query.
const QUERIES_MAX: usize = 25;
/// Root fields of a subscription: the specification allows no more.
const SUBSCRIPTIONS_MAX: usize = 1;
/// Root fields of a mutation.
const MUTATIONS_MAX: usize = 10;
/// The longest document, in bytes.
const DOCUMENT_BYTES_MAX: usize = 64 * 1_024;

/// Fields that are pages of a list, asked for with `first` or `last`.
pub(crate) const PAGES: &[&str] = &[
    "deadLetters",
    "gifts",
    "latestOrders",
    "library",
    "licences",
    "licencesSold",
    "listings",
    "newestListings",
    "orders",
    "releases",
    "redemptions",
    "sales",
    "search",
    "transfers",
    "users",
    "topUpDesk",
    "topUpOrders",
    "voucherBatches",
];

/// Fields that cost more than one: a look-up of their own, or more.
const DEAR: &[(&str, u64)] = &[
    ("__schema", 100),
    ("authorize", 20),
    ("cart", 5),
    ("changeHandle", 10),
    ("conversions", 3),
    ("desk", 3),
    ("download", 3),
    ("entries", 3),
    ("extensions", 3),
    ("fee", 2),
    ("figures", 20),
    ("file", 3),
    ("grantRefund", 5),
    ("history", 3),
    ("images", 3),
    ("issueVouchers", 100),
    ("finishUpload", 50),
    ("manifest", 20),
    ("artifacts", 5),
    ("offers", 3),
    ("release", 3),
    ("software", 3),
    ("uploadArtifact", 20),
    ("openAccount", 50),
    ("payments", 3),
    ("redeemable", 20),
    ("search", 10),
    ("setPassphrase", 50),
    ("signIn", 50),
    ("signInByCode", 20),
    ("signedTime", 10),
    ("storeKeys", 20),
    ("suggest", 5),
    ("takeOverAccount", 50),
    ("wallet", 3),
    ("walletChanged", 5),
];

/// What a request asks for, for rate limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Accounts to open.
    pub opens: u32,
    /// Sign-ins to try.
    pub sign_ins: u32,
    /// The handles that they name.
    pub sign_in_handles: Vec<String>,
    /// Claim codes to try.
    pub claims: u32,
    /// Vouchers to redeem.
    pub redemptions: u32,
    /// Pictures to take.
    pub pictures: u32,
    /// Files for sale to take.
    pub files: u32,
    /// Mutations in all.
    pub writes: u32,
    /// About how many fields are answered, dear ones counted more.
    pub cost: u32,
    /// What sort of operation it is.
    pub operation: Operation,
}

/// What sort of operation a request holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// It only reads.
    #[default]
    Query,
    /// It changes something.
    Mutation,
    /// It listens.
    Subscription,
}

/// Why a request was not even weighed: not run, with this error.
#[derive(Clone, Debug)]
pub struct NotWeighed(pub ServerError);

impl NotWeighed {
    fn limit(problem: String) -> Self {
        let mut error = ServerError::new(problem, None);
        error.extensions.get_or_insert_default().set("code", "TOO_MUCH_ASKED");
        Self(error)
    }
}

/// Parses a request's document, checks its size, and says what it asks for.
///
/// # Errors
/// If the document cannot be parsed, or asks for more than one request may.
pub fn weigh(request: &mut Request) -> Result<Weight, NotWeighed> {
    if request.query.len() > DOCUMENT_BYTES_MAX {
        return Err(NotWeighed::limit(format!("A document has at most {DOCUMENT_BYTES_MAX} bytes.")));
    }
    let (name, variables) = (request.operation_name.clone(), request.variables.clone());
    let document = request.parsed_query().map_err(unreadable)?;
    let scale = Scale { document, variables: &variables };
    let mut memo = HashMap::new();
    // All operations are measured together, since all of them are validated.
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let all = operations.fold(Measure::default(), |sum, set| sum.plus(scale.measure(set, &mut memo)));
    all.check()?;
    let Some(operation) = chosen(document, name.as_deref()) else { return Ok(Weight::default()) };
    check_variables(operation, &variables)?;
    let measure = scale.measure(&operation.selection_set.node, &mut memo);
    let cost = u32::try_from(measure.cost).ok().filter(|cost| *cost <= COST_MAX);
    let cost = cost.ok_or_else(|| {
        NotWeighed::limit(format!(
            "This costs {}; one request may cost {COST_MAX}. Ask for less at once.",
            measure.cost
        ))
    })?;
    let mut roots = Vec::new();
    scale.roots(&operation.selection_set.node, &mut roots, &mut HashSet::new());
    scale.weigh_roots(operation, &roots, cost)
}

/// What the parser says, without the drawing of the place: it repeats the
/// whole line, however long, and the place is told besides.
fn unreadable(error: ServerError) -> NotWeighed {
    let reason = error.message.rsplit_once("= ").map_or(error.message.as_str(), |(_, reason)| reason);
    let message = format!("The document cannot be read: {}.", reason.trim().trim_end_matches('.'));
    NotWeighed(ServerError { message, ..error })
}

/// The operation that will run, if it is clear which.
fn chosen<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Option<&'d OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(&operation.node),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name).map(|operation| &operation.node),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            all.values().next().map(|operation| &operation.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

/// A variable that must be given and is not makes the whole request wrong;
/// async-graphql would only notice it field by field, after others have run.
fn check_variables(operation: &OperationDefinition, variables: &Variables) -> Result<(), NotWeighed> {
    let is_missing = |definition: &&async_graphql::Positioned<VariableDefinition>| {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        match variables.get(&name.node) {
            Some(value) => *value == Value::Null && !var_type.node.nullable,
            None => default_value.is_none() && !var_type.node.nullable,
        }
    };
    match operation.variable_definitions.iter().find(is_missing) {
        Some(definition) => {
            let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
            let problem =
                format!("The variable `${name}` of type `{kind}` has to be given, and not as null.");
            Err(NotWeighed(ServerError::new(problem, Some(definition.pos))))
        }
        None => Ok(()),
    }
}

#[derive(Clone, Copy, Default)]
struct Measure {
    fields: u64,
    aliases: u64,
    directives: u64,
    cost: u64,
}

impl Measure {
    const fn plus(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            cost: self.cost.saturating_add(other.cost),
        }
    }

    fn check(self) -> Result<(), NotWeighed> {
        let limits = [
            ("fields", self.fields, FIELDS_MAX),
            ("aliases", self.aliases, ALIASES_MAX),
            ("directives", self.directives, DIRECTIVES_MAX),
        ];
        match limits.into_iter().find(|(_, count, most)| count > most) {
            Some((what, _, most)) => Err(NotWeighed::limit(format!("A request has at most {most} {what}."))),
            None => Ok(()),
        }
    }
}

struct Scale<'d> {
    document: &'d ExecutableDocument,
    variables: &'d Variables,
}

/// Fragments that were measured; none yet for one that is being measured.
type Memo<'d> = HashMap<&'d str, Option<Measure>>;

impl<'d> Scale<'d> {
    fn measure(&self, set: &'d SelectionSet, memo: &mut Memo<'d>) -> Measure {
        let each = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => self.measure_field(&field.node, memo),
            Selection::InlineFragment(inline) => {
                let inner = self.measure(&inline.node.selection_set.node, memo);
                inner.plus(directives(inline.node.directives.len()))
            }
            Selection::FragmentSpread(spread) => {
                let inner = self.measure_fragment(&spread.node.fragment_name.node, memo);
                inner.plus(directives(spread.node.directives.len()))
            }
        });
        each.fold(Measure::default(), Measure::plus)
    }

    fn measure_fragment(&self, name: &'d Name, memo: &mut Memo<'d>) -> Measure {
        match memo.get(name.as_str()) {
            // A fragment inside itself is refused later, by its rule.
            Some(known) => known.unwrap_or_default(),
            None => {
                let Some(fragment) = self.document.fragments.get(name) else { return Measure::default() };
                memo.insert(name.as_str(), None);
                let measure = self.measure(&fragment.node.selection_set.node, memo);
                memo.insert(name.as_str(), Some(measure));
                measure
            }
        }
    }

    fn measure_field(&self, field: &'d Field, memo: &mut Memo<'d>) -> Measure {
        let inner = self.measure(&field.selection_set.node, memo);
        let name = field.name.node.as_str();
        let own = DEAR.iter().find(|(dear, _)| *dear == name).map_or(1, |(_, cost)| *cost);
        let times = if PAGES.contains(&name) { self.page_size(field) } else { 1 };
        Measure {
            fields: inner.fields.saturating_add(1),
            aliases: inner.aliases.saturating_add(u64::from(field.alias.is_some())),
            cost: inner.cost.saturating_mul(times).saturating_add(own),
            directives: inner.directives,
        }
        .plus(directives(field.directives.len()))
    }

    /// How many entries a page has at most. The same name stands for plain
    /// lists too, such as the orders of a checkout: these count as a page.
    fn page_size(&self, field: &Field) -> u64 {
        let asked = ["first", "last"].into_iter().filter_map(|name| self.number(field, name)).max();
        asked.unwrap_or(u64::from(PAGE_USUAL)).max(1)
    }

    fn number(&self, field: &Field, name: &str) -> Option<u64> {
        match self.argument(field, name)? {
            Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let variable = |name: Name| self.variables.get(&name).cloned().ok_or(());
        field.get_argument(name)?.node.clone().into_const_with(variable).ok()
    }

    /// The root fields that will run, fragments in place.
    fn roots(&self, set: &'d SelectionSet, found: &mut Vec<&'d Field>, open: &mut HashSet<&'d str>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => found.push(&field.node),
                Selection::InlineFragment(inline) => self.roots(&inline.node.selection_set.node, found, open),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && open.insert(name.as_str())
                    {
                        self.roots(&fragment.node.selection_set.node, found, open);
                        open.remove(name.as_str());
                    }
                }
            }
        }
    }

    fn weigh_roots(
        &self,
        operation: &OperationDefinition,
        roots: &[&Field],
        cost: u32,
    ) -> Result<Weight, NotWeighed> {
        let is_mutation = operation.ty == OperationType::Mutation;
        let most = match operation.ty {
            OperationType::Query => QUERIES_MAX,
            OperationType::Mutation => MUTATIONS_MAX,
            OperationType::Subscription => SUBSCRIPTIONS_MAX,
        };
        if roots.len() > most {
            return Err(NotWeighed::limit(format!("An operation has at most {most} root fields.")));
        }
        let mut weight = Weight { cost, ..Weight::default() };
        match operation.ty {
            OperationType::Query => {}
            OperationType::Mutation => {
                weight.operation = Operation::Mutation;
                check_single(roots)?;
            }
            OperationType::Subscription => weight.operation = Operation::Subscription,
        }
        for field in roots {
            let name = field.name.node.as_str();
            weight.writes += u32::from(is_mutation && name != "__typename");
            match name {
                "openAccount" => weight.opens += 1,
                "signIn" => {
                    weight.sign_ins += 1;
                    weight.sign_in_handles.extend(self.handle(field));
                }
                "claimGift" | "giftBehind" | "signInByCode" | "takeOverAccount" => weight.claims += 1,
                "redeemVoucher" => weight.redemptions += 1,
                "uploadImage" | "attachScan" => weight.pictures += 1,
                "attachFile" | "uploadArtifact" => weight.files += 1,
                _ => {}
            }
        }
        Ok(weight)
    }

    fn handle(&self, field: &Field) -> Option<String> {
        match self.argument(field, "input")? {
            Value::Object(input) => match input.get("handle")? {
                Value::String(handle) => Some(handle.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A mutation that is named twice under one key would be run twice, though
/// its answer has room for one.
fn check_single(roots: &[&Field]) -> Result<(), NotWeighed> {
    let mut keys = HashSet::new();
    match roots.iter().find(|field| !keys.insert(field.response_key().node.as_str())) {
        Some(field) => {
            let key = &field.response_key().node;
            Err(NotWeighed::limit(format!(
                "`{key}` is asked for twice: select all of it at once, or use an alias."
            )))
        }
        None => Ok(()),
    }
}

fn directives(count: usize) -> Measure {
    Measure { directives: u64::try_from(count).unwrap_or(u64::MAX), ..Measure::default() }
}
