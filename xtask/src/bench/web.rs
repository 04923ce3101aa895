//! The npm package against other npm packages, in headless Chromium.

use super::peers::install::Install;
use super::statistic::{Statistic, milliseconds, none, rounded, time};
use super::{Arguments, PAGE, machine};
use crate::Result;
use crate::calls;
use crate::languages::{self, node};
use crate::section::Section;
use crate::table;
use crate::workspace::{Workspace, output, run as run_program};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const COMMAND: &str = "cargo xtask bench --web --write";

/// A program that is bundled and measured.
struct Peer {
    /// As it is called in the table, and its bundle's folder.
    name: &'static str,
    /// Its file below `benches/peers`.
    file: &'static str,
    by: By,
    /// What the reader has to know to compare its figures.
    note: &'static str,
}

enum By {
    /// With the package's module, and what else of the package the page loads.
    Ours(&'static [&'static str]),
    /// With the module without vectors. Binaryen, which makes the package's smaller and not faster, has no part in it.
    Scalar,
    /// An npm package, and files of npm packages that it loads.
    Theirs(&'static str, &'static [&'static str]),
}

const fn peer(name: &'static str, file: &'static str, by: By, note: &'static str) -> Peer {
    Peer { name, file, by, note }
}

/// The first is what the others' times are compared with, the second what their results are, as measure.mjs has it.
const PEERS: &[Peer] = &[
    peer("mojo-audio", "web/mojo-audio.mjs", By::Ours(&[]), ""),
    peer(
        "transformers.js",
        "web/transformers.mjs",
        By::Theirs(
            "@huggingface/transformers",
            &[
                "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.mjs",
                "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm",
            ],
        ),
        "loads ONNX Runtime at its first call, which a page that also runs the model has anyway",
    ),
    peer(
        "mojo-audio, without simd128",
        "web/mojo-audio.mjs",
        By::Scalar,
        "its WebAssembly module compiled for one lane, which is not published",
    ),
    peer(
        "essentia.js",
        "web/essentia.mjs",
        By::Theirs("essentia.js", &[]),
        "symmetric window; logarithm and levels added",
    ),
    peer(
        "Meyda",
        "node/meyda.mjs",
        By::Theirs("meyda", &[]),
        "frames of 512, filters from bin to bin: not Whisper's; logarithm and levels added",
    ),
];

const STREAM: Peer = peer("stream", "web/stream.mjs", By::Ours(&[]), "");

/// Renders whose times are of a block of 128 samples.
const WORKLET: Peer = peer("worklet", "web/worklet.mjs", By::Ours(&["mel-processor.js"]), "");
const TRIVIAL: Peer = peer("trivial", "web/trivial.mjs", By::Ours(&[]), "");

/// What isn't a row of the table, and the clip of each.
const OTHERS: [(&Peer, &str); 3] = [(&STREAM, "1s"), (&WORKLET, "30s"), (&TRIVIAL, "30s")];

/// Pushes in a call of [`STREAM`], with a clip of a second.
const PUSHES: f64 = 100.0;

const MODULE: &str = "mojo_audio.wasm";

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let web = languages::all().find(|language| language.name() == "web").ok_or("no language web")?;
    if let Some(missing) = web.missing() {
        return Err(missing.into());
    }
    let clips = calls::clips(workspace)?;
    let install = Install::new(workspace);
    let bundler = Bundler {
        workspace,
        package: node::package(workspace)?,
        peers: install.npm(),
        bundles: workspace.folder("bench/web/bundles")?,
    };
    let (mut rows, mut missing) = (Vec::new(), Vec::new());
    let mut driver = workspace.command("node");
    driver.arg(workspace.path("benches/peers/web/measure.mjs"));
    driver.args([&bundler.package, &bundler.bundles, &clips]).arg(arguments.rounds.to_string());
    for (peer, clip) in PEERS.iter().map(|peer| (peer, "30s")).chain(OTHERS) {
        match bundler.bundle(peer) {
            Ok(version) => {
                driver.arg(format!("{}:{clip}", peer.name));
                rows.push((peer, version));
            }
            Err(error) => missing.push(format!("{}: {error}", peer.name)),
        }
    }
    let printed = output(&mut driver)?;
    let printed: Value = serde_json::from_str(&printed)
        .map_err(|error| format!("measure.mjs printed {printed}: {error}"))?;
    let mut measured = Vec::new();
    for (peer, version) in rows {
        match Measured::read(&printed[peer.name]) {
            Ok(figures) => measured.push((peer, version, figures)),
            Err(error) => missing.push(format!("{}: {error}", peer.name)),
        }
    }
    let notes = notes(&measured, &missing);
    let cells = cells(&measured);
    let machine = machine::describe(&["chromium"]);
    println!("{machine}\n");
    arguments.print(&cells);
    print!("\n{notes}");
    if arguments.write {
        let text = format!("{machine}\n\n{}\n{notes}", table::markdown(&cells));
        Section::read(workspace, PAGE, COMMAND)?.write(workspace, &text)?;
    }
    Ok(())
}

