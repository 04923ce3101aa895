//! What is to be done: the inputs of this machine's part, less those that are done already.

use crate::failure::Failure;
use crate::inputs::{Entry, Input, Shard, shown};
use crate::record::{self, Results, Shards, Stamp};
use crate::report::{Outcome, warn};
use crate::settings::Settings;
use crate::sinks::{Archived, Archives, Files, Out, Plan, Sink, Target, key_of, sweep};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The inputs of a run.
pub struct Work<'a> {
    /// In the order of the inputs; the place of each is its turn.
    pub todo: Vec<&'a Entry>,
    /// Those that are left alone.
    pub kept: Vec<&'a Input>,
    /// The shards of an archive that are to be written.
    plans: Vec<Plan>,
    /// What is remembered of an archive.
    shards: Option<Shards>,
    /// What is remembered of folders.
    results: Vec<Results>,
    /// What is to be done as it is now, before it is read.
    stamps: Vec<Option<Stamp>>,
}

impl<'a> Work<'a> {
    pub fn new(entries: &'a [Entry], settings: &Settings) -> Self {
        let mut work = Self {
            todo: Vec::new(),
            kept: Vec::new(),
            plans: Vec::new(),
            shards: None,
            results: Vec::new(),
            stamps: Vec::new(),
        };
        let recipe = settings.options();
        let pictures = Earlier::of(settings.png.as_ref(), picture_recipe(settings, &recipe), settings);
        match &settings.out {
            Some(Out::Archive(archived)) => work.shard(entries, archived, recipe, &pictures, settings),
            out => {
                let target = out.as_ref().and_then(Out::files);
                let features = Earlier::of(target, recipe, settings);
                for (i, entry) in entries.iter().enumerate() {
                    match entry {
                        _ if !settings.shard.is_none_or(|shard| shard.has(i)) => {}
                        Ok(input) if settings.resume && features.has(input) && pictures.has(input) => {
                            work.kept.push(input)
                        }
                        entry => work.todo.push(entry),
                    }
                }
                work.results.extend(features.results);
            }
        }
        work.results.extend(pictures.results);
        if !work.results.is_empty() {
            work.results.iter().for_each(Results::tell_of_others);
            let stamp = |entry: &&Entry| entry.as_ref().ok().and_then(Stamp::of);
            work.stamps = work.todo.iter().map(stamp).collect();
        }
        work.sweep(settings);
        work
    }

    /// Divides the inputs into shards. Which inputs a shard has depends on their list alone, so that
    /// any number of machines writes the same shards.
    fn shard(
        &mut self,
        entries: &'a [Entry],
        archived: &Archived,
        recipe: Map<String, Value>,
        pictures: &Earlier<'_>,
        settings: &Settings,
    ) {
        let of_all = |shard: Shard| entries.len().div_ceil(shard.count());
        let size = settings.shard_size.map(usize::from).or(settings.shard.map(of_all));
        let per_shard = size.unwrap_or(entries.len()).max(1);
        let part = settings.shard.map(|shard| shard.to_string()).unwrap_or_default();
        let resume = settings.resume;
        let shards = Shards::of(archived.root(), &recipe, hash(entries, per_shard), &part, resume);
        for (n, group) in entries.chunks(per_shard).enumerate() {
            if !settings.shard.is_none_or(|shard| shard.has(n)) {
                continue;
            }
            let paths = archived.paths(size.map(|_| n));
            let inputs = || group.iter().flatten();
            let done = resume
                && inputs().count() == group.len()
                && shards.has(&paths, inputs())
                && inputs().all(|input| pictures.has(input));
            if done {
                self.kept.extend(inputs());
            } else {
                let turns = self.todo.len()..self.todo.len() + group.len();
                self.todo.extend(group);
                self.plans.push(Plan { paths, turns });
            }
        }
        let beyond = size.map(|_| archived.paths(Some(entries.len().div_ceil(per_shard))));
        if let Some(beyond) = beyond.and_then(|paths| paths.into_iter().find(|path| path.exists())) {
            warn(&format!("{} is of another run: this one has fewer shards", shown(&beyond)));
        }
        self.shards = Some(shards);
    }

