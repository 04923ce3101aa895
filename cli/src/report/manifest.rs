//! The manifest: a line of JSON for each input, written as soon as it is known.

use crate::sinks::Temporary;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// An open manifest.
pub struct Manifest {
    file: File,
}

impl Manifest {
    /// Starts a manifest with the lines of inputs that are done already. Of those that an earlier
    /// manifest in the same place knows, everything that it says is taken over. The old file is
    /// replaced only once all of these lines are in the new one.
    pub fn start(path: &Path, kept: &[String]) -> io::Result<Self> {
        let before = if kept.is_empty() { HashMap::new() } else { read(path) };
        let text: String = kept.iter().map(|line| completed(line, &before)).collect();
        let mut file = match fs::metadata(path) {
            // A pipe or a device is no file to be replaced.
            Ok(metadata) if !metadata.is_file() => OpenOptions::new().append(true).open(path)?,
            there => {
                let real = there.and_then(|_| fs::canonicalize(path));
                let path = real.as_deref().unwrap_or(path);
                let temporary = Temporary::create(path, false)?;
                temporary.file().write_all(text.as_bytes())?;
                temporary.keep()?;
                return Ok(Self { file: OpenOptions::new().append(true).open(path)? });
            }
        };
        file.write_all(text.as_bytes())?;
        Ok(Self { file })
    }

    /// Adds a line, in one write, so that lines are whole whenever the program ends.
    pub fn add(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())
    }
}

/// The line of an input that is kept, with what an earlier manifest says of it.
fn completed(line: &str, before: &HashMap<Key, Map<String, Value>>) -> String {
    let Ok(object) = serde_json::from_str::<Map<String, Value>>(line) else { return line.into() };
    let Some(earlier) = before.get(&key(&object)) else { return line.into() };
    let mut whole = earlier.clone();
    whole.extend(object);
    let mut text = Value::Object(whole).to_string();
    text.push('\n');
    text
}

/// The inputs of an earlier manifest that were not failures. Lines that are none of ours are left out.
fn read(path: &Path) -> HashMap<Key, Map<String, Value>> {
    let text = fs::read(path).unwrap_or_default();
    text.split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Map<String, Value>>(line).ok())
        .filter(|object| object.get("error").is_none())
        .map(|object| (key(&object), object))
        .collect()
}

/// What tells inputs apart.
type Key = (String, String);

fn key(object: &Map<String, Value>) -> Key {
    let text = |name| object.get(name).map(ToString::to_string).unwrap_or_default();
    (text("file"), text("file_bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_an_earlier_manifest_says_of_kept_inputs_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.jsonl");
        let line = |value: Value| format!("{value}\n");
        let mut first = Manifest::start(&path, &[]).unwrap();
        first.add(&line(json!({"file": "a", "status": "done", "n_frames": 5}))).unwrap();
        first.add(&line(json!({"file": "b", "status": "failed", "error": {}}))).unwrap();
        // Killed in the middle of a line.
        first.add("{\"file\": \"c\"").unwrap();
        let kept = ["a", "d"].map(|file| line(json!({"file": file, "status": "kept"})));
        let mut second = Manifest::start(&path, &kept).unwrap();
        second.add(&line(json!({"file": "b", "status": "done"}))).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            lines,
            [
                json!({"file": "a", "status": "kept", "n_frames": 5}),
                json!({"file": "d", "status": "kept"}),
                json!({"file": "b", "status": "done"}),
            ]
        );
    }
}
