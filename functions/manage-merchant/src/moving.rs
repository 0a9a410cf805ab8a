//! All that a merchant has, taken out and in.

use http::StatusCode;
use juchu::app::import::Import;
use juchu::app::manage_merchant::ManageMerchant;
use juchu::app::operate_order::Caller;
use juchu::app::ports::Clock;
use juchu::domain::ids::MerchantId;
use juchu::lambda::api::moving::{ExportPage, ImportBody, ImportReport, MAX_RECORDS, read_row};
use juchu::lambda::http::{FILE_LIMIT, Problem, Request, Response, parse_json};
use juchu::lambda::identity::principal;

use crate::Store;

pub(crate) async fn export(
    app: &ManageMerchant<impl Store, impl Clock>,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["limit", "cursor"])?;
    let (merchant, cursor): (MerchantId, _) = (request.path("merchant")?, request.query("cursor"));
    let page = app.export(&principal(request)?, &merchant, cursor, request.limit()?).await?;
    Response::json(StatusCode::OK, &ExportPage::of(page)?)
}

pub(crate) async fn import(
    app: &ManageMerchant<impl Store, impl Clock>,
    mail_domain: &str,
    request: &Request,
) -> Result<Response, Problem> {
    request.only_query(&["dry_run"])?;
    let is_dry_run = match request.query("dry_run") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::invalid("dry_run", "must be true or false")),
    };
    let merchant: MerchantId = request.path("merchant")?;
    // Each record stands for itself, so the request may be repeated without a key.
    let caller = Caller {
        principal: principal(request)?,
        correlation: request.correlation().to_owned(),
        repeatable: None,
    };
    let mut import = Import::begin(app, caller, merchant.clone(), is_dry_run).await?;
    request.expect_json()?;
    let ImportBody { records } = parse_json(&request.body_up_to(FILE_LIMIT)?)?;
    if records.len() > MAX_RECORDS {
        return Err(Problem::invalid("records", "has more than 100: send the others in further requests"));
    }
    let rows = (0..).zip(records).map(|(n, record)| read_row(format!("records[{n}]"), record, mail_domain));
    let imported = import.take(rows.collect()).await?;
    Response::json(StatusCode::OK, &ImportReport::new(&merchant, is_dry_run, imported))
}
