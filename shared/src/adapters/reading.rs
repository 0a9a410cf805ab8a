//! The dialects as the use cases know them: payloads, and files of many orders.

use super::channels::{ChannelDefaults, ChannelError, Entry, Reading, digest_of, fingerprint, read, rows};
use crate::app::payloads::{Dialects, Told};
use crate::domain::customer::Language;
use crate::domain::merchant::ChannelKind;
use crate::domain::told::{ChannelOrder, ChannelStatus};

/// The dialects of [`channels`](super::channels).
#[derive(Debug, Clone, Copy, Default)]
pub struct Spoken;

impl Dialects for Spoken {
    fn read(&self, kind: ChannelKind, payload: &[u8], language: Language) -> Result<Vec<Told>, ChannelError> {
        let read = |language| read(kind, payload, &ChannelDefaults { language });
        let reading = read(language)?;
        // Mostly nothing is filled in, and the second reading would say the same.
        let said = if language == Language::default() { None } else { Some(read(Language::default())?) };
        Ok(told(reading, said))
    }

    fn has_files(&self, kind: ChannelKind) -> bool {
        match kind {
            ChannelKind::Json
            | ChannelKind::Manual
            | ChannelKind::Csv
            | ChannelKind::Rakuten
            | ChannelKind::NextEngine => true,
            ChannelKind::Shopify
            | ChannelKind::Yahoo
            | ChannelKind::Amazon
            | ChannelKind::WooCommerce
            | ChannelKind::Base
            | ChannelKind::EcCube
            | ChannelKind::Logiless => false,
        }
    }

    fn file<'a>(
        &self,
        kind: ChannelKind,
        file: &'a [u8],
        from: u64,
        language: Language,
    ) -> Result<Box<dyn Iterator<Item = Told> + Send + 'a>, ChannelError> {
        if matches!(kind, ChannelKind::Json | ChannelKind::Manual) {
            return Ok(Box::new(self.lines(kind, file, from, language)));
        }
        let begin = usize::try_from(from).unwrap_or(usize::MAX);
        let rows = |language| rows(kind, file, begin, &ChannelDefaults { language });
        let mut bare = if language == Language::default() { None } else { Some(rows(Language::default())?) };
        let mut read_up_to = from;
        Ok(Box::new(rows(language)?.map(move |(end, entry)| {
            let bare = bare.as_mut().and_then(Iterator::next).map(|(_, entry)| entry);
            let bytes = Some((read_up_to, end as u64));
            read_up_to = end as u64;
            Told { bytes, ..told_of(entry, bare) }
        })))
    }
}

impl Spoken {
    /// Our own JSON, an order on each line.
    fn lines(
        self,
        kind: ChannelKind,
        file: &[u8],
        from: u64,
        language: Language,
    ) -> impl Iterator<Item = Told> + Send {
        let lines = file.split_inclusive(|byte| *byte == b'\n').scan(0, |end, line| {
            let begin = *end;
            *end += line.len() as u64;
            Some((line, (begin, *end)))
        });
        let orders = (1_u32..)
            .zip(lines)
            .filter(move |(_, (line, (begin, _)))| *begin >= from && !line.trim_ascii().is_empty());
        orders.flat_map(move |(row, (line, bytes))| {
            let of_line = self.read(kind, line, language).unwrap_or_else(|error| {
                vec![Told { at: String::new(), bytes: None, number: None, said: Err(error) }]
            });
            let placed = move |told| Told { at: format!("row {row}"), bytes: Some(bytes), ..told };
            of_line.into_iter().map(placed)
        })
    }
}

/// The orders of a reading, each with the fingerprint of what was really said.
fn told(reading: Reading, said: Option<Reading>) -> Vec<Told> {
    let mut said = said.map(|said| said.entries.into_iter());
    let told = |entry| told_of(entry, said.as_mut().and_then(Iterator::next));
    reading.entries.into_iter().map(told).collect()
}

/// An order, and what was really said of it if the settings filled something in.
fn told_of(Entry { at, number, said: order }: Entry, bare: Option<Entry>) -> Told {
    let bare = bare.and_then(|bare| bare.said.ok());
    let said = order.map(|order| {
        let fingerprint = fingerprint_of(bare.as_ref().unwrap_or(&order));
        (order, fingerprint)
    });
    Told { at, bytes: None, number, said }
}

/// Where an order stands at its channel is a part of what is said. That it is to be shipped goes without
/// saying.
fn fingerprint_of(said: &ChannelOrder) -> String {
    match said.status {
        ChannelStatus::Open | ChannelStatus::Pending => fingerprint(&said.order),
        ChannelStatus::PartiallyShipped | ChannelStatus::Shipped | ChannelStatus::Cancelled => {
            digest_of(&(said.status, &said.order))
        }
    }
}
