//! What an event does to an order. Total: whatever happened, happened.

use jiff::Timestamp;

use super::calls::CallRequest;
use super::drift::Drift;
use super::event::{CancelledUnits, Contents, Event, Grant};
use super::ids::{LineId, PaymentId, ShipmentId};
use super::money::Amount;
use super::order::{
    Cancellation, Hold, HoldCode, HoldEnd, Line, Note, Order, OrderState, Ticket, TicketKind, Validation,
};
use super::payment::{OperationKind, Payment, PaymentRequest, PaymentStatus};
use super::report::{FactKind, Report, ReportStatus};
use super::shipment::{LineQuantity, Shipment, ShipmentStatus};
use super::timers::{PROVIDER_CHECK, provider_pause};
use super::told::Said;

/// The order after `event`, which happened `at` that moment.
#[must_use]
pub fn evolve(mut order: Order, event: &Event, at: Timestamp) -> Order {
    if let Event::OrderReceived { order } | Event::HistoryImported { order, .. } = event {
        return (**order).clone();
    }
    order.version += 1;
    apply(&mut order, event, at);
    order.forget_ended_handlings();
    let asks_for_money = matches!(
        event,
        Event::PaymentRetried { .. }
            | Event::PaymentCheckDue { .. }
            | Event::AuthorizationEnded { .. }
            | Event::LinesCancelled { .. }
            | Event::CancelRefused { .. }
    );
    if asks_for_money {
        order.money_since = Some(at);
    }
    order
}

