//! The oldest system that a program or library runs on, read off the file.

use super::targets::{Oldest, Target};
use crate::Result;
use object::elf;
use object::endian::{Endianness, LittleEndian as LE};
use object::macho;
use object::read::archive::ArchiveFile;
use object::read::elf::{Dyn as _, FileHeader as _};
use object::read::macho::{FatArch as _, MachHeader as _, MachOFatFile32, MachOFile64};
use object::read::pe::PeFile64;
use object::{Object as _, ObjectSymbol as _};
use std::collections::BTreeSet;

/// Libraries that every Linux has.
const OF_LINUX: &[&str] = &[
    "ld-linux-aarch64.so.1",
    "ld-linux-x86-64.so.2",
    "libc.so",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
];

/// Libraries that every Windows 10 has. Not those of a compiler.
const OF_WINDOWS: &[&str] = &[
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "dbghelp.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "ole32.dll",
    "shell32.dll",
    "user32.dll",
    "userenv.dll",
    "ws2_32.dll",
];

/// Fails unless a file runs on the oldest system of its target, and needs none but that system's libraries; `more`
/// are those that its package has.
pub fn check(target: &Target, bytes: &[u8], more: &[&str]) -> Result<String> {
    let found = match target.oldest {
        Oldest::Glibc(..) | Oldest::Musl => of_elf(bytes)?,
        Oldest::MacOs(..) => of_macho(bytes)?,
        Oldest::Windows => of_pe(bytes)?,
    };
    let known = |library: &String| {
        let has = |list: &[&str]| list.contains(&library.as_str());
        has(more)
            || match target.oldest {
                Oldest::Glibc(..) | Oldest::Musl => has(OF_LINUX),
                Oldest::MacOs(..) => {
                    library.starts_with("/usr/lib/")
                        || library.starts_with("/System/Library/Frameworks/")
                        || library.starts_with("@rpath/libmojo_audio.")
                }
                Oldest::Windows => {
                    has(OF_WINDOWS) || library.starts_with("api-ms-win-") || library == "node.exe"
                }
            }
    };
    if let Some(other) = found.libraries.iter().find(|library| !known(library)) {
        return Err(format!("{}: it needs {other}, which not every system has", target.name).into());
    }
    match target.oldest {
        Oldest::Glibc(major, minor) => {
            let versions = found.versions.iter().filter_map(|version| version.strip_prefix("GLIBC_"));
            let newest = versions.map(numbers).max().unwrap_or_default();
            if newest > vec![major, minor] {
                return Err(format!("it needs GLIBC_{}", dotted(&newest)).into());
            }
            if found.libraries.contains("libc.so") {
                return Err("it needs musl".into());
            }
            Ok(format!("glibc {} at most", dotted(&newest)))
        }
        Oldest::Musl => match found.versions.first() {
            // musl has no versions of symbols: one of glibc's would not be found.
            Some(version) => Err(format!("it needs {version}, which musl does not have").into()),
            None if found.libraries.is_empty() => Ok("no libraries".into()),
            None => Ok("musl".into()),
        },
        Oldest::MacOs(major, minor) => {
            let wanted = dotted(&[major, minor]);
            match found.versions.iter().find(|version| numbers(version) > vec![major, minor]) {
                Some(version) => Err(format!("it needs macOS {version}, expected {wanted}").into()),
                None if found.versions.is_empty() => Err("it names no version of macOS".into()),
                None => Ok(format!("macOS {}", Vec::from_iter(found.versions).join(", "))),
            }
        }
        Oldest::Windows => Ok(Vec::from_iter(found.libraries).join(", ")),
    }
}

/// What a file needs.
#[derive(Default)]
struct Found {
    /// Of symbols in ELF files, of the system in Mach-O ones.
    versions: BTreeSet<String>,
    libraries: BTreeSet<String>,
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|number| number.parse().unwrap_or(u32::MAX)).collect()
}

