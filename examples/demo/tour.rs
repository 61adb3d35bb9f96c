//! What the demo says: where everything listens, and five requests with the answer each will get. `tests/it/demo.rs` reads this text, sends
//! the five and compares, so the form (`curl …`, then `=> status body`, with `…` for a request id) is a promise.

use std::io::{self, Write};
use std::net::SocketAddr;

/// Where everything listens.
pub(crate) struct Addresses {
    /// Portcullis.
    pub(crate) front: SocketAddr,
    /// Its health and metrics.
    pub(crate) metrics: SocketAddr,
    /// The shop itself.
    pub(crate) shop: SocketAddr,
    /// The inventory itself.
    pub(crate) inventory: SocketAddr,
}

/// One request to try.
struct Stop {
    title: &'static str,
    /// What curl is told before the address.
    options: &'static str,
    path: &'static str,
    /// The body, sent as JSON.
    body: Option<String>,
    status: u16,
    /// The answer's body; `…` stands for a request id.
    answer: &'static str,
}

/// Levels of the query that is too deep; `policies/baseline.yaml` allows 12.
const TOO_DEEP: usize = 13;

fn stops() -> [Stop; 5] {
    [
        Stop {
            title: "A good query",
            options: "",
            path: "/graphql",
            body: Some(r#"{"query":"{ product(id: 1) { name price reviews { stars author { name } } } }"}"#.to_owned()),
            status: 200,
            answer: r#"{"data":{"product":{"name":"Copper kettle","price":4900,"reviews":[{"stars":5,"author":{"name":"Ada"}},{"stars":2,"author":{"name":"Grace"}}]}}}"#,
        },
        Stop {
            title: "A query that goes round in circles, too deep",
            options: "",
            path: "/graphql",
            body: Some(format!(r#"{{"query":"{}"}}"#, circle(TOO_DEEP))),
            status: 400,
            answer: r#"{"errors":[{"message":"The request asks for too much.","extensions":{"code":"DEPTH_EXCEEDED","request_id":"…"}}]}"#,
        },
        Stop {
            title: "A second query, smuggled in under the same key in disguise (\\u0071 is q)",
            options: "",
            path: "/graphql",
            body: Some(
                r#"{"query":"{ me { name } }","\u0071uery":"mutation { addReview(product: 1, stars: 1, text: \"\") { id } }"}"#
                    .to_owned(),
            ),
            status: 400,
            answer: r#"{"errors":[{"message":"The request could not be read.","extensions":{"code":"DUPLICATE_JSON_KEY","request_id":"…"}}]}"#,
        },
        Stop {
            title: "A REST call",
            options: "",
            path: "/inventory/items/2",
            body: None,
            status: 200,
            answer: r#"{"name":"Oak stool","quantity":4}"#,
        },
        Stop {
            title: "A method the policy does not let through, though the service would obey it",
            options: "-X DELETE ",
            path: "/inventory/items/2",
            body: None,
            status: 405,
            answer: r#"{"type":"about:blank","title":"Method Not Allowed","status":405,"code":"METHOD_NOT_ALLOWED","request_id":"…"}"#,
        },
    ]
}

/// A query of so many levels: products, their reviews, the products of those, …
fn circle(levels: usize) -> String {
    let fields = std::iter::once("products").chain(["reviews", "product"].into_iter().cycle());
    let open: Vec<&str> = fields.take(levels.saturating_sub(1)).collect();
    format!("{{{}{{id}}{}}}", open.join("{"), "}".repeat(open.len().saturating_sub(1)))
}

/// Prints addresses and requests.
pub(crate) fn print(out: &mut impl Write, at: &Addresses) -> io::Result<()> {
    let front = at.front;
    writeln!(out, "Portcullis  http://{front}  (policies/baseline.yaml)")?;
    writeln!(out, "  /graphql      -> the shop, GraphQL, on http://{}", at.shop)?;
    writeln!(out, "  /inventory/*  -> the inventory, REST, on http://{}", at.inventory)?;
    writeln!(out, "Metrics     http://{}/metrics\n", at.metrics)?;
    writeln!(out, "Try these in another terminal:\n")?;
    for (stop, number) in stops().iter().zip(1..) {
        writeln!(out, "{number}. {}:", stop.title)?;
        write!(out, "   curl -i {}http://{front}{}", stop.options, stop.path)?;
        if let Some(body) = &stop.body {
            write!(out, " -H 'Content-Type: application/json' -d '{body}'")?;
        }
        writeln!(out, "\n   => {} {}\n", stop.status, stop.answer)?;
    }
    writeln!(out, "Ctrl-C drains and stops. Below, one audit record per request:\n")?;
    out.flush()
}
