//! The example programs: the line that each prints, and WAV files like those that users have.

use super::checks::Checks;
use super::kotlin::strip_colours;
use crate::Result;
use crate::workspace::{Printed, Workspace, show};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SPEECH: &str = "examples/data/speech.wav";
/// Part of the error about a file that the examples can't read.
const EXPECTED_FORMAT: &str = "16-bit mono PCM at 16000 Hz";

/// Runs an example on each file. `command` makes the program's call but for the file.
pub fn check(
    workspace: &Workspace,
    checks: &mut Checks,
    what: &str,
    command: impl Fn() -> Result<Command>,
) -> Result {
    let files = Files::write(workspace)?;
    let run = |file: &Path| command().and_then(|mut command| show(command.arg(file)));
    for (kind, file) in [("", workspace.path(SPEECH)), (", other chunks", files.with_other_chunks)] {
        let result = run(&file).and_then(|printed| prints(workspace, &printed));
        checks.check(&format!("{what}{kind}"), result);
    }
    for (kind, file, error) in [
        ("stereo", files.stereo, EXPECTED_FORMAT),
        ("8 kHz", files.at_8_khz, EXPECTED_FORMAT),
        ("a file cut short", files.cut_short, ""),
    ] {
        let result = run(&file).and_then(|printed| refuses(&printed, error));
        checks.check(&format!("{what} refuses {kind}"), result);
    }
    Ok(())
}

/// Whether an example printed its line about `examples/data/speech.wav`.
pub fn prints(workspace: &Workspace, printed: &Printed) -> Result {
    prints_line(workspace, printed, "examples/speech.txt")
}

/// Whether a streaming example printed its line, in which its chunks don't show.
pub fn prints_stream(workspace: &Workspace, printed: &Printed) -> Result {
    prints_line(workspace, printed, "examples/stream.txt")
}

/// Whether an example printed the line of that file. Package managers print lines of their own around it.
fn prints_line(workspace: &Workspace, printed: &Printed, file: &str) -> Result {
    let text = workspace.read(file)?;
    let line = text.trim_end();
    let Some(found) = printed.text.lines().find(|line| line.contains(".wav:")) else {
        return Err(format!("expected `{line}`, {}", printed.status).into());
    };
    // Maven prints in colour.
    let found = strip_colours(found);
    if printed.status.success() && found.trim() == line {
        return Ok(());
    }
    Err(format!("expected `{line}`, got `{found}`, {}", printed.status).into())
}

/// Whether the program failed with this in its error.
fn refuses(printed: &Printed, error: &str) -> Result {
    if printed.status.success() {
        return Err("the file was read".into());
    }
    if !printed.text.contains(error) {
        return Err(format!("the error does not say `{error}`").into());
    }
    Ok(())
}

/// Copies files of an example to a new folder, beside one with the audio, as it is in `examples`. `example` names the
/// folder there, and `parent` is the folder for both.
pub fn copy(workspace: &Workspace, parent: &Path, example: &str, files: &[&str]) -> Result<PathBuf> {
    let _ = fs::remove_dir_all(parent);
    let folder = parent.join(example);
    let place = |from: PathBuf, to: PathBuf| -> Result {
        fs::create_dir_all(to.parent().unwrap_or(&to))?;
        fs::copy(&from, &to).map(drop).map_err(|error| format!("{}: {error}", from.display()).into())
    };
    place(workspace.path(SPEECH), parent.join("data/speech.wav"))?;
    for file in files {
        place(workspace.path("examples").join(example).join(file), folder.join(file))?;
    }
    Ok(folder)
}

/// The commands that the head of a program of `examples` shows.
pub fn commands(workspace: &Workspace, file: &str) -> Result<Vec<String>> {
    let text = workspace.read(&format!("examples/{file}"))?;
    let head = text.lines().map_while(|line| line.strip_prefix("//"));
    let shown = head.filter_map(|line| line.strip_prefix("     ").or_else(|| line.strip_prefix('\t')));
    let commands: Vec<_> = shown.map(String::from).collect();
    if commands.is_empty() {
        return Err(format!("examples/{file} shows no command").into());
    }
    Ok(commands)
}

