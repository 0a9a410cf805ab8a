//! Merchants, their channels and their catalogue.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Defects;
use super::reports::ReportsBody;
use crate::app::manage_merchant::MerchantSettings;
use crate::app::ports::Page;
use crate::domain::customer::Language;
use crate::domain::ids::{ChannelId, LocationId, MerchantId};
use crate::domain::intake::Impossible;
use crate::domain::merchant::{
    AddressCorrections, Channel, ChannelKind, ChannelSecret, Merchant, OrderPolicy, Product, SalesPolicy,
    ShopProfile, SplitPolicy, UnknownProductPolicy,
};
use crate::domain::money::Amount;
use crate::domain::tax::{Rounding, TaxRate};

/// Converts both ways between two types of the same fields. The fields are named, so that one more in
/// either type does not compile until it is here.
macro_rules! same_fields {
    ($body:ident = $domain:ident { $($field:ident),+ $(,)? }) => {
        impl From<$body> for $domain {
            fn from($body { $($field),+ }: $body) -> Self {
                Self { $($field),+ }
            }
        }

        impl From<$domain> for $body {
            fn from($domain { $($field),+ }: $domain) -> Self {
                Self { $($field),+ }
            }
        }
    };
}

pub(super) use same_fields;

/// The most stock locations of a merchant.
const MAX_LOCATIONS: usize = 10;

/// The shop as its customers see it in mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopBody {
    /// Name of the shop.
    pub name: String,
    /// Where customers find it.
    pub url: String,
    /// Sender of its mails; an identity verified with the mail service.
    pub mail_from: String,
    /// Where customers write to.
    pub support_mail: String,
    /// Where customers call.
    pub phone: String,
    /// Its postal address, as the law asks of mail order (特定商取引法).
    pub address: String,
    /// Where to pay by bank transfer, in the shop's own words.
    pub bank_account: String,
}

same_fields!(ShopBody = ShopProfile { name, url, mail_from, support_mail, phone, address, bank_account });

/// How a merchant's orders are handled; what is left out has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyBody {
    /// Counts up with every change of the settings. Set by the system.
    pub version: u32,
    /// How fractions of the smallest unit are rounded in tax.
    pub rounding: Rounding,
    /// Whether an order may leave in parts.
    pub split: SplitPolicy,
    /// When a sale is posted.
    pub sales: SalesPolicy,
    /// What to do with an unknown SKU.
    pub unknown_product: UnknownProductPolicy,
    /// What to do with an address that can be put right.
    pub address_corrections: AddressCorrections,
    /// Days a customer has to pay in advance (1 to 60).
    pub payment_due_days: u8,
    /// Days before the due date at which we remind (1 to 30).
    pub payment_reminder_days: u8,
    /// Days from release to delivery, used to compute the ship-from date (0 to 14).
    pub lead_time_days: u8,
    /// Hours in one state after which an order counts as stalled (1 to 2,160).
    pub stalled_after_hours: u16,
    /// Hours within which the warehouse acknowledges an instruction (1 to 240).
    pub acknowledge_within_hours: u16,
    /// How often a customer who does not answer is called (1 to 10).
    pub call_attempts: u8,
    /// Hours after which a customer who did not answer is called again (1 to 72).
    pub call_retry_hours: u16,
    /// How long people have to deal with what waits for them, in percent of the usual time (10 to 1,000).
    pub response_percent: u16,
}

impl Default for PolicyBody {
    fn default() -> Self {
        OrderPolicy::default().into()
    }
}

same_fields!(
    PolicyBody = OrderPolicy {
        version,
        rounding,
        split,
        sales,
        unknown_product,
        address_corrections,
        payment_due_days,
        payment_reminder_days,
        lead_time_days,
        stalled_after_hours,
        acknowledge_within_hours,
        call_attempts,
        call_retry_hours,
        response_percent,
    }
);

/// A merchant's settings.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MerchantBody {
    /// The shop as customers see it.
    pub shop: ShopBody,
    /// How its orders are handled; what is left out of it has its default. As until now without any:
    /// it is a part of the merchant's rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyBody>,
    /// The language of mails when an order names none.
    #[serde(default)]
    pub language: Language,
    /// Its stock locations, the preferred one first; 1 to 10.
    #[schema(value_type = Vec<String>, example = json!(["main"]))]
    pub locations: Vec<LocationId>,
}

impl From<Merchant> for MerchantBody {
    fn from(merchant: Merchant) -> Self {
        let Merchant { shop, language, locations, .. } = merchant;
        Self { shop: shop.into(), policy: None, language, locations }
    }
}

