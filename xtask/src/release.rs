//! Prepares a release: `cargo xtask release X.Y.Z`.

mod addresses;
mod places;
pub mod repository;

use crate::workspace::{Workspace, ask, run as run_program};
use crate::{Result, dist, tidy};
use dist::address::Address;
use places::{Files, text_of};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Writes the version of a release everywhere, dates its list of changes, and says what is left to do by hand
#[derive(clap::Args)]
pub struct Arguments {
    /// The version, as 0.2.0
    #[arg(value_name = "X.Y.Z", required_unless_present_any = ["address", "central", "check", "notes", "repository"],
          conflicts_with_all = ["address", "central", "check", "notes", "repository"])]
    version: Option<String>,

    /// Writes where the project is published to every package's description
    #[arg(long, value_name = "https://github.com/OWNER/NAME",
          conflicts_with_all = ["central", "check", "notes", "repository"])]
    address: Option<String>,

    /// Prints what CHANGELOG.md says of the version
    #[arg(long, conflicts_with_all = ["central", "check", "repository"])]
    notes: bool,

    /// Fails if a file has another version or address than Cargo.toml, or the C library's interface and its number
    /// disagree
    #[arg(long)]
    check: bool,

    /// With --check: fails unless this tag is that of the version, "v" and the version, and Cargo.toml has the address
    #[arg(long, value_name = "TAG", requires = "check")]
    tag: Option<String>,

    /// Signs what `dist kotlin` made in this folder by the key that MOJO_AUDIO_SIGNING_KEY names, and packs it as Maven
    /// Central takes it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["check", "repository"])]
    central: Option<PathBuf>,

    /// Makes the files of this archive or folder what the repository of --to holds, with the tags of the version
    #[arg(long, value_name = "FILES", requires = "to", conflicts_with = "check")]
    repository: Option<PathBuf>,

    /// With --repository: where that repository is, as git knows it
    #[arg(long, value_name = "ADDRESS", requires = "repository")]
    to: Option<String>,
}

const CHANGELOG: &str = "CHANGELOG.md";
/// How the heading ends of changes that no release has.
const UNRELEASED: &str = ", not released yet";

const INTERFACE: &str = "capi/abi/interface.txt";
const RECORDED: &str = "capi/abi/release.abi";

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let mut files = read(workspace)?;
    fail(check(&files)?)?;
    if let Some(folder) = &arguments.central {
        let archive = dist::kotlin::for_central(workspace, &std::path::absolute(folder)?)?;
        println!("{}", archive.display());
        return Ok(());
    }
    if let (Some(from), Some(to)) = (&arguments.repository, &arguments.to) {
        let from = std::path::absolute(from)?;
        return repository::publish(workspace, &from, to, &places::current(&files)?);
    }
    if let Some(address) = &arguments.address {
        let before = files.clone();
        addresses::write(&mut files, &Address::read(address)?)?;
        return write(workspace, &before, &files);
    }
    if arguments.notes {
        print!("{}", notes(text_of(&files, CHANGELOG)?, &places::current(&files)?)?);
        return Ok(());
    }
    let Some(version) = &arguments.version else {
        let version = places::current(&files)?;
        if let Some(tag) = arguments.tag.as_ref().filter(|tag| **tag != format!("v{version}")) {
            return Err(format!("--tag must be v{version}, got {tag}").into());
        }
        // Fails, too, if the variable has another.
        let address = Address::of_project(workspace)?;
        let written = Address::of_manifest(text_of(&files, addresses::FIRST)?)?;
        if arguments.tag.is_some() && written.is_none() {
            let at = address.as_ref().map_or("https://github.com/OWNER/NAME".into(), Address::url);
            let how = format!("run `cargo xtask release --address {at}` and commit");
            return Err(format!(
                "{} has no address, which registries ask for: {how}",
                addresses::FIRST
            )
            .into());
        }
        println!("every file has version {version}");
        return Ok(());
    };
    let before = files.clone();
    let date = ask(workspace.command("date").args(["-u", "+%F"])).ok_or("`date` fails")?;
    let remaining = prepare(&mut files, version, date.trim())?;
    write(workspace, &before, &files)?;
    // The header and Node's table have the version too. They are made by a program that is built with it.
    run_program(workspace.cargo().args(["xtask", "generate"]))?;
    println!("\nTo be done by hand:");
    for (place, step) in remaining.iter().enumerate() {
        println!("{}. {step}", place + 1);
    }
    Ok(())
}

