//! Reader of `conformance/cases.json`, and the bounds as its README defines them.

use super::oracle::Truth;
use mojo_audio_core::config::Layout;
use mojo_audio_core::{Error, MelConfig};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The corpus.
pub struct Corpus {
    pub json: Value,
    pub cases: Vec<Case>,
}

/// One case.
pub struct Case {
    pub name: String,
    pub preset: String,
    pub options: Vec<(String, String)>,
    pub kind: Kind,
}

/// What is asked.
pub enum Kind {
    Single(Clip<f32>),
    Int16(Clip<i16>),
    Batch(Vec<Clip<f32>>),
    /// The mean of each row over its frames, and how far it may be off.
    Statistic {
        n_samples: usize,
        n_frames: usize,
        means: Vec<f32>,
        atol_per_row: Vec<f64>,
    },
    Refusal {
        call: String,
        samples: Vec<f32>,
        error: Value,
    },
}

/// An input and its answer.
pub struct Clip<S> {
    pub samples: Vec<S>,
    pub expected: Vec<f32>,
    pub n_mels: usize,
    pub n_frames: usize,
    pub bound: Bound,
}

/// How far a result may lie from the expectation.
#[derive(Clone, Copy)]
pub struct Bound {
    pub atol: f64,
    pub rtol: f64,
    pub mean_abs: f64,
    pub atol_within_60db: Option<f64>,
}

/// How far a result is from what is expected.
#[derive(Clone, Copy, Default)]
pub struct Deviation {
    /// The largest deviation, as a part of the largest value that is expected.
    pub largest: f64,
    /// The largest part of a bound that is used up; above 1 it is broken.
    pub of_bound: f64,
}

impl Corpus {
    pub fn read() -> Self {
        let text = std::fs::read_to_string(path("cases.json")).expect("conformance/cases.json");
        let json: Value = serde_json::from_str(&text).expect("cases.json is JSON");
        let cases = json["cases"].as_array().unwrap().iter().map(Case::read).collect();
        Self { json, cases }
    }
}

impl Case {
    fn read(json: &Value) -> Self {
        let options = json["options"].as_object().unwrap();
        let kind = match text(&json["kind"]) {
            "single" => Kind::Single(clip(json, floats)),
            "int16" => Kind::Int16(clip(json, integers)),
            "batch" => {
                Kind::Batch(json["clips"].as_array().unwrap().iter().map(|c| clip(c, floats)).collect())
            }
            "statistic" => Kind::Statistic {
                n_samples: number(&json["n_samples"]),
                n_frames: number(&json["n_frames"]),
                means: floats(text(&json["expected"])),
                atol_per_row: reals(&json["bound"]["atol_per_row"]),
            },
            "refusal" => Kind::Refusal {
                call: text(&json["call"]).into(),
                samples: json["input"].as_str().map(floats).unwrap_or_default(),
                error: json["error"].clone(),
            },
            other => panic!("there is no kind of case {other}"),
        };
        Self {
            name: text(&json["name"]).into(),
            preset: text(&json["preset"]).into(),
            options: options
                .iter()
                .map(|(option, value)| (option.clone(), text(value).into()))
                .collect(),
            kind,
        }
    }

    pub fn config(&self) -> Result<MelConfig, Error> {
        let mut config = MelConfig::preset(&self.preset)?;
        for (option, value) in &self.options {
            config.set(option, value)?;
        }
        Ok(config)
    }
}

impl<S> Clip<S> {
    /// The expected value of a row in a frame, in the layout of the case.
    pub fn expected_at(&self, layout: Layout, row: usize, frame: usize) -> f32 {
        match layout {
            Layout::MelMajor => self.expected[row * self.n_frames + frame],
            Layout::FrameMajor => self.expected[frame * self.n_mels + row],
        }
    }

    /// How far `result`, a function of row and frame, is from what is expected. `truth` tells which bands are
    /// strong, where those have a bound of their own.
    pub fn deviation(
        &self,
        layout: Layout,
        truth: Option<&Truth>,
        result: impl Fn(usize, usize) -> f32,
    ) -> Deviation {
        let mut deviation = Deviation::default();
        let mut sum = 0.0;
        let mut largest = 0.0f64;
        for row in 0..self.n_mels {
            for frame in 0..self.n_frames {
                let expected = f64::from(self.expected_at(layout, row, frame));
                let off = (f64::from(result(row, frame)) - expected).abs();
                assert!(off.is_finite(), "row {row}, frame {frame} is not a number");
                sum += off;
                largest = largest.max(off);
                deviation.use_up(off, self.bound.atol + self.bound.rtol * expected.abs());
                if let (Some(atol), Some(truth)) = (self.bound.atol_within_60db, truth)
                    && truth.is_strong(row, frame)
                {
                    deviation.use_up(off, atol);
                }
            }
        }
        let size = self.expected.iter().fold(0.0f64, |size, &x| size.max(f64::from(x).abs()));
        if size > 0.0 {
            deviation.largest = largest / size;
        }
        if !self.expected.is_empty() {
            deviation.use_up(sum / self.expected.len() as f64, self.bound.mean_abs);
        }
        deviation
    }
}

impl Deviation {
    fn use_up(&mut self, off: f64, allowed: f64) {
        let part = if off == 0.0 { 0.0 } else { off / allowed };
        self.of_bound = self.of_bound.max(part);
    }

    pub fn or_worse(self, other: Self) -> Self {
        Self { largest: self.largest.max(other.largest), of_bound: self.of_bound.max(other.of_bound) }
    }
}

/// A file of the corpus.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance").join(name)
}

/// A file of little-endian float32.
pub fn floats(name: &str) -> Vec<f32> {
    bytes(name).chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

/// A file of little-endian int16.
pub fn integers(name: &str) -> Vec<i16> {
    bytes(name).chunks_exact(2).map(|b| i16::from_le_bytes(b.try_into().unwrap())).collect()
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap_or_else(|error| panic!("conformance/{name}: {error}"))
}

fn clip<S>(json: &Value, read: fn(&str) -> Vec<S>) -> Clip<S> {
    let bound = &json["bound"];
    let real = |name: &str| bound[name].as_f64().unwrap();
    let clip = Clip {
        samples: read(text(&json["input"])),
        expected: floats(text(&json["expected"])),
        n_mels: number(&json["n_mels"]),
        n_frames: number(&json["n_frames"]),
        bound: Bound {
            atol: real("atol"),
            rtol: real("rtol"),
            mean_abs: real("mean_abs"),
            atol_within_60db: bound["atol_within_60db"].as_f64(),
        },
    };
    assert_eq!(clip.samples.len(), number(&json["n_samples"]), "{json}");
    assert_eq!(clip.expected.len(), clip.n_mels * clip.n_frames, "{json}");
    clip
}

pub fn text(json: &Value) -> &str {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text"))
}

pub fn number(json: &Value) -> usize {
    json.as_u64().unwrap_or_else(|| panic!("{json} is no number")) as usize
}

fn reals(json: &Value) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}
