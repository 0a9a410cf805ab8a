//! Takes orders in from every channel 受注取込.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use juchu::adapters::channels;
use juchu::app::ports::{AnswerStore, Archive, Clock, MerchantStore, OrderStore};
use juchu::app::receive_order::{Incoming, ReceiveOrder};
use juchu::domain::ids::ChannelId;
use juchu::lambda::api::orders::ReceivedReply;
use juchu::lambda::http::{Problem, Request, Response, respond};
use juchu::lambda::identity::{digest, repeatable};

/// Answers a request.
pub async fn handle(
    app: &ReceiveOrder<impl OrderStore + MerchantStore + AnswerStore, impl Archive, impl Clock>,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("receive-order", event, async |request| match request.route() {
        "POST /v1/channels/{channel}/orders" => receive(app, &request).await,
        _ => Err(Problem::not_found("route")),
    })
    .await
}

async fn receive(
    app: &ReceiveOrder<impl OrderStore + MerchantStore + AnswerStore, impl Archive, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let id: ChannelId = request.path("channel")?;
    let raw = request.body()?;
    // As with a wrong key, so that nobody learns which channels there are.
    let known = app.channel(&id).await?.ok_or_else(Problem::unauthorized)?;
    let (channel, merchant) = &known;
    // Nothing of the body is looked at before it is known whose it is.
    channels::signature::check(channel.kind, &channel.secret, request.headers(), &raw)?;
    request.expect_json()?;
    let defaults = channels::ChannelDefaults { language: merchant.language };
    let (intake, fingerprint) = channels::read_one(channel.kind, &raw, &defaults)?;
    let incoming = Incoming {
        fingerprint,
        intake,
        raw_digest: digest([&raw]),
        raw: &raw,
        correlation: request.correlation().to_owned(),
        repeatable: repeatable(request, id.as_str())?,
    };
    Response::reply(app.handle(&known, incoming, ReceivedReply::of).await?)
}
