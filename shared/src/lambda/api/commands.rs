//! What staff and banks ask of an order.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Defects;
use super::address::AddressBody;
use crate::app::idempotency::Reply;
use crate::domain::Command;
use crate::domain::customer::{DesiredDelivery, TimeSlot};
use crate::domain::ids::{LineId, PaymentId};
use crate::domain::intake::{Impossible, MAX_UNITS};
use crate::domain::money::Amount;
use crate::domain::order::{CancelReason, HoldCode, MAX_LINES, Order, OrderState};
use crate::domain::shipment::LineQuantity;

/// Some units of a line.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitsBody {
    /// The line's number.
    pub line: u16,
    /// How many units, at least 1.
    pub quantity: u32,
}

/// Something asked of an order. `command` says what.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum CommandBody {
    /// 保留解除: the cause of the hold is gone. Resolving a PAYMENT hold tries the payment again.
    ResolveHold {
        /// Which hold.
        code: HoldCode,
    },
    /// 保留の例外解除: the cause remains, and a supervisor takes the responsibility.
    OverrideHold {
        /// Which hold.
        code: HoldCode,
        /// Why it is all right, up to 500 characters.
        reason: String,
    },
    /// 保留: stop the order.
    PlaceHold {
        /// Which hold.
        code: HoldCode,
        /// What exactly, up to 500 characters.
        reason: String,
    },
    /// 取消: cancel the whole order, or some units. Cancelling some needs an `Idempotency-Key`.
    Cancel {
        /// Why.
        reason: CancelReason,
        /// Which units; all that have not left when there are none here.
        #[serde(default)]
        lines: Vec<UnitsBody>,
    },
    /// 住所変更: only before the warehouse has it.
    ChangeAddress {
        /// Which ship group.
        ship_group: u8,
        /// The whole new address.
        address: AddressBody,
    },
    /// 住所補正: put the address right, as the order's view proposes it at this moment; nothing is done
    /// where nothing is proposed. Only before the warehouse has it.
    AcceptAddressProposal {
        /// Which ship group.
        ship_group: u8,
    },
    /// 希望日変更: only before the warehouse has it.
    ChangeDesiredDelivery {
        /// Which ship group.
        ship_group: u8,
        /// The day; none for 指定なし.
        #[serde(default)]
        date: Option<Date>,
        /// The time slot, such as `1416`.
        #[serde(default)]
        time_slot: Option<String>,
    },
    /// 遅延連絡: tell the customer that it will be later.
    ReportDelay {
        /// Why, in words for the customer, up to 500 characters.
        reason: String,
        /// The new date, if one is known.
        #[serde(default)]
        expected_on: Option<Date>,
    },
    /// 入金: count a deposit.
    RecordDeposit {
        /// Which payment.
        #[schema(value_type = String)]
        payment: PaymentId,
        /// How much, in the currency's smallest unit.
        amount: i64,
        /// The bank's reference: the same one counts once.
        reference: String,
        /// When it came in.
        deposited_at: Timestamp,
    },
    /// 返金: note that money was given back by hand.
    RecordRefund {
        /// Which payment.
        #[schema(value_type = String)]
        payment: PaymentId,
        /// How much, in the currency's smallest unit.
        amount: i64,
        /// The bank's reference: the same one counts once.
        reference: String,
    },
    /// 備考: leave a remark, up to 2,000 characters.
    AddNote {
        /// The text.
        text: String,
        /// Tells one note from another with the same text; the text itself when absent.
        #[serde(default)]
        id: Option<String>,
    },
    /// 対応済: the matter of a ticket is settled.
    CloseTicket {
        /// Which ticket.
        ticket: String,
    },
    /// 再連携: tell the channel once more.
    RepeatReport {
        /// The number of the event the report tells of.
        event: u64,
    },
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A command, complete.
    Command(Command),
    /// To accept the address that is proposed for a ship group when the request is carried out.
    AcceptAddressProposal {
        /// Which ship group.
        ship_group: u8,
    },
}

impl CommandBody {
    /// What `by` asks for.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self, by: &str) -> Result<Asked, Vec<Impossible>> {
        let mut defects = Defects::default();
        let by = by.to_owned();
        let command = match self {
            Self::ResolveHold { code } => Command::ResolveHold { code, by },
            Self::OverrideHold { code, reason } => {
                defects.check_text(&reason, 500, "reason");
                Command::OverrideHold { code, by, reason: reason.into() }
            }
            Self::PlaceHold { code, reason } => {
                defects.check_text(&reason, 500, "reason");
                Command::PlaceHold { code, reason: reason.into() }
            }
            Self::Cancel { reason, lines } => {
                let lines = units(&lines, &mut defects);
                Command::RequestCancel { lines, reason }
            }
            Self::ChangeAddress { ship_group, address } => {
                let address = address.read("address", &mut defects);
                Command::ChangeAddress { ship_group, address }
            }
            Self::AcceptAddressProposal { ship_group } => {
                return Ok(Asked::AcceptAddressProposal { ship_group });
            }
            Self::ChangeDesiredDelivery { ship_group, date, time_slot } => {
                let slot = |slot: &String| TimeSlot::from_code(slot).is_some();
                let ok = time_slot.as_ref().is_none_or(slot);
                defects.check(ok, "time_slot", "must be two hours of the day, such as 1416");
                check_day(date, "date", &mut defects);
                Command::ChangeDesiredDelivery { ship_group, desired: DesiredDelivery { date, time_slot } }
            }
            Self::ReportDelay { reason, expected_on } => {
                defects.check_text(&reason, 500, "reason");
                check_day(expected_on, "expected_on", &mut defects);
                Command::ReportDelay { reason, expected_on }
            }
            Self::RecordDeposit { payment, amount, reference, deposited_at } => {
                let amount = check_money(amount, &reference, &mut defects);
                Command::RecordDeposit { payment, amount, reference, deposited_at }
            }
            Self::RecordRefund { payment, amount, reference } => {
                let amount = check_money(amount, &reference, &mut defects);
                Command::RecordRefund { payment, amount, reference }
            }
            Self::AddNote { text, id } => {
                defects.check_text(&text, 2_000, "text");
                if let Some(id) = &id {
                    defects.check_text(id, 100, "id");
                }
                // An id is shown and logged, a text is not.
                let id = id.unwrap_or_else(|| hex::encode(Sha256::digest(text.as_bytes())));
                Command::AddNote { id, by, text: text.into() }
            }
            Self::CloseTicket { ticket } => {
                defects.check_text(&ticket, 200, "ticket");
                Command::CloseTicket { id: ticket }
            }
            Self::RepeatReport { event } => Command::RepeatReport { report: event },
        };
        defects.or(Asked::Command(command))
    }
}

