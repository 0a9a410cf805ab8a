//! Orders as rows of a CSV file: a row for each line, the rows of an order one after another.
//!
//! The columns are found by their names. The text is UTF-8, with or without a byte order mark, or
//! CP932 (Windows-31J), which Excel writes in Japan. One order is held in memory at a time.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use csv::ByteRecord;
use encoding_rs::SHIFT_JIS;

use super::wire::{Defects, malformed, unmarked};
use super::{ChannelDefaults, ChannelError, ChannelOrder, Entry, Reading};
use crate::domain::intake::Impossible;
use crate::domain::order::MAX_LINES;
use crate::domain::text::fold;

/// The most rows of a file.
const MAX_ROWS: usize = 100_000;
/// The most columns of a file.
const MAX_COLUMNS: usize = 400;
/// The most bytes of a cell: RMS allows remarks of 32 KiB.
const MAX_CELL: usize = 40_000;

/// How a kind of channel writes its orders into rows.
pub(super) struct Dialect {
    /// The column that says which order a row belongs to.
    pub(super) number: &'static str,
    /// The columns without which there is no order.
    pub(super) needed: &'static [&'static str],
    /// Whether the canonical order has a place for what this column holds.
    pub(super) knows: fn(&str) -> bool,
    /// Reads the rows of an order.
    pub(super) read: fn(&Block<'_>, &ChannelDefaults) -> Result<ChannelOrder, ChannelError>,
}

/// The rows of one order.
pub(super) struct Block<'a> {
    pub(super) columns: &'a Columns,
    /// Never empty.
    pub(super) rows: &'a [Row],
}

/// A row as a spreadsheet shows it.
#[derive(Default)]
pub(super) struct Row {
    /// Its number, the header's being 1.
    pub(super) number: usize,
    cells: Vec<String>,
    defects: Defects,
}

impl Block<'_> {
    /// What a row has in a column; `""` when there is no such column.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        let at = self.columns.position(column);
        at.and_then(|at| row.cells.get(at)).map(|cell| cell.trim()).unwrap_or_default()
    }

    /// What a row has in each column that has a name.
    pub(super) fn cells<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = (&'r str, &'r str)> {
        let cells = self.columns.names.iter().zip(&row.cells);
        cells.filter(|(name, _)| !name.is_empty()).map(|(name, cell)| (name.as_str(), cell.trim()))
    }

    /// What the order's first row has in a column.
    pub(super) fn first(&self, column: &str) -> &str {
        self.rows.first().map(|row| self.cell(row, column)).unwrap_or_default()
    }

    /// Whether the file has this column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.position(column).is_some()
    }

    fn at(&self) -> String {
        match self.rows {
            [] => String::new(),
            [row] => format!("row {}", row.number),
            [first, .., last] => format!("rows {}-{}", first.number, last.number),
        }
    }
}

/// Where a defect is, for people who look at the file: a row and a column.
pub(super) fn place(row: &Row, column: &str) -> String {
    format!("row {}: {column}", row.number)
}

/// The header. Full-width and half-width letters are the same in it.
pub(super) struct Columns {
    names: Vec<String>,
    positions: HashMap<String, usize>,
}

impl Columns {
    fn read(header: &ByteRecord, encoding: Encoding) -> Result<Self, ChannelError> {
        if header.len() > MAX_COLUMNS {
            return Err(malformed("row 1", format!("has more than {MAX_COLUMNS} columns")));
        }
        let (mut names, mut positions) = (Vec::new(), HashMap::new());
        for (at, cell) in header.iter().enumerate() {
            let name = encoding
                .decode(cell)
                .ok_or_else(|| malformed(format!("row 1, column {}", at + 1), encoding.complaint()))?;
            let name = name.trim().to_owned();
            let folded = fold(&name);
            if !name.is_empty() && positions.insert(folded.clone(), at).is_some() {
                return Err(malformed("row 1", format!("has the column {name} twice")));
            }
            if folded != name {
                positions.insert(name.clone(), at);
            }
            names.push(name);
        }
        Ok(Self { names, positions })
    }

    /// The names, without those of columns that have none.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|name| !name.is_empty())
    }

    fn position(&self, name: &str) -> Option<usize> {
        // Most files write the names as we do.
        self.positions.get(name).or_else(|| self.positions.get(&fold(name))).copied()
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Cp932,
}

