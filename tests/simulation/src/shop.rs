//! The shop as it stands before the first order.

use juchu::app::access::Role;
use juchu::app::manage_merchant::{ManageError, ManageMerchant, MerchantSettings};
use juchu::domain::customer::Language;
use juchu::domain::ids::{ChannelId, LocationId, MerchantId, Sku};
use juchu::domain::merchant::{ChannelKind, OrderPolicy, Product, SalesPolicy, ShopProfile, SplitPolicy};
use juchu::domain::money::Amount;
use juchu::domain::tax::TaxRate;
use juchu::lambda::api::merchants::ChannelBody;
use juchu_tests::harness::people::somebody;

use crate::chance::Chance;
use crate::functions::Surroundings;
use crate::people::{CHANNEL, LOCATION, MERCHANT, SKUS};
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

async fn save(
    app: &ManageMerchant<juchu::testing::MemoryStore, juchu::testing::ManualClock>,
    policy: OrderPolicy,
) -> anyhow::Result<()> {
    let (supervisor, merchant) = (somebody(Role::Supervisor), MerchantId::new(MERCHANT)?);
    let shop = ShopProfile {
        name: "茶の庵".to_owned(),
        url: "https://cha-no-iori.example".to_owned(),
        mail_from: "shop@cha-no-iori.example".to_owned(),
        support_mail: "support@cha-no-iori.example".to_owned(),
        phone: "054-000-0000".to_owned(),
        address: "静岡県静岡市葵区追手町5-1".to_owned(),
        bank_account: "見本銀行 本店 普通 1234567 チャノイオリ".to_owned(),
    };
    let locations = vec![LocationId::new(LOCATION)?];
    let settings = MerchantSettings { shop, policy, language: Language::Ja, locations };
    app.save_merchant(&supervisor, &merchant, settings, None).await?;
    let body = ChannelBody { kind: ChannelKind::Json, api_key: Some(API_KEY.to_owned()), secret: None };
    let channel = body.read(ChannelId::new(CHANNEL)?, merchant.clone());
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
    Ok::<_, ManageError>(())?;
    Ok(())
}
