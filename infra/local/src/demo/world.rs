//! Everybody around the system: customers, the bank, the warehouse, the carrier and the staff.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use juchu::adapters::clock::SystemClock;
use juchu::app::ports::Clock;
use juchu::domain::japan;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::{Api, Order};

/// The merchant of the demonstration, and its channel.
pub const MERCHANT: &str = "juchu-demo";
const CHANNEL: &str = "juchu-demo-shop";
/// Its other channel, which is told what happens to its orders.
const PLATFORM: &str = "juchu-demo-platform";
/// Its warehouse.
const LOCATION: &str = "main";
/// How long anything may take before the demonstration gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The pauses between two looks at an order.
const FIRST_PAUSE: Duration = Duration::from_millis(30);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// What the shop sells: SKU, title, price, whether it is food, whether there is stock.
const PRODUCTS: [(&str, &str, i64, bool, bool); 5] = [
    ("TEA-100", "静岡産 深蒸し煎茶 100g", 1_080, true, true),
    ("POT-01", "常滑焼 急須 300ml", 4_950, false, true),
    ("CUP-02", "湯のみ 2客セット", 2_200, false, true),
    ("TRAY-03", "木製 茶盆", 3_300, false, false),
    ("RARE", "手摘み新茶 限定缶", 5_400, true, false),
];

/// The world around one run of the demonstration.
#[derive(Clone)]
pub struct World {
    api: Api,
    key: String,
    run: String,
    set: String,
    patience: Duration,
    next_parcel: Arc<AtomicU64>,
}

/// What a customer orders; the rest of an order is the same for all.
pub struct Wish<'a> {
    /// The number, without the run's prefix.
    pub number: &'a str,
    /// SKU and units.
    pub lines: &'a [(&'a str, u32)],
    /// How it is paid, as in the API.
    pub payment: Value,
}

impl World {
    /// Opens a shop on the system: a merchant, a channel with a key of its own, products and stock.
    ///
    /// # Errors
    /// If the system does not allow it.
    pub async fn open(api: Api, mail_from: &str, patience: Duration) -> anyhow::Result<Self> {
        let now = SystemClock.now();
        let mut random = [0; 24];
        getrandom::fill(&mut random).context("the system gives no random numbers")?;
        let world = Self {
            api,
            key: hex::encode(random),
            run: format!("{:x}", now.as_millisecond()),
            set: String::new(),
            patience,
            next_parcel: Arc::new(AtomicU64::new(now.as_millisecond().unsigned_abs() % 1_000_000_000)),
        };
        let merchant = json!({
            "shop": {
                "name": "茶の庵",
                "url": "https://cha-no-iori.example",
                "mail_from": mail_from,
                "support_mail": "support@cha-no-iori.example",
                "phone": "054-000-0000",
                "address": "静岡県静岡市葵区追手町5-1",
                "bank_account": "見本銀行 本店 普通 1234567 チャノイオリ",
            },
            "locations": [LOCATION],
        });
        world.put(&format!("/v1/merchants/{MERCHANT}"), &merchant).await?;
        let channel = json!({ "kind": "json", "api_key": world.key });
        world.put(&format!("/v1/merchants/{MERCHANT}/channels/{CHANNEL}"), &channel).await?;
        let platform = json!({ "kind": "json", "api_key": world.key, "reports": { "enabled": true } });
        world.put(&format!("/v1/merchants/{MERCHANT}/channels/{PLATFORM}"), &platform).await?;
        for (sku, ..) in PRODUCTS {
            world.shop_offers(sku).await?;
        }
        world.shelves_are_filled(50).await?;
        Ok(world)
    }

    /// The same world for another set of orders, of which `set` tells apart the numbers, the slips and
    /// what is not in stock.
    #[must_use]
    pub fn another(&self, set: &str) -> Self {
        Self { set: format!("-{set}"), ..self.clone() }
    }

    /// How the callers of the API fare.
    #[must_use]
    pub const fn api(&self) -> &Api {
        &self.api
    }

    /// So many units arrive of everything that is usually in stock.
    ///
    /// # Errors
    /// If a receipt is not taken.
    pub async fn shelves_are_filled(&self, units: u32) -> anyhow::Result<()> {
        for (sku, .., in_stock) in PRODUCTS {
            if in_stock {
                self.stock_arrives(sku, units).await?;
            }
        }
        Ok(())
    }

    /// The shop offers one of its products.
    ///
    /// # Errors
    /// If the catalogue does not take it.
    pub async fn shop_offers(&self, sku: &str) -> anyhow::Result<()> {
        let Some((_, title, price, is_food, _)) = PRODUCTS.into_iter().find(|(known, ..)| *known == sku)
        else {
            bail!("there is no product {sku}");
        };
        let product = json!({ "title": title, "price": price, "tax_rate": if is_food { 8 } else { 10 } });
        self.put(&format!("/v1/merchants/{MERCHANT}/products/{}", self.sku(sku)), &product).await?;
        Ok(())
    }

