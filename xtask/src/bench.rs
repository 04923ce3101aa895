//! Measures: core against realfft, each language's call against core's, and other libraries against ours, alone, where
//! data sets are made, and in a browser.

pub mod criterion;
mod data_sets;
mod languages;
mod length;
mod machine;
mod peers;
mod stages;
mod statistic;
mod targets;
mod web;

use crate::Result;
use crate::section::Section;
use crate::table;
use crate::workspace::Workspace;
use clap::ValueEnum;
use criterion::Bench;

/// Measures how long it takes: core against realfft, the languages against core, other libraries against ours
///
/// Nothing here is a test: a target that is missed is said to be. The figures of a machine that does other
/// work at the same time are worth little.
#[derive(clap::Args)]
pub struct Arguments {
    /// Installs other libraries and measures them against ours, instead of core and the languages
    #[arg(long)]
    peers: bool,
    /// Measures hours of audio per CPU second in `map` of Hugging Face datasets, with ours and other libraries
    #[arg(long, conflicts_with = "peers")]
    data_sets: bool,
    /// Measures the npm package and other npm packages in headless Chromium
    #[arg(long, conflicts_with_all = ["peers", "data_sets"])]
    web: bool,
    /// Puts the tables into README and docs/performance.md
    #[arg(long)]
    write: bool,
    /// Prints tables in Markdown
    #[arg(long)]
    markdown: bool,
    /// Measures only a part
    #[arg(long, conflicts_with_all = ["peers", "data_sets", "web", "write"])]
    only: Option<Part>,
    /// How often the programs of the languages and of other libraries take turns
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Options for criterion, such as `-- --quick 30s/400`
    #[arg(last = true)]
    criterion: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Core,
    Languages,
}

pub const PAGE: &str = "docs/performance.md";

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    if arguments.peers {
        return peers::run(workspace, arguments);
    }
    if arguments.data_sets {
        return data_sets::run(workspace, arguments);
    }
    if arguments.web {
        return web::run(workspace, arguments);
    }
    let mut measured = criterion::Times::new();
    if arguments.only != Some(Part::Languages) {
        for bench in [Bench::Pipeline, Bench::Stages] {
            measured.extend(criterion::run(workspace, bench, &arguments.criterion)?);
        }
    }
    let mut missing = Vec::new();
    if arguments.only != Some(Part::Core) {
        missing = languages::run(workspace, arguments.rounds, &mut measured)?;
    }
    let rows = targets::rows(&measured);
    arguments.print(&rows);
    let stages = stages::rows(&measured);
    if !stages.is_empty() {
        println!();
        arguments.print(&stages);
    }
    for reason in &missing {
        println!("not measured: {reason}");
    }
    if !arguments.write {
        return Ok(());
    }
    length::draw(workspace, &measured)?;
    let tables = [table::markdown(&rows), table::markdown(&stages)].join("\n");
    let mut text = format!("{}\n\n{tables}", machine::describe(&["rustc"]));
    for reason in &missing {
        text.push_str(&format!("\nNot measured: {reason}.\n"));
    }
    Section::read(workspace, PAGE, "cargo xtask bench --write")?.write(workspace, &text)
}

impl Arguments {
    fn print<const N: usize>(&self, rows: &[[String; N]]) {
        print!("{}", if self.markdown { table::markdown(rows) } else { table::columns(rows) });
    }
}
