//! The npm package in browsers: Debian's Chromium and Firefox, driven from Node.

use super::node::{self, Node, Platform};
use super::{Counts, Language, Source, Tool, c};
use crate::Result;
use crate::page;
use crate::workspace::Workspace;
use std::fs;

pub struct Web;

const TESTS: [&str; 2] = ["browser.test.mjs", "page.test.mjs"];

impl Language for Web {
    fn name(&self) -> &'static str {
        "web"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                c::CARGO,
                node::WASM,
                node::NODE,
                node::NPM,
                Tool {
                    name: "Chromium",
                    probe: &["chromium", "--version"],
                    source: Source::Debian("chromium"),
                },
                Tool {
                    name: "Firefox",
                    probe: &["firefox-esr", "--version"],
                    source: Source::Debian("firefox-esr"),
                },
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        Node.prepare(workspace)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let package = node::package(workspace)?;
        let platform = Platform::of_this_machine(workspace)?;
        let addon = node::build(workspace, &[])?;
        // The tests read the cases by the package for Node.
        node::put_addon(&addon, &platform, &package)?;
        let tarballs = workspace.folder("web/tarballs")?;
        fs::remove_dir_all(&tarballs)?;
        node::pack(workspace, &package, &platform, &addon, &tarballs)?;
        page::build(workspace, &package)?;
        let tests = TESTS.map(|file| package.join("tests/web").join(file));
        node::test(workspace, &package, &tarballs, &tests)
    }
}