/// Writes the files that have changed.
fn write(workspace: &Workspace, before: &Files, files: &Files) -> Result {
    for (name, text) in files.iter().filter(|(name, text)| before.get(*name) != Some(text)) {
        workspace.write(name, text)?;
        println!("wrote {name}");
    }
    Ok(())
}

/// What the list of changes says of a version, without its heading.
fn notes(changes: &str, version: &str) -> Result<String> {
    let is_heading = |line: &str| {
        line.strip_prefix("## ").is_some_and(|rest| rest.starts_with(&format!("{version},")))
    };
    let mut lines = changes.lines().skip_while(|line| !is_heading(line));
    lines.next().ok_or_else(|| format!("{CHANGELOG}: no heading \"## {version}, …\""))?;
    let section: Vec<_> = lines.take_while(|line| !line.starts_with("## ")).collect();
    Ok(format!("{}\n", section.join("\n").trim()))
}

/// The files that have the version or may mention it.
fn read(workspace: &Workspace) -> Result<Files> {
    let mut files = Files::new();
    for name in tidy::files(workspace)? {
        let is_text =
            [".toml", ".zon", ".json", ".xml", ".md", ".lock"].iter().any(|end| name.ends_with(end));
        let is_read = is_text && !name.starts_with("conformance/");
        if is_read || [INTERFACE, RECORDED].contains(&name.as_str()) {
            let text = workspace.read(&name)?;
            files.insert(name, text);
        }
    }
    Ok(files)
}

/// What is wrong with the versions of the files.
fn check(files: &Files) -> Result<Vec<String>> {
    let mut faults = places::check(files)?;
    faults.extend(addresses::check(files)?);
    faults.extend(check_changes(files)?);
    faults.extend(check_interface(files)?);
    Ok(faults)
}

fn fail(faults: Vec<String>) -> Result {
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// What is wrong with the headings of the list of changes.
fn check_changes(files: &Files) -> Result<Vec<String>> {
    let (changes, version) = (text_of(files, CHANGELOG)?, places::current(files)?);
    let headings: Vec<_> = changes.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let mut faults = Vec::new();
    let Some((first, earlier)) = headings.split_first() else {
        return Ok(vec![format!("{CHANGELOG}: no version")]);
    };
    if let Some(other) = earlier.iter().find(|heading| heading.ends_with(UNRELEASED)) {
        faults.push(format!("{CHANGELOG}: \"{other}\" must be the first version"));
    }
    if !first.ends_with(UNRELEASED) && !first.starts_with(&format!("{version}, ")) {
        faults.push(format!("{CHANGELOG}: the first version must be {version}, got \"{first}\""));
    }
    Ok(faults)
}

/// What is wrong with the C library's interface and its number: a function of the last release that is gone needs
/// another number, which has a record of its own.
fn check_interface(files: &Files) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let now = functions(text_of(files, INTERFACE)?);
    let gone: Vec<_> = recorded(text_of(files, RECORDED)?).difference(&now).cloned().collect();
    if !gone.is_empty() {
        faults.push(format!(
            "{INTERFACE}: {} of the last release are gone: raise ABI in capi/build.rs and run \
             `cargo xtask harden borders --record-abi`",
            gone.join(", ")
        ));
    }
    Ok(faults)
}

/// The functions of a list of the interface: `function TYPE NAME(…)`.
fn functions(interface: &str) -> BTreeSet<String> {
    let lines = interface.lines().filter_map(|line| line.strip_prefix("function "));
    let names = lines.filter_map(|line| line.split('(').next()?.rsplit([' ', '*']).next());
    names.map(String::from).collect()
}