/// Builds and runs a program in its folder by the commands that its head shows, with nothing but what pkg-config knows.
pub fn follow(workspace: &Workspace, folder: &Path, file: &str, prefixes: &[&Path]) -> Result<Printed> {
    let commands = commands(workspace, file)?;
    let lib = |below: &str| prefixes.iter().map(|prefix| prefix.join(below)).collect::<Vec<_>>();
    let mut shell = workspace.command("sh");
    shell.args(["-ec", &commands.join("\n")]).current_dir(folder);
    shell.env("PKG_CONFIG_PATH", env::join_paths(lib("lib/pkgconfig"))?);
    let libraries = env::join_paths(lib("lib"))?;
    show(shell.env("LD_LIBRARY_PATH", &libraries).env("DYLD_LIBRARY_PATH", &libraries))
}

/// Writes a WAV file of some seconds of the example's samples, repeated and cut.
pub fn write_repeated(workspace: &Workspace, seconds: usize, file: &Path) -> Result {
    let speech = fs::read(workspace.path(SPEECH))?;
    let samples = speech.get(44..).ok_or("examples/data/speech.wav is too short")?;
    let samples: Vec<u8> = samples.iter().copied().cycle().take(2 * 16_000 * seconds).collect();
    let body = [&b"WAVE"[..], &format(1, 16_000), &chunk(b"data", &samples)].concat();
    Ok(fs::write(file, chunk(b"RIFF", &body))?)
}

/// The first program of README in a language, as its block is marked.
pub fn readme(workspace: &Workspace, language: &str) -> Result<String> {
    let page = workspace.read("README.md")?;
    let block = page.split_once(&format!("\n```{language}\n"));
    let program = block.and_then(|(_, rest)| rest.split_once("```\n"));
    let (program, _) = program.ok_or_else(|| format!("README.md shows no program in {language}"))?;
    Ok(program.into())
}

/// Variants of the example's audio, each named `speech.wav`.
struct Files {
    /// The same samples between chunks that other programs write, one of them of odd length.
    with_other_chunks: PathBuf,
    stereo: PathBuf,
    at_8_khz: PathBuf,
    /// Ends in the middle of its samples.
    cut_short: PathBuf,
}

impl Files {
    fn write(workspace: &Workspace) -> Result<Self> {
        let speech = fs::read(workspace.path(SPEECH))?;
        let samples = speech.get(44..).ok_or("examples/data/speech.wav is too short")?;
        let folder = workspace.folder("examples")?;
        let data = chunk(b"data", samples);
        let list = chunk(b"LIST", b"INFOISFT\x0e\0\0\0Lavf59.27.100\0odd");
        let id3 = chunk(b"id3 ", b"ID3\x04\0\0\0\0\0\0");
        let write = |name: &str, chunks: &[&[u8]]| -> Result<PathBuf> {
            let body = [b"WAVE", chunks.concat().as_slice()].concat();
            let file = folder.join(name).join("speech.wav");
            fs::create_dir_all(folder.join(name))?;
            fs::write(&file, chunk(b"RIFF", &body))?;
            Ok(file)
        };
        let half = &data[..data.len() / 2];
        Ok(Self {
            with_other_chunks: write("other-chunks", &[&list, &format(1, 16_000), &list, &data, &id3])?,
            stereo: write("stereo", &[&format(2, 16_000), &data])?,
            at_8_khz: write("8-khz", &[&format(1, 8_000), &data])?,
            cut_short: write("cut-short", &[&format(1, 16_000), half])?,
        })
    }
}

fn format(channels: u16, rate: u32) -> Vec<u8> {
    let width = 2 * channels;
    let mut body = Vec::new();
    body.extend(1u16.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend((rate * u32::from(width)).to_le_bytes());
    body.extend(width.to_le_bytes());
    body.extend(16u16.to_le_bytes());
    chunk(b"fmt ", &body)
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = [name, (body.len() as u32).to_le_bytes().as_slice(), body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}
