//! Who may do what, decided in one place.

use std::collections::BTreeSet;

use crate::domain::Command;
use crate::domain::ids::MerchantId;
use crate::domain::order::{CancelReason, HoldCode};

/// A role of a person or machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Talks to customers.
    CallCenter,
    /// Processes orders and payments.
    BackOffice,
    /// Warehouse and carriers, people and machines.
    Logistics,
    /// The merchant itself.
    ClientUser,
    /// May take responsibility: override holds, change settings.
    Supervisor,
    /// Reads everything, changes nothing.
    Auditor,
    /// Our own machines.
    System,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::CallCenter,
        Self::BackOffice,
        Self::Logistics,
        Self::ClientUser,
        Self::Supervisor,
        Self::Auditor,
        Self::System,
    ];

    /// The role's name in tokens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallCenter => "CALL_CENTER",
            Self::BackOffice => "BACK_OFFICE",
            Self::Logistics => "LOGISTICS",
            Self::ClientUser => "CLIENT_USER",
            Self::Supervisor => "SUPERVISOR",
            Self::Auditor => "AUDITOR",
            Self::System => "SYSTEM",
        }
    }

    /// The role called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Whose data somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every merchant's: the outsourcer's own staff.
    All,
    /// These merchants'.
    Of(BTreeSet<MerchantId>),
}

/// Somebody whose identity has been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Their id, as it is recorded with what they do.
    pub subject: String,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// Whose data they may see.
    pub scope: Scope,
}

/// Something somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read orders, stock and settings.
    Read,
    /// Do the daily work on orders.
    Operate,
    /// Speak for the customer: remarks, changes, cancellations.
    Serve,
    /// Call customers, and record what came of it.
    Call,
    /// Say who deals with what.
    Assign,
    /// Decide for the merchant.
    Decide,
    /// Let go on what waited for goods or a carrier to be right.
    ClearGoods,
    /// Record deposits and refunds.
    HandleMoney,
    /// Let an order go on although something is wrong.
    Override,
    /// Approve what has to be approved, for the merchant.
    Approve,
    /// Judge an order that may be a fraud: let it go on, or cancel it.
    JudgeFraud,
    /// Report what happened in the warehouse and on the road.
    ReportFulfilment,
    /// Receive and adjust stock.
    ManageStock,
    /// Change a merchant's catalogue.
    ManageCatalogue,
    /// Change a merchant's settings and channels.
    ManageMerchant,
    /// Take all of a merchant's data out, or in.
    MoveData,
}

impl Permission {
    const fn is_given_to(self, role: Role) -> bool {
        use Role::{BackOffice, CallCenter, ClientUser, Logistics, Supervisor, System};
        match self {
            Self::Read => true,
            Self::Operate | Self::HandleMoney => matches!(role, BackOffice | Supervisor | System),
            Self::Call => matches!(role, CallCenter | BackOffice | Supervisor | System),
            Self::Assign => !matches!(role, Role::Auditor),
            Self::Decide => matches!(role, ClientUser | BackOffice | Supervisor | System),
            Self::ClearGoods => matches!(role, Logistics | BackOffice | Supervisor | System),
            Self::Serve => matches!(role, CallCenter | BackOffice | ClientUser | Supervisor | System),
            Self::Approve | Self::JudgeFraud => matches!(role, ClientUser | Supervisor),
            Self::Override | Self::ManageMerchant | Self::MoveData => matches!(role, Supervisor),
            Self::ReportFulfilment | Self::ManageStock => matches!(role, Logistics | Supervisor | System),
            Self::ManageCatalogue => matches!(role, ClientUser | BackOffice | Supervisor | System),
        }
    }

