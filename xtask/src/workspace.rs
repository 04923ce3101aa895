//! Where things are, and how programs are run.

use crate::Result;
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::{env, fs, thread};

/// The checkout that this program was built from.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    pub fn new() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().unwrap_or(manifest).to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        let target = root.join(target);
        Self { root, target }
    }

    /// A file or folder of the checkout; `""` for its root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Cargo's target folder.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// A folder for what a task makes or installs, below the target folder. It exists.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }

    /// The text of a file of the checkout.
    pub fn read(&self, relative: &str) -> Result<String> {
        Ok(fs::read_to_string(self.path(relative)).map_err(|error| format!("{relative}: {error}"))?)
    }

    /// Writes a file of the checkout, and the folders above it.
    pub fn write(&self, relative: &str, text: &str) -> Result {
        let path = self.path(relative);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(path, text).map_err(|error| format!("{relative}: {error}"))?)
    }

    /// Cargo, at the root of the checkout.
    pub fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// A program, at the root of the checkout, without input.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        // Cargo lets `xtask` look for libraries where it builds; what it starts would find there what some other
        // profile has left, before its own.
        for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
            let Some(folders) = env::var_os(name) else { continue };
            let target = self.target();
            let others = env::split_paths(&folders).filter(|folder| !folder.starts_with(target));
            match env::join_paths(others) {
                Ok(others) if !others.is_empty() => command.env(name, others),
                _ => command.env_remove(name),
            };
        }
        command
    }
}

/// What a program printed, on standard output and standard error alike.
pub struct Printed {
    pub status: ExitStatus,
    pub text: String,
}

/// Runs a program and shows what it prints; fails if the program does.
pub fn run(command: &mut Command) -> Result<String> {
    let Printed { status, text } = show(command)?;
    expect(command, status)?;
    Ok(text)
}

/// Runs a program, shows what it prints and gives that back, whether it succeeds or not.
pub fn show(command: &mut Command) -> Result<Printed> {
    let (status, text, errors) = watch(command, |stream| Ok(copy(stream, LABEL.get())))?;
    Ok(Printed { status, text: text + &errors })
}

/// Runs a program, shows its errors and gives what it prints; fails if the program does.
pub fn output(command: &mut Command) -> Result<String> {
    let (status, text, _) = watch(command, |stream| Ok(std::io::read_to_string(stream)?))?;
    expect(command, status)?;
    Ok(text)
}

/// Runs a program and shows its errors; gives what `read` makes of its standard output, and the errors.
fn watch(
    command: &mut Command,
    read: impl FnOnce(ChildStdout) -> Result<String>,
) -> Result<(ExitStatus, String, String)> {
    eprintln!("$ {}", line(command));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{}`: {error}", line(command)))?;
    let label = LABEL.get();
    let errors = child.stderr.take().map(|stream| thread::spawn(move || copy(stream, label)));
    let text = child.stdout.take().map(read).transpose()?.unwrap_or_default();
    let errors = errors.and_then(|errors| errors.join().ok()).unwrap_or_default();
    Ok((child.wait()?, text, errors))
}

fn expect(command: &Command, status: ExitStatus) -> Result {
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", line(command)).into()) }
}

/// Runs a program without showing what it prints; its output if it succeeds.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    output.status.success().then_some(text)
}

/// The machine's own target, as rustc calls it.
pub fn host(workspace: &Workspace) -> Result<String> {
    let text = ask(workspace.command("rustc").arg("-vV")).ok_or("`rustc -vV` fails")?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("`rustc -vV` names no host")?.into())
}

thread_local! {
    /// What this thread works on, if several things go on at once.
    static LABEL: Cell<&'static str> = const { Cell::new("") };
}

/// Puts a name before each line that programs print which this thread runs.
pub fn label(name: &'static str) {
    LABEL.set(name);
}

/// Shows a stream line by line as it arrives, after a label if there is one, and returns its text. All goes to
/// standard error: standard output belongs to the task's own result.
fn copy(stream: impl Read, label: &str) -> String {
    let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
    let mut text = String::new();
    // One write for each line, so that lines of several programs don't mix.
    let mut line = label.clone().into_bytes();
    let mut stream = BufReader::new(stream);
    while matches!(stream.read_until(b'\n', &mut line), Ok(read) if read > 0) {
        let _ = std::io::stderr().write_all(&line);
        text.push_str(&String::from_utf8_lossy(&line[label.len()..]));
        line.truncate(label.len());
    }
    text
}

fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        let _ = write!(line, " {}", argument.to_string_lossy());
    }
    line
}