struct Bundler<'a> {
    workspace: &'a Workspace,
    /// A copy of ours.
    package: PathBuf,
    /// The folder with the others.
    peers: Result<PathBuf>,
    bundles: PathBuf,
}

impl Bundler<'_> {
    /// Makes the folder with everything that a page loads; gives the version of the library.
    fn bundle(&self, peer: &Peer) -> Result<String> {
        let folder = self.bundles.join(peer.name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let mut esbuild = node::esbuild(self.workspace, &self.package);
        esbuild.arg(self.workspace.path("benches/peers").join(peer.file));
        esbuild.args(["--bundle", "--format=esm", "--target=es2022", "--minify"]);
        esbuild.arg(format!("--outfile={}", folder.join("page.js").display()));
        let from = match peer.by {
            By::Theirs(name, files) => {
                let modules = self.peers.as_ref().map_err(ToString::to_string)?.join("node_modules");
                // What essentia.js asks for where it runs in Node.
                esbuild.args(["--external:fs", "--external:path"]).env("NODE_PATH", &modules);
                run_program(&mut esbuild)?;
                for file in files.iter().map(|file| modules.join(file)) {
                    fs::copy(&file, folder.join(file.file_name().unwrap_or_default()))?;
                }
                return version(&modules.join(name));
            }
            By::Ours(files) => {
                for file in files {
                    fs::copy(self.package.join(file), folder.join(file))?;
                }
                self.package.join(MODULE)
            }
            By::Scalar => node::without_vectors(self.workspace)?,
        };
        for (name, file) in [("mojo-audio", "web.mjs"), ("mojo-audio/worklet", "worklet.mjs")] {
            esbuild.arg(format!("--alias:{name}={}", self.package.join(file).display()));
        }
        run_program(&mut esbuild)?;
        fs::copy(from, folder.join(MODULE))?;
        version(&self.package)
    }
}

/// The version of an npm package in a folder.
fn version(package: &Path) -> Result<String> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(package.join("package.json"))?)?;
    Ok(manifest["version"].as_str().ok_or("package.json without a version")?.into())
}

/// What measure.mjs tells of a library.
#[derive(Debug, PartialEq)]
struct Measured {
    first: Statistic,
    steady: Statistic,
    /// With brotli, in bytes: everything that the page loads, and the WebAssembly module of it.
    size: f64,
    module: f64,
    /// The largest and the mean difference from transformers.js.
    differences: Option<[f64; 2]>,
}

impl Measured {
    fn read(printed: &Value) -> Result<Self> {
        if let Some(fault) = printed["fault"].as_str() {
            return Err(fault.into());
        }
        let times = |name: &str| -> Result<Statistic> {
            let list = printed[name].as_array().into_iter().flatten();
            let milliseconds: Vec<_> = list.filter_map(Value::as_f64).collect();
            let times = milliseconds.iter().map(|milliseconds| milliseconds * 1e6).collect();
            Ok(Statistic::of(times).ok_or(format!("no times `{name}`"))?)
        };
        let sizes = printed["sizes"].as_object().ok_or("no sizes")?;
        let pair = |list: &Vec<Value>| Some([list.first()?.as_f64()?, list.get(1)?.as_f64()?]);
        Ok(Self {
            first: times("first")?,
            steady: times("steady")?,
            size: sizes.values().filter_map(Value::as_f64).sum(),
            module: sizes.get(MODULE).and_then(Value::as_f64).unwrap_or(0.0),
            differences: printed["differences"].as_array().and_then(pair),
        })
    }
}