/// The functions of a recorded interface, as abidw writes it. Others are in the recording only, to use every type.
fn recorded(abi: &str) -> BTreeSet<String> {
    let lines = abi.lines().filter(|line| line.contains("type='func-type'"));
    let names = lines.filter_map(|line| line.split("<elf-symbol name='").nth(1)?.split('\'').next());
    names.filter(|name| name.starts_with("mojo_")).map(String::from).collect()
}

/// Changes the files for a release; gives what is left to do by hand.
fn prepare(files: &mut Files, version: &str, date: &str) -> Result<Vec<String>> {
    let old = places::current(files)?;
    let changes = text_of(files, CHANGELOG)?;
    let heading = changes.lines().find(|line| line.starts_with("## ") && line.ends_with(UNRELEASED));
    let heading = heading
        .ok_or_else(|| format!("{CHANGELOG}: a release needs a heading \"## X.Y.Z{UNRELEASED}\""))?;
    let is_first = heading == format!("## {old}{UNRELEASED}");
    let (from, to) = (numbers(&old)?, numbers(version)?);
    if to < from || (to == from && !is_first) {
        return Err(format!("the version must be later than {old}, got {version}").into());
    }
    let dated = changes.replace(heading, &format!("## {version}, {date}"));
    files.insert(CHANGELOG.into(), dated);
    places::write(files, version)?;

    let mut steps = Vec::new();
    let record = recorded(text_of(files, RECORDED)?);
    if functions(text_of(files, INTERFACE)?).iter().any(|name| !record.contains(name)) {
        steps.push(
            "Run `cargo xtask harden borders --record-abi`: the C library has new functions.".into(),
        );
    }
    let waits = format!("Until {version} is released");
    let pages = files.iter().filter(|(_, text)| text.contains(&waits));
    steps.extend(pages.map(|(name, _)| format!("Remove \"{waits}…\" from {name}.")));
    if Address::of_manifest(text_of(files, addresses::FIRST)?)?.is_none() {
        steps.push("Run `cargo xtask release --address https://github.com/OWNER/NAME`.".into());
    }
    if !is_first {
        steps.push(format!(
            "Run `cargo semver-checks --baseline-rev v{old}` for each crate that is published: it compares their \
             interfaces."
        ));
    }
    steps.extend([
        "Read CHANGELOG.md as one who updates.".into(),
        "Run `bash .ci/run`, then `cargo xtask dist --all --test`, and write the outcome to docs/platforms.md."
            .into(),
        format!("Commit, and tag the commit v{version}. Pushing the tag starts .github/workflows/release.yml."),
    ]);
    Ok(steps)
}

