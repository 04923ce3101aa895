//! Archives: the features of many inputs in one file or in shards, in the order of the inputs.

use super::formats::{Archived, Description};
use super::numbers::{Placement, check, decode, encode};
use super::{Matrix, Sink, Writer, cannot_write};
use crate::args::Dtype;
use crate::failure::Failure;
use crate::inputs::Input;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Results whose turn has not come are kept in memory up to this many bytes; then their threads wait.
const WAITING: usize = 16 << 20;

/// A file, or a pair of them, that is being written. Dropped before its end, it leaves nothing.
pub trait Archive: Send {
    fn add(&mut self, entry: &mut Entry) -> io::Result<()>;

    /// Puts the files into their places.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// The result of an input.
pub struct Entry {
    pub key: String,
    pub matrix: Matrix,
    pub values: Values,
}

/// The values of a matrix in its layout.
pub enum Values {
    Memory(Vec<f32>),
    /// In a file without a name, as bytes of the archive's type, where they are too many for the
    /// memory.
    Spooled(File),
}

impl Entry {
    /// How many values there are.
    pub fn n_values(&self) -> usize {
        self.matrix.n_rows * self.matrix.n_frames
    }

    /// Calls `each` with all values, in stretches. `dtype` is the archive's.
    pub fn for_each(
        &mut self,
        dtype: Dtype,
        mut each: impl FnMut(&[f32]) -> io::Result<()>,
    ) -> io::Result<()> {
        let n = self.n_values();
        match &mut self.values {
            Values::Memory(values) => each(values),
            Values::Spooled(file) => decode(file, n, dtype, each),
        }
    }

    /// Calls `read` with a reader of the values as bytes of the archive's type.
    pub fn reader(
        &mut self,
        dtype: Dtype,
        read: impl FnOnce(&mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()> {
        match &mut self.values {
            Values::Memory(values) => {
                let mut bytes = Vec::with_capacity(values.len() * dtype.size());
                encode(values, dtype, |part| {
                    bytes.extend_from_slice(part);
                    Ok(())
                })?;
                read(&mut &bytes[..])
            }
            Values::Spooled(file) => {
                file.rewind()?;
                read(file)
            }
        }
    }

    fn bytes(&self) -> usize {
        match &self.values {
            Values::Memory(values) => size_of_val(&values[..]),
            Values::Spooled(_) => 0,
        }
    }
}

/// A shard of the run: its files, and the turns whose results it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub paths: Vec<PathBuf>,
    pub turns: Range<usize>,
}

/// Is told of the files of each shard that has the results of all its inputs.
pub type Complete<'a> = Box<dyn Fn(&[PathBuf]) + Sync + 'a>;

/// All archives of a run.
pub struct Archives<'a> {
    archived: Archived,
    description: Description,
    shards: Vec<Plan>,
    complete: Complete<'a>,
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    /// The turn that is next to be written.
    next: usize,
    /// Results that wait for their turn; `None` for turns without one.
    waiting: BTreeMap<usize, Option<Entry>>,
    waiting_bytes: usize,
    /// The shard that `next` belongs to.
    shard: usize,
    open: Option<Box<dyn Archive>>,
    /// Why the shard can't be written, if it can't.
    broken: Option<Failure>,
    /// Whether a turn of the shard had no result.
    incomplete: bool,
    failures: Vec<(PathBuf, Failure)>,
}

impl<'a> Archives<'a> {
    pub fn new(
        archived: Archived,
        description: Description,
        shards: Vec<Plan>,
        complete: Complete<'a>,
    ) -> Self {
        let state = Mutex::default();
        Self { archived, description, shards, complete, state, moved: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What a panic has left behind is a shard with an entry less, whose turn is passed later.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room, and takes the turn's result.
    fn put(&self, turn: usize, entry: Option<Entry>) -> Result<PathBuf, Failure> {
        let bytes = entry.as_ref().map_or(0, Entry::bytes);
        let mut state = self.lock();
        while turn > state.next && state.waiting_bytes + bytes > WAITING {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let path = self.path_of(turn);
        if turn < state.next || state.waiting.contains_key(&turn) {
            return Ok(path);
        }
        if let (Some(failure), true) = (&state.broken, self.shards[state.shard].turns.contains(&turn)) {
            let failure = failure.clone();
            self.take(&mut state, turn, None, 0);
            return Err(failure);
        }
        self.take(&mut state, turn, entry, bytes);
        Ok(path)
    }

    fn take(&self, state: &mut State, turn: usize, entry: Option<Entry>, bytes: usize) {
        state.waiting.insert(turn, entry);
        state.waiting_bytes += bytes;
        while let Some(entry) = state.waiting.remove(&state.next) {
            state.waiting_bytes -= entry.as_ref().map_or(0, Entry::bytes);
            self.write(state, entry);
            state.next += 1;
            if self.shards.get(state.shard).is_some_and(|shard| shard.turns.end == state.next) {
                self.close(state);
            }
        }
        self.moved.notify_all();
    }

    fn path_of(&self, turn: usize) -> PathBuf {
        let shard = self.shards.partition_point(|shard| shard.turns.end <= turn);
        self.shards.get(shard).map(|shard| shard.paths[0].clone()).unwrap_or_default()
    }

    fn write(&self, state: &mut State, entry: Option<Entry>) {
        let Some(mut entry) = entry else {
            state.incomplete = true;
            return;
        };
        if state.broken.is_some() {
            return;
        }
        let paths = &self.shards[state.shard].paths;
        let mut add = |open: &mut Option<Box<dyn Archive>>| {
            let archive = match open {
                Some(archive) => archive,
                none => none.insert(self.archived.create(&self.description, paths)?),
            };
            archive.add(&mut entry)
        };
        if let Err(error) = add(&mut state.open) {
            self.give_up(state, &paths[0], &error);
        }
    }

    /// Lets go a shard that can't be written to its end.
    fn give_up(&self, state: &mut State, path: &Path, error: &io::Error) {
        let failure = cannot_write(path, error);
        state.open = None;
        state.broken = Some(failure.clone());
        state.failures.push((path.to_path_buf(), failure));
    }

    fn close(&self, state: &mut State) {
        let shard = &self.shards[state.shard];
        if let Some(archive) = state.open.take() {
            match archive.finish() {
                Ok(()) if !state.incomplete => (self.complete)(&shard.paths),
                Ok(()) => {}
                Err(error) => self.give_up(state, &shard.paths[0], &error),
            }
        }
        state.shard += 1;
        state.broken = None;
        state.incomplete = false;
    }
}

impl Sink for Archives<'_> {
    fn begin<'a>(
        &'a self,
        turn: usize,
        input: &'a Input,
        matrix: Matrix,
    ) -> Result<Box<dyn Writer + 'a>, Failure> {
        let key = (self.archived.format.key)(&key_of(&input.stem));
        Ok(Box::new(EntryWriter { archives: self, turn, key, matrix, values: None }))
    }

