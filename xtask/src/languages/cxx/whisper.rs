//! The features that examples/cxx/whisper.cc hands over, against those that whisper.cpp computes itself.

use super::Session;
use crate::Result;
use crate::languages::checks::Checks;
use crate::languages::examples;
use crate::workspace::run;
use std::fs;
use std::path::Path;

/// What whisper.cpp computes, as `record.sh` beside it writes it.
const EXPECTED: &str = "cxx-bindings/tests/whisper/expected.txt";
const N_MELS: usize = 80;
/// The most that a value may differ by. whisper.cpp transforms in float32, by cosines from a table.
const BOUND: f64 = 2e-5;

/// Runs the program, which was linked with what stands in for whisper.cpp, at every length that was recorded.
pub fn check(session: &Session<'_>, program: &Path, checks: &mut Checks) -> Result {
    let text = session.workspace.read(EXPECTED)?;
    let clips: Vec<_> = text.split("\nclip ").skip(1).collect();
    if clips.len() != 4 {
        return Err(format!("{EXPECTED} has {} clips, not 4", clips.len()).into());
    }
    for clip in clips {
        let seconds = clip.split(' ').next().unwrap_or_default();
        let what =
            format!("examples/cxx/whisper.cc hands over whisper.cpp's features of {seconds} seconds");
        checks.check(&what, compare(session, program, clip));
    }
    Ok(())
}

fn compare(session: &Session<'_>, program: &Path, clip: &str) -> Result {
    let (head, frames) = clip.split_once('\n').ok_or("a clip without frames")?;
    let [seconds, n_frames, mean, maximum] = numbers(head)?[..] else {
        return Err(format!("a clip of other numbers: {head}").into());
    };
    let (wav, file) = (session.folder.join("repeated.wav"), session.folder.join("whisper.mel"));
    examples::write_repeated(session.workspace, seconds as usize, &wav)?;
    let _ = fs::remove_file(&file);
    run(session.command(program).arg("model").arg(&wav).env("STAND_IN_MEL", &file))?;
    let bytes = fs::read(&file)?;
    let (values, _) = bytes.as_chunks();
    let values: Vec<f64> = values.iter().map(|value| f32::from_le_bytes(*value).into()).collect();
    let n_frames = n_frames as usize;
    if values.len() != N_MELS * n_frames {
        return Err(format!("{} values, expected {N_MELS} x {n_frames}", values.len()).into());
    }
    let mut worst = (values.iter().sum::<f64>() / values.len() as f64 - mean).abs();
    worst = worst.max((values.iter().copied().fold(f64::MIN, f64::max) - maximum).abs());
    for line in frames.lines() {
        let line = line.strip_prefix("frame ").ok_or_else(|| format!("no frame: {line}"))?;
        let (frame, bands) = line.split_once(' ').ok_or("a frame without values")?;
        let (frame, bands) = (frame.parse::<usize>()?, numbers(bands)?);
        if bands.len() != N_MELS || frame >= n_frames {
            return Err(format!("frame {frame} has {} values", bands.len()).into());
        }
        for (band, expected) in bands.iter().enumerate() {
            worst = worst.max((values[band * n_frames + frame] - expected).abs());
        }
    }
    eprintln!("{seconds} seconds: at most {worst:.1e} from whisper.cpp");
    if worst <= BOUND { Ok(()) } else { Err(format!("{worst} off, bound {BOUND}").into()) }
}

fn numbers(text: &str) -> Result<Vec<f64>> {
    Ok(text.split(' ').map(str::parse).collect::<std::result::Result<_, _>>()?)
}
