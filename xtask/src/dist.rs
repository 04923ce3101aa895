//! Makes what is published: `cargo xtask dist PACKAGE`, one file a package below this one.

pub mod address;
mod c;
mod command;
mod crates;
mod cross;
mod go;
pub mod kotlin;
mod natives;
mod node;
pub mod notices;
mod oldest;
pub mod pack;
mod python;
mod python_arm;
mod sbom;
mod source;
mod standard_library;
pub mod swift;
mod targets;
mod trial;
mod universal;

pub use c::{check as check_c, check_for as check_c_for};

use crate::workspace::{Workspace, host};
use crate::{Result, table};
use clap::builder::PossibleValuesParser;
use cross::Cross;
use natives::Natives;
use std::fs;
use std::path::{Path, PathBuf};
use targets::{TARGETS, Target};
use trial::Trial;

/// Makes the packages that are published, checks them, and tries them in an empty environment
///
/// With --target or --all, all but source, crates and swift are built for other systems, on Linux on x86-64, by zig, which is
/// installed from PyPI, and by mingw-w64. Without either, each package is for this machine.
#[derive(clap::Args)]
pub struct Arguments {
    /// The packages; all if none is named
    #[arg(value_name = "PACKAGE",
          value_parser = PossibleValuesParser::new(PACKAGES.iter().map(|package| package.name)))]
    packages: Vec<String>,

    /// Systems to build for
    #[arg(long = "target", value_name = "NAME", num_args = 1..,
          value_parser = PossibleValuesParser::new(TARGETS.iter().map(|target| target.name)))]
    targets: Vec<String>,

    /// Builds for every system
    #[arg(long, conflicts_with = "targets")]
    all: bool,

    /// Tries what is built for other systems from its files alone, where something here can run it
    #[arg(long)]
    test: bool,

    /// Where the files go, a folder for each package [default: target/dist]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// A folder with native libraries for Swift and Kotlin that were built elsewhere, as TARGET/FILE, where the target
    /// has Rust's name
    #[arg(long, value_name = "DIR")]
    natives: Option<PathBuf>,
}

/// Makes a package in a folder, which is empty; gives the files.
type Make = fn(&Workspace, &Path, &Natives) -> Result<Vec<PathBuf>>;

/// What is published under one name.
struct Package {
    name: &'static str,
    /// Makes it for this machine, and tries it.
    here: Option<Make>,
    /// Makes it for other systems.
    elsewhere: Option<Elsewhere>,
    /// The files of `--natives` that it takes, as `TARGET/FILE`.
    natives: fn() -> Vec<String>,
}

