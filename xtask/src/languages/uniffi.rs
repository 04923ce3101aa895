//! What Swift and Kotlin have in common: the library, and the page that shows both.

use crate::Result;
use crate::workspace::{Workspace, run};
use std::path::PathBuf;

/// The crate of the library.
pub const PACKAGE: &str = "mojo-audio-uniffi";

/// Builds the library as users get it; gives the folder that it is in.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let package = ["--locked", "--release", "--package", PACKAGE];
    run(workspace.cargo().arg("build").args(package).arg("--lib"))?;
    Ok(workspace.target().join("release"))
}

/// Fails unless every line of the code that the page shows stands in the test, in the same order: there it
/// is compiled and run.
pub fn shown_is_tested(workspace: &Workspace, language: &str, test: &str) -> Result {
    let page = workspace.read("uniffi/README.md")?;
    let test_text = workspace.read(test)?;
    let mut rest = test_text.lines().map(str::trim);
    let blocks: Vec<_> = page.split(&format!("\n```{language}\n")).skip(1).collect();
    if blocks.is_empty() {
        return Err(format!("uniffi/README.md shows no {language}").into());
    }
    for line in blocks.iter().flat_map(|block| block.split("```").next().unwrap_or_default().lines()) {
        let line = line.trim();
        if !line.is_empty() && !rest.any(|tested| tested == line) {
            return Err(format!("{test} does not have the line `{line}` of uniffi/README.md").into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mojo_audio_core::{ERROR_KINDS, ErrorKind, Spelling};

    /// The text between a declaration's name and the parenthesis that closes it.
    fn parameters<'a>(text: &'a str, declaration: &str) -> &'a str {
        text.split_once(declaration).map_or("", |(_, rest)| rest.split(')').next().unwrap_or_default())
    }

    #[test]
    fn errors_of_swift_and_kotlin_have_every_field_of_the_table() {
        let workspace = Workspace::new();
        let swift = workspace.read("uniffi/MojoAudio/Sources/MojoAudio/MelError.swift").unwrap();
        let kotlin = workspace.read("uniffi/kotlin/src/main/kotlin/mojoaudio/MelException.kt").unwrap();
        // What comes after them has no fields, or is raised in other languages only.
        let raised =
            ERROR_KINDS.iter().filter(|info| info.kind.number() <= ErrorKind::Argument.number());
        for info in raised {
            let case = Spelling::SWIFT.name(info.kind.code());
            let class = case[..1].to_uppercase() + &case[1..];
            for field in info.fields {
                let in_swift = parameters(&swift, &format!("case {case}("));
                assert!(
                    in_swift.contains(&format!("{}: ", field.name)),
                    "{case} of Swift: {}",
                    field.name
                );
                let in_kotlin = parameters(&kotlin, &format!("class {class} internal constructor("));
                let property = format!("public val {}: ", field.name);
                assert!(in_kotlin.contains(&property), "{class} of Kotlin: {}", field.name);
            }
        }
        assert!(ERROR_KINDS[ErrorKind::Argument as usize..].iter().all(|info| info.fields.is_empty()));
    }
}
