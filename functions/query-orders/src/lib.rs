//! Shows orders 受注照会, and the API's own description.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::StatusCode;
use jiff::Timestamp;
use juchu::app::ports::{MailLog, OrderFilter, OrderQuery, OrderStore};
use juchu::app::query_orders::QueryOrders;
use juchu::domain::OrderState;
use juchu::domain::ids::OrderId;
use juchu::lambda::api::addresses::AddressesBody;
use juchu::lambda::api::orders::{OrderList, OrderView};
use juchu::lambda::http::{Problem, Request, Response, respond};
use juchu::lambda::identity::principal;

/// The API's description, as it was generated and reviewed.
const DESCRIPTION: &str = include_str!("../../../infra/docs/openapi.json");

/// Answers a request.
pub async fn handle(
    app: &QueryOrders<impl OrderStore + MailLog>,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("query-orders", event, async |request| match request.route() {
        "GET /v1/orders" => list(app, &request).await,
        "GET /v1/orders/{id}" => show(app, &request).await,
        "POST /v1/addresses/check" => check_addresses(&request),
        "GET /openapi.json" => Ok(Response::json_text(StatusCode::OK, DESCRIPTION.to_owned())),
        _ => Err(Problem::not_found("route")),
    })
    .await
}

async fn show(app: &QueryOrders<impl OrderStore + MailLog>, request: &Request) -> Result<Response, Problem> {
    let id: OrderId = request.path("id")?;
    request.only_query(&["at"])?;
    let moment = |text: &str| text.parse::<Timestamp>();
    let at = request.query("at").map(moment).transpose();
    let at = at.map_err(|_| Problem::invalid("at", "must be a moment such as 2026-11-21T01:15:00Z"))?;
    let whole = app.order(&principal(request)?, &id, at).await?;
    Response::json(StatusCode::OK, &OrderView::from(&whole))
}

/// Reads addresses, for whoever wants to know what an order with them would be told. Any role may.
fn check_addresses(request: &Request) -> Result<Response, Problem> {
    principal(request)?;
    let readings = request.json::<AddressesBody>()?.read()?;
    Response::json(StatusCode::OK, &readings)
}

async fn list(app: &QueryOrders<impl OrderStore + MailLog>, request: &Request) -> Result<Response, Problem> {
    request.only_query(&["merchant", "state", "attention", "limit", "cursor"])?;
    let query = OrderQuery {
        merchant: request.required_query("merchant")?,
        filter: filter(request)?,
        cursor: request.query("cursor").map(ToOwned::to_owned),
        limit: request.limit()?,
    };
    let page = app.orders(&principal(request)?, &query).await?;
    Response::json(StatusCode::OK, &OrderList::from(page))
}

fn filter(request: &Request) -> Result<OrderFilter, Problem> {
    let state = request.query("state").map(|name| {
        let known = OrderState::ALL.into_iter().find(|state| state.name() == name);
        known.ok_or_else(|| {
            let names = OrderState::ALL.map(OrderState::name).join(", ");
            Problem::invalid("state", format!("must be one of {names}"))
        })
    });
    match (state.transpose()?, request.query("attention")) {
        (Some(_), Some("true")) => {
            Err(Problem::invalid("attention", "cannot be combined with state; ask for one of them"))
        }
        (Some(state), _) => Ok(OrderFilter::State(state)),
        (None, Some("true")) => Ok(OrderFilter::Attention),
        (None, None | Some("false")) => Ok(OrderFilter::All),
        (None, Some(_)) => Err(Problem::invalid("attention", "must be true or false")),
    }
}
