//! Payloads somebody has to look at, orders that were not opened, and files of orders.

use std::collections::{BTreeMap, BTreeSet};

use juchu::app::message::Subject;
use juchu::app::payloads::{Outcome, PayloadLog, PayloadNote, Taken, Unopened};
use juchu::app::ports::{CommitError, ListError, OrderStore};
use juchu::app::uploads::{ReportPage, Step, Upload, UploadState, UploadStore};
use juchu::domain::ids::ChannelId;
use juchu::domain::order::OrderState;
use juchu::domain::told::ChannelStatus;

use crate::kept_by_every_store;
use crate::samples::{at, cause, channel, merchant, opening, order, order_id};
use crate::worlds::World;

kept_by_every_store! {
    a_payload_is_listed_with_its_last_note_until_it_is_settled,
    why_an_order_was_not_opened_is_kept_beside_its_place,
    an_upload_begins_once_and_calls_for_the_stage_once,
    a_step_is_written_whole_from_where_the_upload_stood_and_nowhere_else,
    a_step_that_ends_a_run_calls_for_the_next_one,
    an_upload_that_failed_goes_no_further,
    orders_committed_together_end_each_as_if_alone,
}

fn taken(row: u32, outcome: Outcome) -> Taken {
    let order = (outcome == Outcome::Opened).then(|| (order_id(&row.to_string()), OrderState::Received));
    Taken { at: format!("row {row}"), number: Some(row.to_string()), outcome, order, errors: Vec::new() }
}

fn note(payload: &str, second: i64) -> PayloadNote {
    PayloadNote {
        payload: payload.to_owned(),
        at: at(second),
        count: 1,
        refused: vec![taken(1, Outcome::Unreadable)],
    }
}

fn upload(id: &str) -> Upload {
    Upload {
        id: id.to_owned(),
        channel: channel(),
        merchant: merchant(),
        size: 100,
        received_at: at(0),
        cause: cause(),
        state: UploadState::Working,
        offset: 0,
        pages: 0,
        counts: BTreeMap::new(),
        ended_at: None,
        failure: None,
    }
}

/// A step from where `before` stands to `offset`.
fn step(before: &Upload, offset: u64, calls_again: bool) -> Step {
    let number = before.pages + 1;
    let page = ReportPage { number, taken: vec![taken(number, Outcome::Opened)] };
    let counts = BTreeMap::from([(Outcome::Opened, u64::from(number))]);
    let upload = Upload { offset, pages: number, counts, ..before.clone() };
    Step { upload, from: before.offset, page: Some(page), calls_again }
}

async fn a_payload_is_listed_with_its_last_note_until_it_is_settled(world: &impl World) {
    let store = world.store();
    for (payload, second) in [("b", 1), ("a", 2), ("c", 3), ("b", 4)] {
        store.note_payload(&channel(), &note(payload, second)).await.unwrap();
    }
    store.note_payload(&ChannelId::new("other").unwrap(), &note("x", 1)).await.unwrap();
    let first = store.payloads(&channel(), None, 2).await.unwrap();
    assert_eq!(first.items, [note("a", 2), note("b", 4)]);
    let rest = store.payloads(&channel(), first.next.as_deref(), 2).await.unwrap();
    assert_eq!((rest.items, rest.next), (vec![note("c", 3)], None));
    for _ in 0..2 {
        store.settle_payload(&channel(), "b").await.unwrap();
    }
    assert_eq!(store.payloads(&channel(), None, 10).await.unwrap().items, [note("a", 2), note("c", 3)]);
    let stray = store.payloads(&channel(), Some("nonsense"), 2).await;
    assert!(matches!(stray, Err(ListError::BadCursor)), "{stray:?}");
}

async fn why_an_order_was_not_opened_is_kept_beside_its_place(world: &impl World) {
    let store = world.store();
    assert_eq!(store.unopened(&order_id("1")).await.unwrap(), None);
    for second in [1, 2] {
        let unopened = Unopened {
            order: order_id("1"),
            status: ChannelStatus::Cancelled,
            updated_at: Some(at(second)),
            fingerprint: "f".to_owned(),
            payload: "p".to_owned(),
        };
        store.note_unopened(&unopened).await.unwrap();
        assert_eq!(store.unopened(&order_id("1")).await.unwrap(), Some(unopened));
    }
    assert_eq!(store.load(&order_id("1")).await.unwrap(), None);
    assert_eq!(store.history(&order_id("1")).await.unwrap(), []);
}

