//! All postal codes, cities and towns of Japan, as Japan Post publishes them, in one embedded table.
//!
//! `cargo xtask addresses` writes the table (`infra/xtask/src/addresses/encode.rs`). It is used where
//! it lies: nothing is unpacked at the start, and a program that never asks does not carry it.
//!
//! # Format
//! Seventeen sections, each after its length in bytes (`u32`). Numbers are little-endian; `u24` has
//! three bytes. A *row* is a town with one of its postal codes. Rows are sorted by city and then by
//! the folded name ([`fold`](super::fold)), so that a city's rows follow one another.
//!
//! | # | section | record |
//! |---|---|---|
//! | 0 | alphabet | the characters of town names, the frequent ones first: `u24` character, `u24` folded |
//! | 1 | cities | by code: `u16` JIS X 0402, `u24` first row, `u16` offset in 2 |
//! | 2 | city names | UTF-8 |
//! | 3 | city keys | sorted: `u24` offset in 4, `u16` city, `u8` [`CityForm`] |
//! | 4 | key text | UTF-8, folded |
//! | 5 | blocks | for every eighth row: `u24` offset in 6 |
//! | 6 | towns | a byte: characters shared with the row before (high four bits; none at a block's start), further characters (low four; 15: the next byte is to be added); then those characters, as places in 0: one byte below 192, else 192 + the high byte and the low byte of the place − 192 |
//! | 7 | codes | for every row: `u24` postal code |
//! | 8 | chome | for every row one bit, the lowest first: the town has 丁目 |
//! | 9 | repeated | for every row one bit: the key is the one of the row before |
//! | 10 | runs | sorted: `u24` postal code, `u16` city to which it and those after it lead; a code that leads to several cities has as many records |
//! | 11 | notes | sorted: `u24` row, `u24` offset in 12 |
//! | 12 | note text | UTF-8 |
//! | 13 | buildings | `u24` row of the town, `u24` offset in 14 |
//! | 14 | building names | UTF-8 |
//! | 15 | floors | sorted: `u24` postal code, `u8` building, `u8` floor (0: unknown) |
//! | 16 | offices | sorted: `u24` business code, `u24` row of its town, or 2²³ + city |

static TABLE: &[u8] = include_bytes!("../../../data/japan_post.bin");
pub(super) static ALPHABET: &[u8] = section(0);
pub(super) static CITIES: &[u8] = section(1);
pub(super) static CITY_NAMES: &[u8] = section(2);
pub(super) static CITY_KEYS: &[u8] = section(3);
pub(super) static KEY_TEXT: &[u8] = section(4);
pub(super) static BLOCKS: &[u8] = section(5);
pub(super) static TOWNS: &[u8] = section(6);
pub(super) static CODES: &[u8] = section(7);
pub(super) static CHOME: &[u8] = section(8);
pub(super) static REPEATED: &[u8] = section(9);
pub(super) static RUNS: &[u8] = section(10);
pub(super) static NOTES: &[u8] = section(11);
pub(super) static NOTE_TEXT: &[u8] = section(12);
pub(super) static BUILDINGS: &[u8] = section(13);
pub(super) static BUILDING_NAMES: &[u8] = section(14);
pub(super) static FLOORS: &[u8] = section(15);
pub(super) static OFFICES: &[u8] = section(16);

pub(super) const CITY_RECORD: usize = 7;
pub(super) const KEY_RECORD: usize = 6;
pub(super) const RUN_RECORD: usize = 5;
pub(super) const BLOCK: u32 = 8;
pub(super) const SHORT: usize = 192;
pub(super) const CITY_ONLY: u32 = 1 << 23;

const fn section(number: usize) -> &'static [u8] {
    let (mut rest, mut i) = (TABLE, 0);
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((section, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize) else {
            break;
        };
        if i == number {
            return section;
        }
        (rest, i) = (after, i + 1);
    }
    &[]
}

pub(super) fn u8_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at).map_or(0, |byte| u32::from(*byte))
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |two| u16::from_le_bytes(*two))
}

pub(super) fn u24_at(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some([a, b, c]) => u32::from_le_bytes([*a, *b, *c, 0]),
        None => 0,
    }
}

pub(super) fn bit(bits: &[u8], row: u32) -> bool {
    u8_at(bits, row as usize / 8) >> (row % 8) & 1 == 1
}

/// How many of `count` sorted records come before the first for which `is_before` does not hold.
pub(super) fn partition(count: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// The text from one record's offset to the next one's.
pub(super) fn text_at(
    text: &'static [u8],
    index: &[u8],
    record: usize,
    width: usize,
    offset: impl Fn(usize) -> usize,
) -> &'static str {
    let next = record + 1;
    let end = if next * width < index.len() { offset(next) } else { text.len() };
    text.get(offset(record)..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}
