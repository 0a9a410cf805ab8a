//! What orders share.

use super::super::limits::{
    AccountBody, AccountView, BlockBody, BlockView, PointIssuerBody, PointIssuerView, PointsBody, PointsView,
    PromotionBody, PromotionView, RegisteredList,
};
use crate::lambda::http::ProblemBody;

/// プロモーション登録: register a promotion code, or change what it gives to orders checked from now on.
///
/// Only codes that are registered here are checked; every other one is the channel's own.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}/promotions/{code}", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("code" = String, Path, description = "The code; capitals and small letters are the same."),
    ),
    request_body = PromotionBody,
    responses(
        (status = 200, description = "It is saved.", body = PromotionView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn save_promotion() {}

/// プロモーション照会: a promotion code, and how many orders use it.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/promotions/{code}", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("code" = String, Path, description = "The code; capitals and small letters are the same."),
    ),
    responses(
        (status = 200, description = "The code.", body = PromotionView),
        (status = 404, description = "There is no such code.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn show_promotion() {}

/// プロモーション終了: end a code for orders placed from now on. It stays known, so that later orders with it are noticed.
#[utoipa::path(
    delete, path = "/v1/merchants/{merchant}/promotions/{code}", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("code" = String, Path, description = "The code; capitals and small letters are the same."),
    ),
    responses(
        (status = 200, description = "It has ended, now or before.", body = PromotionView),
        (status = 404, description = "There is no such code.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn end_promotion() {}

/// プロモーション一覧: the codes.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/promotions", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = RegisteredList<PromotionView>),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn list_promotions() {}

/// 取引先登録: register an account of a business, or change what was agreed.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}/accounts/{account}", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("account" = String, Path, description = "The account's id, as its orders quote it."),
    ),
    request_body = AccountBody,
    responses(
        (status = 200, description = "It is saved.", body = AccountView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn save_account() {}

/// 取引先照会: an account, and the credit it uses 与信利用額.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/accounts/{account}", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("account" = String, Path, description = "The account's id, as its orders quote it."),
    ),
    responses(
        (status = 200, description = "The account.", body = AccountView),
        (status = 404, description = "There is no such account.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn show_account() {}

/// 取引先一覧: the accounts.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/accounts", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = RegisteredList<AccountView>),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn list_accounts() {}

/// ポイント発行者登録: register an issuer of points as the merchant's own, whose balances are kept here.
///
/// The points of every other issuer are the channel's: they are recorded, and not checked.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}/point-issuers/{issuer}", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("issuer" = String, Path, description = "The issuer's id in capitals, as orders name it in the code of a discount by points."),
    ),
    request_body = PointIssuerBody,
    responses(
        (status = 200, description = "It is saved.", body = PointIssuerView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "There are ten issuers already.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn save_point_issuer() {}

/// ポイント発行者一覧: the merchant's own issuers of points.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/point-issuers", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = RegisteredList<PointIssuerView>),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn list_point_issuers() {}

/// ポイント付与・残高: give points to a customer, or take them, and tell how many there are then.
#[utoipa::path(
    post, path = "/v1/merchants/{merchant}/point-issuers/{issuer}/adjustments", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("issuer" = String, Path, description = "The issuer's id in capitals, as orders name it in the code of a discount by points."),
    ),
    request_body = PointsBody,
    responses(
        (status = 200, description = "It is counted, now or before.", body = PointsView),
        (status = 404, description = "There is no such issuer.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "There would be fewer than 0, or the reference was used for another change.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn adjust_points() {}

/// ブロックリスト登録: let orders with this mail address, phone number, … wait for a person.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}/block-list", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
    ),
    request_body = BlockBody,
    responses(
        (status = 200, description = "It is blocked.", body = BlockView),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn block() {}

/// ブロックリスト: what is blocked, by kind and hash.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/block-list", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = RegisteredList<BlockView>),
        (status = 400, description = "A parameter is wrong.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn list_blocked() {}

/// ブロック解除: take an entry from the block list. Whether it was there does not matter.
#[utoipa::path(
    delete, path = "/v1/merchants/{merchant}/block-list/{kind}/{hash}", tag = "limits",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("kind" = String, Path, description = "The kind of the entry."),
        ("hash" = String, Path, description = "Its hash, as the list shows it."),
    ),
    responses(
        (status = 200, description = "It is not there."),
        (status = 400, description = "The key is none.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn unblock() {}
