//! The API's description, generated from the types it is made of.

#![expect(dead_code, reason = "the functions here stand for the routes: what counts is their documentation")]

mod limits;
mod moving;

use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr};
use utoipa::{Modify, OpenApi};

use super::addresses::{AddressesBody, ReadingList};
use super::commands::{CommandBody, CommandReply, DepositBody};
use super::fulfilment::FulfilmentEventBody;
use super::merchants::{
    ChannelBody, ChannelView, MerchantBody, MerchantView, ProductBody, ProductList, ProductView,
};
use super::moving::PastOrderBody;
use super::orders::{OrderList, OrderView};
use super::reading::ReadingView;
use super::receiving::{
    PayloadList, PollBody, PollReply, ReceivedReply, Report, SourceView, TakenList, UploadView,
};
use super::reports::AnswerBody;
use super::rules::{DryRunBody, DryRunView, RuleVersionList, RulesBody, RulesView};
use super::stock::{AdjustmentBody, LedgerList, ReceiptBody, StockList, StockView};
use super::worklist::{WorkCounts, WorkList};
use crate::adapters::channels::json::NewOrder;
use crate::lambda::http::ProblemBody;
use crate::lambda::routes::{Caller, ROUTES};

/// The whole description, as it is served at `/openapi.json`.
#[must_use]
pub fn document() -> Document {
    Api::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "juchu",
        description = "Order management 受注管理. Errors are `application/problem+json` (RFC 9457) with a stable \
                       `code` and, where it helps, `errors` naming each field. Amounts are whole numbers of the \
                       currency's smallest unit: yen for JPY, cents for USD. A `POST` may carry an \
                       `Idempotency-Key`: the same key with the same body is answered the same for 24 hours, with \
                       another body it is refused."
    ),
    modifiers(&Security, &Refusals),
    paths(
        receive_order, dry_run_order, upload_orders, show_upload, show_report, report_poll, enter_order, list_payloads,
        reprocess_payload, show_source, receive_answer, list_orders, show_order, count_work, list_work,
        check_addresses, operate_order, record_deposit, receive_fulfilment, save_merchant,
        show_merchant, show_rules, save_rules, show_rule_version, list_rule_versions, dry_run_rules,
        save_channel, save_product, show_product, list_products, show_stock, receive_stock,
        adjust_stock, show_ledger, limits::save_promotion, limits::show_promotion, limits::end_promotion,
        limits::list_promotions, limits::save_account, limits::show_account, limits::list_accounts,
        limits::save_point_issuer, limits::list_point_issuers, limits::adjust_points, limits::block,
        limits::list_blocked, limits::unblock, moving::export, moving::import, show_description,
    ),
    components(schemas(PastOrderBody)),
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("staff", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let header = |name: &str| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(name)));
        components.add_security_scheme("channel_key", header("X-Api-Key"));
        components.add_security_scheme("shopify_signature", header("X-Shopify-Hmac-SHA256"));
    }
}

/// What staff may be answered to any request besides what is told of each.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut Document) {
        for route in ROUTES.iter().filter(|route| route.caller == Caller::Staff) {
            let Some(path) = document.paths.paths.get_mut(route.path()) else { continue };
            let operation = match route.method() {
                "GET" => &mut path.get,
                "PUT" => &mut path.put,
                "DELETE" => &mut path.delete,
                _ => &mut path.post,
            };
            if let Some(operation) = operation {
                add_refusals(operation);
            }
        }
    }
}

fn add_refusals(operation: &mut Operation) {
    let problem = |description: &str| {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        ResponseBuilder::new().description(description).content("application/problem+json", content).build()
    };
    let is_key =
        |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(one) if one.name == "Idempotency-Key");
    let takes_key = operation.parameters.as_ref().is_some_and(|all| all.iter().any(is_key));
    let mut refusals = vec![
        ("400", problem("A part of the path, a parameter or the body cannot be read.")),
        (
            "401",
            Response::new("The token is missing, wrong or expired. The gateway says so, in its own words."),
        ),
        ("403", problem("None of your roles allows it, or it is another merchant's.")),
        ("503", problem("Try again later.")),
    ];
    if operation.request_body.is_some() {
        refusals.push(("413", problem("The body is larger than 256 KiB.")));
        refusals.push(("415", problem("The body is not said to be JSON.")));
    }
    if takes_key {
        refusals.push(("409", problem("The key was used for another request.")));
    }
    for (status, response) in refusals {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.into());
    }
}

