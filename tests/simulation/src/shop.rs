//! The shop as it stands before the first order.

use anyhow::Context;
use juchu::app::access::{Principal, Role};
use juchu::app::manage_limits::{Block, PointsSlip};
use juchu::app::manage_merchant::ManageMerchant;
use juchu::app::operate_order::Caller;
use juchu::domain::account::PointIssuer;
use juchu::domain::fraud::Feature;
use juchu::domain::ids::{IssuerId, PromotionCode, Sku};
use juchu::domain::merchant::{
    AddressCorrections, ChannelKind, OrderPolicy, Product, SalesPolicy, SplitPolicy,
};
use juchu::domain::money::{Amount, Currency};
use juchu::domain::promotion::{Conditions, Gives, Promotion};
use juchu::domain::tax::TaxRate;
use juchu::lambda::api::merchants::ChannelBody;
use juchu::lambda::api::reports::ReportsBody;
use juchu::testing::{ManualClock, MemoryStore, Surroundings};
use juchu_tests::harness::people::{channel, merchant, settings, somebody};

use crate::chance::Chance;
use crate::people::{MAIL, SKUS};
use crate::requests::API_KEY;
use crate::world::{Broken, completed};

/// Opens the shop: its merchant with one of several policies, its channel and its catalogue.
///
/// # Errors
/// When it is refused.
pub fn open(out: &Surroundings, chance: &Chance) -> Result<(), Broken> {
    let app = ManageMerchant { store: out.store.clone(), clock: out.clock.clone() };
    let blocks = chance.one_in(4);
    let policy = OrderPolicy {
        split: [SplitPolicy::Together, SplitPolicy::AsAvailable]
            .get(chance.below(2))
            .copied()
            .unwrap_or_default(),
        sales: [SalesPolicy::Delivered, SalesPolicy::Shipped]
            .get(chance.below(2))
            .copied()
            .unwrap_or_default(),
        address_corrections: [AddressCorrections::Propose, AddressCorrections::ApplySafe]
            .get(chance.below(2))
            .copied()
            .unwrap_or_default(),
        ..OrderPolicy::default()
    };
    let opens =
        Box::pin(async move { save(&app, policy, blocks).await.map_err(|error| Broken(error.to_string())) });
    completed(opens)?
}

/// How often the code `SPRING` may be used.
pub const USES: u32 = 2;
/// The points the customer has at first.
pub const POINTS: i64 = 120;

async fn save(
    app: &ManageMerchant<MemoryStore, ManualClock>,
    policy: OrderPolicy,
    blocks: bool,
) -> anyhow::Result<()> {
    let (supervisor, merchant) = (somebody(Role::Supervisor), merchant());
    app.save_merchant(&supervisor, &merchant, settings(policy), None).await?;
    let reports = ReportsBody { enabled: Some(true), ..ReportsBody::default() };
    let body =
        ChannelBody { kind: ChannelKind::Json, api_key: Some(API_KEY.to_owned()), secret: None, reports };
    let channel = body.read(channel(), merchant.clone());
    let channel = channel.map_err(|defects| anyhow::anyhow!("the channel: {defects:?}"))?;
    app.save_channel(&supervisor, &channel).await?;
    for (sku, price) in SKUS.into_iter().zip([1_000, 1_100, 1_200]) {
        let product = Product {
            sku: Sku::new(sku)?,
            title: sku.to_owned(),
            price: Amount::new(price),
            tax_rate: if price == 1_000 { TaxRate::REDUCED } else { TaxRate::STANDARD },
        };
        app.save_product(&supervisor, &merchant, &product).await?;
    }
    share(app, &supervisor).await?;
    if blocks {
        let feature = Feature::mail_domain("example.com").context("a domain")?;
        let block = Block { feature, reason: "parcels came back".into(), until: None };
        app.block(&supervisor, &merchant, block).await?;
    }
    Ok(())
}

/// What the shop's orders share: a code, and points of its own.
async fn share(app: &ManageMerchant<MemoryStore, ManualClock>, who: &Principal) -> anyhow::Result<()> {
    let spring = Promotion {
        code: PromotionCode::new("SPRING")?,
        gives: Gives::Amount { amount: Amount::new(120) },
        currency: Currency::Jpy,
        conditions: Conditions::default(),
        limit: Some(USES),
        limit_per_customer: None,
        ended_at: None,
    };
    app.save_promotion(who, &merchant(), spring).await?;
    let own = IssuerId::new("OWN")?;
    let issuer = PointIssuer { id: own.clone(), channels: Vec::new(), earn_basis_points: 100 };
    app.save_issuer(who, &merchant(), issuer).await?;
    let caller = Caller { principal: who.clone(), correlation: "opening".to_owned(), repeatable: None };
    let customer = Feature::mail(MAIL).context("a mail address")?;
    let slip = PointsSlip { issuer: own, customer, points: POINTS, reference: "opening".to_owned() };
    app.adjust_points(&caller, &merchant(), slip).await?;
    Ok(())
}