    /// What is not in stock is known to this run and set only, so that the demonstration can be
    /// repeated on the same system.
    fn sku(&self, sku: &str) -> String {
        let in_stock = PRODUCTS.iter().any(|(known, .., in_stock)| *known == sku && *in_stock);
        if in_stock { sku.to_owned() } else { format!("{sku}-{}{}", self.run, self.set) }
    }

    async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.api.send(Method::PUT, path, body).await
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.api.send(Method::POST, path, body).await
    }

    /// The order as a channel sends it, delivered in Japan in one parcel.
    #[must_use]
    pub fn order(&self, wish: &Wish<'_>) -> Value {
        let lines: Vec<Value> =
            wish.lines.iter().filter_map(|(sku, quantity)| self.line(sku, *quantity)).collect();
        let number = format!("{}{}-{}", self.run, self.set, wish.number);
        // Whoever orders so often from one phone would be taken for a fraud.
        let n = number.bytes().fold(0_u32, |n, byte| (n * 31 + u32::from(byte)) % 10_000);
        let customer = json!({
            "name": "山田 花子",
            "mail": format!("hanako.{n:04}@example.com"),
            "phone": format!("090-2714-{n:04}"),
        });
        json!({
            "number": number,
            "ordered_at": SystemClock.now(),
            "customer": customer,
            "ship_to": address("山田 花子", &format!("神宮前1-2-{}", n + 1)),
            "lines": lines,
            "fees": [{ "kind": "SHIPPING", "amount": 550 }],
            "payments": [wish.payment],
        })
    }

    fn line(&self, sku: &str, quantity: u32) -> Option<Value> {
        let (_, title, price, is_food, _) = PRODUCTS.into_iter().find(|(known, ..)| *known == sku)?;
        Some(json!({
            "sku": self.sku(sku),
            "title": title,
            "unit_price": price,
            "quantity": quantity,
            "tax_rate": if is_food { 8 } else { 10 },
        }))
    }

    /// A customer orders; the shop sends the order, and says its id.
    ///
    /// # Errors
    /// If it is not taken.
    pub async fn customer_orders(&self, order: &Value) -> anyhow::Result<String> {
        self.channel_sends(CHANNEL, order).await
    }

    /// A customer orders on the platform that is told what happens, which sends the order.
    ///
    /// # Errors
    /// If it is not taken.
    pub async fn customer_orders_on_platform(&self, order: &Value) -> anyhow::Result<String> {
        self.channel_sends(PLATFORM, order).await
    }

    async fn channel_sends(&self, channel: &str, order: &Value) -> anyhow::Result<String> {
        let received = self.api.send_order(channel, &self.key, order).await?;
        // Asked again, it may be known from the request that was not answered.
        ensure!(!received.duplicate || self.api.repeats(), "a new order was taken for a known one");
        Ok(received.order)
    }

    /// The platform is told these facts, and accepts them.
    ///
    /// # Errors
    /// If it is told something else, or its answers are not taken.
    pub async fn platform_accepts(&self, id: &str, facts: &[&str]) -> anyhow::Result<Order> {
        let told = |order: &Order| order.reports.len() >= facts.len();
        let order = self.until(id, "the reports to the platform", told).await?;
        let mut found: Vec<&str> = order.reports.iter().map(|report| report.fact.as_str()).collect();
        found.sort_unstable();
        ensure!(found == facts, "the platform was told {found:?} instead of {facts:?}");
        for report in &order.reports {
            let path = format!("/v1/channels/{PLATFORM}/reports/{}", report.report);
            let accepted = json!({ "outcome": "accepted" });
            let _: Value = self.api.send_as_channel(&path, &self.key, &accepted).await?;
        }
        let accepted = |order: &Order| order.reports.iter().all(|it| it.outcome.status == "ACCEPTED");
        self.until(id, "the platform's answers", accepted).await
    }

    /// The shop sends an order again, not knowing whether it arrived.
    ///
    /// # Errors
    /// If it is not recognised.
    pub async fn shop_repeats(&self, order: &Value, id: &str) -> anyhow::Result<()> {
        let received = self.api.send_order(CHANNEL, &self.key, order).await?;
        ensure!(received.duplicate && received.order == id, "a repeated order was taken for a new one");
        Ok(())
    }

    /// Waits until the order is as `is` says.
    ///
    /// # Errors
    /// If that takes too long; the error tells how it stands instead.
    pub async fn until(&self, id: &str, what: &str, is: impl Fn(&Order) -> bool) -> anyhow::Result<Order> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let order = self.api.order(id).await?;
            if is(&order) {
                return Ok(order);
            }
            if begun.elapsed() > self.patience {
                let last = order.timeline.last().map_or("nothing", |happened| &happened.event.r#type);
                bail!("waited {:?} for: {what}; it is {} after {last}", self.patience, order.state);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits until the order is in `state`, everybody has been written to, and returns it.
    ///
    /// # Errors
    /// As [`Self::until`].
    pub async fn until_state(&self, id: &str, state: &str, mails: &[&str]) -> anyhow::Result<Order> {
        let what = format!("{state} and {} mails", mails.len());
        self.until(id, &what, |order| order.state == state && order.mails_ended().len() >= mails.len()).await
    }

    /// The customer pays what the payment request says; the bank reports it.
    ///
    /// # Errors
    /// If the deposit is not taken.
    pub async fn customer_pays(&self, id: &str) -> anyhow::Result<()> {
        let asked = |order: &Order| order.mails_ended().contains(&"payment_request");
        let order = self.until(id, "the mail that asks for the money", asked).await?;
        let payment = order.payments.first().context("the order has no payment")?;
        let deposit = json!({
            "payment": payment.payment,
            "amount": payment.due,
            "reference": format!("DEMO-{}", payment.payment),
            "deposited_at": SystemClock.now(),
        });
        self.post("/v1/payments/deposits", &deposit).await?;
        Ok(())
    }

    /// Staff give a command.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn staff(&self, id: &str, command: &Value) -> anyhow::Result<()> {
        self.post(&format!("/v1/orders/{id}/commands"), command).await?;
        Ok(())
    }

    /// Staff cancel the whole order, once its customer has the confirmation: of an order that is
    /// cancelled none would go out.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn staff_cancel(&self, id: &str, reason: &str) -> anyhow::Result<()> {
        let confirmed = |order: &Order| order.mails_ended().contains(&"order_confirmation");
        self.until(id, "the confirmation", confirmed).await?;
        self.staff(id, &json!({ "command": "cancel", "reason": reason })).await
    }

    /// Goods arrive in the warehouse.
    ///
    /// # Errors
    /// If the receipt is not taken.
    pub async fn stock_arrives(&self, sku: &str, quantity: u32) -> anyhow::Result<()> {
        let receipt = json!({
            "location": LOCATION,
            "quantity": quantity,
            "reference": format!("DEMO-{}{}", self.run, self.set),
        });
        self.post(&format!("/v1/stock/{MERCHANT}/{}/receipts", self.sku(sku)), &receipt).await?;
        Ok(())
    }

    /// The warehouse gets the instruction for the order's shipments, at least `count` of them.
    ///
    /// # Errors
    /// If it never does.
    pub async fn instructed(&self, id: &str, count: usize) -> anyhow::Result<Vec<String>> {
        let instructed =
            |order: &Order| order.shipments.iter().filter(|shipment| shipment.instructed).count();
        let order = self.until(id, "the shipping instruction", |order| instructed(order) >= count).await?;
        Ok(order.shipments.into_iter().map(|shipment| shipment.shipment).collect())
    }

    /// The warehouse ships, in `parcels` parcels.
    ///
    /// # Errors
    /// If a report is not taken.
    pub async fn warehouse_ships(&self, shipment: &str, parcels: usize) -> anyhow::Result<()> {
        self.report(shipment, "ACKNOWLEDGED", 0, &[]).await?;
        self.report(shipment, "PACKED", 5, &[]).await?;
        let numbers: Vec<String> = (0..parcels).map(|_| self.tracking_number()).collect();
        self.report(shipment, "HANDED_OVER", 10, &numbers).await
    }

    /// The carrier delivers.
    ///
    /// # Errors
    /// If a report is not taken.
    pub async fn carrier_delivers(&self, shipment: &str) -> anyhow::Result<()> {
        self.report(shipment, "DELIVERED", 30, &[]).await
    }

    /// A report of the warehouse or the carrier. The same one has the same time.
    ///
    /// # Errors
    /// If it is not taken.
    pub async fn report(
        &self,
        shipment: &str,
        kind: &str,
        minute: i64,
        numbers: &[String],
    ) -> anyhow::Result<()> {
        let tracking = |number: &String| json!({ "carrier": "YAMATO", "number": number });
        let report = json!({
            "kind": kind,
            "occurred_at": self.begun()? + SignedDuration::from_mins(minute),
            "trackings": numbers.iter().map(tracking).collect::<Vec<_>>(),
        });
        self.post(&format!("/v1/shipments/{shipment}/events"), &report).await?;
        Ok(())
    }

    /// The day in Japan.
    ///
    /// # Errors
    /// If the run does not know when it began.
    pub fn today(&self) -> anyhow::Result<Date> {
        Ok(japan::local(self.begun()?).date())
    }

    fn begun(&self) -> anyhow::Result<Timestamp> {
        Ok(Timestamp::from_millisecond(i64::from_str_radix(&self.run, 16)?)?)
    }

    /// The next number of twelve digits, of which the last is the first eleven modulo seven.
    fn tracking_number(&self) -> String {
        let body = 40_000_000_000 + self.next_parcel.fetch_add(1, Ordering::Relaxed);
        format!("{body}{}", body % 7)
    }
}

/// An address in Tokyo that the post would find, if `line1` has a house number.
#[must_use]
pub fn address(name: &str, line1: &str) -> Value {
    json!({
        "name": name,
        "phone": "03-1234-5678",
        "postal_code": "150-0001",
        "prefecture": "東京都",
        "city": "渋谷区",
        "line1": line1,
    })
}
