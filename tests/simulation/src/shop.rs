//! The shop as it stands before the first order.

use juchu::app::access::Role;
use juchu::app::manage_merchant::ManageMerchant;
use juchu::domain::ids::Sku;
use juchu::domain::merchant::{ChannelKind, OrderPolicy, Product, SalesPolicy, SplitPolicy};
use juchu::domain::money::Amount;
use juchu::domain::tax::TaxRate;
use juchu::lambda::api::merchants::ChannelBody;
use juchu::lambda::api::reports::ReportsBody;
use juchu::testing::{ManualClock, MemoryStore, Surroundings};
use juchu_tests::harness::people::{channel, merchant, settings, somebody};

use crate::chance::Chance;
use crate::people::SKUS;
use crate::requests::API_KEY;
use crate::world::{Broken, completed};

/// Opens the shop: its merchant with one of several policies, its channel and its catalogue.
///
/// # Errors
/// When it is refused.
pub fn open(out: &Surroundings, chance: &Chance) -> Result<(), Broken> {
    let app = ManageMerchant { store: out.store.clone(), clock: out.clock.clone() };
    let policy = OrderPolicy {
        split: [SplitPolicy::Together, SplitPolicy::AsAvailable]
            .get(chance.below(2))
            .copied()
            .unwrap_or_default(),
        sales: [SalesPolicy::Delivered, SalesPolicy::Shipped]
            .get(chance.below(2))
            .copied()
            .unwrap_or_default(),
        ..OrderPolicy::default()
    };
    let opens = Box::pin(async move { save(&app, policy).await.map_err(|error| Broken(error.to_string())) });
    completed(opens)?
}

async fn save(app: &ManageMerchant<MemoryStore, ManualClock>, policy: OrderPolicy) -> anyhow::Result<()> {
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
    Ok(())
}
