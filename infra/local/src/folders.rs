//! The warehouse and the archive of the embedded run: folders of files.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use juchu::app::ports::{Archive, ChannelMessage, ChannelReports, Unavailable, Warehouse, WarehouseMessage};

use crate::data_dir::write_whole;

/// A folder of documents. A key is a path in it, as in a bucket.
#[derive(Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The documents in the folder `path`.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn path_of(&self, key: &str) -> PathBuf {
        key.split('/').fold(self.path.clone(), |path, part| path.join(file_name(part)))
    }

    fn read_part(&self, key: &str, (from, until): (u64, u64)) -> std::io::Result<Option<Vec<u8>>> {
        let mut file = match File::open(self.path_of(key)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(from))?;
        let mut part = Vec::new();
        file.take(until.saturating_sub(from)).read_to_end(&mut part)?;
        Ok(Some(part))
    }

    fn write(&self, key: &str, body: &[u8]) -> std::io::Result<()> {
        let path = self.path_of(key);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        write_whole(&path, body)
    }

    /// The newest documents directly in the folder, the newest first, each with its content.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn newest(&self, limit: usize) -> std::io::Result<Vec<(String, String)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let meta = entry.metadata()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if meta.is_file() && !name.starts_with('.') {
                files.push((meta.modified()?, name, entry.path()));
            }
        }
        files.sort_unstable_by(|a, b| b.cmp(a));
        files.into_iter().take(limit).map(|(_, name, path)| Ok((name, fs::read_to_string(path)?))).collect()
    }
}

/// One part of a key as a file name: whatever the key holds, it stays inside the folder.
fn file_name(part: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '=' | ':');
    let name: String = part.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if name.trim_start_matches('.').is_empty() { "_".to_owned() } else { name }
}

fn unavailable(what: &'static str) -> impl Fn(std::io::Error) -> Unavailable {
    move |error| Unavailable { what, source: Box::new(error) }
}

impl Archive for Folder {
    async fn keep(&self, key: &str, body: &[u8]) -> Result<(), Unavailable> {
        self.write(key, body).map_err(unavailable("the archive"))
    }

    async fn read(&self, key: &str, bytes: (u64, u64)) -> Result<Option<Vec<u8>>, Unavailable> {
        self.read_part(key, bytes).map_err(unavailable("the archive"))
    }
}

/// Where the warehouse reads what it is told. The same message is the same file, so telling it
/// twice tells it once.
#[derive(Clone)]
pub struct WarehouseFolder(pub Folder);

impl Warehouse for WarehouseFolder {
    async fn tell(&self, message: &WarehouseMessage) -> Result<(), Unavailable> {
        let id = match message {
            WarehouseMessage::ShippingInstruction(instruction) => &instruction.id,
            WarehouseMessage::Recall { id, .. } => id,
        };
        let json = serde_json::to_vec_pretty(message)
            .map_err(|error| Unavailable { what: "the warehouse", source: Box::new(error) })?;
        self.0.write(&format!("{id}.json"), &json).map_err(unavailable("the warehouse"))
    }
}

/// Where the channels' integrations read what they are told, a file for each message. The same
/// message is the same file, so telling it twice tells it once.
#[derive(Clone)]
pub struct ReportsFolder(pub Folder);

impl ChannelReports for ReportsFolder {
    /// Nothing is held back: whoever reads the folder sees `not_before` in the file.
    async fn tell(&self, message: &ChannelMessage, _: SignedDuration) -> Result<(), Unavailable> {
        let json = serde_json::to_vec_pretty(message)
            .map_err(|error| Unavailable { what: "the channels' folder", source: Box::new(error) })?;
        self.0.write(&format!("{}.json", message.id()), &json).map_err(unavailable("the channels' folder"))
    }
}

/// The names of the files below `path`, for tests that count them.
///
/// # Errors
/// If a folder cannot be read.
pub fn files_below(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_never_leads_out_of_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let inside = parent.path().join("archive");
        fs::create_dir(&inside).unwrap();
        let archive = Folder::new(inside.clone());
        for key in ["../a", "/b", "x/../../c", "d//e", "../../../etc/passwd", "raw/demo/受注.json", "y/."] {
            archive.keep(key, b"{}").await.unwrap();
        }
        let outside: Vec<_> = fs::read_dir(parent.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(archive.read("../a", (1, 9)).await.unwrap().as_deref(), Some(&b"}"[..]));
        assert_eq!(archive.read("../b", (0, 9)).await.unwrap(), None);
        assert_eq!(outside, ["archive"]);
        assert_eq!(files_below(&inside).unwrap().len(), 7);
    }
}