/// 受注取込: take an order in.
///
/// The body is what the channel's kind sends, as it is sent: our own JSON below, or what the platform's
/// webhook or API says. The same order sent again is answered `200` with the same id. When it says
/// something new, that is followed as if staff had asked for it, and a ticket `CHANNEL_DIFFERS` tells what
/// could not be. Another order with the same number is refused. A payload of several orders is answered
/// `200` with what became of each (`TakenList`).
#[utoipa::path(
    post, path = "/v1/channels/{channel}/orders", tag = "channels",
    params(
        ("channel" = String, Path, description = "The channel's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable."),
    ),
    request_body = NewOrder,
    responses(
        (status = 201, description = "The order is open.", body = ReceivedReply),
        (status = 200, description = "The order was open before.", body = ReceivedReply),
        (status = 400, description = "The body cannot be read.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "There is no such channel, or its key or signature is missing or wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The number or key was used for another order.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than 256 KiB.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not said to be JSON.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The body is no possible order.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Try again later.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("channel_key" = []), ("shopify_signature" = [])),
)]
const fn receive_order() {}

/// 一括取込: take a file of orders in.
///
/// The file is kept, and worked through afterwards. The same file is the same upload: sent again, it is
/// answered `200` with how it stands. The key or signature proves the channel, as with single orders.
#[utoipa::path(
    post, path = "/v1/channels/{channel}/uploads", tag = "channels",
    params(("channel" = String, Path, description = "The channel's id.")),
    request_body(content = String, description = "The file, at most 4 MiB: a CSV, or our own JSON with an order on each line.", content_type = "application/octet-stream"),
    responses(
        (status = 202, description = "It is kept, and will be worked through.", body = UploadView),
        (status = 200, description = "It was sent before.", body = UploadView),
        (status = 400, description = "The file is empty.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "There is no such channel, or its key or signature is missing or wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The file is larger than 4 MiB: send it in several.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "No files are taken from a channel of this kind.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Try again later.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("channel_key" = [])),
)]
const fn upload_orders() {}

/// 取込状況: how far a file of orders was worked through.
#[utoipa::path(
    get, path = "/v1/channels/{channel}/uploads/{upload}", tag = "channels",
    params(
        ("channel" = String, Path, description = "The channel's id."),
        ("upload" = String, Path, description = "The upload's id."),
    ),
    responses(
        (status = 200, description = "How it stands.", body = UploadView),
        (status = 401, description = "There is no such channel, or its key or signature is missing or wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such upload.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("channel_key" = [])),
)]
const fn show_upload() {}

/// 取込結果: what became of each order of a file.
#[utoipa::path(
    get, path = "/v1/channels/{channel}/uploads/{upload}/report", tag = "channels",
    params(
        ("channel" = String, Path, description = "The channel's id."),
        ("upload" = String, Path, description = "The upload's id."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last part, or its header `X-Next-Cursor`."),
        ("format" = Option<String>, Query, description = "`json`, or `csv`: a table, whose header the first part has."),
    ),
    responses(
        (status = 200, description = "A part of the report.", body = Report),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "There is no such channel, or its key or signature is missing or wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such upload.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("channel_key" = [])),
)]
const fn show_report() {}

/// 取込漏れ確認: which of the orders a channel lists have come.
///
/// For integrations that poll: what is missing is to be fetched and sent, and is counted in a metric.
#[utoipa::path(
    post, path = "/v1/channels/{channel}/polls", tag = "channels",
    params(("channel" = String, Path, description = "The channel's id.")),
    request_body = PollBody,
    responses(
        (status = 200, description = "What is known, and what is missing.", body = PollReply),
        (status = 400, description = "The body cannot be read.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "There is no such channel, or its key or signature is missing or wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("channel_key" = [])),
)]
const fn report_poll() {}