/// The three numbers of a version.
fn numbers(version: &str) -> Result<[u32; 3]> {
    let number = |text: &str| {
        let is_plain =
            text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        text.parse().ok().filter(|_| is_plain)
    };
    let numbers: Option<Vec<u32>> = version.split('.').map(number).collect();
    let numbers = numbers.and_then(|numbers| <[u32; 3]>::try_from(numbers).ok());
    Ok(numbers.ok_or_else(|| format!("the version must be three numbers, as 0.2.0, got {version}"))?)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn files() -> Files {
        read(&Workspace::new()).unwrap()
    }

    #[test]
    fn every_file_has_the_version() {
        assert_eq!(check(&files()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_release_changes_every_place_and_keeps_the_rest() {
        let mut files = files();
        let old = places::current(&files).unwrap();
        let before = files.clone();
        // So that no text of a place is hidden in another's.
        let steps = prepare(&mut files, "37.41.43", "2027-01-02").unwrap();
        assert_eq!(places::current(&files).unwrap(), "37.41.43");
        assert_eq!(check(&files).unwrap(), Vec::<String>::new());
        for name in places::names() {
            assert!(files[name].contains("37.41.43") && files[name] != before[name], "{name}");
            assert_eq!(files[name].lines().count(), before[name].lines().count(), "{name}");
        }
        assert!(files[CHANGELOG].contains("\n## 37.41.43, 2027-01-02\n"));
        assert!(!files[CHANGELOG].contains(UNRELEASED));
        // Other packages of that version keep theirs, and so does what was measured.
        assert_eq!(files["README.md"], before["README.md"]);
        assert!(
            files["fuzz/Cargo.lock"].contains(&format!("\"mojo-audio-fuzz\"\nversion = \"{old}\""))
        );
        assert!(steps.iter().any(|step| step.contains("tag the commit v37.41.43")));
        let error = prepare(&mut files, "38.0.0", "2027-01-03").unwrap_err().to_string();
        assert!(error.contains("needs a heading"), "{error}");
    }

    #[test]
    fn one_file_with_another_version_is_found() {
        for name in places::names() {
            let mut files = files();
            let version = places::current(&files).unwrap();
            let text = files[name].replace(&version, "37.41.43");
            files.insert(name.into(), text);
            assert!(!check(&files).unwrap().is_empty(), "{name}");
        }
        let mut files = files();
        let line = format!("See mojo-audio {}.\n", places::current(&files).unwrap());
        files.insert("docs/new.md".into(), line);
        let faults = check(&files).unwrap();
        assert!(faults.len() == 1 && faults[0].starts_with("docs/new.md: "), "{faults:?}");
    }

    #[test]
    fn wrong_versions_are_refused() {
        for version in ["1", "1.2", "1.2.3.4", "v1.2.3", "1.02.3", "1.2.x", "+1.2.3", ""] {
            let error = prepare(&mut files(), version, "2027-01-02").unwrap_err().to_string();
            assert_eq!(error, format!("the version must be three numbers, as 0.2.0, got {version}"));
        }
        let mut files = files();
        places::write(&mut files, "2.0.0").unwrap();
        let heading = format!("## 3.0.0{UNRELEASED}\n");
        files.insert(CHANGELOG.into(), heading);
        for version in ["1.9.9", "2.0.0"] {
            let error = prepare(&mut files.clone(), version, "2027-01-02").unwrap_err().to_string();
            assert_eq!(error, format!("the version must be later than 2.0.0, got {version}"));
        }
        assert!(prepare(&mut files.clone(), "2.0.1", "2027-01-02").is_ok());
    }

    #[test]
    fn a_function_that_is_gone_is_found() {
        let mut files = files();
        let name = "mojo_mel_extractor_free";
        assert!(
            functions(&files[INTERFACE]).contains(name) && recorded(&files[RECORDED]).contains(name)
        );
        let text = files[INTERFACE].replace(&format!("{name}("), "mojo_mel_extractor_drop(");
        files.insert(INTERFACE.into(), text);
        let faults = check_interface(&files).unwrap();
        assert!(faults.len() == 1 && faults[0].contains(name), "{faults:?}");
    }

    #[test]
    fn notes_are_those_of_the_version() {
        let changes = "# Changes\n\n## 2.0.0, 2027-01-02\n\n- New.\n\n## 1.0.0, 2026-01-02\n\nFirst.\n";
        assert_eq!(notes(changes, "2.0.0").unwrap(), "- New.\n");
        assert_eq!(notes(changes, "1.0.0").unwrap(), "First.\n");
        assert!(notes(changes, "3.0.0").unwrap_err().to_string().contains("no heading"));
        let files = files();
        assert!(!notes(&files[CHANGELOG], &places::current(&files).unwrap()).unwrap().is_empty());
    }

    #[test]
    fn headings_of_changes_are_checked() {
        let mut files = files();
        let version = places::current(&files).unwrap();
        for (text, is_fine) in [
            (format!("## {version}, 2027-01-02\n"), true),
            (format!("## 99.0.0{UNRELEASED}\n## {version}, 2027-01-02\n"), true),
            ("## 98.0.0, 2027-01-02\n".into(), false),
            (format!("## {version}, 2027-01-02\n## 0.0.1{UNRELEASED}\n"), false),
            (String::new(), false),
        ] {
            files.insert(CHANGELOG.into(), text.clone());
            assert_eq!(check_changes(&files).unwrap().is_empty(), is_fine, "{text}");
        }
    }
}
