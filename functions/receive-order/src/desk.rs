//! Files of orders, payloads that somebody has to look at, and what came of them.

use http::StatusCode;
use juchu::app::payloads::Dialects;
use juchu::app::ports::{Archive, Clock};
use juchu::app::receive_order::Incoming;
use juchu::app::record::Cause;
use juchu::domain::ids::{ChannelId, OrderId};
use juchu::lambda::api::receiving::{
    PayloadList, PollBody, PollReply, Report, SourceView, TakenList, UploadView, report_csv,
};
use juchu::lambda::http::{BODY_LIMIT, Problem, Request, Response, parse_json};
use juchu::lambda::identity::{caller, payload_digest, principal};
use juchu::lambda::metrics;

use crate::{App, FILE_LIMIT, Store, proven};

/// How many pages of a report one answer has: as many as fit into it whatever is in them.
const REPORT_PAGES: usize = 5;

pub(crate) async fn upload(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    let door = proven(app, request, FILE_LIMIT).await?;
    if !app.dialects.has_files(door.0.kind) {
        let detail = "no files are taken from a channel of this kind; send its orders one by one";
        return Err(Problem::unprocessable("NO_FILES", detail));
    }
    let file = request.body_up_to(FILE_LIMIT)?;
    if file.is_empty() {
        return Err(Problem::bad_request("INVALID_BODY", "the file is empty"));
    }
    let cause = Cause::of_channel(&door.0.id, request.correlation());
    let incoming = Incoming { door: &door, payload: payload_digest(&file), cause, is_resumed: false };
    let (upload, is_new) = app.begin(&incoming, &file).await?;
    let status = if is_new { StatusCode::ACCEPTED } else { StatusCode::OK };
    let place = format!("/v1/channels/{}/uploads/{}", door.0.id, upload.id);
    Ok(Response::json(status, &UploadView::from(&upload))?.with_header(http::header::LOCATION, &place))
}

pub(crate) async fn show_upload(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    let (channel, _) = proven(app, request, BODY_LIMIT).await?;
    let upload = app.upload(&channel.id, &digest_in_path(request, "upload")?).await?;
    let upload = upload.ok_or_else(|| Problem::not_found("upload"))?;
    Response::json(StatusCode::OK, &UploadView::from(&upload))
}

pub(crate) async fn report(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["cursor", "format"])?;
    let (channel, _) = proven(app, request, BODY_LIMIT).await?;
    let id = digest_in_path(request, "upload")?;
    app.upload(&channel.id, &id).await?.ok_or_else(|| Problem::not_found("upload"))?;
    let cursor = request.query("cursor");
    let page = app.report(&channel.id, &id, cursor, REPORT_PAGES).await?;
    match request.query("format") {
        None | Some("json") => Response::json(StatusCode::OK, &Report::from(page)),
        Some("csv") => {
            let next = page.next.clone().unwrap_or_default();
            let name = http::HeaderName::from_static("x-next-cursor");
            Ok(Response::csv(report_csv(&page, cursor.is_none())).with_header(name, &next))
        }
        Some(_) => Err(Problem::invalid("format", "must be json or csv")),
    }
}

pub(crate) async fn poll(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    let (channel, _) = proven(app, request, BODY_LIMIT).await?;
    request.expect_json()?;
    let body: PollBody = parse_json(&request.body()?)?;
    let numbers = body.read()?;
    let asked = numbers.len();
    let missing = app.door.missing(&channel, numbers).await?;
    if !missing.is_empty() {
        tracing::warn!(
            operation = "receive-order",
            merchant.id = channel.merchant.as_str(),
            channel = channel.id.as_str(),
            orders = missing.len(),
            "the channel knows orders that have not come"
        );
    }
    metrics::missing("receive-order", missing.len());
    Response::json(StatusCode::OK, &PollReply { known: asked - missing.len(), missing })
}

pub(crate) async fn payloads(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["limit", "cursor"])?;
    let channel: ChannelId = request.path("channel")?;
    let (limit, cursor) = (request.limit()?, request.query("cursor"));
    let page = app.payloads(&principal(request)?, &channel, cursor, limit).await?;
    Response::json(StatusCode::OK, &PayloadList::from(page))
}

pub(crate) async fn reprocess(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    let channel: ChannelId = request.path("channel")?;
    let payload = digest_in_path(request, "payload")?;
    let taken = app.reprocess(&caller(request)?, &channel, &payload).await?;
    Response::json(StatusCode::OK, &TakenList::from(taken.as_slice()))
}

pub(crate) async fn source(
    app: &App<impl Store, impl Archive, impl Clock, impl Dialects>,
    request: &Request,
) -> Result<Response, Problem> {
    let order: OrderId = request.path("id")?;
    let (source, raw) = app.source(&principal(request)?, &order).await?;
    Response::json(StatusCode::OK, &SourceView::of(source, raw))
}

/// A SHA-256 in the path.
fn digest_in_path(request: &Request, name: &str) -> Result<String, Problem> {
    let id: String = request.path(name)?;
    let is_one = id.len() == 64 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if is_one { Ok(id) } else { Err(Problem::invalid(name, "must be 64 digits of a SHA-256 in hex")) }
}
