//! The languages that `cargo xtask test` knows, one file each.

mod aarch64;
pub mod c;
mod candle;
pub mod checks;
mod cli;
pub mod cxx;
pub mod examples;
pub mod foreign;
mod foreign_c;
mod fuzz;
pub mod go;
pub mod julia;
pub mod kotlin;
pub mod node;
pub mod python;
mod python_ctypes;
mod python_newest;
pub mod python_originals;
pub mod rust;
mod rust_ffi;
pub mod swift;
pub mod uniffi;
pub mod wasm;
mod web;
pub mod zig;

use crate::Result;
use crate::workspace::{Workspace, ask};
use std::ops::AddAssign;
use std::process::Command;

/// Every language. Lanes are tested side by side, as most tests leave a core idle; the languages of a lane one after
/// the other, as they share what they build.
pub const LANES: &[&[&dyn Language]] = &[
    &[
        &rust::Rust,
        &cli::Cli,
        &c::C,
        &foreign_c::WINDOWS,
        &foreign_c::MUSL,
        &cxx::Cxx,
        &rust_ffi::RustFfi,
        &python_ctypes::PythonCtypes,
        &go::Go,
        &zig::Zig,
        &julia::Julia,
    ],
    &[
        &python::Python,
        &python_newest::PythonNewest,
        &python_originals::PythonOriginals,
        &swift::Swift,
        &kotlin::Kotlin,
        &node::Node,
        &web::Web,
        &candle::Candle,
        &aarch64::Aarch64,
        &wasm::Wasm,
        &fuzz::Fuzz,
    ],
];

/// Every language, lane by lane.
pub fn all() -> impl Iterator<Item = &'static dyn Language> {
    LANES.iter().copied().flatten().copied()
}

/// A language, or another surface of the project, with tests of its own.
pub trait Language: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// The programs that have to be on the machine already.
    fn needs(&self) -> &'static [Tool];

    /// Why its tests can't run here, if so. One of [`needs`](Self::needs) that is missing is a reason.
    fn missing(&self) -> Option<String> {
        absent(self.needs())
    }

    /// Installs what a package registry has, into [`Workspace::folder`]. Done again, it costs nothing.
    fn prepare(&self, _: &Workspace) -> Result {
        Ok(())
    }

    /// Runs the tests; the counts are those that the runners print.
    fn run(&self, workspace: &Workspace) -> Result<Counts>;
}

/// Which of these programs are not on the machine, and how to get them.
fn absent(tools: &[Tool]) -> Option<String> {
    let absent: Vec<_> = tools.iter().filter(|tool| tool.version().is_none()).collect();
    let how = absent.iter().map(|tool| format!("no {} ({})", tool.name, tool.get()));
    (!absent.is_empty()).then(|| how.collect::<Vec<_>>().join(", "))
}

/// A program that has to be on the machine.
pub struct Tool {
    pub name: &'static str,
    /// A command that succeeds where it is, and prints its version first.
    pub probe: &'static [&'static str],
    /// How to get it.
    pub source: Source,
}

/// Where a tool comes from.
pub enum Source {
    /// A package of Debian 12.
    Debian(&'static str),
    /// Elsewhere, as said.
    Other(&'static str),
}

impl Tool {
    /// What the tool says of its version, if it is there.
    pub fn version(&self) -> Option<String> {
        let (program, arguments) = self.probe.split_first()?;
        let text = ask(Command::new(program).args(arguments))?;
        let first = text.lines().map(str::trim).find(|line| !line.is_empty());
        Some(first.unwrap_or("there").to_string())
    }

    pub fn get(&self) -> String {
        match self.source {
            Source::Debian(package) => format!("apt-get install {package}"),
            Source::Other(how) => how.to_string(),
        }
    }
}

/// What became of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    /// One test that passed or failed.
    pub fn one(passed: bool) -> Self {
        Self { passed: passed.into(), failed: (!passed).into(), skipped: 0 }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}
