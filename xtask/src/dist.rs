//! Makes what is published: `cargo xtask dist PACKAGE`, one file a package below this one.

mod c;
mod command;
mod cross;
pub mod kotlin;
mod natives;
mod node;
mod notices;
mod oldest;
mod pack;
mod python;
pub mod swift;
mod targets;
mod trial;
mod universal;

pub use c::check as check_c;

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
/// Without --target and --all they are for this machine. With either they are built for the named systems, from
/// Linux on x86-64, by zig, which is installed from PyPI, and by mingw-w64.
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

    /// Tries each package from its files alone, where something here can run it
    #[arg(long)]
    test: bool,

    /// Where the files go, a folder for each package; target/dist if it is not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// A folder with native libraries for Swift and Kotlin that were built elsewhere, as TARGET/FILE
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
}

/// How a package is made for other systems, one at a time.
struct Elsewhere {
    make: fn(&Cross<'_>, &Target, &Path) -> Result<Vec<PathBuf>>,
    /// Tries the first of the files that were made.
    test: for<'a> fn(&Cross<'_>, &'a Target, &Path) -> Result<Trial<'a>>,
    /// The systems that it is made for.
    serves: fn(&Target) -> bool,
}

const PACKAGES: &[Package] = &[
    Package {
        name: "c",
        here: None,
        elsewhere: Some(Elsewhere { make: c::make, test: c::test, serves: |_| true }),
    },
    Package {
        name: "command",
        here: None,
        elsewhere: Some(Elsewhere {
            make: command::make,
            test: command::test,
            serves: command::serves,
        }),
    },
    Package {
        name: "node",
        here: Some(|workspace, folder, _| node::make(workspace, folder)),
        elsewhere: None,
    },
    Package {
        name: "python",
        here: Some(|workspace, folder, _| python::make(workspace, folder)),
        elsewhere: Some(Elsewhere { make: python::make_for, test: python::test_for, serves: |_| true }),
    },
    Package { name: "kotlin", here: Some(kotlin::make), elsewhere: None },
    // Last: it fails where no library for Apple's platforms can be had.
    Package { name: "swift", here: Some(swift::make), elsewhere: None },
];

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let out = match &arguments.out {
        Some(out) => std::path::absolute(out)?,
        None => workspace.target().join("dist"),
    };
    let natives = Natives(arguments.natives.clone());
    let named = |package: &&Package| {
        arguments.packages.is_empty() || arguments.packages.iter().any(|name| name == package.name)
    };
    let mut rows = vec![["file", "system", "bytes", "tried"].map(String::from)];
    for package in PACKAGES.iter().filter(named) {
        let folder = out.join(package.name);
        let targets = targets_of(workspace, arguments, package)?;
        let files = match (&package.elsewhere, package.here) {
            (Some(elsewhere), _) if !targets.is_empty() => {
                fs::create_dir_all(&folder)?;
                let cross = Cross::new(workspace)?;
                for target in targets {
                    let files = (elsewhere.make)(&cross, target, &folder)?;
                    let tried = match arguments.test {
                        true => (elsewhere.test)(&cross, target, &files[0])?.text(),
                        false => "–".into(),
                    };
                    for file in files {
                        rows.push([name(&file), target.name.into(), size(&file)?, tried.clone()]);
                        println!("{}", file.display());
                    }
                }
                pack::checksums(workspace, &cross.python, &folder)?;
                continue;
            }
            (_, Some(here)) => {
                let _ = fs::remove_dir_all(&folder);
                fs::create_dir_all(&folder)?;
                here(workspace, &folder, &natives)?
            }
            _ => {
                return Err(
                    format!("dist {}: say for which system, with --target", package.name).into()
                );
            }
        };
        for file in files {
            println!("{}", file.display());
        }
    }
    if rows.len() > 1 {
        eprint!("{}", table::columns(&rows));
    }
    Ok(())
}

/// The systems to build a package for; none to make it for this machine as it is.
fn targets_of(
    workspace: &Workspace,
    arguments: &Arguments,
    package: &Package,
) -> Result<Vec<&'static Target>> {
    let Some(elsewhere) = &package.elsewhere else {
        if !arguments.targets.is_empty() && !arguments.packages.is_empty() {
            return Err(format!("dist {}: --target is not for it", package.name).into());
        }
        return Ok(vec![]);
    };
    if arguments.all {
        return Ok(TARGETS.iter().filter(|target| (elsewhere.serves)(target)).collect());
    }
    if !arguments.targets.is_empty() {
        let named = |target: &&Target| arguments.targets.iter().any(|name| name == target.name);
        return Ok(TARGETS.iter().filter(named).collect());
    }
    if package.here.is_some() {
        return Ok(vec![]);
    }
    let host = host(workspace)?;
    let fits = |target: &&Target| target.is_for(&host) && (elsewhere.serves)(target);
    Ok(TARGETS.iter().find(fits).into_iter().collect())
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn size(file: &Path) -> Result<String> {
    Ok(fs::metadata(file)?.len().to_string())
}