fn check_day(day: Option<Date>, field: &str, defects: &mut Defects) {
    let ok = day.is_none_or(DesiredDelivery::is_possible_on);
    defects.check(ok, field, "must be in the years 2000 to 2099");
}

fn units(lines: &[UnitsBody], defects: &mut Defects) -> Vec<LineQuantity> {
    defects.check(lines.len() <= MAX_LINES, "lines", "an order has at most 100 lines");
    for (i, units) in lines.iter().enumerate() {
        let ok = (1..=MAX_UNITS).contains(&units.quantity);
        defects.check(ok, format!("lines[{i}].quantity"), "must be 1 to 9,999");
    }
    lines.iter().map(|units| LineQuantity { line: LineId(units.line), quantity: units.quantity }).collect()
}

fn check_money(amount: i64, reference: &str, defects: &mut Defects) -> Amount {
    let amount = Amount::new(amount);
    let ok = amount.is_positive() && amount <= Amount::LIMIT;
    defects.check(ok, "amount", "must be 1 to 1,000,000,000 of the currency's smallest unit");
    defects.check_text(reference, 100, "reference");
    amount
}

/// A deposit as a bank or a person reports it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepositBody {
    /// Which payment; the customer quotes it with the transfer.
    #[schema(value_type = String)]
    pub payment: PaymentId,
    /// How much, in the currency's smallest unit.
    #[schema(example = 5_400)]
    pub amount: i64,
    /// The bank's reference: the same one counts once.
    #[schema(example = "20261121-000123")]
    pub reference: String,
    /// When it came in.
    pub deposited_at: Timestamp,
}

impl DepositBody {
    /// The command to count this deposit.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(self) -> Result<Command, Vec<Impossible>> {
        let Self { payment, amount, reference, deposited_at } = self;
        let mut defects = Defects::default();
        let amount = check_money(amount, &reference, &mut defects);
        defects.or(Command::RecordDeposit { payment, amount, reference, deposited_at })
    }
}

/// What a command led to.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CommandReply {
    /// Which order.
    pub order: String,
    /// Where it stands now.
    pub state: OrderState,
    /// The number of its events now.
    pub version: u64,
}

impl CommandReply {
    /// What the caller is told about the order as the command left it.
    #[must_use]
    pub fn of(order: &Order) -> Reply {
        let body = Self { order: order.id.to_string(), state: order.state, version: order.version };
        Reply { status: 200, body: serde_json::to_string(&body).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The fields that something is wrong with.
    fn wrong(body: Value) -> Vec<String> {
        let body: CommandBody = serde_json::from_value(body).unwrap();
        let defects = body.read("sato").err().unwrap_or_default();
        defects.into_iter().map(|defect| defect.field).collect()
    }

    #[test]
    fn a_wish_is_checked_as_strictly_as_that_of_an_order() {
        let wish = |date: &str, slot: &str| {
            wrong(json!({
                "command": "change_desired_delivery", "ship_group": 1, "date": date, "time_slot": slot,
            }))
        };
        assert_eq!(wish("2026-11-25", "1416"), [""; 0]);
        assert_eq!(wish("2026-11-25", "9999"), ["time_slot"]);
        assert_eq!(wish("9026-11-25", "1416"), ["date"]);
        let delay = json!({ "command": "report_delay", "reason": "late", "expected_on": "0026-11-25" });
        assert_eq!(wrong(delay), ["expected_on"]);
    }

    #[test]
    fn an_address_has_the_limits_it_has_in_an_order() {
        let change = |line: usize, phone: usize| {
            wrong(json!({ "command": "change_address", "ship_group": 1, "address": {
                "name": "山田太郎", "phone": "0".repeat(phone), "postal_code": "150-0042",
                "prefecture": "東京都", "city": "渋谷区", "line1": "1".repeat(line),
            } }))
        };
        assert_eq!(change(300, 40), [""; 0]);
        assert_eq!(change(301, 41), ["address.line1", "address.phone"]);
    }

    #[test]
    fn a_remark_without_an_id_is_known_by_its_digest() {
        let read = |text: &str| match (CommandBody::AddNote { text: text.to_owned(), id: None }).read("sato")
        {
            Ok(Asked::Command(Command::AddNote { id, .. })) => id,
            _ => String::new(),
        };
        assert_eq!(read("Taro called"), read("Taro called"));
        assert_eq!((read("Taro called").len(), read("Taro called").contains("Taro")), (64, false));
    }
}