impl Encoding {
    /// The one that more lines can be read in: a slip in one of them changes nothing.
    fn of(body: &[u8]) -> Self {
        let lines = || body.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii());
        let readable = |encoding: Self| lines().filter(|line| encoding.decode(line).is_some()).count();
        if std::str::from_utf8(body).is_ok() || readable(Self::Utf8) >= readable(Self::Cp932) {
            Self::Utf8
        } else {
            Self::Cp932
        }
    }

    fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Cp932 => SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }

    const fn complaint(self) -> &'static str {
        match self {
            Self::Utf8 => "cannot be read: it has bytes that are no UTF-8, in which the file is",
            Self::Cp932 => {
                "cannot be read: it has bytes that are no CP932 (Windows-31J), in which the file is"
            }
        }
    }
}

/// The orders of a file, one after another, each with the byte after its last row: reading can go on
/// from there.
pub struct Rows<'a> {
    dialect: &'static Dialect,
    defaults: ChannelDefaults,
    encoding: Encoding,
    columns: Columns,
    reader: csv::Reader<&'a [u8]>,
    /// Bytes before what the reader reads.
    before: usize,
    /// Where to begin: what is before it was read another time.
    from: usize,
    /// The first row of the next order, and where it begins.
    next: Option<(Row, usize)>,
    row: usize,
    seen: HashSet<String>,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("row", &self.row).finish_non_exhaustive()
    }
}

/// Opens a file, to be read from the byte `from` on.
///
/// # Errors
/// [`ChannelError::Malformed`] when the header is not one of this dialect.
pub(super) fn rows<'a>(
    dialect: &'static Dialect,
    body: &'a [u8],
    from: usize,
    defaults: &ChannelDefaults,
) -> Result<Rows<'a>, ChannelError> {
    let marked = body.strip_prefix(b"\xEF\xBB\xBF");
    let text = marked.unwrap_or(body);
    let encoding = if marked.is_some() { Encoding::Utf8 } else { Encoding::of(text) };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut header = ByteRecord::new();
    if !reader.read_byte_record(&mut header).unwrap_or(false) {
        return Err(malformed("", "expected a CSV file whose first row has the names of the columns"));
    }
    let columns = Columns::read(&header, encoding)?;
    let needed = std::iter::once(&dialect.number).chain(dialect.needed);
    let lacking: Vec<&str> = needed.copied().filter(|name| columns.position(name).is_none()).collect();
    if !lacking.is_empty() {
        return Err(malformed("row 1", format!("lacks the columns {}", lacking.join(", "))));
    }
    let before = body.len() - text.len();
    let (seen, defaults) = (HashSet::new(), defaults.clone());
    Ok(Rows { dialect, defaults, encoding, columns, reader, before, from, next: None, row: 1, seen })
}

/// Reads a whole file.
///
/// # Errors
/// As [`rows`].
pub(super) fn read(
    dialect: &'static Dialect,
    body: &[u8],
    defaults: &ChannelDefaults,
) -> Result<Reading, ChannelError> {
    let mut rows = rows(dialect, body, 0, defaults)?;
    let entries = rows.by_ref().map(|(_, entry)| entry).collect();
    Ok(Reading { entries, unmapped: rows.unmapped() })
}

