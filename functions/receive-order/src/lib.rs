//! Takes orders in from every channel 受注取込, and from staff; and answers what became of what was sent.

mod desk;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::StatusCode;
use juchu::adapters::channels::{ChannelDefaults, signature};
use juchu::app::idempotency::Repeatable;
use juchu::app::payload_desk::PayloadDesk;
use juchu::app::payloads::{Dialects, PayloadLog};
use juchu::app::ports::{AnswerStore, Archive, Clock, MerchantStore, OrderStore};
use juchu::app::receive_order::Incoming;
use juchu::app::record::Cause;
use juchu::app::uploads::UploadStore;
use juchu::domain::ids::ChannelId;
use juchu::domain::merchant::{Channel, ChannelKind, Merchant};
use juchu::lambda::api::reading;
use juchu::lambda::api::receiving::{ReceivedReply, TakenList};
use juchu::lambda::http::{BODY_LIMIT, FILE_LIMIT, Problem, Request, Response, respond};
use juchu::lambda::identity::{caller, payload_digest, repeatable};

/// All that the store has to be.
pub trait Store: OrderStore + MerchantStore + AnswerStore + PayloadLog + UploadStore {}

impl<S: OrderStore + MerchantStore + AnswerStore + PayloadLog + UploadStore> Store for S {}

/// What this function works with.
type App<S, A, C, D> = PayloadDesk<S, A, C, D>;

/// Answers a request.
pub async fn handle(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("receive-order", event, async |request| match request.route() {
        "POST /v1/channels/{channel}/orders" => receive(app, &request).await,
        "POST /v1/channels/{channel}/orders/dry-run" => dry_run(app, &request).await,
        "POST /v1/merchants/{merchant}/orders" => enter(app, &request).await,
        "POST /v1/channels/{channel}/uploads" => desk::upload(app, &request).await,
        "GET /v1/channels/{channel}/uploads/{upload}" => desk::show_upload(app, &request).await,
        "GET /v1/channels/{channel}/uploads/{upload}/report" => desk::report(app, &request).await,
        "POST /v1/channels/{channel}/polls" => desk::poll(app, &request).await,
        "GET /v1/channels/{channel}/payloads" => desk::payloads(app, &request).await,
        "POST /v1/channels/{channel}/payloads/{payload}/reprocess" => desk::reprocess(app, &request).await,
        "GET /v1/orders/{id}/source" => desk::source(app, &request).await,
        _ => Err(Problem::not_found("route")),
    })
    .await
}

/// A channel hands in what its platform sends.
async fn receive(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    let door = proven(app, request, BODY_LIMIT).await?;
    if is_json(door.0.kind) {
        request.expect_json()?;
    }
    let repeatable = repeatable(request, door.0.id.as_str())?;
    let cause = Cause::of_channel(&door.0.id, request.correlation());
    take(app, request, &door, cause, repeatable).await
}

/// Shows what a payload would become.
async fn dry_run(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    let (channel, merchant) = proven(app, request, BODY_LIMIT).await?;
    let defaults = ChannelDefaults { language: merchant.language };
    let (raw, now) = (request.body()?, app.door.clock.now());
    Response::json(StatusCode::OK, &reading::read(channel.kind, &raw, &defaults, &merchant.policy, now))
}

/// Staff enter an order that came by phone or chat.
async fn enter(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["channel"])?;
    request.expect_json()?;
    let caller = caller(request)?;
    let (merchant, channel) = (request.path("merchant")?, request.required_query("channel")?);
    let door = app.manual_door(&caller.principal, &merchant, &channel).await?;
    let cause = caller.cause();
    take(app, request, &door, cause, caller.repeatable).await
}

async fn take(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
    door: &(Channel, Merchant),
    cause: Cause,
    repeatable: Option<Repeatable>,
) -> Result<Response, Problem> {
    let raw = request.body()?;
    let incoming = Incoming { door, payload: payload_digest(&raw), cause, is_resumed: false };
    app.door.keep(&incoming, &raw).await?;
    let mut told = match app.dialects.read(door.0.kind, &raw, door.1.language) {
        Ok(told) => told,
        Err(error) => return Err(app.door.refuse(&incoming, &error).await?.into()),
    };
    if told.len() == 1
        && let Some(told) = told.pop()
    {
        let replied = app.door.one(&incoming, told, repeatable.as_ref(), ReceivedReply::of).await;
        return Response::reply(replied?);
    }
    let taken = app.door.all(&incoming, told).await?;
    if taken.iter().any(|taken| taken.outcome.is_refused()) {
        app.door.note(&incoming, &taken).await?;
    }
    Response::json(StatusCode::OK, &TakenList::from(taken.as_slice()))
}

/// The channel the request names and has proven itself to be, and whose it is.
async fn proven(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
    limit: usize,
) -> Result<(Channel, Merchant), Problem> {
    let id: ChannelId = request.path("channel")?;
    let raw = request.body_up_to(limit)?;
    // As with a wrong key, so that nobody learns which channels there are.
    let door = app.door.channel(&id).await?.ok_or_else(Problem::unauthorized)?;
    // Nothing of the body is looked at before it is known whose it is.
    signature::check(door.0.kind, &door.0.secret, request.headers(), &raw)?;
    Ok(door)
}

/// Whether everything in this dialect is JSON.
const fn is_json(kind: ChannelKind) -> bool {
    match kind {
        ChannelKind::Json | ChannelKind::Manual | ChannelKind::Shopify | ChannelKind::WooCommerce => true,
        ChannelKind::Csv
        | ChannelKind::Rakuten
        | ChannelKind::Yahoo
        | ChannelKind::Amazon
        | ChannelKind::Base
        | ChannelKind::EcCube
        | ChannelKind::NextEngine
        | ChannelKind::Logiless => false,
    }
}
