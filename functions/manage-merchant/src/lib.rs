//! Keeps merchants, their channels, catalogue and stock, and what their orders share 店舗・商品・在庫管理.

mod limits;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::StatusCode;
use juchu::app::limit_store::LimitStore;
use juchu::app::manage_merchant::{ManageMerchant, StockMove};
use juchu::app::ports::{AnswerStore, Clock, LedgerReason, MerchantStore, StockStore};
use juchu::domain::ids::{LocationId, MerchantId, Sku};
use juchu::domain::stock::{StockDelta, StockKey};
use juchu::lambda::api::merchants::{
    ChannelBody, ChannelView, MerchantBody, MerchantView, ProductBody, ProductList, ProductView,
};
use juchu::lambda::api::stock::{AdjustmentBody, LedgerList, ReceiptBody, StockList, StockView};
use juchu::lambda::http::{Problem, Request, Response, respond};
use juchu::lambda::identity::{caller, principal};

/// Answers a request. All mails come from `mail_domain`.
pub async fn handle(
    app: &ManageMerchant<impl MerchantStore + StockStore + LimitStore + AnswerStore, impl Clock>,
    mail_domain: &str,
    event: ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    respond("manage-merchant", event, async |request| match request.route() {
        "PUT /v1/merchants/{merchant}" => save_merchant(app, mail_domain, &request).await,
        "GET /v1/merchants/{merchant}" => show_merchant(app, &request).await,
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
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
    mail_domain: &str,
    request: &Request,
) -> Result<Response, Problem> {
    let id: MerchantId = request.path("merchant")?;
    let expected = request.headers().get("if-match").map(|value| {
        let version = value.to_str().ok().and_then(|text| text.trim_matches('"').parse::<u64>().ok());
        version.ok_or_else(|| Problem::invalid("If-Match", "must be the version you have seen"))
    });
    let settings = request.json::<MerchantBody>()?.read(mail_domain)?;
    let merchant = app.save_merchant(&principal(request)?, &id, settings, expected.transpose()?).await?;
    Response::json(StatusCode::OK, &MerchantView::from(merchant))
}

async fn show_merchant(
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let merchant = app.merchant(&principal(request)?, &request.path("merchant")?).await?;
    Response::json(StatusCode::OK, &MerchantView::from(merchant))
}

async fn save_channel(
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, id) = (request.path("merchant")?, request.path("channel")?);
    let channel = request.json::<ChannelBody>()?.read(id, merchant)?;
    app.save_channel(&principal(request)?, &channel).await?;
    Response::json(StatusCode::OK, &ChannelView::from(&channel))
}

async fn save_product(
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let merchant: MerchantId = request.path("merchant")?;
    let product = request.json::<ProductBody>()?.read(request.path("sku")?)?;
    app.save_product(&principal(request)?, &merchant, &product).await?;
    Response::json(StatusCode::OK, &ProductView::from(product))
}

async fn show_product(
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, sku): (MerchantId, Sku) = (request.path("merchant")?, request.path("sku")?);
    let product = app.product(&principal(request)?, &merchant, &sku).await?;
    Response::json(StatusCode::OK, &ProductView::from(product))
}

async fn list_products(
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["limit", "cursor"])?;
    let merchant: MerchantId = request.path("merchant")?;
    let cursor = request.query("cursor");
    let page = app.products(&principal(request)?, &merchant, cursor, request.limit()?).await?;
    Response::json(StatusCode::OK, &ProductList::from(page))
}

async fn show_stock(
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, sku): (MerchantId, Sku) = (request.path("merchant")?, request.path("sku")?);
    let stock = app.stock(&principal(request)?, &merchant, &sku).await?;
    let stock = stock.iter().map(|(location, stock)| StockView::new(location, stock)).collect();
    Response::json(StatusCode::OK, &StockList { stock })
}

async fn move_stock(
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
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
    app: &ManageMerchant<impl MerchantStore + StockStore + AnswerStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["location", "limit", "cursor"])?;
    let merchant: MerchantId = request.path("merchant")?;
    let key = StockKey { sku: request.path("sku")?, location: request.required_query("location")? };
    let cursor = request.query("cursor");
    let page = app.ledger(&principal(request)?, &merchant, &key, cursor, request.limit()?).await?;
    Response::json(StatusCode::OK, &LedgerList::from(page))
}
