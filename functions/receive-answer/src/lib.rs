//! Takes in what channels answer to what they were told 連携結果.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use juchu::adapters::channels::signature;
use juchu::app::ports::{Clock, MerchantStore, OrderStore};
use juchu::app::receive_answer::ReceiveAnswer;
use juchu::domain::ids::{ChannelId, ReportId};
use juchu::lambda::api::commands::CommandReply;
use juchu::lambda::api::reports::AnswerBody;
use juchu::lambda::http::{Problem, Request, Response, respond};

/// Answers a request.
pub async fn handle(
    app: &ReceiveAnswer<impl OrderStore + MerchantStore, impl Clock>,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("receive-answer", event, async |request| match request.route() {
        "POST /v1/channels/{channel}/reports/{id}" => receive(app, &request).await,
        _ => Err(Problem::not_found("route")),
    })
    .await
}

async fn receive(
    app: &ReceiveAnswer<impl OrderStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let id: ChannelId = request.path("channel")?;
    let raw = request.body()?;
    // As with a wrong key, so that nobody learns which channels there are.
    let channel = app.channel(&id).await?.ok_or_else(Problem::unauthorized)?;
    signature::check(channel.kind, &channel.secret, request.headers(), &raw)?;
    let report: ReportId = request.path("id")?;
    let answered = request.json::<AnswerBody>()?.read(report)?;
    let order = app.handle(&channel, &answered, request.correlation()).await?;
    Response::reply(CommandReply::of(&order))
}