fn cells(measured: &[(&Peer, String, Measured)]) -> Vec<[String; 8]> {
    let heading = [
        "library",
        "version",
        "30 s, ms",
        "times ours",
        "first call, with init, ms",
        "code with brotli, KB",
        "largest difference",
        "mean difference",
    ];
    let mut cells = vec![heading.map(String::from)];
    let rows =
        measured.iter().filter(|(peer, ..)| OTHERS.iter().all(|(other, _)| other.name != peer.name));
    let ours = measured.iter().find(|(peer, ..)| peer.name == PEERS[0].name);
    for (peer, version, figures) in rows {
        let difference = |place: usize| match figures.differences {
            Some(differences) if peer.name != PEERS[1].name => format!("{:.1e}", differences[place]),
            _ => none(),
        };
        cells.push([
            peer.name.into(),
            version.clone(),
            milliseconds(Some(figures.steady)),
            ours.map_or_else(none, |(.., ours)| rounded(figures.steady.over(ours.steady).median)),
            milliseconds(Some(figures.first)),
            if matches!(peer.by, By::Scalar) { none() } else { rounded(figures.size / 1e3) },
            difference(0),
            difference(1),
        ]);
    }
    cells
}

/// What has to be known besides, as a list.
fn notes(measured: &[(&Peer, String, Measured)], missing: &[String]) -> String {
    let mut notes = Vec::new();
    let steady = |name| {
        let found = measured.iter().find(|(peer, ..)| peer.name == name);
        found.map(|(.., figures)| figures.steady)
    };
    for (peer, _, figures) in measured {
        if peer.name == STREAM.name {
            let push = figures.steady.divided(PUSHES);
            let (median, minimum) = (time(push.median), time(push.minimum));
            notes.push(format!("mojo-audio, a push of 10 ms to a stream: {median} ({minimum})"));
        } else if peer.name == WORKLET.name {
            // Without it, the audio graph's own time would be a part.
            let Some(graph) = steady(TRIVIAL.name) else { continue };
            let block = time(figures.steady.median - graph.median);
            let graph = time(graph.median);
            notes.push(format!(
                "mojo-audio, a block of 128 samples in a worklet, with the messages to the page: {block}, besides the \
                 {graph} that the audio graph takes with a worklet that does nothing; by the medians"
            ));
        } else if peer.name == PEERS[0].name {
            let module = rounded(figures.module / 1e3);
            notes.push(format!("{}: {module} KB of its code are the WebAssembly module", peer.name));
        } else if !peer.note.is_empty() {
            notes.push(format!("{}: {}", peer.name, peer.note));
        }
    }
    notes.extend(missing.iter().map(|reason| format!("Not measured: {reason}")));
    notes.iter().map(|note| format!("- {note}.\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn figures_are_read() {
        let measured = Measured::read(&json!({
            "first": [3.0, 2.0],
            "steady": [1.0, 0.5, 4],
            "sizes": { "page.js": 1000, "mojo_audio.wasm": 2000 },
            "differences": [0.25, 0.125],
        }));
        let wanted = Measured {
            first: Statistic { median: 2.5e6, minimum: 2e6 },
            steady: Statistic { median: 1e6, minimum: 5e5 },
            size: 3000.0,
            module: 2000.0,
            differences: Some([0.25, 0.125]),
        };
        assert_eq!(measured.unwrap(), wanted);
        let none =
            json!({ "first": [3.0], "steady": [1.0], "sizes": { "page.js": 1 }, "differences": null });
        let read = Measured::read(&none).unwrap();
        assert_eq!((read.module, read.differences), (0.0, None));
        let fault = |value| Measured::read(&value).unwrap_err().to_string();
        assert_eq!(fault(json!({ "fault": "no such thing" })), "no such thing");
        assert_eq!(fault(json!({ "first": [1.0], "steady": [], "sizes": {} })), "no times `steady`");
        assert_eq!(fault(json!({})), "no sizes");
    }
}
