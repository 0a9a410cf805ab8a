//! Keeps merchants, their channels, catalogue and stock, and what their orders share 店舗・商品・在庫管理.

mod limits;
mod moving;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::StatusCode;
use juchu::app::limit_store::LimitStore;
use juchu::app::manage_merchant::{ManageMerchant, StockMove};
use juchu::app::ports::{AnswerStore, Clock, LedgerReason, MailLog, MerchantStore, OrderStore, StockStore};
use juchu::domain::ids::{LocationId, MerchantId, Sku};
use juchu::domain::stock::{StockDelta, StockKey};
use juchu::lambda::api::merchants::{
    ChannelBody, ChannelView, MerchantBody, MerchantView, ProductBody, ProductList, ProductView,
};
use juchu::lambda::api::rules::{DryRunBody, DryRunView, RuleVersionList, RulesBody, RulesView};
use juchu::lambda::api::stock::{AdjustmentBody, LedgerList, ReceiptBody, StockList, StockView};
use juchu::lambda::http::{Problem, Request, Response, respond};
use juchu::lambda::identity::{caller, principal};

/// All that is managed, the orders that rules are tried on, and all that is taken out and in.
pub trait Store: MerchantStore + StockStore + LimitStore + AnswerStore + OrderStore + MailLog {}

impl<S: MerchantStore + StockStore + LimitStore + AnswerStore + OrderStore + MailLog> Store for S {}

/// Answers a request. All mails come from `mail_domain`.
pub async fn handle(
    app: &ManageMerchant<impl Store, impl Clock>,
    mail_domain: &str,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("manage-merchant", event, async |request| match request.route() {
        "PUT /v1/merchants/{merchant}" => save_merchant(app, mail_domain, &request).await,
        "GET /v1/merchants/{merchant}" => show_merchant(app, &request).await,
        "GET /v1/merchants/{merchant}/rules" => show_rules(app, &request, None).await,
        "PUT /v1/merchants/{merchant}/rules" => save_rules(app, &request).await,
        "GET /v1/merchants/{merchant}/rules/{version}" => {
            let version = request.path::<String>("version")?.parse();
            let version = version.map_err(|_| Problem::invalid("version", "must be a number"))?;
            show_rules(app, &request, Some(version)).await
        }
        "GET /v1/merchants/{merchant}/rule-versions" => list_rules(app, &request).await,
        "POST /v1/merchants/{merchant}/rules/dry-run" => dry_run(app, &request).await,
        "GET /v1/merchants/{merchant}/export" => moving::export(app, &request).await,
        "POST /v1/merchants/{merchant}/import" => moving::import(app, mail_domain, &request).await,
        "PUT /v1/merchants/{merchant}/channels/{channel}" => save_channel(app, &request).await,
        "PUT /v1/merchants/{merchant}/products/{sku}" => save_product(app, &request).await,
        "GET /v1/merchants/{merchant}/products/{sku}" => show_product(app, &request).await,
        "GET /v1/merchants/{merchant}/products" => list_products(app, &request).await,
        "GET /v1/stock/{merchant}/{sku}" => show_stock(app, &request).await,
        "POST /v1/stock/{merchant}/{sku}/receipts" => {
            let body = request.json::<ReceiptBody>()?.read()?;
            move_stock(app, &request, LedgerReason::Receipt, body).await
        }
        "POST /v1/stock/{merchant}/{sku}/adjustments" => {
            let body = request.json::<AdjustmentBody>()?.read()?;
            move_stock(app, &request, LedgerReason::Adjustment, body).await
        }
        "GET /v1/stock/{merchant}/{sku}/ledger" => show_ledger(app, &request).await,
        "PUT /v1/merchants/{merchant}/promotions/{code}" => limits::save_promotion(app, &request).await,
        "GET /v1/merchants/{merchant}/promotions/{code}" => limits::show_promotion(app, &request).await,
        "DELETE /v1/merchants/{merchant}/promotions/{code}" => limits::end_promotion(app, &request).await,
        "GET /v1/merchants/{merchant}/promotions" => limits::list(app, &request, limits::PROMOTIONS).await,
        "PUT /v1/merchants/{merchant}/accounts/{account}" => limits::save_account(app, &request).await,
        "GET /v1/merchants/{merchant}/accounts/{account}" => limits::show_account(app, &request).await,
        "GET /v1/merchants/{merchant}/accounts" => limits::list(app, &request, limits::ACCOUNTS).await,
        "PUT /v1/merchants/{merchant}/point-issuers/{issuer}" => limits::save_issuer(app, &request).await,
        "GET /v1/merchants/{merchant}/point-issuers" => limits::list(app, &request, limits::ISSUERS).await,
        "POST /v1/merchants/{merchant}/point-issuers/{issuer}/adjustments" => {
            limits::adjust_points(app, &request).await
        }
        "PUT /v1/merchants/{merchant}/block-list" => limits::block(app, &request).await,
        "GET /v1/merchants/{merchant}/block-list" => limits::list(app, &request, limits::BLOCKED).await,
        "DELETE /v1/merchants/{merchant}/block-list/{kind}/{hash}" => limits::unblock(app, &request).await,
        _ => Err(Problem::not_found("route")),
    })
    .await
}

