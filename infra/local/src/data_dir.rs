//! The folder that holds everything: orders, queues, mails, secrets. One process at a time owns it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

/// The file that marks a folder as ours, and that the owning process holds a lock on.
const MARKER: &str = "juchu-data";
const MARKER_TEXT: &str =
    "This folder holds the data of `cargo run` of juchu. `cargo run -- --fresh` empties it.\n";

/// A data folder, owned by this process until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Takes the folder at `path`, creating it if there is none. With `fresh` it is emptied first.
    ///
    /// # Errors
    /// If another process owns it, or if it holds something that is not ours: a foreign folder is
    /// neither used nor emptied.
    pub fn open(path: &Path, fresh: bool) -> anyhow::Result<Self> {
        create_private(path)?;
        let marker = path.join(MARKER);
        let ours = marker.is_file();
        ensure!(
            ours || fs::read_dir(path)?.next().is_none(),
            "{} is not empty and not a data folder of juchu; choose another one with --data",
            path.display()
        );
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&marker)
            .with_context(|| format!("cannot write to {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "{} is in use by another juchu; stop it, or choose another folder with --data",
                path.display()
            ),
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the data folder"),
        }
        if !ours {
            lock.write_all(MARKER_TEXT.as_bytes())?;
        }
        if fresh {
            empty(path)?;
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The path of `name` in the folder.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where the folder is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder of its own inside, created if there is none.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.join(name);
        create_private(&path)?;
        Ok(path)
    }
}

/// Removes what is in the folder. The marker stays, because its lock is held.
fn empty(path: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() == MARKER {
            continue;
        }
        // A link is removed, never followed.
        let removed = if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())
        } else {
            fs::remove_file(entry.path())
        };
        removed.with_context(|| format!("cannot remove {}", entry.path().display()))?;
    }
    Ok(())
}

/// A folder that only its owner can enter: mails and secrets are in it.
fn create_private(path: &Path) -> anyhow::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).with_context(|| format!("cannot create {}", path.display()))
}

/// Writes a file as a whole: a reader, or a restart after a crash, sees all of it or nothing.
///
/// # Errors
/// If it cannot be written.
pub fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.draft"));
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft)?.write_all(content)?;
    fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_owns_a_folder_and_fresh_empties_it() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let first = DataDir::open(&path, false).unwrap();
        write_whole(&first.folder("mails").unwrap().join("1.eml"), b"hello").unwrap();
        let refused = DataDir::open(&path, true).unwrap_err().to_string();
        assert!(refused.contains("in use by another juchu"), "{refused}");
        assert!(path.join("mails/1.eml").exists());
        drop(first);

        DataDir::open(&path, false).unwrap();
        assert!(path.join("mails/1.eml").exists());
        DataDir::open(&path, true).unwrap();
        assert!(!path.join("mails").exists());
    }

    #[test]
    fn a_foreign_folder_is_neither_used_nor_emptied() {
        let foreign = tempfile::tempdir().unwrap();
        fs::write(foreign.path().join("thesis.tex"), "…").unwrap();
        for fresh in [false, true] {
            let refused = DataDir::open(foreign.path(), fresh).unwrap_err().to_string();
            assert!(refused.contains("not a data folder"), "{refused}");
        }
        assert!(foreign.path().join("thesis.tex").exists());
        assert!(!foreign.path().join(MARKER).exists());
    }
}
