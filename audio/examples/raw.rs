//! Reads audio files as one channel: `raw RATE FILE...` says what each holds, and with `--out` writes the
//! last one's samples as 32-bit floats to a file.

use mojo_audio_files::{AudioFile, Error};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let out = arguments.iter().position(|argument| argument == "--out");
    let out = out.and_then(|at| arguments.drain(at..).nth(1)).map(PathBuf::from);
    let mut arguments = arguments.into_iter();
    let rate = arguments.next().and_then(|rate| rate.to_str()?.parse().ok());
    let rate: u32 = rate.ok_or("usage: raw RATE FILE... [--out SAMPLES]")?;
    for file in arguments.map(PathBuf::from) {
        match read(&file, rate) {
            Ok(samples) => {
                if let Some(out) = &out {
                    std::fs::write(
                        out,
                        samples.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>(),
                    )?;
                }
            }
            Err(error) => println!("{}: {}: {error}", file.display(), error.code()),
        }
    }
    Ok(())
}

/// All samples; at the file's own rate, if `rate` is 0.
fn read(file: &PathBuf, rate: u32) -> Result<Vec<f32>, Error> {
    let opened = AudioFile::open(file)?;
    let rate = if rate == 0 { opened.source().sample_rate } else { rate };
    let mut mono = opened.mono(rate)?;
    let samples = mono.read_to_end()?;
    let source = mono.source();
    println!(
        "{}: {}, {} channels, {} Hz, {:?} bits, promised {:?}, {} samples{}",
        file.display(),
        source.format(),
        source.channels,
        source.sample_rate,
        source.bits,
        source.promised,
        source.samples,
        mono.warnings().iter().map(|warning| format!("; warning: {warning}")).collect::<String>()
    );
    Ok(samples)
}