async fn save_merchant(
    app: &ManageMerchant<impl Store, impl Clock>,
    mail_domain: &str,
    request: &Request,
) -> Result<Response, Problem> {
    let id: MerchantId = request.path("merchant")?;
    let expected = expected_version(request)?;
    let settings = request.json::<MerchantBody>()?.read(mail_domain)?;
    let merchant = app.save_merchant(&principal(request)?, &id, settings, expected).await?;
    Response::json(StatusCode::OK, &MerchantView::from(merchant))
}

/// The version that the caller has seen.
fn expected_version(request: &Request) -> Result<Option<u64>, Problem> {
    let Some(value) = request.headers().get("if-match") else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim_matches('"').parse().ok());
    version.map(Some).ok_or_else(|| Problem::invalid("If-Match", "must be the version you have seen"))
}

async fn show_merchant(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let merchant = app.merchant(&principal(request)?, &request.path("merchant")?).await?;
    Response::json(StatusCode::OK, &MerchantView::from(merchant))
}

async fn show_rules(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
    version: Option<u32>,
) -> Result<Response, Problem> {
    let merchant: MerchantId = request.path("merchant")?;
    let rules = app.rules(&principal(request)?, &merchant, version).await?;
    Response::json(StatusCode::OK, &RulesView::new(&merchant, rules))
}

async fn save_rules(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let merchant: MerchantId = request.path("merchant")?;
    let expected = expected_version(request)?;
    let pack = request.json::<RulesBody>()?.read()?;
    let rules = app.save_rules(&principal(request)?, &merchant, pack, expected).await?;
    Response::json(StatusCode::OK, &RulesView::new(&merchant, rules))
}

async fn list_rules(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["limit", "cursor"])?;
    let (merchant, cursor): (MerchantId, _) = (request.path("merchant")?, request.query("cursor"));
    let page = app.rule_versions(&principal(request)?, &merchant, cursor, request.limit()?).await?;
    Response::json(StatusCode::OK, &RuleVersionList::from(page))
}

async fn dry_run(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let merchant: MerchantId = request.path("merchant")?;
    let trial = request.json::<DryRunBody>()?.read()?;
    let shown = app.dry_run(&principal(request)?, &merchant, trial).await?;
    Response::json(StatusCode::OK, &DryRunView::from(shown))
}

async fn save_channel(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, id) = (request.path("merchant")?, request.path("channel")?);
    let channel = request.json::<ChannelBody>()?.read(id, merchant)?;
    app.save_channel(&principal(request)?, &channel).await?;
    Response::json(StatusCode::OK, &ChannelView::from(&channel))
}

async fn save_product(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let merchant: MerchantId = request.path("merchant")?;
    let product = request.json::<ProductBody>()?.read(request.path("sku")?)?;
    app.save_product(&principal(request)?, &merchant, &product).await?;
    Response::json(StatusCode::OK, &ProductView::from(product))
}

async fn show_product(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, sku): (MerchantId, Sku) = (request.path("merchant")?, request.path("sku")?);
    let product = app.product(&principal(request)?, &merchant, &sku).await?;
    Response::json(StatusCode::OK, &ProductView::from(product))
}

async fn list_products(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["limit", "cursor"])?;
    let merchant: MerchantId = request.path("merchant")?;
    let cursor = request.query("cursor");
    let page = app.products(&principal(request)?, &merchant, cursor, request.limit()?).await?;
    Response::json(StatusCode::OK, &ProductList::from(page))
}

async fn show_stock(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, sku): (MerchantId, Sku) = (request.path("merchant")?, request.path("sku")?);
    let stock = app.stock(&principal(request)?, &merchant, &sku).await?;
    let stock = stock.iter().map(|(location, stock)| StockView::new(location, stock)).collect();
    Response::json(StatusCode::OK, &StockList { stock })
}

async fn move_stock(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
    reason: LedgerReason,
    (location, delta, reference): (LocationId, StockDelta, String),
) -> Result<Response, Problem> {
    let key = StockKey { sku: request.path("sku")?, location: location.clone() };
    let change = StockMove { merchant: request.path("merchant")?, key, delta, reason, reference };
    let reply = app.move_stock(&caller(request)?, change, |stock| StockView::reply(&location, stock)).await?;
    Response::reply(reply)
}

async fn show_ledger(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["location", "limit", "cursor"])?;
    let merchant: MerchantId = request.path("merchant")?;
    let key = StockKey { sku: request.path("sku")?, location: request.required_query("location")? };
    let cursor = request.query("cursor");
    let page = app.ledger(&principal(request)?, &merchant, &key, cursor, request.limit()?).await?;
    Response::json(StatusCode::OK, &LedgerList::from(page))
}