async fn an_upload_begins_once_and_calls_for_the_stage_once(world: &impl World) {
    let store = world.store();
    assert_eq!(store.upload(&channel(), "u").await.unwrap(), None);
    assert_eq!(store.begin_upload(&upload("u")).await.unwrap(), None);
    let later = Upload { received_at: at(9), ..upload("u") };
    assert_eq!(store.begin_upload(&later).await.unwrap(), Some(upload("u")));
    assert_eq!(store.upload(&channel(), "u").await.unwrap(), Some(upload("u")));
    let messages = world.messages();
    let subject = Subject::Upload { channel: channel(), upload: "u".to_owned() };
    assert_eq!(messages.iter().map(|message| &message.subject).collect::<Vec<_>>(), [&subject]);
}

async fn a_step_is_written_whole_from_where_the_upload_stood_and_nowhere_else(world: &impl World) {
    let store = world.store();
    let begun = upload("u");
    assert!(!store.advance_upload(&step(&begun, 40, false)).await.unwrap(), "nobody began it");
    store.begin_upload(&begun).await.unwrap();
    let first = step(&begun, 40, false);
    assert!(store.advance_upload(&first).await.unwrap());
    assert!(!store.advance_upload(&step(&begun, 50, false)).await.unwrap(), "somebody else was faster");
    assert_eq!(store.upload(&channel(), "u").await.unwrap(), Some(first.upload.clone()));
    let second = step(&first.upload, 100, false);
    assert!(store.advance_upload(&second).await.unwrap());
    let pages = store.report(&channel(), "u", None, 1).await.unwrap();
    assert_eq!(pages.items, [first.page.unwrap()]);
    let pages = store.report(&channel(), "u", pages.next.as_deref(), 1).await.unwrap();
    assert_eq!((pages.items, pages.next), (vec![second.page.unwrap()], None));
    assert_eq!(store.report(&channel(), "v", None, 9).await.unwrap().items, []);
}

async fn a_step_that_ends_a_run_calls_for_the_next_one(world: &impl World) {
    let store = world.store();
    let begun = upload("u");
    store.begin_upload(&begun).await.unwrap();
    let first = step(&begun, 40, false);
    store.advance_upload(&first).await.unwrap();
    let begun = world.messages();
    assert_eq!(begun.len(), 1, "a step within a run calls for nobody");
    store.advance_upload(&step(&first.upload, 60, true)).await.unwrap();
    let again = world.messages();
    assert_eq!(again.len(), 1);
    let ids: BTreeSet<_> = begun.iter().chain(&again).map(|message| &message.id).collect();
    assert_eq!(ids.len(), 2, "another message");
}

async fn an_upload_that_failed_goes_no_further(world: &impl World) {
    let store = world.store();
    let begun = upload("u");
    store.begin_upload(&begun).await.unwrap();
    let failed = Upload { state: UploadState::Failed, failure: Some("why".to_owned()), ..begun.clone() };
    let end = Step { upload: failed.clone(), from: 0, page: None, calls_again: false };
    assert!(store.advance_upload(&end).await.unwrap());
    assert!(!store.advance_upload(&step(&begun, 40, false)).await.unwrap());
    assert_eq!(store.upload(&channel(), "u").await.unwrap(), Some(failed));
}

async fn orders_committed_together_end_each_as_if_alone(world: &impl World) {
    let store = world.store();
    let known = order("K", &[("A", 1)], at(0));
    store.commit(&opening(&known)).await.unwrap();
    let other = order("K", &[("A", 2)], at(1));
    // More than one transaction takes.
    let new: Vec<_> = (0..120).map(|n| order(&n.to_string(), &[("A", 1)], at(n))).collect();
    let mut commits: Vec<_> = new.iter().map(opening).collect();
    commits.insert(7, opening(&other));
    let ends = store.commit_all(&commits).await;
    assert_eq!(ends.len(), 121);
    for (n, end) in ends.iter().enumerate() {
        match end {
            Err(CommitError::Exists(there)) if n == 7 => assert_eq!(**there, known),
            end => assert!(end.is_ok() && n != 7, "{n}: {end:?}"),
        }
    }
    for order in &new {
        assert_eq!(store.load(&order.id).await.unwrap().as_ref(), Some(order));
    }
    assert_eq!(store.commit_all(&[]).await.len(), 0);
}
