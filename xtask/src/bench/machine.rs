//! What the figures were measured on.

use crate::workspace::ask;
use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// One line: processor, system, and the versions of the given programs.
pub fn describe(programs: &[&str]) -> String {
    let mut parts = vec![processor()];
    if let Ok(cores) = available_parallelism() {
        parts.push(format!("{cores} cores"));
    }
    parts.push(format!("{} {}", std::env::consts::OS, std::env::consts::ARCH));
    for program in programs {
        let version = ask(Command::new(program).arg("--version")).unwrap_or_default();
        let words: Vec<_> = version.split_whitespace().take(2).collect();
        match words[..] {
            [only] => parts.push(format!("{program} {only}")),
            [name, number] => parts.push(format!("{name} {number}")),
            _ => {}
        }
    }
    parts.join(", ")
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(": ")?.1.trim().to_string())
    };
    let Some(name) = value("model name") else { return "unknown processor".into() };
    let numbers = (value("cpu family"), value("model\t"));
    let (Some(family), Some(model)) = numbers else { return name };
    format!("{name} (family {family}, model {model})")
}
