//! The side of a measured program: benches/README.md describes the lines that it reads and answers.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The error of a program.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// The arguments of a measured program.
pub struct Arguments {
    /// Which of the program's calls to measure.
    pub name: String,
    folder: PathBuf,
    /// How many threads the call may use.
    pub threads: usize,
}

impl Arguments {
    /// The arguments of this process.
    ///
    /// # Errors
    /// If they are not NAME FOLDER THREADS.
    pub fn read() -> Result<Self> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let [name, folder, threads] = arguments.as_slice() else {
            return Err("wanted: NAME FOLDER THREADS".into());
        };
        Ok(Self { name: name.clone(), folder: folder.into(), threads: threads.parse()? })
    }

    fn clip(&self, name: &str) -> Result<Vec<f32>> {
        let path = self.folder.join(format!("{name}.f32"));
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect())
    }
}

/// A result in the form to compare: `rows` of `frames` values, row-major.
pub struct Rows {
    /// Bands.
    pub rows: usize,
    /// Frames.
    pub frames: usize,
    /// The values.
    pub data: Vec<f32>,
}

impl Rows {
    /// From values that are stored frame by frame.
    #[must_use]
    pub fn from_frames(rows: usize, values: &[f32]) -> Self {
        let frames = values.len() / rows;
        let data = (0..rows * frames).map(|i| values[i % frames * rows + i / frames]).collect();
        Self { rows, frames, data }
    }

    fn save(&self, path: &Path) -> Result {
        let bytes: Vec<u8> = self.data.iter().flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(path, bytes)?;
        Ok(())
    }
}

/// Answers until the input ends: `compute` is timed, `rows` turns its result into the form to compare.
///
/// # Errors
/// If a clip can't be read, or the other side sends an unknown command.
pub fn serve<T>(
    arguments: &Arguments,
    version: &str,
    mut compute: impl FnMut(&[f32]) -> T,
    rows: impl Fn(T) -> Rows,
) -> Result {
    println!("ready {version}");
    let mut clips: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<_> = line.split(' ').collect();
        let [command, clip, argument] = words[..] else {
            return Err(format!("no command: {line}").into());
        };
        if !clips.contains_key(clip) {
            clips.insert(clip.to_string(), arguments.clip(clip)?);
        }
        let samples = &clips[clip];
        match command {
            "time" => {
                let n: usize = argument.parse()?;
                let mut times = Vec::with_capacity(n);
                for _ in 0..n {
                    let start = Instant::now();
                    drop(black_box(compute(black_box(samples))));
                    times.push(start.elapsed().as_nanos().to_string());
                }
                println!("{}", times.join(" "));
            }
            "save" => {
                let rows = rows(compute(samples));
                rows.save(Path::new(argument))?;
                println!("{} {}", rows.rows, rows.frames);
            }
            _ => return Err(format!("no command: {line}").into()),
        }
        std::io::stdout().flush()?;
    }
    Ok(())
}
