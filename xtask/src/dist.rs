//! Makes what is published: `cargo xtask dist LANGUAGE`, one file a language below this one.

pub mod kotlin;
mod natives;
mod node;
mod python;
pub mod swift;

use crate::Result;
use crate::workspace::Workspace;
use clap::builder::PossibleValuesParser;
use natives::Natives;
use std::path::{Path, PathBuf};

/// Makes the packages that are published, checks them, and tests them installed in an empty environment
#[derive(clap::Args)]
pub struct Arguments {
    /// The languages; all if none is named
    #[arg(value_name = "LANGUAGE",
          value_parser = PossibleValuesParser::new(ALL.iter().map(|(name, _)| *name)))]
    languages: Vec<String>,
    /// A folder with native libraries for Swift and Kotlin that were built elsewhere, as TARGET/FILE
    #[arg(long, value_name = "DIR")]
    natives: Option<PathBuf>,
}

/// Makes a language's packages in the folder, which is empty; gives the files.
type Make = fn(&Workspace, &Path, &Natives) -> Result<Vec<PathBuf>>;

const ALL: &[(&str, Make)] = &[
    ("node", |workspace, folder, _| node::make(workspace, folder)),
    ("python", |workspace, folder, _| python::make(workspace, folder)),
    ("kotlin", kotlin::make),
    // Last: it fails where no library for Apple's platforms can be had.
    ("swift", swift::make),
];

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let natives = Natives(arguments.natives.clone());
    for (name, make) in ALL {
        if !arguments.languages.is_empty() && !arguments.languages.iter().any(|wanted| wanted == name) {
            continue;
        }
        let folder = workspace.target().join("dist").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        for file in make(workspace, &folder, &natives)? {
            println!("{}", file.display());
        }
    }
    Ok(())
}
