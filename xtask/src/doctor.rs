//! Says which tools are on this machine, and how to get those that are missing.

use crate::Result;
use crate::languages::{self, Source, Tool};
use crate::table;

/// Says which tools are there and how to get those that are missing
#[derive(clap::Args)]
pub struct Arguments {
    /// Prints only the names of the Debian packages that are missing
    #[arg(long)]
    debian: bool,
}

/// Tools of the tasks themselves.
const OWN: &[(&str, Tool)] = &[
    ("tidy", Tool { name: "git", probe: &["git", "--version"], source: Source::Debian("git") }),
    ("counts", languages::c::VALGRIND),
    (
        "counts",
        Tool { name: "objdump", probe: &["objdump", "--version"], source: Source::Debian("binutils") },
    ),
];

pub fn run(arguments: &Arguments) -> Result {
    let mut tools: Vec<(&Tool, Vec<&str>)> =
        OWN.iter().map(|(task, tool)| (tool, vec![*task])).collect();
    for language in languages::all() {
        for tool in language.needs() {
            match tools.iter_mut().find(|(known, _)| known.probe == tool.probe) {
                Some((_, users)) => users.push(language.name()),
                None => tools.push((tool, vec![language.name()])),
            }
        }
    }
    if arguments.debian {
        for (tool, _) in &tools {
            if let (Source::Debian(package), None) = (&tool.source, tool.version()) {
                println!("{package}");
            }
        }
        return Ok(());
    }
    let mut rows = vec![["tool", "for", "version"].map(String::from)];
    for (tool, users) in &tools {
        let version = tool.version().unwrap_or_else(|| format!("missing: {}", tool.get()));
        rows.push([tool.name.into(), users.join(", "), version]);
    }
    print!("{}", table::columns(&rows));
    Ok(())
}
