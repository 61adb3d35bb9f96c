//! A GraphQL shop as others run it: products with reviews, reviews with authors, authors with reviews. It has no bounds of its own, so a
//! query may go round that circle as long as it likes; bounding it is what Portcullis is there for.
#![allow(clippy::unused_async, reason = "async-graphql asks for async resolvers")]

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::http::parse_query_string;
use async_graphql::{
    ComplexObject, Context, EmptySubscription, Error, ID, Object, Request, SDLExportOptions, Schema, SimpleObject,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The shop's schema with its data.
pub(crate) type Shop = Schema<Query, Mutation, EmptySubscription>;

/// The schema over a few products and reviews.
pub(crate) fn schema() -> Shop {
    Schema::build(Query, Mutation, EmptySubscription).data(Stock::default()).finish()
}

/// The schema as its owner would hand it over: SDL.
pub(crate) fn sdl() -> String {
    schema().sdl_with_options(SDLExportOptions::new().prefer_single_line_descriptions())
}

/// `/graphql`, by POST and GET.
pub(crate) fn router() -> Router {
    Router::new().route("/graphql", get(by_url).post(by_body)).with_state(schema())
}

async fn by_body(State(shop): State<Shop>, body: Bytes) -> Response {
    match serde_json::from_slice::<Request>(&body) {
        Ok(request) => answer(&shop, request).await,
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

async fn by_url(State(shop): State<Shop>, RawQuery(query): RawQuery) -> Response {
    match parse_query_string(&query.unwrap_or_default()) {
        Ok(request) => answer(&shop, request).await,
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

async fn answer(shop: &Shop, request: Request) -> Response {
    match serde_json::to_vec(&shop.execute(request).await) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Something sold here.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Product {
    id: ID,
    name: String,
    /// Price in cents.
    price: i32,
}

#[ComplexObject]
impl Product {
    /// What customers think of it.
    async fn reviews(&self, context: &Context<'_>) -> Result<Vec<Review>, Error> {
        Ok(context.data::<Stock>()?.reviews(|review| review.product == self.id))
    }
}

/// What a customer thinks of a product.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Review {
    id: ID,
    /// One to five.
    stars: i32,
    text: String,
    #[graphql(skip)]
    product: ID,
    #[graphql(skip)]
    author: ID,
}

#[ComplexObject]
impl Review {
    /// What was bought.
    async fn product(&self, context: &Context<'_>) -> Result<Product, Error> {
        context.data::<Stock>()?.product(&self.product).ok_or_else(|| "no such product".into())
    }

    /// Who wrote it.
    async fn author(&self, context: &Context<'_>) -> Result<Customer, Error> {
        context.data::<Stock>()?.customer(&self.author).ok_or_else(|| "no such customer".into())
    }
}

/// Somebody who buys here.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Customer {
    id: ID,
    name: String,
}

#[ComplexObject]
impl Customer {
    /// What the customer wrote.
    async fn reviews(&self, context: &Context<'_>) -> Result<Vec<Review>, Error> {
        Ok(context.data::<Stock>()?.reviews(|review| review.author == self.id))
    }
}

/// What can be asked.
#[derive(Debug)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// Everything sold here.
    async fn products(&self, context: &Context<'_>) -> Result<Vec<Product>, Error> {
        Ok(context.data::<Stock>()?.products.clone())
    }

    /// One product.
    async fn product(&self, context: &Context<'_>, id: ID) -> Result<Option<Product>, Error> {
        Ok(context.data::<Stock>()?.product(&id))
    }

    /// The customer who asks. The demo knows one.
    async fn me(&self, context: &Context<'_>) -> Result<Option<Customer>, Error> {
        Ok(context.data::<Stock>()?.customers.first().cloned())
    }
}

/// What can be changed.
#[derive(Debug)]
pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// Adds a review of a product, by the customer who asks.
    async fn add_review(&self, context: &Context<'_>, product: ID, stars: i32, text: String) -> Result<Review, Error> {
        let stock = context.data::<Stock>()?;
        if stock.product(&product).is_none() {
            return Err("no such product".into());
        }
        if !(1..=5).contains(&stars) {
            return Err("stars are one to five".into());
        }
        Ok(stock.review(product, stars, text))
    }
}

/// The shop's data. Reviews alone change.
struct Stock {
    products: Vec<Product>,
    customers: Vec<Customer>,
    reviews: Arc<Mutex<Vec<Review>>>,
}

impl Default for Stock {
    fn default() -> Self {
        let product = |id: &str, name: &str, price| Product { id: id.into(), name: name.to_owned(), price };
        let customer = |id: &str, name: &str| Customer { id: id.into(), name: name.to_owned() };
        let review = |id: &str, stars, text: &str, product: &str, author: &str| {
            let text = text.to_owned();
            Review { id: id.into(), stars, text, product: product.into(), author: author.into() }
        };
        let reviews = vec![
            review("1", 5, "Holds three litres and a cat.", "1", "1"),
            review("2", 4, "Heavier than it looks.", "2", "2"),
            review("3", 2, "The cat prefers the box.", "1", "2"),
        ];
        Self {
            products: vec![
                product("1", "Copper kettle", 4900),
                product("2", "Oak stool", 7900),
                product("3", "Wool blanket", 11_900),
            ],
            customers: vec![customer("1", "Ada"), customer("2", "Grace")],
            reviews: Arc::new(Mutex::new(reviews)),
        }
    }
}

impl Stock {
    fn product(&self, id: &ID) -> Option<Product> {
        self.products.iter().find(|product| product.id == *id).cloned()
    }

    fn customer(&self, id: &ID) -> Option<Customer> {
        self.customers.iter().find(|customer| customer.id == *id).cloned()
    }

    fn reviews(&self, wanted: impl Fn(&Review) -> bool) -> Vec<Review> {
        let reviews = self.reviews.lock().unwrap_or_else(PoisonError::into_inner);
        reviews.iter().filter(|review| wanted(review)).cloned().collect()
    }

    fn review(&self, product: ID, stars: i32, text: String) -> Review {
        let mut reviews = self.reviews.lock().unwrap_or_else(PoisonError::into_inner);
        let id = reviews.len().saturating_add(1).to_string().into();
        let review = Review { id, stars, text, product, author: "1".into() };
        reviews.push(review.clone());
        review
    }
}
