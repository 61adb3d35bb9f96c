//! A REST inventory as others run it: items by their number, to list, read, write and delete. Whoever reaches it may delete; that nobody
//! does from outside is what the policy in front of it says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};

/// `/inventory/items` and `/inventory/items/{number}`.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/inventory/items", get(list))
        .route("/inventory/items/{number}", get(read).put(write).delete(delete))
        .with_state(Items::default())
}

/// One item.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Item {
    name: String,
    quantity: u32,
}

#[derive(Clone)]
struct Items(Arc<Mutex<BTreeMap<u32, Item>>>);

impl Default for Items {
    fn default() -> Self {
        let item = |name: &str, quantity| Item { name: name.to_owned(), quantity };
        let items = [(1, item("Copper kettle", 12)), (2, item("Oak stool", 4)), (3, item("Wool blanket", 0))];
        Self(Arc::new(Mutex::new(BTreeMap::from(items))))
    }
}

impl Items {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn list(State(items): State<Items>) -> Response {
    json(StatusCode::OK, &*items.lock())
}

async fn read(State(items): State<Items>, Path(number): Path<u32>) -> Response {
    match items.lock().get(&number) {
        Some(item) => json(StatusCode::OK, item),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn write(State(items): State<Items>, Path(number): Path<u32>, body: Bytes) -> Response {
    let item: Item = match serde_json::from_slice(&body) {
        Ok(item) => item,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let status = if items.lock().insert(number, item.clone()).is_some() { StatusCode::OK } else { StatusCode::CREATED };
    json(status, &item)
}

async fn delete(State(items): State<Items>, Path(number): Path<u32>) -> StatusCode {
    if items.lock().remove(&number).is_some() { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (status, [(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