    /// Removes what killed runs have left of the files that are to be written.
    fn sweep(&self, settings: &Settings) {
        let files = [settings.out.as_ref().and_then(Out::files), settings.png.as_ref()];
        let mut targets: Vec<PathBuf> = Vec::new();
        for target in files.into_iter().flatten() {
            let inputs = self.todo.iter().filter_map(|entry| entry.as_ref().ok());
            targets.extend(inputs.map(|input| target.path(input)));
            targets.extend(record::path(target.root(), ""));
        }
        targets.extend(self.plans.iter().flat_map(|plan| plan.paths.iter().cloned()));
        targets.extend(settings.manifest.clone());
        sweep(targets.iter().map(PathBuf::as_path));
    }

    /// Where the features go.
    pub fn sink<'b>(&'b self, settings: &'b Settings) -> Option<Box<dyn Sink + 'b>> {
        Some(match settings.out.as_ref()? {
            Out::Files(target) => Box::new(Files { target: target.clone(), dtype: settings.dtype }),
            Out::Archive(archived) => {
                let shards = self.shards.as_ref();
                Box::new(Archives::new(
                    archived.clone(),
                    settings.description(),
                    self.plans.clone(),
                    Box::new(move |paths| {
                        if let Some(shards) = shards {
                            shards.add(paths);
                        }
                    }),
                ))
            }
        })
    }

    /// Remembers that all results of an input are in their places, where those are files of its own.
    pub fn done(&self, turn: usize) {
        if let (Ok(input), Some(Some(stamp))) = (self.todo[turn], self.stamps.get(turn)) {
            self.results.iter().for_each(|results| results.add(input, stamp));
        }
    }

    /// What is told of the inputs that are left alone.
    pub fn outcomes(&self, settings: &Settings) -> Vec<(&'a Path, Outcome)> {
        let png = |input: &Input| settings.png.as_ref().map(|target| target.path(input));
        self.kept
            .iter()
            .map(|input| {
                let out = settings.out.as_ref().and_then(Out::files).map(|target| target.path(input));
                (input.path.as_path(), Outcome::Kept { out, png: png(input) })
            })
            .collect()
    }
}

/// The results of earlier runs in the place of one option.
struct Earlier<'a> {
    target: Option<&'a Target>,
    results: Option<Results>,
}

impl<'a> Earlier<'a> {
    fn of(target: Option<&'a Target>, recipe: Map<String, Value>, settings: &Settings) -> Self {
        let is_folder = |target: &Target| matches!(target, Target::Folder(..));
        // Of a single file nothing is remembered unless that is asked for.
        let results = target
            .filter(|target| settings.resume || is_folder(target))
            .map(|target| Results::of(target.root(), &recipe, settings.resume, is_folder(target)));
        Self { target, results }
    }

    /// Whether an input's result is there; also if there is to be none.
    fn has(&self, input: &Input) -> bool {
        match (&self.target, &self.results) {
            (None, _) => true,
            (Some(target), Some(results)) => results.has(&target.path(input), input),
            (Some(_), None) => false,
        }
    }
}

fn picture_recipe(settings: &Settings, recipe: &Map<String, Value>) -> Map<String, Value> {
    let size = settings.png_size;
    let mut recipe = recipe.clone();
    recipe.insert("png_size".into(), format!("{}x{}", size.width, size.height).into());
    recipe
}

/// Tells lists of inputs apart.
fn hash(entries: &[Entry], per_shard: usize) -> String {
    let mut hasher = DefaultHasher::new();
    per_shard.hash(&mut hasher);
    for entry in entries {
        match entry {
            Ok(input) => (&input.path, &input.stem).hash(&mut hasher),
            Err((path, _)) => path.hash(&mut hasher),
        }
    }
    format!("{} {:016x}", entries.len(), hasher.finish())
}

/// Makes failures of inputs whose key in an archive another one has.
pub fn refuse_equal_keys(entries: &mut [Entry], archived: &Archived) {
    let mut taken: HashMap<String, PathBuf> = HashMap::with_capacity(entries.len());
    for entry in entries {
        let Ok(input) = entry else { continue };
        let key = (archived.format.key)(&key_of(&input.stem));
        if let Some(other) = taken.get(&key) {
            let other = shown(other);
            let message = format!("its key in the archive would be {key}, as that of {other}");
            *entry = Err((input.path.clone(), Failure::new("name_clash", message)));
        } else {
            taken.insert(key, input.path.clone());
        }
    }
}