/// The order its whole history makes; `None` when the history does not begin with the order.
pub fn replay<'a>(history: impl IntoIterator<Item = (&'a Event, Timestamp)>) -> Option<Order> {
    let mut history = history.into_iter();
    let (Event::OrderReceived { order } | Event::HistoryImported { order, .. }, _) = history.next()? else {
        return None;
    };
    Some(history.fold((**order).clone(), |order, (event, at)| evolve(order, event, at)))
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per event, none of them long: the whole picture in one place"
)]
fn apply(order: &mut Order, event: &Event, at: Timestamp) {
    match event {
        Event::OrderReceived { .. } | Event::HistoryImported { .. } | Event::ShipmentArrived { .. } => {}
        Event::ContactCorrected { corrections } => {
            for correction in corrections {
                correction.apply(order);
            }
        }
        Event::OrderValidated { findings } => {
            order.validation = Validation::Passed;
            order.findings.clone_from(findings);
            order.advance(OrderState::Validated, at);
        }
        Event::ValidationFailed { findings } => {
            order.validation = Validation::Failed;
            order.findings.clone_from(findings);
        }
        Event::OrderScreened { screened } => order.screening.add(screened),
        Event::ClaimsReturned { returns } => order.screening.give_back(returns),
        Event::PointsEarned { key, points } => order.screening.earned.push((key.clone(), *points)),
        Event::HoldOpened { code, reason } => {
            order.ready = false;
            order.holds.push(Hold { code: *code, reason: reason.clone(), opened_at: at, closed: None });
        }
        Event::HoldResolved { code, by } => order.close_hold(*code, at, HoldEnd::Resolved { by: by.clone() }),
        Event::HoldOverridden { code, by, reason } => {
            order.close_hold(*code, at, HoldEnd::Overridden { by: by.clone(), reason: reason.clone() });
        }
        Event::StockAllocated { grants } => order.each(grants, |line, n| {
            line.quantities.open -= n;
            line.quantities.allocated += n;
        }),
        Event::StockBackordered { shortages } => order.each(shortages, |line, n| {
            line.quantities.open -= n;
            line.quantities.backordered += n;
        }),
        Event::BackorderFilled { grants } => order.each(grants, |line, n| {
            line.quantities.backordered -= n;
            line.quantities.allocated += n;
        }),
        Event::PaymentRequested { payment, due_at, remind_at } => order.pay(payment, |payment| {
            payment.requested =
                Some(PaymentRequest { due_at: *due_at, remind_at: *remind_at, reminded: *remind_at <= at });
        }),
        Event::PaymentAuthorized { payment, amount, reference, valid_until } => {
            order.pay(payment, |payment| {
                payment.status = PaymentStatus::Authorized;
                payment.authorized = *amount;
                // However short a provider says it holds, it is not asked anew more often than this.
                payment.valid_until = valid_until.map(|until| until.max(at + PROVIDER_CHECK));
                payment.reference = Some(reference.clone());
                payment.settle_unknown();
            });
        }
        Event::AuthorizationEnded { payment } => {
            order.ready = false;
            order.pay(payment, |payment| {
                payment.status = PaymentStatus::Pending;
                payment.authorized = Amount::ZERO;
                payment.valid_until = None;
                payment.refused.clear();
                payment.attempt += 1;
                payment.settle_unknown();
            });
        }
        Event::PaymentInReview { payment, reference } => order.pay(payment, |payment| {
            payment.status = PaymentStatus::Review;
            payment.reference = Some(reference.clone());
            payment.unknown = None;
            payment.check_later(at);
        }),
        Event::PaymentDeclined { payment, .. } => order.pay(payment, |payment| {
            payment.status = PaymentStatus::Declined;
            payment.settle_unknown();
        }),
        Event::PaymentRetried { payment } => order.pay(payment, |payment| {
            if payment.status == PaymentStatus::Declined {
                payment.status = PaymentStatus::Pending;
            }
            payment.refused.clear();
            payment.attempt += 1;
        }),
        Event::DepositRecorded { payment, amount, reference, .. } => order.pay(payment, |payment| {
            payment.captured += *amount;
            payment.deposits.push(reference.clone());
        }),
        Event::PaymentCaptured { payment, amount } => order.pay(payment, |payment| {
            payment.status = PaymentStatus::Captured;
            payment.captured += *amount;
            payment.settle_unknown();
        }),
        Event::PaymentVoided { payment } => order.pay(payment, |payment| {
            payment.status = PaymentStatus::Voided;
            payment.authorized = Amount::ZERO;
            payment.settle_unknown();
        }),
        Event::PaymentRefunded { payment, amount, reference } => order.pay(payment, |payment| {
            payment.refunded += *amount;
            payment.refunds += 1;
            payment.refund_references.push(reference.clone());
            payment.settle_unknown();
            payment.status = if payment.held().is_positive() {
                PaymentStatus::PartiallyRefunded
            } else {
                PaymentStatus::Refunded
            };
        }),
        Event::PaymentOperationRefused { operation, .. } => order.pay(&operation.payment, |payment| {
            payment.settle_unknown();
            payment.refused.push(operation.kind);
        }),
        Event::PaymentUnknown { operation } => order.pay(&operation.payment, |payment| {
            payment.unknown = Some(operation.clone());
            payment.check_later(at);
        }),
        Event::PaymentCheckDue { payment } => order.pay(payment, |payment| payment.check_at = None),
        Event::PaymentReminded { payment } => order.pay(payment, |payment| {
            if let Some(request) = &mut payment.requested {
                request.reminded = true;
            }
        }),
        Event::PaymentExpired { payment } => {
            order.pay(payment, |payment| payment.status = PaymentStatus::Expired);
        }
        Event::OrderReadied => {
            order.ready = true;
            order.advance(OrderState::Ready, at);
        }
        Event::OrderReleased { shipments } => {
            order.ready = false;
            for shipment in shipments {
                order.each_of(&shipment.lines, |line, n| {
                    line.quantities.allocated -= n;
                    line.quantities.released += n;
                });
            }
            order.shipments.extend(shipments.iter().cloned());
            order.advance(OrderState::Released, at);
        }
        Event::ShipmentInstructed { shipment } => order.ship(shipment, |shipment| shipment.instructed = true),
        Event::ShipmentProgressed { shipment, report } => order.ship(shipment, |shipment| {
            // A recall ends the shipment; one that comes after the hand-over is too late to count.
            let still_moves = shipment.status != ShipmentStatus::Recalled;
            if let Some(status) = report.kind.status().filter(|_| still_moves) {
                shipment.status = shipment.status.max(status);
            }
            insert_sorted(&mut shipment.history, report.clone());
            for tracking in &report.trackings {
                insert_sorted(&mut shipment.trackings, tracking.clone());
            }
        }),
        Event::ShipmentHandedOver { shipment } => {
            // What the warehouse did not give back when asked, it refused: its own word may come later.
            order.ship(shipment, |shipment| {
                shipment.recall_refused |= shipment.recall_requested;
                shipment.recall_requested = false;
            });
        }
        Event::ShipmentShipped { shipment } => {
            order.move_shipped(
                shipment,
                |shipment| shipment.shipped = true,
                |line, n| {
                    line.quantities.released -= n;
                    line.quantities.shipped += n;
                },
            );
            order.advance(OrderState::PartiallyShipped, at);
        }
        Event::OrderShipped => order.advance(OrderState::Shipped, at),
        Event::ShipmentDelivered { shipment } => {
            order.move_shipped(
                shipment,
                |shipment| shipment.delivered = true,
                |line, n| {
                    line.quantities.delivered += n;
                },
            );
        }
        Event::OrderDelivered => order.advance(OrderState::Delivered, at),
        Event::DelayReported { reason, expected_on } => order.delays.push((reason.clone(), *expected_on)),
        Event::SalesPosted { .. } => order.sales_posted = true,
        Event::OrderCompleted => order.advance(OrderState::Completed, at),
        Event::CancelRequested { lines, reason } => {
            order.ready = false;
            order.cancellation =
                Some(Cancellation { reason: *reason, remaining: lines.clone(), done: Vec::new() });
        }
        Event::RecallRequested { shipment } => {
            order.ship(shipment, |shipment| shipment.recall_requested = true);
        }
        Event::ShipmentRecalled { shipment } => {
            order.move_shipped(
                shipment,
                |shipment| shipment.recall_requested = false,
                |line, n| {
                    line.quantities.released -= n;
                    line.quantities.allocated += n;
                },
            );
        }
        Event::RecallRefused { shipment } => order.ship(shipment, |shipment| {
            shipment.recall_requested = false;
            shipment.recall_refused = true;
        }),
        Event::UnitsCancelled { lines } => order.cancel_units(lines),
        Event::LinesCancelled { .. } | Event::CancelRefused { .. } => order.cancellation = None,
        Event::OrderCancelled { .. } => {
            order.cancellation = None;
            order.advance(OrderState::Cancelled, at);
        }
        Event::AddressChanged { ship_group, address }
        | Event::AddressCorrected { ship_group, address, .. } => {
            order.validation = Validation::Pending;
            order.ready = false;
            if let Some(group) = order.ship_groups.iter_mut().find(|group| group.id == *ship_group) {
                group.address = address.clone();
            }
        }
        Event::DesiredDeliveryChanged { ship_group, desired, not_before } => {
            order.ready = false;
            if let Some(group) = order.ship_groups.iter_mut().find(|group| group.id == *ship_group) {
                group.desired = desired.clone();
                group.not_before = *not_before;
            }
        }
        Event::ChannelUpdated { status, updated_at, fingerprint, source, told: _ } => {
            order.fingerprint.clone_from(fingerprint);
            order.said = Said {
                seq: order.version,
                status: *status,
                // A word without a time does not make older ones new again.
                updated_at: (*updated_at).max(order.said.updated_at),
                source: source.clone(),
            };
        }
        Event::ImportCompleted { contents } => order.complete_import(contents),
        Event::NoteAdded { id, by, text } => {
            order.notes.push(Note { id: id.clone(), by: by.clone(), text: text.clone(), at });
        }
        Event::ChannelReported { report, fact, answer_by } => {
            order.tell(*report, *fact, ReportStatus::Sent { answer_by: *answer_by }, at);
        }
        Event::ChannelReportImpossible { report, fact } => {
            order.tell(*report, *fact, ReportStatus::Impossible, at);
        }
        Event::ChannelAnswered { report, answer } => order.change_report(*report, |report| {
            if let Some(status) = report.status.after(answer) {
                (report.status, report.at) = (status, at);
            }
        }),
        Event::ChannelReportRepeated { report } => order.change_report(*report, |report| {
            report.attempt += 1;
            (report.status, report.at) = (ReportStatus::Repeated, at);
        }),
        Event::ChannelDrifted { status } => {
            let (since, alarmed) = order.drift.as_ref().map_or((at, false), |was| (was.since, was.alarmed));
            order.drift = Some(Drift { status: *status, since, alarmed });
        }
        Event::ChannelAgreed => order.drift = None,
        Event::TicketOpened { id, kind, detail } => {
            order.tickets.push(Ticket {
                id: id.clone(),
                kind: *kind,
                detail: detail.clone(),
                opened_at: at,
                closed_at: None,
            });
            if let Some(drift) = order.drift.as_mut().filter(|_| *kind == TicketKind::ChannelDrift) {
                drift.alarmed = true;
            }
        }
        Event::TicketClosed { id } => order.close_tickets(at, |ticket| ticket.id == *id),
        Event::CallRequested { id, reason, about, detail, by, window } => order.calls.push(CallRequest {
            id: id.clone(),
            reason: *reason,
            about: about.clone(),
            detail: detail.clone(),
            by: by.clone(),
            opened_at: at,
            window: *window,
            attempts: Vec::new(),
            closed: None,
        }),
        Event::CallMade { id, attempt, again } => order.ring(id, |call| {
            call.attempts.push(attempt.clone());
            call.window = again.unwrap_or(call.window);
        }),
        Event::CallClosed { id, end } => order.ring(id, |call| call.closed = Some((at, *end))),
        Event::WorkAssigned { matter, to, .. } => {
            order.handle(matter, |handling| handling.assigned_to.clone_from(to));
        }
        Event::ClocksRanOut { matters } => {
            for matter in matters {
                order.handle(matter, |handling| handling.escalated_at = Some(at));
            }
        }
    }
}