/// How a package is made for other systems, one at a time.
struct Elsewhere {
    make: fn(&Cross<'_>, &Target, &Path) -> Result<Vec<PathBuf>>,
    /// Tries the first of the files that were made.
    test: for<'a> fn(&Cross<'_>, &'a Target, &Path) -> Result<Trial<'a>>,
    /// The systems that it is made for.
    serves: fn(&Target) -> bool,
    /// Makes the files that serve every system, if there are any.
    shared: Option<Shared>,
}

/// The files of a package that serve every system.
struct Shared {
    make: fn(&Cross<'_>, &Path, &Natives) -> Result<Vec<PathBuf>>,
    /// Whether they are made with `--all` only, as they have nothing to do with the systems.
    is_apart: bool,
}

const PACKAGES: &[Package] = &[
    Package {
        name: "c",
        here: None,
        elsewhere: Some(Elsewhere { make: c::make, test: c::test, serves: |_| true, shared: None }),
        natives: Vec::new,
    },
    Package {
        name: "source",
        here: Some(|workspace, folder, _| source::make(workspace, folder)),
        elsewhere: None,
        natives: Vec::new,
    },
    Package {
        name: "crates",
        here: Some(|workspace, folder, _| crates::make(workspace, folder)),
        elsewhere: None,
        natives: Vec::new,
    },
    Package {
        name: "command",
        here: None,
        elsewhere: Some(Elsewhere {
            make: command::make,
            test: command::test,
            serves: command::serves,
            shared: None,
        }),
        natives: Vec::new,
    },
    Package {
        name: "go",
        here: None,
        elsewhere: Some(Elsewhere {
            make: go::make,
            test: go::test,
            serves: |_| true,
            shared: Some(Shared {
                make: |cross, folder, _| go::modules::make(cross, folder).map(Vec::from_iter),
                is_apart: false,
            }),
        }),
        natives: Vec::new,
    },
    Package {
        name: "node",
        here: Some(|workspace, folder, _| node::make(workspace, folder)),
        elsewhere: Some(Elsewhere {
            make: node::make_for,
            test: node::test_for,
            serves: |_| true,
            shared: Some(Shared {
                make: |cross, folder, _| Ok(vec![node::make_main(cross, folder)?]),
                is_apart: false,
            }),
        }),
        natives: Vec::new,
    },
    Package {
        name: "python",
        here: Some(|workspace, folder, _| python::make(workspace, folder)),
        elsewhere: Some(Elsewhere {
            make: python::make_for,
            test: python::test_for,
            serves: |_| true,
            shared: Some(Shared {
                make: |cross, folder, _| Ok(vec![python::make_source(cross, folder)?]),
                is_apart: true,
            }),
        }),
        natives: Vec::new,
    },
    Package {
        name: "kotlin",
        here: Some(kotlin::make),
        elsewhere: Some(Elsewhere {
            make: kotlin::make_for,
            test: kotlin::test_for,
            serves: kotlin::serves,
            shared: Some(Shared { make: kotlin::make_jar, is_apart: false }),
        }),
        natives: kotlin::natives,
    },
    // Last: it fails where no library for Apple's platforms can be had.
    Package { name: "swift", here: Some(swift::make), elsewhere: None, natives: swift::natives },
];

/// What there is to do for a package.
enum Work {
    Here(Make),
    For(&'static Elsewhere, Vec<&'static Target>),
}

/// The table that a run ends with, also where a package fails, and notes on what it leaves out.
struct Report {
    rows: Vec<[String; 4]>,
    notes: Vec<String>,
}

impl Report {
    /// Tells of a file that was made for a system.
    fn add(&mut self, file: &Path, system: &str) -> Result {
        self.rows.push([name(file), system.into(), size(file)?, "–".into()]);
        println!("{}", file.display());
        Ok(())
    }
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let out = match &arguments.out {
        Some(out) => std::path::absolute(out)?,
        None => workspace.target().join("dist"),
    };
    let mut report = Report {
        rows: vec![["file", "system", "bytes", "tried"].map(String::from)],
        notes: Vec::new(),
    };
    // What can't be done is said before anything is built.
    let mut todo = Vec::new();
    for package in asked(arguments) {
        if let Some(work) = work(workspace, arguments, package, &mut report.notes)? {
            let folder = out.join(package.name);
            check_folder(arguments, &work, &folder)?;
            todo.push((package, work, folder));
        }
    }
    let natives = natives(arguments, todo.iter().map(|(package, ..)| *package))?;
    // A package that fails keeps none of the others back.
    let mut faults = Vec::new();
    for (package, work, folder) in &todo {
        if let Err(fault) = make(workspace, arguments, work, folder, &natives, &mut report) {
            faults.push(format!("dist {}: {fault}", package.name));
        }
    }
    if report.rows.len() > 1 {
        eprint!("{}", table::columns(&report.rows));
    }
    for note in &report.notes {
        eprintln!("{note}");
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// The packages that are named; all if none is.
fn asked(arguments: &Arguments) -> impl Iterator<Item = &'static Package> {
    let names = &arguments.packages;
    PACKAGES
        .iter()
        .filter(move |package| names.is_empty() || names.iter().any(|name| name == package.name))
}

/// Makes a package in its folder.
fn make(
    workspace: &Workspace,
    arguments: &Arguments,
    work: &Work,
    folder: &Path,
    natives: &Natives,
    report: &mut Report,
) -> Result {
    let create =
        || fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()));
    match work {
        Work::Here(make) => {
            let _ = fs::remove_dir_all(folder);
            create()?;
            for file in make(workspace, folder, natives)? {
                report.add(&file, "–")?;
            }
            pack::checksums(workspace, Path::new("python3"), folder)?;
        }
        Work::For(elsewhere, targets) => {
            create()?;
            let cross = Cross::new(workspace)?;
            let mut made = Vec::new();
            for target in targets {
                let files = (elsewhere.make)(&cross, target, folder)?;
                let first = report.rows.len();
                for file in &files {
                    report.add(file, target.name)?;
                }
                made.push((target, files, first));
            }
            let shared = elsewhere.shared.as_ref();
            let shared = shared.filter(|shared| arguments.all || !shared.is_apart);
            let files = shared.map(|shared| (shared.make)(&cross, folder, natives)).transpose()?;
            for file in files.unwrap_or_default() {
                report.add(&file, "every")?;
            }
            pack::checksums(workspace, &cross.python, folder)?;
            // Last, as what is tried may need the file for every system.
            for (target, files, first) in made.iter().filter(|_| arguments.test) {
                let tried = (elsewhere.test)(&cross, target, &files[0])?.text();
                for row in &mut report.rows[*first..first + files.len()] {
                    row[3].clone_from(&tried);
                }
            }
        }
    }
    Ok(())
}

/// What the arguments ask for of a package; none, and a note, if it was not named and can't be made.
fn work(
    workspace: &Workspace,
    arguments: &Arguments,
    package: &'static Package,
    notes: &mut Vec<String>,
) -> Result<Option<Work>> {
    let is_named = !arguments.packages.is_empty();
    let mut refuse = |why: String| match is_named {
        true => Err(format!("dist {}: {why}", package.name).into()),
        false => {
            notes.push(format!("left out: {}: {why}", package.name));
            Ok(None)
        }
    };
    let Some(elsewhere) = &package.elsewhere else {
        if !arguments.targets.is_empty() {
            return refuse("one package serves all its systems, so it takes no --target".into());
        }
        return Ok(package.here.map(Work::Here));
    };
    let served: Vec<_> = TARGETS.iter().filter(|target| (elsewhere.serves)(target)).collect();
    let names = || served.iter().map(|target| target.name).collect::<Vec<_>>().join(", ");
    if arguments.all {
        return Ok(Some(Work::For(elsewhere, served)));
    }
    if !arguments.targets.is_empty() {
        let is_served = |name: &&String| served.iter().any(|target| target.name == **name);
        if let Some(other) = arguments.targets.iter().find(|name| !is_served(name)) {
            return refuse(format!("it is made for {}, not for {other}", names()));
        }
        let chosen = |target: &&Target| arguments.targets.iter().any(|name| name == target.name);
        return Ok(Some(Work::For(elsewhere, served.into_iter().filter(chosen).collect())));
    }
    if let Some(make) = package.here {
        return Ok(Some(Work::Here(make)));
    }
    let host = host(workspace)?;
    match served.iter().find(|target| target.is_for(&host)) {
        Some(target) => Ok(Some(Work::For(elsewhere, vec![*target]))),
        None => refuse(format!("it is made for {}, not for {host}: say which with --target", names())),
    }
}

/// Fails if files can't be put into a package's folder, or would take the place of others that `dist` may not have
/// made.
fn check_folder(arguments: &Arguments, work: &Work, folder: &Path) -> Result {
    let Some(out) = &arguments.out else { return Ok(()) };
    if out.exists() && !out.is_dir() {
        return Err(format!("--out must be a folder, got the file {}", out.display()).into());
    }
    let has_files = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if has_files && matches!(work, Work::Here(_)) {
        return Err(format!("--out: {} must be empty: move its files away", folder.display()).into());
    }
    Ok(())
}

/// The folder of `--natives`, which must be for one of the packages.
fn natives(
    arguments: &Arguments,
    mut packages: impl Iterator<Item = &'static Package>,
) -> Result<Natives> {
    let Some(folder) = &arguments.natives else { return Ok(Natives::default()) };
    if packages.all(|package| (package.natives)().is_empty()) {
        return Err("--natives is for the packages kotlin and swift".into());
    }
    // A folder may have the files of both while one is made.
    let known: Vec<_> = PACKAGES.iter().flat_map(|package| (package.natives)()).collect();
    Natives::new(folder, &known)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn size(file: &Path) -> Result<String> {
    Ok(fs::metadata(file)?.len().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    /// What is made of each package, and the notes; or the error.
    fn plan(line: &str) -> (Vec<String>, String) {
        let arguments = Line::parse_from(format!("dist {line}").split_whitespace()).arguments;
        let (workspace, mut notes) = (Workspace::new(), Vec::new());
        let mut todo = Vec::new();
        for package in asked(&arguments) {
            match work(&workspace, &arguments, package, &mut notes) {
                Ok(None) => {}
                Ok(Some(Work::Here(_))) => todo.push(format!("{} here", package.name)),
                Ok(Some(Work::For(_, targets))) => {
                    let names = targets.iter().map(|target| target.name);
                    todo.extend(names.map(|name| format!("{} {name}", package.name)));
                }
                Err(error) => return (vec![], error.to_string()),
            }
        }
        (todo, notes.join("\n"))
    }

    #[test]
    fn what_is_not_made_is_told() {
        let (todo, notes) = plan("--all");
        assert_eq!(todo.iter().filter(|line| line.starts_with("c ")).count(), TARGETS.len());
        assert!(todo.contains(&"python windows-x64".into()) && todo.contains(&"node macos".into()));
        assert!(
            todo.contains(&"kotlin macos".into()) && !todo.contains(&"kotlin linux-x64-musl".into())
        );
        assert_eq!(notes, "");
        let (todo, notes) = plan("--target linux-x64-gnu");
        assert_eq!(
            todo,
            ["c", "go", "node", "python", "kotlin"].map(|name| format!("{name} linux-x64-gnu"))
        );
        for why in ["command: it is made for ", "swift: one package serves all its systems"] {
            assert!(notes.contains(&format!("left out: {why}")), "{notes}");
        }
    }

    #[test]
    fn a_named_package_that_cannot_be_made_is_an_error() {
        let (todo, error) = plan("command --target linux-x64-gnu");
        assert!(todo.is_empty() && error.starts_with("dist command: it is made for linux-x64-musl, "));
        assert!(error.ends_with(", not for linux-x64-gnu"), "{error}");
        let (_, error) = plan("swift --target macos");
        assert_eq!(error, "dist swift: one package serves all its systems, so it takes no --target");
    }

    #[test]
    fn without_target_packages_are_for_this_machine() {
        assert_eq!(plan("python").0, ["python here"]);
        if cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
            assert_eq!(plan("c command").0, ["c linux-x64-gnu", "command linux-x64-musl"]);
        }
    }

    #[test]
    fn libraries_from_elsewhere_need_a_package_that_takes_them() {
        let arguments = Line::parse_from(["dist", "--natives", "."]).arguments;
        let error = natives(&arguments, PACKAGES.iter().take(2)).err().unwrap().to_string();
        assert_eq!(error, "--natives is for the packages kotlin and swift");
        assert!(natives(&Line::parse_from(["dist"]).arguments, PACKAGES.iter().take(2)).is_ok());
    }
}
