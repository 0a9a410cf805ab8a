//! What is taken out and in.

use super::super::moving::{ExportPage, ImportBody, ImportReport};
use crate::lambda::http::ProblemBody;

/// データ書き出し: a page of everything a merchant has, for a supervisor.
///
/// Settings, all versions of its rules, channels without their secrets, catalogue, stock with its ledger, and
/// every order with all that happened to it, the newest first. At most 1 MB or so, and `limit` records.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/export", tag = "merchants",
    params(
        ("merchant" = String, Path, description = "The merchant's id."),
        ("limit" = Option<u8>, Query, description = "How many, 1 to 100; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the last page."),
    ),
    responses(
        (status = 200, description = "A page.", body = ExportPage),
        (status = 404, description = "There is no such merchant.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn export() {}

/// データ取り込み: take records over, for a supervisor: settings, and past orders as history.
///
/// Each record stands for itself: one that is refused does not stop the others, and the same one again changes
/// nothing. Past orders send no mail, move no stock and no money, and no stage acts on them.
#[utoipa::path(
    post, path = "/v1/merchants/{merchant}/import", tag = "merchants",
    params(
        ("merchant" = String, Path, description = "The merchant's id; it is created by its `MERCHANT` record."),
        ("dry_run" = Option<bool>, Query, description = "Only says what would become of the records."),
    ),
    request_body = ImportBody,
    responses(
        (status = 200, description = "What became of each.", body = ImportReport),
        (status = 413, description = "The body is larger than 4 MiB.", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = [])),
)]
pub(super) const fn import() {}
