//! What must hold in every world after every step, and how a world ended.

use std::collections::{BTreeMap, BTreeSet};

use juchu::app::ports::{MailLog, MailStatus, OrderStore, StockStore};
use juchu::domain::evolve::replay;
use juchu::domain::ids::MerchantId;
use juchu::domain::money::Amount;
use juchu::domain::order::{Order, TicketKind};
use juchu::domain::payment::OperationKind;
use juchu::domain::stock::StockKey;
use juchu::domain::tally::{Claim, TallyKind};
use juchu::domain::{Event, OrderState};

use super::World;

impl World {
    /// Checks that the orders' side of the books and the stock's side agree, that nothing can leave
    /// without its allocation, and that the provider did nothing twice.
    ///
    /// # Panics
    /// When something is wrong.
    pub fn check_books(&self) {
        let orders = self.store.orders();
        self.check_stock(&orders);
        self.check_tallies(&orders);
        for order in &orders {
            assert_eq!(
                order.ready,
                order.ready && order.is_releasable_at(self.now()),
                "ready before its time"
            );
        }
        let mut keys = BTreeSet::new();
        for operation in self.provider.done() {
            assert!(keys.insert(operation.key.clone()), "the provider did {} twice", operation.key);
        }
    }

    /// Each count that orders share is what was booked by hand, and what the orders have of it.
    fn check_tallies(&self, orders: &[Order]) {
        for (merchant, key, tally) in self.store.all_tallies() {
            let own = orders.iter().filter(|order| order.merchant == merchant);
            let kept: i64 =
                own.clone().filter_map(|order| order.screening.claim(&key)).map(Claim::kept).sum();
            let earned = own.flat_map(|order| &order.screening.earned).filter(|(of, _)| *of == key);
            let earned: i64 = earned.map(|(_, points)| points.units()).sum();
            let of_orders = if key.kind.is_balance() { earned - kept } else { kept };
            // What is remembered of customers is of events, which only the audit reads.
            if !matches!(key.kind, TallyKind::Refusals | TallyKind::Unpaid) {
                assert_eq!(tally.amount, tally.by_hand + of_orders, "{key:?}");
            }
            assert!(tally.amount >= 0, "{key:?}: {tally:?}");
        }
    }

    /// P2: what orders were promised is exactly what the stock has promised.
    fn check_stock(&self, orders: &[Order]) {
        let mut promised: BTreeMap<(MerchantId, StockKey), (i64, i64)> = BTreeMap::new();
        for order in orders {
            for line in &order.lines {
                let Some(location) = line.location.clone() else {
                    assert_eq!(line.quantities.allocated + line.quantities.released, 0, "promised by nobody");
                    continue;
                };
                let key = (order.merchant.clone(), StockKey { sku: line.sku.clone(), location });
                let (allocated, backordered) = promised.entry(key).or_default();
                *allocated += i64::from(line.quantities.allocated + line.quantities.released);
                *backordered += i64::from(line.quantities.backordered);
            }
        }
        for (merchant, key, stock, ledger) in self.store.books() {
            let expected = promised.remove(&(merchant, key.clone())).unwrap_or_default();
            assert_eq!((stock.allocated, stock.backordered), expected, "promised and waited for of {key:?}");
            assert!(stock.on_hand >= 0 && stock.available >= 0, "{key:?}: {stock:?}");
            assert_eq!(stock.available, stock.on_hand - stock.allocated - stock.safety);
            assert_eq!(stock.promisable, stock.available - stock.backordered);
            let booked = ledger.iter().fold((0, 0, 0), |(on_hand, allocated, backordered), row| {
                (on_hand + row.on_hand, allocated + row.allocated, backordered + row.backordered)
            });
            assert_eq!(booked, (stock.on_hand, stock.allocated, stock.backordered), "the ledger of {key:?}");
        }
        promised.retain(|_, units| *units != (0, 0));
        assert!(promised.is_empty(), "promised from no stock: {promised:?}");
    }

    /// How the world ended, line by line, without what may rightly differ between two runs of the
    /// same story: moments, the numbers of events, and whether a mail is known to have gone out.
    /// Checks on the way what can only be checked at rest.
    ///
    /// # Panics
    /// When something is wrong, or left over.
    pub async fn end(&mut self) -> Vec<String> {
        self.faults.disarm();
        self.settle().await;
        assert!(self.parked.is_empty(), "put aside: {:?}", self.parked);
        let mut end = Vec::new();
        for order in self.store.orders() {
            self.describe(&order, &mut end).await;
        }
        for (_, key, stock, _) in self.store.books() {
            end.push(format!("{}: {stock:?}", key.sku));
        }
        let done = self.provider.done().into_iter();
        let mut done: Vec<String> =
            done.map(|operation| format!("{:?} {}", operation.kind, operation.amount.units())).collect();
        done.sort();
        end.extend(done);
        let told: BTreeSet<String> = self.warehouse.told().iter().map(|m| format!("{m:?}")).collect();
        end.extend(told);
        end
    }