impl MerchantBody {
    /// The settings, checked. Mails can come from `mail_domain` and what is below it alone: the mail
    /// service would refuse every other one.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn read(self, mail_domain: &str) -> Result<MerchantSettings, Vec<Impossible>> {
        let mut defects = Defects::default();
        let shop = &self.shop;
        let texts = [
            ("name", &shop.name, 50),
            ("url", &shop.url, 200),
            ("mail_from", &shop.mail_from, 254),
            ("support_mail", &shop.support_mail, 254),
            ("phone", &shop.phone, 30),
            ("address", &shop.address, 200),
            ("bank_account", &shop.bank_account, 500),
        ];
        for (field, text, max) in texts {
            defects.check_text(text, max, &format!("shop.{field}"));
        }
        let web = shop.url.starts_with("https://") || shop.url.starts_with("http://");
        defects.check(web, "shop.url", "must begin with https://");
        for (field, address) in [("mail_from", &shop.mail_from), ("support_mail", &shop.support_mail)] {
            let ok = address.parse::<crate::app::mail::MailAddress>().is_ok();
            defects.check(ok, format!("shop.{field}"), "must be a mail address");
        }
        let Self { shop, policy, language, locations } = self;
        let (shop, policy) = (ShopProfile::from(shop), policy.map(OrderPolicy::from));
        defects.check(
            is_of(mail_domain, &shop.mail_from),
            "shop.mail_from",
            format!("must be an address of {mail_domain}, the domain this system sends mails from"),
        );
        for (field, rule) in policy.iter().flat_map(OrderPolicy::defects) {
            defects.check(false, format!("policy.{field}"), rule);
        }
        let count = (1..=MAX_LOCATIONS).contains(&locations.len());
        defects.check(count, "locations", "a merchant has 1 to 10 locations");
        let mut distinct = locations.clone();
        distinct.sort();
        distinct.dedup();
        defects.check(distinct.len() == locations.len(), "locations", "must not repeat");
        defects.or(MerchantSettings { shop, policy, language, locations })
    }
}

/// Whether `address` is one of `domain`, or of a domain below it.
fn is_of(domain: &str, address: &str) -> bool {
    let (domain, address) = (domain.to_ascii_lowercase(), address.to_ascii_lowercase());
    let host = address.rsplit('@').next().unwrap_or_default();
    host.strip_suffix(&domain).is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// A merchant.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MerchantView {
    /// Its id.
    pub merchant: String,
    /// Counts up with every change; quote it in `If-Match` to change what you have seen.
    pub version: u64,
    /// The shop as customers see it.
    pub shop: ShopBody,
    /// How its orders are handled.
    pub policy: PolicyBody,
    /// The language of mails when an order names none.
    pub language: Language,
    /// Its stock locations, the preferred one first.
    pub locations: Vec<String>,
}

impl From<Merchant> for MerchantView {
    fn from(merchant: Merchant) -> Self {
        Self {
            merchant: merchant.id.to_string(),
            version: merchant.version,
            shop: merchant.shop.into(),
            policy: merchant.policy.into(),
            language: merchant.language,
            locations: merchant.locations.into_iter().map(String::from).collect(),
        }
    }
}

/// A channel's dialect, and how it proves itself: with `api_key` in `X-Api-Key`, or by a signature
/// over the body with `secret`.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelBody {
    /// The dialect it speaks.
    pub kind: ChannelKind,
    /// For a channel that sends a key: 16 to 200 characters. Only its digest is kept.
    #[serde(default)]
    pub api_key: Option<String>,
    /// For a platform that signs: its shared secret, 8 to 200 characters.
    #[serde(default)]
    pub secret: Option<String>,
    /// How it is told what happens to its orders.
    #[serde(default)]
    pub reports: ReportsBody,
}

impl ChannelBody {
    /// The channel `id` of `merchant`, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, id: ChannelId, merchant: MerchantId) -> Result<Channel, Vec<Impossible>> {
        let mut defects = Defects::default();
        // The two kinds of proof; what a kind does not use must not be there.
        let (proof, field, other, least) = if self.kind.signs() {
            (self.secret, "secret", self.api_key, 8)
        } else {
            (self.api_key, "api_key", self.secret, 16)
        };
        // A key travels in a header.
        let sendable = |proof: &String| {
            (least..=200).contains(&proof.len()) && proof.bytes().all(|b| b.is_ascii_graphic())
        };
        let rule = format!("must be {least} to 200 ASCII characters without spaces");
        defects.check(proof.as_ref().is_some_and(sendable), field, rule);
        defects.check(
            other.is_none(),
            "kind",
            format!("a channel of this kind proves itself with {field} alone"),
        );
        let reports = self.reports.read(&mut defects);
        let proof = proof.unwrap_or_default();
        let secret = if self.kind.signs() {
            ChannelSecret::Signature { secret: proof }
        } else {
            ChannelSecret::ApiKey { sha256: hex::encode(Sha256::digest(proof.as_bytes())) }
        };
        defects.or(Channel { id, merchant, kind: self.kind, secret, reports })
    }
}