/// What each of these columns has in the first row that fills it; none of the others.
pub(super) fn samples(body: &[u8], columns: &[String]) -> Vec<(String, String)> {
    let text = unmarked(body);
    let encoding = Encoding::of(text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut record = ByteRecord::new();
    let mut open: Vec<(usize, &String)> = Vec::new();
    if reader.read_byte_record(&mut record).unwrap_or(false) {
        let names = record.iter().map(|cell| encoding.decode(cell).unwrap_or_default().trim().to_owned());
        let wanted = |name: String| columns.iter().find(|column| **column == name);
        open = names.map(wanted).enumerate().filter_map(|(at, name)| Some((at, name?))).collect();
    }
    let mut found = Vec::new();
    while !open.is_empty() && reader.read_byte_record(&mut record).unwrap_or(false) {
        open.retain(|(at, name)| {
            let cell = record.get(*at).and_then(|cell| encoding.decode(cell)).unwrap_or_default();
            let cell = cell.trim();
            if !cell.is_empty() {
                found.push(((*name).clone(), cell.to_owned()));
            }
            cell.is_empty()
        });
    }
    found
}

impl Rows<'_> {
    /// The columns that the canonical order has no place for.
    #[must_use]
    pub fn unmapped(&self) -> Vec<String> {
        self.columns.names().filter(|name| !(self.dialect.knows)(name)).map(str::to_owned).collect()
    }

    /// The byte after what was read so far.
    fn read_up_to(&self) -> usize {
        self.before + usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX)
    }

    /// The next row that is not blank, and where it begins.
    fn read_row(&mut self) -> Option<(Row, usize)> {
        let mut record = ByteRecord::new();
        loop {
            let begins = self.read_up_to();
            if !self.reader.read_byte_record(&mut record).ok()? {
                return None;
            }
            self.row += 1;
            if record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                return Some((self.decode(&record), begins));
            }
        }
    }

    fn decode(&self, record: &ByteRecord) -> Row {
        let mut row = Row { number: self.row, ..Row::default() };
        let wide = record.iter().skip(self.columns.names.len()).any(|cell| !cell.trim_ascii().is_empty());
        if record.len() < self.columns.names.len() || wide {
            let (cells, columns) = (record.len(), self.columns.names.len());
            let message =
                format!("has {cells} cells, but there are {columns} columns: see to its quotation marks");
            row.defects.add(format!("row {}", row.number), message);
        }
        for (cell, column) in record.iter().zip(&self.columns.names) {
            let text = self.encoding.decode(cell);
            if text.is_none() {
                row.defects.add(place(&row, column), self.encoding.complaint());
            }
            if cell.len() > MAX_CELL {
                row.defects.add(place(&row, column), format!("has more than {MAX_CELL} bytes"));
            }
            row.cells.push(text.unwrap_or_default().into_owned());
        }
        row
    }

    fn number_of(&self, row: &Row) -> String {
        let at = self.columns.position(self.dialect.number);
        at.and_then(|at| row.cells.get(at)).map(|cell| cell.trim().to_owned()).unwrap_or_default()
    }

    /// The rows of the next order, its number, and the byte after them. Of more rows than an order
    /// may have, only the first are kept.
    fn read_block(&mut self) -> Option<(Vec<Row>, String, usize)> {
        let (first, _) = self.next.take().or_else(|| self.read_row())?;
        let number = self.number_of(&first);
        let mut rows = vec![first];
        let mut left_out = false;
        let end = loop {
            match self.read_row() {
                None => break self.read_up_to(),
                Some((row, begins)) if number.is_empty() || self.number_of(&row) != number => {
                    self.next = Some((row, begins));
                    break begins;
                }
                Some((row, _)) if rows.len() < MAX_LINES => rows.push(row),
                Some(_) => left_out = true,
            }
        };
        if let Some(row) = rows.first_mut().filter(|_| left_out) {
            let field = format!("row {}", row.number);
            row.defects.add(field, format!("begins an order of more than {MAX_LINES} rows"));
        }
        Some((rows, number, end))
    }

    fn entry(&self, mut rows: Vec<Row>, number: String, is_new: bool) -> Entry {
        let mut defects = Defects::default();
        for row in &mut rows {
            std::mem::take(&mut row.defects)
                .into_inner()
                .into_iter()
                .for_each(|it| defects.add(it.field, it.message));
        }
        let block = Block { columns: &self.columns, rows: &rows };
        let at = block.at();
        let column = || rows.first().map(|row| place(row, self.dialect.number)).unwrap_or_default();
        if number.is_empty() {
            defects.add(column(), "is missing: it says which order the row belongs to");
        } else if !is_new {
            let message = "comes a second time: the rows of an order have to be one after another";
            defects.add(column(), message);
        }
        let defects = defects.into_inner();
        let said = if defects.is_empty() {
            (self.dialect.read)(&block, &self.defaults)
        } else {
            Err(ChannelError::Impossible(defects))
        };
        Entry { at, number: (!number.is_empty()).then_some(number), said }
    }
}

impl Iterator for Rows<'_> {
    type Item = (usize, Entry);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.row > MAX_ROWS + 1 {
                return None;
            }
            let (rows, number, end) = self.read_block()?;
            if self.row > MAX_ROWS + 1 {
                let message = format!("the file has more than {MAX_ROWS} rows: split it");
                let field = format!("row {}", self.row);
                let said = Err(ChannelError::Impossible(vec![Impossible { field: field.clone(), message }]));
                return Some((end, Entry { at: field, number: None, said }));
            }
            let is_new = self.seen.insert(number.clone());
            if end > self.from {
                return Some((end, self.entry(rows, number, is_new)));
            }
        }
    }
}