impl Order {
    /// Moves the state forward, never back; what was stalled is not any more.
    fn advance(&mut self, state: OrderState, at: Timestamp) {
        if state > self.state {
            self.state = state;
            self.state_since = at;
            self.close_tickets(at, |ticket| ticket.kind == TicketKind::Stalled);
        }
    }

    fn close_hold(&mut self, code: HoldCode, at: Timestamp, end: HoldEnd) {
        let open = self.holds.iter_mut().find(|hold| hold.code == code && hold.closed.is_none());
        if let Some(hold) = open {
            hold.closed = Some((at, end));
        }
    }

    fn close_tickets(&mut self, at: Timestamp, which: impl Fn(&Ticket) -> bool) {
        for ticket in self.tickets.iter_mut().filter(|ticket| ticket.closed_at.is_none() && which(ticket)) {
            ticket.closed_at = Some(at);
        }
    }

    fn each(&mut self, grants: &[Grant], change: impl Fn(&mut Line, u32)) {
        for grant in grants {
            if let Some(line) = self.lines.iter_mut().find(|line| line.id == grant.line) {
                line.location = Some(grant.location.clone());
                change(line, grant.quantity);
            }
        }
    }

    fn each_of(&mut self, quantities: &[LineQuantity], change: impl Fn(&mut Line, u32)) {
        for LineQuantity { line, quantity } in quantities {
            if let Some(line) = self.lines.iter_mut().find(|known| known.id == *line) {
                change(line, *quantity);
            }
        }
    }

