//! Formats that are not decoded here, through the program ffmpeg, if it is on the PATH.

use crate::decode::{Decode, Mixed, State};
use crate::error::{Error, Warning};
use crate::input::Input;
use crate::wav::Wav;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, copy};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// What it prints of the input comes before any sound; longer means that it prints nothing of it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Seconds that may be missing of the length that a file promises: decoders leave out what encoders add.
const TOLERANCE: f64 = 0.2;

/// Formats whose length is a guess of ffmpeg's, from the size of the file.
const GUESSED: [&str; 6] = ["aac", "ac3", "amr", "mp3", "mpeg", "mpegts"];

/// Bytes of a line of its that are kept.
const LINE: u64 = 4096;

/// A running ffmpeg, whose output is WAV with floats.
pub(crate) struct Ffmpeg {
    wav: Wav,
    child: Running,
    /// Seconds that the file says it has.
    promised: Option<f64>,
    /// A lock, only so that threads may share the whole.
    complaints: Mutex<Receiver<String>>,
}

/// Ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may be over already, and nobody is left to tell.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Ffmpeg {
    /// Starts it on a file, or on bytes. `Ok(None)` if it is not installed.
    pub fn open(
        path: Option<&Path>,
        input: Input,
        format: &str,
        state: &mut State,
    ) -> Result<Option<Self>, Error> {
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-nostats", "-loglevel", "level+info"]);
        // Not what a playlist may point to; and no damage without a word.
        command.args(["-protocol_whitelist", "file,pipe", "-err_detect", "crccheck"]);
        command.args(["-f", format, "-i"]);
        match path {
            Some(path) => {
                let mut name = OsString::from("file:");
                name.push(path);
                command.arg(name).stdin(Stdio::null());
            }
            None => {
                command.arg("pipe:0").stdin(Stdio::piped());
            }
        }
        command.args(["-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1"]);
        let mut child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
            Ok(child) => Running(child),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(&error)),
        };
        if let Some(mut stdin) = child.0.stdin.take() {
            let mut input = input;
            // It may stop reading before the end: its own complaint says why.
            thread::spawn(move || copy(&mut input, &mut stdin));
        }
        let (Some(stdout), Some(stderr)) = (child.0.stdout.take(), child.0.stderr.take()) else {
            return Err(Error::Internal { reason: "ffmpeg has no output".into() });
        };
        let (found, complaints) = listen(stderr);
        let mut output = Input::new(stdout);
        if output.at_end()? {
            let message = complaint(&complaints).unwrap_or_else(|| "no sound in it".into());
            return Err(state.corrupt(format!("ffmpeg: {message}")));
        }
        let header = Wav::header(&mut output, state)?;
        let source = &mut state.source;
        source.container = format.into();
        let (codec, promised) =
            found.recv_timeout(PATIENCE).unwrap_or_else(|_| ("unknown".into(), None));
        source.codec = codec;
        source.bits = None;
        source.ffmpeg = true;
        let promised = promised.filter(|_| !GUESSED.contains(&format));
        let (wav, complaints) = (Wav::new(output, header), Mutex::new(complaints));
        Ok(Some(Self { wav, child, promised, complaints }))
    }
}

/// Codec and length in seconds.
type Found = (String, Option<f64>);

/// Reads what it prints: the codec and the length of the first stream of sound, and what it calls an
/// error.
fn listen(stderr: ChildStderr) -> (Receiver<Found>, Receiver<String>) {
    let (found, founds) = channel();
    let (complaint, complaints) = channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stderr);
        let mut line = Vec::new();
        let mut promised = None;
        while let Ok(1..) = reader.by_ref().take(LINE).read_until(b'\n', &mut line) {
            let text = String::from_utf8_lossy(&line).trim_end().to_string();
            // "  Duration: 00:01:02.34, start: 0.000000, bitrate: 64 kb/s"
            if let Some((_, length)) =
                text.split_once("] ").filter(|(_, text)| text.starts_with("  Duration: "))
            {
                let fields = length["  Duration: ".len()..].split(',').next().unwrap_or_default();
                let fields: Option<Vec<f64>> =
                    fields.split(':').map(|field| field.parse().ok()).collect();
                promised =
                    fields.map(|fields| fields.iter().fold(0.0, |sum, field| 60.0 * sum + field));
            }
            // "Stream #0:0(und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, …"
            if let Some((_, named)) = text.split_once(" Audio: ").filter(|_| text.contains("Stream #"))
            {
                let end = named.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
                let _ = found.send((named[..end.unwrap_or(named.len())].to_string(), promised));
            }
            for level in ["[error] ", "[fatal] ", "[panic] "] {
                if let Some((_, text)) = text.split_once(level) {
                    let _ = complaint.send(text.to_string());
                }
            }
            line.clear();
        }
    });
    (founds, complaints)
}

/// The first of what it called an error, once it is over.
fn complaint(complaints: &Receiver<String>) -> Option<String> {
    // The other side hangs up when ffmpeg ends.
    complaints.recv().ok()
}

impl Decode for Ffmpeg {
    fn decode(&mut self, state: &mut State, out: &mut Mixed) -> Result<bool, Error> {
        if self.wav.decode(state, out)? {
            return Ok(true);
        }
        let message = self.complaints.get_mut().ok().and_then(|complaints| complaint(complaints));
        let status = self.child.0.wait().map_err(|error| Error::io(&error))?;
        if !status.success() {
            let message = message.unwrap_or_else(|| format!("it ended with {status}"));
            return Err(state.corrupt(format!("ffmpeg: {message}")));
        }
        let (found, promised) = (state.source.seconds(), self.promised);
        if promised.is_some_and(|promised| found < promised - TOLERANCE) {
            return Err(Error::Truncated { found, promised });
        }
        state.warnings.extend(message.map(|message| Warning::Ffmpeg { message }));
        Ok(false)
    }
}
