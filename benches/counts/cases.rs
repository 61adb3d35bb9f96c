//! What is counted.

use super::callgrind::NO_INPUT;
use super::{families, graphql, http, json, verdict};

/// One iteration, its input prepared; nothing, when there is no such input here.
pub type Iteration = Option<Box<dyn FnMut()>>;

/// One case.
pub struct Case {
    /// Its name in the baseline.
    pub name: &'static str,
    /// Iterations of the run that is subtracted.
    pub few: u32,
    /// Iterations of the other one.
    pub many: u32,
    prepare: fn() -> Iteration,
}

/// A family of hostile inputs whose cost must grow as their size does.
pub struct Growth {
    /// Its name.
    pub name: &'static str,
    /// The smaller size; the larger is ten times that.
    pub size: u32,
    prepare: fn(usize) -> Box<dyn FnMut()>,
}

const fn case(name: &'static str, prepare: fn() -> Iteration) -> Case {
    Case { name, few: 20, many: 120, prepare }
}

/// Every case with a baseline.
pub static CASES: &[Case] = &[
    case("graphql.parse.product-page", || Some(graphql::parsing(graphql::PRODUCT_PAGE))),
    case("graphql.measure.product-page", || Some(graphql::measuring(graphql::PRODUCT_PAGE))),
    case("graphql.print.product-page", || Some(graphql::printing(graphql::PRODUCT_PAGE))),
    case("graphql.parse.github-small", || Some(graphql::parsing(&graphql::outside("github-small")?))),
    case("graphql.measure.github-small", || Some(graphql::measuring(&graphql::outside("github-small")?))),
    case("graphql.print.github-small", || Some(graphql::printing(&graphql::outside("github-small")?))),
    Case {
        name: "graphql.parse.github-30k",
        few: 2,
        many: 12,
        prepare: || Some(graphql::parsing(&graphql::outside("github-30k")?)),
    },
    case("json.envelope", || Some(json::envelope())),
    case("http.framing.whole", || Some(http::framing(usize::MAX))),
    case("http.framing.byte-by-byte", || Some(http::framing(1))),
    case("http.framing.chunked-64k", || Some(http::chunked())),
    case("http.head", || Some(http::head())),
    case("verdict.graphql", || Some(verdict::graphql())),
    case("verdict.http", || Some(verdict::http())),
    case("audit.line", || Some(verdict::audit_line())),
];

/// Every hostile family.
pub static GROWTHS: &[Growth] = &[
    Growth { name: "growth.fragment-chain", size: 1000, prepare: |n| graphql::whole(families::chain(n)) },
    Growth { name: "growth.fragment-doubling", size: 1000, prepare: |n| graphql::whole(families::doubling(n)) },
    Growth { name: "growth.aliases", size: 1000, prepare: |n| graphql::whole(families::aliases(n)) },
    Growth { name: "growth.aliases-shared", size: 1000, prepare: |n| graphql::whole(families::shared_aliases(n)) },
    Growth { name: "growth.nested-fields", size: 1000, prepare: |n| graphql::whole(families::nested_fields(n)) },
    Growth { name: "growth.nested-values", size: 1000, prepare: |n| graphql::whole(families::nested_values(n)) },
    Growth { name: "growth.operations", size: 1000, prepare: |n| graphql::whole(families::operations(n)) },
    Growth { name: "growth.json-members", size: 1000, prepare: |n| json::reading(families::members(n)) },
    Growth { name: "growth.json-alike-members", size: 1000, prepare: |n| json::reading(families::alike_members(n)) },
    Growth { name: "growth.json-nested", size: 1000, prepare: |n| json::reading(families::nested_arrays(n)) },
    Growth { name: "growth.json-escapes", size: 1000, prepare: |n| json::reading(families::escapes(n)) },
    Growth { name: "growth.header-fields", size: 100, prepare: http::fields },
    Growth { name: "growth.small-chunks", size: 1000, prepare: http::small_chunks },
];

/// Runs one case so many times and nothing else.
pub fn run(name: &str, times: u32) {
    let mut iteration = match name.split_once('/') {
        None => {
            let case = CASES.iter().find(|case| case.name == name).expect("a case of that name");
            let Some(iteration) = (case.prepare)() else { std::process::exit(NO_INPUT) };
            iteration
        }
        Some((family, size)) => {
            let growth = GROWTHS.iter().find(|growth| growth.name == family).expect("a family of that name");
            (growth.prepare)(size.parse().expect("a size"))
        }
    };
    for _ in 0..times {
        iteration();
    }
}