    fn move_shipped(
        &mut self,
        id: &ShipmentId,
        mark: impl Fn(&mut Shipment),
        change: impl Fn(&mut Line, u32),
    ) {
        if let Some(shipment) = self.shipments.iter_mut().find(|shipment| shipment.id == *id) {
            mark(shipment);
            let lines = shipment.lines.clone();
            self.each_of(&lines, change);
        }
    }

    fn complete_import(&mut self, contents: &Contents) {
        let Contents { ship_groups, lines, fees, discounts, declared, payments, particulars } = contents;
        self.ship_groups.clone_from(ship_groups);
        self.lines.clone_from(lines);
        self.fees.clone_from(fees);
        self.discounts.clone_from(discounts);
        self.declared.clone_from(declared);
        self.payments.clone_from(payments);
        self.particulars.clone_from(particulars);
        self.validation = Validation::Pending;
        self.ready = false;
    }

    fn cancel_units(&mut self, cancelled: &[CancelledUnits]) {
        for units in cancelled {
            if let Some(line) = self.lines.iter_mut().find(|line| line.id == units.line) {
                line.quantities.open -= units.open;
                line.quantities.backordered -= units.backordered;
                line.quantities.allocated -= units.allocated;
                line.quantities.cancelled += units.total();
            }
            if let Some(request) = &mut self.cancellation {
                request.add_done(units.line, units.total());
            }
            let remaining = self.cancellation.iter_mut().flat_map(|request| &mut request.remaining);
            for entry in remaining.filter(|entry| entry.line == units.line) {
                entry.quantity = entry.quantity.saturating_sub(units.total());
            }
        }
        if let Some(request) = &mut self.cancellation {
            request.remaining.retain(|entry| entry.quantity > 0);
        }
    }

