//! Tries to break the library: `cargo xtask harden`, one file a part below this one.

use crate::Result;
use crate::section::Section;
use crate::workspace::Workspace;
use clap::Subcommand;

/// Tries to break the library, and prints what it survived
///
/// Each part can be run on its own; without one all are, each as long as its default says.
#[derive(clap::Args)]
pub struct Arguments {
    /// Puts the figures into docs/reliability.md
    #[arg(long, global = true)]
    write: bool,

    #[command(subcommand)]
    part: Option<Part>,
}

/// What a part found.
struct Report {
    /// Its figures, in Markdown.
    figures: String,
    /// What broke, a sentence each.
    broken: Vec<String>,
}

const PAGE: &str = "docs/reliability.md";

/// The parts, each a module with its `Arguments` and `run`.
macro_rules! parts {
    ($($module:ident: $part:ident),+ $(,)?) => {
        $(mod $module;)+

        #[derive(Subcommand)]
        enum Part {
            $($part($module::Arguments),)+
        }

        impl Part {
            /// Every part, with its defaults.
            fn all() -> Vec<Self> {
                vec![$(Self::$part($module::Arguments::default())),+]
            }

            /// Its name on the command line.
            fn name(&self) -> &'static str {
                match self {
                    $(Self::$part(_) => stringify!($module),)+
                }
            }

            fn run(&self, workspace: &Workspace) -> Result<Report> {
                match self {
                    $(Self::$part(arguments) => $module::run(workspace, arguments),)+
                }
            }
        }
    };
}

parts! {
    fuzz: Fuzz,
    sanitize: Sanitize,
    miri: Miri,
    numbers: Numbers,
    memory: Memory,
    concurrency: Concurrency,
    borders: Borders,
    supply: Supply,
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let all = Part::all();
    let parts = arguments.part.as_ref().map_or(&all[..], std::slice::from_ref);
    let mut broken = Vec::new();
    for part in parts {
        let name = part.name();
        eprintln!("\n== {name} ==");
        // One part that can't be run is no reason to leave the others out.
        let report = part
            .run(workspace)
            .unwrap_or_else(|error| Report { figures: String::new(), broken: vec![error.to_string()] });
        println!("\n{}", report.figures);
        if arguments.write && report.broken.is_empty() {
            let command = format!("cargo xtask harden {name} --write");
            Section::read(workspace, PAGE, &command)?.write(workspace, &report.figures)?;
        }
        broken.extend(report.broken.iter().map(|what| format!("{name}: {what}")));
    }
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n").into()) }
}
