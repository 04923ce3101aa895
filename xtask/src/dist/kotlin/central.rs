//! What Maven Central demands besides the library: an owner that it can verify, addresses, sources,
//! documentation and signatures.

use crate::Result;
use crate::dist::address::Address;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};

/// The variable with the name of the key that GnuPG signs with.
pub const KEY: &str = "MOJO_AUDIO_SIGNING_KEY";

/// The description with the group, addresses and owner that Central demands. It verifies that who uploads is that
/// owner, and the group is named for them.
pub fn pom(pom: &str, address: &Address) -> Result<String> {
    let (owner, repository) = (&address.owner, address.url());
    let group = "<groupId>mojoaudio</groupId>";
    let end = "  </licenses>\n";
    if !pom.contains(group) || !pom.contains(end) {
        return Err(format!("uniffi/kotlin/pom.xml: {group} or {end} is missing").into());
    }
    let text =
        pom.replacen(group, &format!("<groupId>io.github.{}</groupId>", owner.to_lowercase()), 1);
    let more = format!(
        "{end}  <url>{repository}</url>\n  <scm>\n    <url>{repository}</url>\n    \
         <connection>scm:git:{repository}.git</connection>\n  </scm>\n  <developers>\n    \
         <developer><id>{owner}</id><url>https://github.com/{owner}</url></developer>\n  </developers>\n"
    );
    Ok(text.replacen(end, &more, 1))
}

/// The jars with the sources, and with the page in place of generated documentation, which the sources have.
pub fn extras(workspace: &Workspace, folder: &Path, name: &str) -> Result<Vec<PathBuf>> {
    let pages = workspace.folder("dist-kotlin/pages")?;
    fs::copy(workspace.path("uniffi/README.md"), pages.join("README.md"))?;
    let sources = workspace.path("uniffi/kotlin/src/main/kotlin");
    let mut files = Vec::new();
    for (kind, content) in [("sources", &sources), ("javadoc", &pages)] {
        let file = folder.join(format!("{name}-{kind}.jar"));
        let mut jar = workspace.command("jar");
        jar.args(["--create", "--no-manifest", "--file"]).arg(&file).arg("-C").arg(content).arg(".");
        run(&mut jar)?;
        files.push(file);
    }
    Ok(files)
}

/// Signs each file; returns the signatures.
pub fn sign(workspace: &Workspace, key: &str, files: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut signatures = Vec::new();
    for file in files {
        let mut gpg = workspace.command("gpg");
        gpg.args(["--batch", "--yes", "--armor", "--local-user", key, "--detach-sign"]);
        run(gpg.arg(file))?;
        signatures.push(PathBuf::from(format!("{}.asc", file.display())));
    }
    Ok(signatures)
}

/// Describes the project as somebody's, and looks for what Central demands.
pub fn check(text: &str) -> Result {
    let described = pom(text, &Address::read("https://github.com/Some-One/mojo-audio")?)?;
    for element in ["name", "description", "url", "license", "developer", "scm"] {
        if !described.contains(&format!("<{element}>")) {
            return Err(format!("the description for Maven Central has no {element}").into());
        }
    }
    if !described.contains("<groupId>io.github.some-one</groupId>") {
        return Err("the group is not named for the owner".into());
    }
    Ok(())
}