    /// What somebody must be allowed to do in order to give `command`; `None` for the commands that
    /// only our own stages give.
    #[must_use]
    pub const fn for_command(command: &Command) -> Option<Self> {
        match command {
            Command::RequestCancel { reason: CancelReason::Fraud, .. } => Some(Self::JudgeFraud),
            Command::ResolveHold { code, .. } => Some(Self::to_resolve(*code)),
            Command::PlaceHold { .. } | Command::CloseTicket { .. } | Command::RepeatReport { .. } => {
                Some(Self::Operate)
            }
            Command::RecordCall { .. } => Some(Self::Call),
            Command::AssignWork { .. } => Some(Self::Assign),
            Command::OverrideHold { .. } => Some(Self::Override),
            Command::RequestCancel { .. }
            | Command::ChangeAddress { .. }
            | Command::CorrectAddress { .. }
            | Command::ChangeDesiredDelivery { .. }
            | Command::ReportDelay { .. }
            | Command::RequestCall { .. }
            | Command::AddNote { .. } => Some(Self::Serve),
            Command::RecordDeposit { .. } | Command::RecordRefund { .. } => Some(Self::HandleMoney),
            Command::RecordFulfilment { .. } => Some(Self::ReportFulfilment),
            Command::CorrectContact { .. }
            | Command::Validate { .. }
            | Command::Screen { .. }
            | Command::Allocate { .. }
            | Command::FillBackorder { .. }
            | Command::RequestPayment { .. }
            | Command::RecordOperation { .. }
            | Command::Release
            | Command::MarkInstructed { .. }
            | Command::Ship { .. }
            | Command::Deliver { .. }
            | Command::PostSales
            | Command::Cancel
            | Command::FollowChannel { .. }
            | Command::OpenTicket { .. }
            | Command::MarkReported { .. }
            | Command::GiveUpReport { .. }
            | Command::RecordReportAnswer { .. }
            | Command::CompareWithChannel { .. }
            | Command::Tick => None,
        }
    }

