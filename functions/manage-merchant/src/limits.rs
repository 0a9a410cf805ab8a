//! What orders share: promotion codes, accounts, points, the block list.

use http::StatusCode;
use juchu::app::limit_store::{LimitStore, Registered, RegisteredKind};
use juchu::app::manage_merchant::ManageMerchant;
use juchu::app::ports::{Clock, MerchantStore};
use juchu::domain::ids::{AccountId, IssuerId, MerchantId};
use juchu::lambda::api::limits::{
    AccountBody, AccountView, BlockBody, BlockView, PointIssuerBody, PointIssuerView, PointsBody, PointsView,
    PromotionBody, PromotionView, RegisteredList, block_key, promotion_code,
};
use juchu::lambda::http::{Problem, Request, Response};
use juchu::lambda::identity::{caller, principal};
use serde::Serialize;

/// What lists show of each kind.
pub(crate) type Listed<T> = (RegisteredKind, fn(Registered) -> Option<T>);

pub(crate) const PROMOTIONS: Listed<PromotionView> =
    (RegisteredKind::Promotion, PromotionView::of_registered);
pub(crate) const ACCOUNTS: Listed<AccountView> = (RegisteredKind::Account, AccountView::of_registered);
pub(crate) const ISSUERS: Listed<PointIssuerView> =
    (RegisteredKind::PointIssuer, PointIssuerView::of_registered);
pub(crate) const BLOCKED: Listed<BlockView> = (RegisteredKind::Blocked, BlockView::of_registered);

pub(crate) async fn save_promotion(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, code) = (request.path("merchant")?, promotion_code(&request.path::<String>("code")?)?);
    let promotion = request.json::<PromotionBody>()?.read(code)?;
    app.save_promotion(&principal(request)?, &merchant, promotion.clone()).await?;
    Response::json(StatusCode::OK, &PromotionView::new(promotion, None))
}

pub(crate) async fn show_promotion(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, code) = (request.path("merchant")?, promotion_code(&request.path::<String>("code")?)?);
    let (promotion, uses) = app.promotion(&principal(request)?, &merchant, &code).await?;
    Response::json(StatusCode::OK, &PromotionView::new(promotion, Some(uses)))
}

pub(crate) async fn end_promotion(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, code) = (request.path("merchant")?, promotion_code(&request.path::<String>("code")?)?);
    let ended = app.end_promotion(&principal(request)?, &merchant, &code).await?;
    Response::json(StatusCode::OK, &PromotionView::new(ended, None))
}

pub(crate) async fn save_account(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, id): (MerchantId, AccountId) = (request.path("merchant")?, request.path("account")?);
    let account = request.json::<AccountBody>()?.read(id)?;
    app.save_account(&principal(request)?, &merchant, account.clone()).await?;
    Response::json(StatusCode::OK, &AccountView::new(account, None))
}

pub(crate) async fn show_account(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, id): (MerchantId, AccountId) = (request.path("merchant")?, request.path("account")?);
    let (account, used) = app.account(&principal(request)?, &merchant, &id).await?;
    Response::json(StatusCode::OK, &AccountView::new(account, Some(used)))
}

pub(crate) async fn save_issuer(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, id): (MerchantId, IssuerId) = (request.path("merchant")?, request.path("issuer")?);
    let issuer = request.json::<PointIssuerBody>()?.read(id)?;
    app.save_issuer(&principal(request)?, &merchant, issuer.clone()).await?;
    Response::json(StatusCode::OK, &PointIssuerView::from(issuer))
}

pub(crate) async fn adjust_points(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let (merchant, id): (MerchantId, IssuerId) = (request.path("merchant")?, request.path("issuer")?);
    let slip = request.json::<PointsBody>()?.read(id)?;
    let points = app.adjust_points(&caller(request)?, &merchant, slip).await?;
    Response::json(StatusCode::OK, &PointsView { points })
}

pub(crate) async fn block(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let merchant: MerchantId = request.path("merchant")?;
    let block = request.json::<BlockBody>()?.read()?;
    let entry = app.block(&principal(request)?, &merchant, block).await?;
    Response::json(StatusCode::OK, &BlockView::from(entry))
}

pub(crate) async fn unblock(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    let merchant: MerchantId = request.path("merchant")?;
    let key = block_key(&request.path::<String>("kind")?, request.path("hash")?)?;
    app.unblock(&principal(request)?, &merchant, key).await?;
    Ok(Response::json_text(StatusCode::OK, "{}".to_owned()))
}

pub(crate) async fn list<T: Serialize>(
    app: &ManageMerchant<impl LimitStore + MerchantStore, impl Clock>,
    request: &Request,
    (kind, view): Listed<T>,
) -> Result<Response, Problem> {
    request.only_query(&["limit", "cursor"])?;
    let merchant: MerchantId = request.path("merchant")?;
    let asked = (request.query("cursor"), request.limit()?);
    let page = app.list_registered(&principal(request)?, &merchant, kind, asked).await?;
    let items = page.items.into_iter().filter_map(view).collect();
    Response::json(StatusCode::OK, &RegisteredList { items, next_cursor: page.next })
}
