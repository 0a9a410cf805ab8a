//! Takes orders in from every channel 受注取込.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::StatusCode;
use juchu::adapters::channels;
use juchu::app::ports::{AnswerStore, Archive, Clock, MerchantStore, OrderStore};
use juchu::app::receive_order::{Incoming, ReceiveOrder};
use juchu::domain::ids::ChannelId;
use juchu::domain::merchant::{Channel, Merchant};
use juchu::lambda::api::orders::ReceivedReply;
use juchu::lambda::api::reading;
use juchu::lambda::http::{Problem, Request, Response, respond};
use juchu::lambda::identity::{digest, repeatable};

/// Answers a request.
pub async fn handle(
    app: &ReceiveOrder<impl OrderStore + MerchantStore + AnswerStore, impl Archive, impl Clock>,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("receive-order", event, async |request| match request.route() {
        "POST /v1/channels/{channel}/orders" => receive(app, &request).await,
        "POST /v1/channels/{channel}/orders/dry-run" => dry_run(app, &request).await,
        _ => Err(Problem::not_found("route")),
    })
    .await
}

async fn receive(
    app: &ReceiveOrder<impl OrderStore + MerchantStore + AnswerStore, impl Archive, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let raw = request.body()?;
    let known = authenticated(app, request, &raw).await?;
    let (channel, merchant) = &known;
    request.expect_json()?;
    let defaults = channels::ChannelDefaults { language: merchant.language };
    let (intake, fingerprint) = channels::read_one(channel.kind, &raw, &defaults)?;
    let incoming = Incoming {
        fingerprint,
        intake,
        raw_digest: digest([&raw]),
        raw: &raw,
        correlation: request.correlation().to_owned(),
        repeatable: repeatable(request, channel.id.as_str())?,
    };
    Response::reply(app.handle(&known, incoming, ReceivedReply::of).await?)
}

/// Shows what the payload would become.
async fn dry_run(
    app: &ReceiveOrder<impl OrderStore + MerchantStore + AnswerStore, impl Archive, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let raw = request.body()?;
    let (channel, merchant) = authenticated(app, request, &raw).await?;
    let defaults = channels::ChannelDefaults { language: merchant.language };
    let now = app.clock.now();
    Response::json(StatusCode::OK, &reading::read(channel.kind, &raw, &defaults, &merchant.policy, now))
}

/// The channel that the request is of, and its merchant. Nothing of the body is looked at before it is
/// known whose it is.
async fn authenticated(
    app: &ReceiveOrder<impl OrderStore + MerchantStore + AnswerStore, impl Archive, impl Clock>,
    request: &Request,
    raw: &[u8],
) -> Result<(Channel, Merchant), Problem> {
    let id: ChannelId = request.path("channel")?;
    // As with a wrong key, so that nobody learns which channels there are.
    let (channel, merchant) = app.channel(&id).await?.ok_or_else(Problem::unauthorized)?;
    channels::signature::check(channel.kind, &channel.secret, request.headers(), raw)?;
    Ok((channel, merchant))
}
