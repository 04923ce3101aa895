//! What `identify` and `diff` print.

use crate::inputs::shown;
use mojo_audio_identify::{Difference, Identified, Recipe, Rounding, Verdict};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// What the result is of.
pub struct Context<'a> {
    pub audio: &'a Path,
    pub features: &'a Path,
    pub shape: [usize; 2],
    pub seconds: Duration,
}

pub fn text(identified: &Identified, context: &Context<'_>) -> String {
    let mut text = format!("{}\n", identified.verdict);
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<10} {value}");
    };
    let [first, second] = context.shape;
    row(
        "features",
        &format!("{}, shape ({first}, {second}), of {}", shown(context.features), shown(context.audio)),
    );
    match identified.rounding {
        Rounding::None => {}
        Rounding::Float16 => row("rounded", "to float16"),
        Rounding::Steps(step) => row("rounded", &format!("to multiples of {step:.4e}")),
    }
    if let Some(config) = &identified.config {
        let recipe = Recipe::of(config);
        let deviation = match identified.largest {
            0.0 => "none: all values are equal".into(),
            largest => format!("largest {largest:.2e}, mean {:.2e}", identified.mean),
        };
        row("deviation", &deviation);
        if let Some(frame) = identified.first_frame {
            row("part", &format!("these are the configuration's frames from {frame} on"));
        }
        row("options", &recipe.arguments());
        if identified.row_statistics.is_some() {
            row("rows", "each has a mean and a scale of its own, as of global CMVN; --json has them");
        }
        for open in &identified.open {
            row("open", &format!("{}: {} would make the same", open.option, values(&open.values)));
        }
        for (language, code) in recipe.code() {
            row(language, &code);
        }
    }
    let label = if identified.verdict == Verdict::Near { "differs" } else { "reason" };
    for words in &identified.words {
        row(label, words);
    }
    let others = identified.candidates.iter().skip(1).take(2);
    for other in others.filter(|_| !identified.verdict.is_found() && identified.config.is_some()) {
        row(
            "runner-up",
            &format!("mean deviation {:.2e}: {}", other.mean, Recipe::of(&other.config).arguments()),
        );
    }
    if identified.out_of_time {
        row("time", "the search was not complete; --seconds gives it more time");
    }
    text
}

/// The first of some values.
fn values(values: &[String]) -> String {
    const SHOWN: usize = 3;
    let short = |value: &String| match value.parse::<f64>() {
        Ok(number) if value.len() > 8 => format!("{number:e}"),
        _ => value.clone(),
    };
    let mut text = values.iter().take(SHOWN).map(short).collect::<Vec<_>>().join(", ");
    if values.len() > SHOWN {
        let _ = write!(text, " and {} more", values.len() - SHOWN);
    }
    text
}

pub fn json(identified: &Identified, context: &Context<'_>) -> String {
    let options = |config: &mojo_audio_core::MelConfig| -> Map<String, Value> {
        mojo_audio_core::OPTIONS
            .iter()
            .map(|option| (option.name.into(), config.get(option.name).unwrap_or_default().into()))
            .collect()
    };
    let object = |pairs: Vec<(&str, String)>| -> Map<String, Value> {
        pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    };
    let finite = |value: f64| value.is_finite().then_some(value);
    let recipe = identified.config.as_ref().map(Recipe::of);
    let candidates: Vec<Value> = identified
        .candidates
        .iter()
        .map(|candidate| {
            json!({
                "options": options(&candidate.config),
                "largest": finite(candidate.largest),
                "mean": finite(candidate.mean),
                "first_frame": candidate.first_frame,
            })
        })
        .collect();
    let open: Map<String, Value> =
        identified.open.iter().map(|open| (open.option.into(), json!(open.values))).collect();
    let all = json!({
        "file": shown(context.audio),
        "features": shown(context.features),
        "verdict": identified.verdict.name(),
        "largest": finite(identified.largest),
        "mean": finite(identified.mean),
        "preset": recipe.as_ref().map(|recipe| recipe.preset),
        "code": recipe.as_ref().map(|recipe| object(recipe.code())),
        "changes": recipe.map(|recipe| object(recipe.changes)),
        "options": identified.config.as_ref().map(options),
        "first_frame": identified.first_frame,
        "row_mean": identified.row_statistics.as_ref().map(|rows| &rows.mean),
        "row_scale": identified.row_statistics.as_ref().map(|rows| &rows.scale),
        "open": open,
        "differs": identified.words,
        "candidates": candidates,
        "complete": !identified.out_of_time,
        "seconds": context.seconds.as_secs_f64(),
    });
    format!("{all}\n")
}

pub fn difference(difference: &Difference) -> String {
    let mut text = String::new();
    for words in &difference.words {
        let _ = writeln!(text, "{words}");
    }
    if difference.largest.is_finite() {
        let _ = writeln!(
            text,
            "largest deviation {:.2e}, mean {:.2e}",
            difference.largest, difference.mean
        );
    }
    text
}