    /// Whoever's work a hold is may resolve it.
    const fn to_resolve(code: HoldCode) -> Self {
        match code {
            HoldCode::Approval => Self::Approve,
            HoldCode::FraudReview => Self::JudgeFraud,
            HoldCode::ClientDecision => Self::Decide,
            HoldCode::Quality | HoldCode::CarrierOutage => Self::ClearGoods,
            HoldCode::AddressDefect
            | HoldCode::ContactDefect
            | HoldCode::UnknownProduct
            | HoldCode::AmountDefect
            | HoldCode::PartialImport
            | HoldCode::PaymentDefect
            | HoldCode::DeliveryDefect
            | HoldCode::CustomerNote
            | HoldCode::Promotion
            | HoldCode::PointRecalc
            | HoldCode::PurchaseOrder
            | HoldCode::CreditLimit
            | HoldCode::Payment
            | HoldCode::Stockout => Self::Operate,
        }
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// None of their roles allows it.
    #[error("none of your roles allows this")]
    Role,
    /// It is another merchant's. Shown as if it did not exist.
    #[error("it belongs to another merchant")]
    Merchant,
}

impl Principal {
    /// Refuses unless this principal may do `permission` with data of `merchant`.
    ///
    /// # Errors
    /// [`Denied`]. The merchant is checked first, so that nobody learns what others have.
    pub fn require(&self, permission: Permission, merchant: &MerchantId) -> Result<(), Denied> {
        let in_scope = match &self.scope {
            Scope::All => true,
            Scope::Of(merchants) => merchants.contains(merchant),
        };
        if !in_scope {
            return Err(Denied::Merchant);
        }
        if self.roles.iter().any(|role| permission.is_given_to(*role)) { Ok(()) } else { Err(Denied::Role) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(role: Role, scope: Scope) -> Principal {
        Principal { subject: "u1".to_owned(), roles: BTreeSet::from([role]), scope }
    }

    fn merchant(id: &str) -> MerchantId {
        MerchantId::new(id).unwrap()
    }

    #[test]
    fn another_merchants_data_is_out_of_reach_whatever_the_role() {
        for role in Role::ALL {
            let principal = principal(role, Scope::Of(BTreeSet::from([merchant("acme")])));
            assert_eq!(principal.require(Permission::Read, &merchant("other")), Err(Denied::Merchant));
            assert_eq!(principal.require(Permission::Read, &merchant("acme")), Ok(()));
        }
    }

    #[test]
    fn an_auditor_reads_and_changes_nothing() {
        let auditor = principal(Role::Auditor, Scope::All);
        assert_eq!(auditor.require(Permission::Read, &merchant("acme")), Ok(()));
        for permission in [
            Permission::Operate,
            Permission::Serve,
            Permission::Call,
            Permission::Assign,
            Permission::Decide,
            Permission::ClearGoods,
            Permission::HandleMoney,
            Permission::Override,
            Permission::Approve,
            Permission::JudgeFraud,
            Permission::ReportFulfilment,
            Permission::ManageStock,
            Permission::ManageCatalogue,
            Permission::ManageMerchant,
            Permission::MoveData,
        ] {
            assert_eq!(auditor.require(permission, &merchant("acme")), Err(Denied::Role), "{permission:?}");
        }
    }

    #[test]
    fn whoever_owns_a_matter_may_end_it() {
        use crate::domain::calls::{CallAttempt, CallOutcome};
        use crate::domain::matter::Reason;
        use crate::domain::money::Amount;
        use crate::domain::next_action::{Action, Step};
        use crate::domain::shipment::{FulfilmentEvent, FulfilmentEventKind};

        let at = jiff::Timestamp::UNIX_EPOCH;
        let order = crate::domain::testing::an_order().order().id;
        for reason in Reason::all() {
            let Step { owner, action, .. } = Step::of(reason);
            let end = match reason {
                Reason::Hold(code) => Command::ResolveHold { code, by: String::new() },
                Reason::Call(_) => {
                    let (by, outcome) = (String::new(), CallOutcome::Refused);
                    Command::RecordCall {
                        id: String::new(),
                        attempt: CallAttempt { at, by, outcome, note: None },
                    }
                }
                Reason::Ticket(_) if action == Action::Acknowledge => {
                    let kind = FulfilmentEventKind::Acknowledged;
                    let report = FulfilmentEvent { occurred_at: at, kind, trackings: Vec::new() };
                    Command::RecordFulfilment { shipment: order.shipment(1), report }
                }
                Reason::Ticket(_) if action == Action::GiveMoneyBack => {
                    let (payment, reference) = (order.payment(1), String::new());
                    Command::RecordRefund { payment, amount: Amount::new(1), reference }
                }
                Reason::Ticket(_) => Command::CloseTicket { id: String::new() },
            };
            let owner = principal(Role::from_name(owner.name()).unwrap(), Scope::All);
            let permission = Permission::for_command(&end).unwrap();
            assert_eq!(owner.require(permission, &merchant("acme")), Ok(()), "{reason:?}");
        }
    }

    #[test]
    fn only_the_merchant_and_a_supervisor_approve_and_judge_fraud() {
        let by = || "u1".to_owned();
        let commands = [
            Command::ResolveHold { code: HoldCode::Approval, by: by() },
            Command::ResolveHold { code: HoldCode::FraudReview, by: by() },
            Command::RequestCancel { lines: Vec::new(), reason: CancelReason::Fraud },
        ];
        for (role, command) in Role::ALL.iter().flat_map(|role| commands.iter().map(move |it| (*role, it))) {
            let needed = Permission::for_command(command).unwrap();
            let may = principal(role, Scope::All).require(needed, &merchant("acme")).is_ok();
            assert_eq!(may, matches!(role, Role::ClientUser | Role::Supervisor), "{role:?} {command:?}");
        }
    }

    #[test]
    fn only_a_supervisor_takes_the_responsibility_for_a_hold() {
        for role in Role::ALL {
            let may = principal(role, Scope::All).require(Permission::Override, &merchant("acme")).is_ok();
            assert_eq!(may, role == Role::Supervisor, "{role:?}");
        }
    }
}