/// What is shown of a channel.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChannelView {
    /// Its id.
    pub channel: String,
    /// Whose it is.
    pub merchant: String,
    /// The dialect it speaks.
    pub kind: ChannelKind,
    /// Where it posts orders to.
    pub path: String,
    /// Whether it is told what happens to its orders.
    pub is_told: bool,
}

impl From<&Channel> for ChannelView {
    fn from(channel: &Channel) -> Self {
        Self {
            channel: channel.id.to_string(),
            merchant: channel.merchant.to_string(),
            kind: channel.kind,
            path: format!("/v1/channels/{}/orders", channel.id),
            is_told: channel.reports.are_on(channel.kind),
        }
    }
}

/// A product.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductBody {
    /// Its name.
    #[schema(example = "静岡産 深蒸し煎茶 100g")]
    pub title: String,
    /// Its usual price in yen.
    #[schema(example = 1_080)]
    pub price: i64,
    /// Its tax rate in percent.
    #[schema(example = 8)]
    pub tax_rate: u8,
}

impl From<Product> for ProductBody {
    fn from(product: Product) -> Self {
        let tax_rate = u8::try_from(product.tax_rate.basis_points() / 100).unwrap_or(u8::MAX);
        Self { title: product.title, price: product.price.units(), tax_rate }
    }
}

impl ProductBody {
    /// The product, checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, sku: crate::domain::ids::Sku) -> Result<Product, Vec<Impossible>> {
        let mut defects = Defects::default();
        defects.check_text(&self.title, 500, "title");
        let price = Amount::new(self.price);
        let ok = (Amount::ZERO..=Amount::LIMIT).contains(&price);
        defects.check(ok, "price", "must be 0 to 1,000,000,000");
        let known = [0, 8, 10].contains(&self.tax_rate);
        defects.check(known, "tax_rate", "must be 10, 8 or 0 percent");
        let tax_rate =
            TaxRate::from_basis_points(u16::from(self.tax_rate) * 100).unwrap_or(TaxRate::STANDARD);
        defects.or(Product { sku, title: self.title, price, tax_rate })
    }
}

/// What is shown of a product.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProductView {
    /// Its code.
    pub sku: String,
    /// Its name.
    pub title: String,
    /// Its usual price in yen.
    pub price: i64,
    /// Its tax rate in percent.
    pub tax_rate: u16,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        Self {
            sku: product.sku.to_string(),
            title: product.title,
            price: product.price.units(),
            tax_rate: product.tax_rate.basis_points() / 100,
        }
    }
}

/// A page of the catalogue.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProductList {
    /// The products, by SKU.
    pub products: Vec<ProductView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Page<Product>> for ProductList {
    fn from(page: Page<Product>) -> Self {
        Self { products: page.items.into_iter().map(ProductView::from).collect(), next_cursor: page.next }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is wrong with a merchant whose mails come from `mail_from`, at a system of `shop.example`.
    fn defects(mail_from: &str) -> Vec<Impossible> {
        let body = json!({
            "shop": {
                "name": "茶と器の店",
                "url": "https://tea.example",
                "mail_from": mail_from,
                "support_mail": "support@tea.example",
                "phone": "03-0000-0000",
                "address": "東京都千代田区千代田1-1",
                "bank_account": "みほん銀行 普通 1234567",
            },
            "locations": ["main"],
        });
        let body: MerchantBody = serde_json::from_value(body).unwrap();
        body.read("shop.example").err().unwrap_or_default()
    }

    #[test]
    fn mails_come_from_the_systems_domain_alone() {
        for own in ["orders@shop.example", "orders@tea.shop.example", "Orders@Shop.Example"] {
            assert_eq!(defects(own), [], "{own}");
        }
        for other in ["orders@tea.example", "orders@myshop.example", "shop.example@tea.example"] {
            let [defect] = defects(other).try_into().unwrap();
            assert_eq!(defect.field, "shop.mail_from");
            assert!(defect.message.contains("an address of shop.example"), "{}", defect.message);
        }
    }
}