fn dotted(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn of_elf(bytes: &[u8]) -> Result<Found> {
    let mut found = Found::default();
    let header = elf::FileHeader64::<Endianness>::parse(bytes)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    if let Some((mut needs, link)) = sections.gnu_verneed(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        while let Some((_, mut versions)) = needs.next()? {
            while let Some(version) = versions.next()? {
                found.versions.insert(text(version.name(endian, strings)?));
            }
        }
    }
    if let Some((entries, link)) = sections.dynamic(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        for entry in entries.iter().filter(|entry| entry.tag(endian) == elf::DT_NEEDED) {
            found.libraries.insert(text(entry.string(endian, strings)?));
        }
    }
    Ok(found)
}

/// Of all processors that the file is for.
fn of_macho(bytes: &[u8]) -> Result<Found> {
    let mut found = Found::default();
    match MachOFatFile32::parse(bytes) {
        Ok(fat) => {
            for arch in fat.arches() {
                add_macho(arch.data(bytes)?, &mut found)?;
            }
        }
        Err(_) => add_macho(bytes, &mut found)?,
    }
    Ok(found)
}

fn add_macho(bytes: &[u8], found: &mut Found) -> Result {
    let header = macho::MachHeader64::<Endianness>::parse(bytes, 0)?;
    let endian = header.endian()?;
    let own = macho::LC_ID_DYLIB;
    let mut commands = header.load_commands(endian, bytes, 0)?;
    while let Some(command) = commands.next()? {
        if let Some((command, _)) = command.build_version(endian)? {
            let version = command.minos.get(endian).0;
            // 16 bits of the first number, 8 of the next two.
            found.versions.insert(dotted(&[version >> 16, version >> 8 & 0xff]));
        }
        if let Some(library) = command.dylib()?.filter(|_| command.cmd() != own) {
            found.libraries.insert(text(command.string(endian, library.dylib.name)?));
        }
    }
    Ok(())
}

/// What a static library for one of Apple's systems needs.
pub struct OfApple {
    /// The newest of the oldest systems that its parts name.
    pub oldest: Vec<u32>,
    /// The functions that it calls and does not have.
    pub functions: BTreeSet<String>,
}

/// Reads a static library for one processor.
pub fn of_apple(bytes: &[u8]) -> Result<OfApple> {
    let (mut found, mut functions, mut own) = (Found::default(), BTreeSet::new(), BTreeSet::new());
    for member in ArchiveFile::parse(bytes)?.members() {
        let part = member?.data(bytes)?;
        // Rust puts files of its own into archives, too.
        let Ok(file) = MachOFile64::<Endianness>::parse(part) else { continue };
        add_macho(part, &mut found)?;
        for symbol in file.symbols() {
            let name = symbol.name()?.to_string();
            if symbol.is_undefined() {
                functions.insert(name)
            } else {
                own.insert(name)
            };
        }
    }
    let oldest = found.versions.iter().map(|version| numbers(version)).max();
    functions.retain(|name| !own.contains(name));
    Ok(OfApple { oldest: oldest.ok_or("it names no version of its system")?, functions })
}

fn of_pe(bytes: &[u8]) -> Result<Found> {
    let mut found = Found::default();
    let file = PeFile64::parse(bytes)?;
    if let Some(table) = file.import_table()? {
        let mut libraries = table.descriptors()?;
        while let Some(library) = libraries.next()? {
            found.libraries.insert(text(table.name(library.name.get(LE))?).to_lowercase());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::targets::TARGETS;

    fn target(oldest: impl Fn(Oldest) -> bool) -> &'static Target {
        TARGETS.iter().find(|target| oldest(target.oldest)).unwrap()
    }

    /// This program was linked with the C library of the machine, and so needs its versions.
    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn this_program_needs_more_than_musl_has() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let found = of_elf(&bytes).unwrap();
        assert!(found.libraries.contains("libc.so.6"), "{:?}", found.libraries);
        assert!(found.versions.iter().any(|version| version.starts_with("GLIBC_2.")));
        let musl = target(|oldest| oldest == Oldest::Musl);
        assert!(check(musl, &bytes, &[]).is_err());
        let newest = found.versions.iter().filter_map(|version| version.strip_prefix("GLIBC_"));
        let newest = newest.map(numbers).max().unwrap();
        let gnu = target(|oldest| matches!(oldest, Oldest::Glibc(..)));
        assert_eq!(check(gnu, &bytes, &[]).is_ok(), newest <= vec![2, 17]);
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("2.4") < numbers("2.17"));
        assert!(numbers("2.17") < numbers("2.17.1"));
        assert!(numbers("PRIVATE") > numbers("2.40"));
    }

    #[test]
    fn other_files_are_refused() {
        for target in TARGETS {
            assert!(check(target, b"#!/bin/sh\n", &[]).is_err(), "{}", target.name);
        }
    }
}