    fn pay(&mut self, id: &PaymentId, change: impl FnOnce(&mut Payment)) {
        if let Some(payment) = self.payments.iter_mut().find(|payment| payment.id == *id) {
            change(payment);
        }
    }

    fn ring(&mut self, id: &str, change: impl FnOnce(&mut CallRequest)) {
        if let Some(call) = self.calls.iter_mut().find(|call| call.id == id) {
            change(call);
        }
    }

    /// Notes how a report stands, which may be a new one.
    fn tell(&mut self, event: u64, fact: FactKind, status: ReportStatus, at: Timestamp) {
        match self.reports.iter_mut().find(|report| report.event == event) {
            Some(report) => (report.status, report.at) = (status, at),
            None => self.reports.push(Report { event, fact, attempt: 1, status, at }),
        }
    }

    fn change_report(&mut self, event: u64, change: impl FnOnce(&mut Report)) {
        if let Some(report) = self.reports.iter_mut().find(|report| report.event == event) {
            change(report);
        }
    }

    fn ship(&mut self, id: &ShipmentId, change: impl FnOnce(&mut Shipment)) {
        if let Some(shipment) = self.shipments.iter_mut().find(|shipment| shipment.id == *id) {
            change(shipment);
        }
    }
}

impl Cancellation {
    fn add_done(&mut self, line: LineId, quantity: u32) {
        match self.done.iter_mut().find(|done| done.line == line) {
            Some(done) => done.quantity += quantity,
            None => self.done.push(LineQuantity { line, quantity }),
        }
    }
}

impl Payment {
    fn settle_unknown(&mut self) {
        self.unknown = None;
        self.check_at = None;
        self.checks = 0;
    }

    fn check_later(&mut self, now: Timestamp) {
        self.check_at = Some(now + provider_pause(self.checks));
        self.checks = self.checks.saturating_add(1);
    }

    /// Whether the provider refused this kind of operation before; it is not asked again.
    #[must_use]
    pub fn was_refused(&self, kind: OperationKind) -> bool {
        self.refused.contains(&kind)
    }
}

fn insert_sorted<T: Ord>(items: &mut Vec<T>, item: T) {
    if let Err(place) = items.binary_search(&item) {
        items.insert(place, item);
    }
}