    fn pass(&self, turn: usize) {
        // Nothing to be told: there was no result.
        let _ = self.put(turn, None);
    }

    fn finish(&self, interrupted: bool) -> Result<(), Vec<(PathBuf, Failure)>> {
        let mut state = self.lock();
        if let (true, Some(shard)) = (interrupted, self.shards.get(state.shard)) {
            state.open = None;
            let failure = Failure::new("interrupted", "not written, as the run was interrupted");
            state.failures.push((shard.paths[0].clone(), failure));
        }
        let failures = std::mem::take(&mut state.failures);
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }
}

/// Collects the values of an input.
struct EntryWriter<'a> {
    archives: &'a Archives<'a>,
    turn: usize,
    key: String,
    matrix: Matrix,
    values: Option<Values>,
}

impl EntryWriter<'_> {
    fn take(&mut self, frames: Range<usize>, values: &[f32]) -> io::Result<()> {
        let dtype = self.archives.description.dtype;
        // Found here it is this input's failure; in the archive it would be the shard's.
        check(values, dtype)?;
        if frames.is_empty() && self.values.is_some() {
            return Ok(());
        }
        if frames.len() == self.matrix.n_frames {
            self.values = Some(Values::Memory(values.to_vec()));
            return Ok(());
        }
        let file = match &mut self.values {
            Some(Values::Spooled(file)) => file,
            other => {
                // Where the archive will be there is room for it.
                let folder = self.archives.archived.root().parent().unwrap_or(Path::new(""));
                let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                *other = Some(Values::Spooled(tempfile::tempfile_in(folder)?));
                let Some(Values::Spooled(file)) = other else { return Ok(()) };
                file
            }
        };
        Placement::new(self.matrix.clone(), dtype, 0).write(file, frames, values)
    }
}

impl Writer for EntryWriter<'_> {
    fn write(&mut self, frames: Range<usize>, values: &[f32]) -> Result<(), Failure> {
        let path = self.archives.path_of(self.turn);
        self.take(frames, values).map_err(|error| cannot_write(&path, &error))
    }

    fn finish(self: Box<Self>) -> Result<PathBuf, Failure> {
        let Self { archives, turn, key, matrix, values } = *self;
        let values = values.unwrap_or(Values::Memory(Vec::new()));
        archives.put(turn, Some(Entry { key, matrix, values }))
    }
}

/// An input's name as a key: with `/` between folders, and bytes that are no text as `%NN`.
pub fn key_of(stem: &Path) -> String {
    let mut key = String::new();
    for (i, part) in stem.iter().enumerate() {
        if i > 0 {
            key.push('/');
        }
        for chunk in part.as_encoded_bytes().utf8_chunks() {
            key += chunk.valid();
            for byte in chunk.invalid() {
                key += &format!("%{byte:02X}");
            }
        }
    }
    key
}
