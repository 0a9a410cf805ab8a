//! Carries out what people ask of an order 受注操作, and counts the deposits banks report.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use juchu::app::operate_order::{OperateOrder, RequestError};
use juchu::app::ports::{AnswerStore, Clock, OrderStore};
use juchu::domain::ids::OrderId;
use juchu::lambda::api::commands::{Asked, CommandBody, CommandReply, DepositBody};
use juchu::lambda::http::{Problem, Request, Response, respond};
use juchu::lambda::identity::caller;

/// Answers a request.
pub async fn handle(
    app: &OperateOrder<impl OrderStore + AnswerStore, impl Clock>,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("operate-order", event, async |request| match request.route() {
        "POST /v1/orders/{id}/commands" => command(app, &request).await,
        "POST /v1/payments/deposits" => deposit(app, &request).await,
        _ => Err(Problem::not_found("route")),
    })
    .await
}

async fn command(
    app: &OperateOrder<impl OrderStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let order: OrderId = request.path("id")?;
    let caller = caller(request)?;
    let reply = match request.json::<CommandBody>()?.read(&caller.principal.subject)? {
        Asked::Command(command) => app.handle(&caller, &order, &command, CommandReply::of).await?,
        Asked::AcceptAddressProposal { ship_group } => {
            app.accept_address_proposal(&caller, &order, ship_group, CommandReply::of).await?
        }
    };
    Response::reply(reply)
}

async fn deposit(
    app: &OperateOrder<impl OrderStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let caller = caller(request)?;
    let body: DepositBody = request.json()?;
    let order = body.payment.order().ok_or(RequestError::NotFound("payment"))?;
    let command = body.read()?;
    let reply = app.handle(&caller, &order, &command, CommandReply::of).await?;
    Response::reply(reply)
}
