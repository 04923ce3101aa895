//! What Maven Central demands besides the library: an owner that it can verify, addresses, sources,
//! documentation and signatures.

use super::VERSION;
use crate::Result;
use crate::dist::address::Address;
use crate::dist::pack;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};

/// The variable with the name of the key that GnuPG signs with.
pub const KEY: &str = "MOJO_AUDIO_SIGNING_KEY";

/// The group as the project's files have it.
pub const GROUP: &str = "<groupId>mojoaudio</groupId>";

/// The group of a description.
pub fn group(pom: &str) -> Result<&str> {
    let start = pom.split_once("<groupId>").ok_or("a description without a group")?.1;
    Ok(start.split_once("</groupId>").ok_or("a description without a group")?.0)
}

/// The description with the group, addresses and owner that Central demands. It verifies that who uploads is that
/// owner, and the group is named for them.
pub fn pom(pom: &str, address: &Address) -> Result<String> {
    let (owner, repository) = (&address.owner, address.url());
    let end = "  </licenses>\n";
    if !pom.contains(GROUP) || !pom.contains(end) {
        return Err(format!("uniffi/kotlin/pom.xml: {GROUP} or {end} is missing").into());
    }
    let text =
        pom.replacen(GROUP, &format!("<groupId>io.github.{}</groupId>", owner.to_lowercase()), 1);
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
        pack::jar(workspace, content, &["."], &file)?;
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

/// Packs files as Central takes them: in the folders of a Maven repository, each with its checksums. The form is that of
/// <https://central.sonatype.org/publish/publish-portal-upload/>.
pub fn bundle(workspace: &Workspace, group: &str, files: &[PathBuf], folder: &Path) -> Result<PathBuf> {
    let stage = workspace.folder("dist-kotlin/bundle")?;
    fs::remove_dir_all(&stage)?;
    let mut parts = group.split('.');
    let top = parts.next().unwrap_or_default();
    let repository = parts.fold(stage.join(top), |folder, part| folder.join(part));
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let artifact = name.split(&format!("-{VERSION}")).next().unwrap_or_default();
        let to = repository.join(artifact).join(VERSION);
        fs::create_dir_all(&to)?;
        fs::copy(file, to.join(&*name))?;
    }
    let program = "import hashlib, pathlib, sys\n\
        for path in [path for path in pathlib.Path(sys.argv[1]).rglob('*') if path.is_file() and path.suffix != '.asc']:\n\
        \x20   for name in ['md5', 'sha1']:\n\
        \x20       path.with_name(path.name + '.' + name).write_text(hashlib.new(name, path.read_bytes()).hexdigest())\n";
    run(workspace.command("python3").args(["-I", "-c", program]).arg(&stage))?;
    let archive = folder.join(format!("mojo-audio-{VERSION}-central.zip"));
    pack::archive(workspace, Path::new("python3"), &stage.join(top), &archive)?;
    Ok(archive)
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
