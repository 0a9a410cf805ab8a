//! Takes in what warehouses and carriers report 出荷実績・配送状況.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use juchu::app::operate_order::{OperateOrder, RequestError};
use juchu::app::ports::{AnswerStore, Clock, OrderStore};
use juchu::domain::Command;
use juchu::domain::ids::ShipmentId;
use juchu::lambda::api::commands::CommandReply;
use juchu::lambda::api::fulfilment::FulfilmentEventBody;
use juchu::lambda::http::{Problem, Request, Response, respond};
use juchu::lambda::identity::caller;

/// Answers a request.
pub async fn handle(
    app: &OperateOrder<impl OrderStore + AnswerStore, impl Clock>,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("receive-fulfilment", event, async |request| match request.route() {
        "POST /v1/shipments/{id}/events" => report(app, &request).await,
        _ => Err(Problem::not_found("route")),
    })
    .await
}

async fn report(
    app: &OperateOrder<impl OrderStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let shipment: ShipmentId = request.path("id")?;
    let caller = caller(request)?;
    let report = request.json::<FulfilmentEventBody>()?.read()?;
    let order = shipment.order().ok_or(RequestError::NotFound("shipment"))?;
    let command = Command::RecordFulfilment { shipment, report };
    let reply = app.handle(&caller, &order, &command, CommandReply::of).await?;
    Response::reply(reply)
}