/// 手動受注: enter an order that came by phone or chat.
#[utoipa::path(
    post, path = "/v1/merchants/{merchant}/orders", tag = "orders",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("channel" = String, Query, description = "Its channel of kind `manual`."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable."),
    ),
    request_body = NewOrder,
    responses(
        (status = 201, description = "The order is open.", body = ReceivedReply),
        (status = 200, description = "The order was known before.", body = ReceivedReply),
        (status = 404, description = "The merchant has no such channel.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The number or key was used for another order.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The body is no possible order.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn enter_order() {}

/// 取込エラー一覧: the payloads of a channel of which some became no order.
#[utoipa::path(
    get, path = "/v1/channels/{channel}/payloads", tag = "channels",
    params(
        ("channel" = String, Path, description = "The channel's id."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses((status = 200, description = "A page.", body = PayloadList)),
    security(("staff" = [])),
)]
const fn list_payloads() {}

/// 再取込: read a payload again, after something was put right.
///
/// Orders that were taken before stay as they are. A payload that is read without errors leaves the list.
#[utoipa::path(
    post, path = "/v1/channels/{channel}/payloads/{payload}/reprocess", tag = "channels",
    params(
        ("channel" = String, Path, description = "The channel's id."),
        ("payload" = String, Path, description = "The payload's id."),
    ),
    responses(
        (status = 200, description = "What became of its orders now.", body = TakenList),
        (status = 404, description = "There is no such channel or payload.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn reprocess_payload() {}

/// 受注元データ: what the channel really sent of an order, with all that we have no field for.
#[utoipa::path(
    get, path = "/v1/orders/{id}/source", tag = "orders",
    params(("id" = String, Path, description = "The order's id.")),
    responses(
        (status = 200, description = "The payload.", body = SourceView),
        (status = 404, description = "There is no such order, or it is older than the record of sources.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn show_source() {}
/// 連携結果: answer a report that the channel's queue was given.
///
/// `id` is that of the message. The same answer may be sent again; of several, the furthest counts:
/// accepted, then refused, then unknown.
#[utoipa::path(
    post, path = "/v1/channels/{channel}/reports/{id}", tag = "channels",
    params(
        ("channel" = String, Path, description = "The channel's id."),
        ("id" = String, Path, description = "The report's id."),
    ),
    request_body = AnswerBody,
    responses(
        (status = 200, description = "It is noted, now or before.", body = CommandReply),
        (status = 400, description = "The body cannot be read.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "There is no such channel, or its key or signature is missing or wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "The channel was told no such thing, or it is not noted yet: send the answer again in a minute.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than 256 KiB.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not said to be JSON.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Try again later.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("channel_key" = []), ("shopify_signature" = [])),
)]
const fn receive_answer() {}

/// 取込確認: what a payload would become. Nothing is stored.
///
/// The body is what the channel's kind sends, JSON, XML or CSV, of one order or many. The answer has each
/// order as we read it, what it costs, what validation would notice, and what is wrong with it; amounts are
/// in the currency's smallest unit.
#[utoipa::path(
    post, path = "/v1/channels/{channel}/orders/dry-run", tag = "channels",
    params(("channel" = String, Path, description = "The channel's id.")),
    request_body(content = String, content_type = "*/*"),
    responses(
        (status = 200, description = "What the payload says, or what is wrong with it.", body = ReadingView),
        (status = 401, description = "There is no such channel, or its key or signature is missing or wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than 256 KiB.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Try again later.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("channel_key" = []), ("shopify_signature" = [])),
)]
const fn dry_run_order() {}

/// 受注一覧: a merchant's orders, the newest first.
#[utoipa::path(
    get, path = "/v1/orders", tag = "orders",
    params(
        ("merchant" = String, Query, description = "Whose."),
        ("state" = Option<crate::domain::OrderState>, Query, description = "Only those in this state."),
        ("attention" = Option<bool>, Query, description = "Only those with an open hold, ticket or call request 要対応."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = OrderList),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "It is another merchant's.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn list_orders() {}

/// 住所チェック: what addresses are read as, what is wrong with them, and how they should be written.
///
/// Nothing is stored.
#[utoipa::path(
    post, path = "/v1/addresses/check", tag = "addresses",
    request_body = AddressesBody,
    responses(
        (status = 200, description = "The addresses, in the order of the request.", body = ReadingList),
        (status = 422, description = "There are none, or more than 100.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn check_addresses() {}

/// 受注照会: an order with everything that belongs to it, and its timeline.
#[utoipa::path(
    get, path = "/v1/orders/{id}", tag = "orders",
    params(
        ("id" = String, Path, description = "The order's id."),
        ("at" = Option<Timestamp>, Query, description = "Show the order as it was at this moment; as it stands when left out."),
    ),
    responses(
        (status = 200, description = "The order.", body = OrderView),
        (status = 404, description = "There is no such order, or there was none at that moment.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn show_order() {}

/// 要対応件数: what waits for people at each merchant one works for, counted.
#[utoipa::path(
    get, path = "/v1/worklist", tag = "worklist",
    params(
        ("limit" = Option<u8>, Query, description = "How many merchants, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "The counts, by merchant.", body = WorkCounts),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn count_work() {}

/// 要対応一覧: what waits for people at a merchant, the most urgent first, with what to do about it.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/worklist", tag = "worklist",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("reason" = Option<String>, Query, description = "Only what waits for this reason: a hold's code, a ticket's kind or a call's reason."),
        ("owner" = Option<crate::domain::next_action::Owner>, Query, description = "Only this role's work."),
        ("assigned_to" = Option<String>, Query, description = "Only what this person deals with; given without a value, what nobody does."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = WorkList),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "It is another merchant's.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn list_work() {}

/// 受注操作: do something with an order.
#[utoipa::path(
    post, path = "/v1/orders/{id}/commands", tag = "orders",
    params(
        ("id" = String, Path, description = "The order's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable; needed to cancel some units."),
    ),
    request_body = CommandBody,
    responses(
        (status = 200, description = "It is done, now or before.", body = CommandReply),
        (status = 400, description = "The body cannot be read, or the `Idempotency-Key` it needs is missing.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "None of your roles allows it.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such order.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The order does not allow it.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn operate_order() {}

/// 入金: count a deposit to a payment in advance.
#[utoipa::path(
    post, path = "/v1/payments/deposits", tag = "payments",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable.")),
    request_body = DepositBody,
    responses(
        (status = 200, description = "It is counted, now or before.", body = CommandReply),
        (status = 404, description = "There is no such payment.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn record_deposit() {}

/// 出荷実績・配送状況: report what happened to a shipment.
#[utoipa::path(
    post, path = "/v1/shipments/{id}/events", tag = "shipments",
    params(
        ("id" = String, Path, description = "The shipment's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable."),
    ),
    request_body = FulfilmentEventBody,
    responses(
        (status = 200, description = "It is noted, now or before.", body = CommandReply),
        (status = 404, description = "There is no such shipment.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn receive_fulfilment() {}

/// 店舗設定: create a merchant, or change its settings.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}", tag = "merchants",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("If-Match" = Option<u64>, Header, description = "Only if this is still its version."),
    ),
    request_body = MerchantBody,
    responses(
        (status = 200, description = "It is saved.", body = MerchantView),
        (status = 409, description = "It was changed meanwhile.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn save_merchant() {}

/// 店舗照会: a merchant.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}", tag = "merchants",
    params(("merchant" = String, Path, description = "The merchant's id.")),
    responses(
        (status = 200, description = "The merchant.", body = MerchantView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn show_merchant() {}

/// ルール照会: the rules by which a merchant's new orders are judged.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/rules", tag = "rules",
    params(("merchant" = String, Path, description = "The merchant's id.")),
    responses(
        (status = 200, description = "The rules.", body = RulesView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn show_rules() {}

/// ルール設定: save a merchant's rules as its next version.
///
/// Orders that come from now on are judged by it; those in flight keep the version they began with.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}/rules", tag = "rules",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("If-Match" = Option<u64>, Header, description = "Only if this is still the version."),
    ),
    request_body = RulesBody,
    responses(
        (status = 200, description = "They are saved.", body = RulesView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "They were changed meanwhile.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "They make no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn save_rules() {}

/// ルール照会: one version of a merchant's rules.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/rules/{version}", tag = "rules",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("version" = u32, Path, description = "Which version."),
    ),
    responses(
        (status = 200, description = "The rules.", body = RulesView),
        (status = 404, description = "There is no such merchant or version.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn show_rule_version() {}

/// ルール履歴: all versions of a merchant's rules, the newest first.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/rule-versions", tag = "rules",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = RuleVersionList),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn list_rule_versions() {}

/// ルール試行: which of the last days' orders rules would judge differently, and why. Nothing is stored.
#[utoipa::path(
    post, path = "/v1/merchants/{merchant}/rules/dry-run", tag = "rules",
    params(("merchant" = String, Path, description = "The merchant's id.")),
    request_body = DryRunBody,
    responses(
        (status = 200, description = "What they would change.", body = DryRunView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "They make no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn dry_run_rules() {}

/// チャネル登録: register a channel, or change how it proves itself.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}/channels/{channel}", tag = "merchants",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("channel" = String, Path, description = "The channel's id, unique over all merchants."),
    ),
    request_body = ChannelBody,
    responses(
        (status = 200, description = "It is saved.", body = ChannelView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The id belongs to another merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn save_channel() {}

/// 商品登録: put a product into the catalogue.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}/products/{sku}", tag = "merchants",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("sku" = String, Path, description = "The product's code."),
    ),
    request_body = ProductBody,
    responses(
        (status = 200, description = "It is saved.", body = ProductView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn save_product() {}

/// 商品照会: a product.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/products/{sku}", tag = "merchants",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("sku" = String, Path, description = "The product's code."),
    ),
    responses(
        (status = 200, description = "The product.", body = ProductView),
        (status = 404, description = "There is no such product.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn show_product() {}

/// 商品一覧: the catalogue, by SKU.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/products", tag = "merchants",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = ProductList),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn list_products() {}

/// 在庫照会: the stock of a SKU at each location.
#[utoipa::path(
    get, path = "/v1/stock/{merchant}/{sku}", tag = "stock",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("sku" = String, Path, description = "The product's code."),
    ),
    responses(
        (status = 200, description = "The stock.", body = StockList),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn show_stock() {}

/// 入庫: receive goods. Orders that wait for them get theirs, the first in first.
#[utoipa::path(
    post, path = "/v1/stock/{merchant}/{sku}/receipts", tag = "stock",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("sku" = String, Path, description = "The product's code."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable."),
    ),
    request_body = ReceiptBody,
    responses(
        (status = 200, description = "It is counted, now or before.", body = StockView),
        (status = 404, description = "There is no such product.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The reference was used for another change.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn receive_stock() {}

/// 在庫調整: correct the count, or change the safety stock.
#[utoipa::path(
    post, path = "/v1/stock/{merchant}/{sku}/adjustments", tag = "stock",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("sku" = String, Path, description = "The product's code."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable."),
    ),
    request_body = AdjustmentBody,
    responses(
        (status = 200, description = "It is counted, now or before.", body = StockView),
        (status = 404, description = "There is no such product.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "There would be fewer than 0, or the reference was used before.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn adjust_stock() {}

/// 在庫台帳: everything that changed a stock, the newest first.
#[utoipa::path(
    get, path = "/v1/stock/{merchant}/{sku}/ledger", tag = "stock",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("sku" = String, Path, description = "The product's code."),
        ("location" = String, Query, description = "At which location."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = LedgerList),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
const fn show_ledger() {}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "description",
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json")),
)]
const fn show_description() {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_description_is_the_one_that_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/docs/openapi.json");
        let generated = document().to_pretty_json().unwrap() + "\n";
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &generated).unwrap();
        }
        let served = std::fs::read_to_string(path).unwrap();
        assert!(served == generated, "rewrite it: UPDATE_DOCS=1 cargo test -p juchu openapi");
    }

    #[test]
    fn whatever_staff_ask_may_be_refused() {
        let document = serde_json::to_value(document()).unwrap();
        for route in ROUTES.iter().filter(|route| route.caller == Caller::Staff) {
            let operation = &document["paths"][route.path()][route.method().to_lowercase()];
            let with_body: &[&str] = if operation["requestBody"].is_null() { &[] } else { &["413", "415"] };
            for status in ["400", "401", "403", "503"].iter().chain(with_body) {
                assert!(operation["responses"][status].is_object(), "{} lacks {status}", route.key);
            }
        }
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let document = serde_json::to_value(document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let described: BTreeSet<String> = paths
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap().keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let routes: BTreeSet<String> = ROUTES.iter().map(|route| route.key.to_owned()).collect();
        assert_eq!(described, routes);
    }
}