    async fn describe(&self, order: &Order, end: &mut Vec<String>) {
        let history = self.store.history(&order.id).await.expect("the history");
        let replayed = replay(history.iter().map(|record| (&record.event, record.at)));
        assert_eq!(replayed.as_ref(), Some(order), "replaying the events gives the order");
        end.push(format!("{} {:?}, {:?}", order.number, order.state, order.validation));
        for line in &order.lines {
            end.push(format!("line {}: {:?}", line.id, line.quantities));
            self.check_waiting(order, line.id, &line.quantities, line.location.as_ref(), &line.sku).await;
        }
        for payment in &order.payments {
            let amounts = [payment.authorized, payment.captured, payment.refunded].map(Amount::units);
            end.push(format!("{:?} {:?}: {amounts:?}", payment.method, payment.status));
            if payment.method.has_provider() {
                self.check_charges(&payment.id, payment.captured, payment.refunded);
            }
        }
        for shipment in &order.shipments {
            let mut reports: Vec<_> = shipment.history.iter().map(|report| report.kind).collect();
            reports.sort();
            end.push(format!("{:?} {:?} {reports:?}", shipment.status, shipment.trackings));
        }
        let posted =
            history.iter().filter(|record| matches!(record.event, Event::SalesPosted { .. })).count();
        assert_eq!(posted, usize::from(order.sales_posted), "a sale is posted once");
        if order.state == OrderState::Completed {
            assert_eq!(order.held(), order.billing().total, "a completed order is paid");
        }
        end.push(format!("sales posted: {posted}"));
        end.extend(order.open_holds().map(|hold| format!("held for {:?}", hold.code)));
        let tickets = order.open_tickets().filter(|ticket| ticket.kind != TicketKind::MailUnknown);
        end.extend(tickets.map(|ticket| format!("ticket {}", ticket.id)));
        self.describe_mails(order, end).await;
    }

    /// P5: what we hold of the customer's money is what the provider really took and gave back.
    fn check_charges(&self, payment: &juchu::domain::ids::PaymentId, captured: Amount, refunded: Amount) {
        let done = self.provider.done();
        let sum = |kind: OperationKind| -> Amount {
            let of_kind = done.iter().filter(|done| done.payment == *payment && done.kind == kind);
            of_kind.map(|operation| operation.amount).sum()
        };
        assert_eq!(sum(OperationKind::Capture), captured, "captured for {payment}");
        assert_eq!(sum(OperationKind::Refund), refunded, "refunded for {payment}");
        assert!(captured <= sum(OperationKind::Authorize), "captured more than was authorized");
        let of_payment = done.iter().filter(|done| done.payment == *payment);
        assert!(of_payment.filter(|done| done.kind == OperationKind::Capture).count() <= 1, "captured twice");
    }

    async fn check_waiting(
        &self,
        order: &Order,
        line: juchu::domain::ids::LineId,
        quantities: &juchu::domain::order::Quantities,
        location: Option<&juchu::domain::ids::LocationId>,
        sku: &juchu::domain::ids::Sku,
    ) {
        let Some(location) = location else { return };
        let key = StockKey { sku: sku.clone(), location: location.clone() };
        let waiting = self.store.waiting(&order.merchant, &key, usize::MAX).await.expect("who waits");
        let waits = waiting.contains(&(order.id.clone(), line));
        assert_eq!(waits, quantities.backordered > 0, "line {line} of {} waits", order.number);
    }

    /// P15: each mail about a fact went out once, or it is unknown whether it did and a ticket says so.
    async fn describe_mails(&self, order: &Order, end: &mut Vec<String>) {
        let mut mails = Vec::new();
        let outbox = self.mailer.outbox();
        let ids: Vec<String> = outbox.iter().map(message_id).collect();
        for mail in self.store.mails(&order.id).await.expect("the mails") {
            let (kind, _) = mail.fact.split_once(':').expect("kind and event");
            mails.push(format!("mail {kind}"));
            let ticket = order.has_ticket(&format!("MAIL_UNKNOWN:{}", mail.fact));
            match mail.status {
                MailStatus::Sending => panic!("{} is still being sent", mail.fact),
                MailStatus::Sent { .. } | MailStatus::Refused { .. } => assert!(!ticket, "{}", mail.fact),
                MailStatus::Unknown => assert!(ticket, "nobody learns that {} may be lost", mail.fact),
            }
        }
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "a mail went out twice");
        mails.sort();
        end.extend(mails);
    }
}

/// The same for every mail about the same fact.
fn message_id(mail: &juchu::app::ports::OutgoingMail) -> String {
    let parsed = mailparse::parse_mail(&mail.raw).expect("a mail");
    let id = parsed.headers.iter().find(|header| header.get_key().eq_ignore_ascii_case("Message-ID"));
    id.map(mailparse::MailHeader::get_value).expect("a message id")
}
