//! Repositories that package managers read: Go's modules and the Swift package, each in one of its own.

use crate::Result;
use crate::dist::pack;
use crate::workspace::{Workspace, ask, run};
use std::fs;
use std::path::Path;

/// Makes the files of an archive, or of a folder, what a repository holds: commits them, tags the commit and pushes both.
pub fn publish(workspace: &Workspace, files: &Path, address: &str, version: &str) -> Result {
    let stage = workspace.folder("release/repository")?;
    fs::remove_dir_all(&stage)?;
    fs::create_dir_all(&stage)?;
    let root = if files.is_dir() {
        files.to_path_buf()
    } else {
        pack::unpack(workspace, Path::new("python3"), files, &stage.join("unpacked"))?
    };
    let repository = stage.join("clone");
    run(workspace.command("git").args(["clone", "--quiet", address]).arg(&repository))?;
    // In the name of who wrote the release.
    let author = ask(workspace.command("git").args(["log", "-1", "--format=%an%n%ae"]));
    let author = author.ok_or("`git log` names no author")?;
    let (name, address) = author.trim_end().split_once('\n').ok_or("a commit without an author")?;
    let git = |arguments: &[&str]| -> Result {
        let mut git = workspace.command("git");
        git.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", address);
        git.env("GIT_COMMITTER_NAME", name).env("GIT_COMMITTER_EMAIL", address);
        run(git.current_dir(&repository).args(arguments)).map(drop)
    };
    git(&["rm", "-r", "--quiet", "--ignore-unmatch", "."])?;
    // With the hidden ones.
    run(workspace.command("cp").arg("-R").arg(root.join(".")).arg(&repository))?;
    // Whatever this machine ignores: Go's archives end in .a.
    git(&["add", "--all", "--force"])?;
    git(&["commit", "--quiet", "--allow-empty", "--message", &format!("Release {version}")])?;
    let tags = tags(&repository, version)?;
    for tag in &tags {
        git(&["tag", tag])?;
    }
    let tags: Vec<_> = tags.iter().map(|tag| format!("refs/tags/{tag}")).collect();
    let mut push = vec!["push", "--quiet", "--atomic", "origin", "HEAD"];
    push.extend(tags.iter().map(String::as_str));
    git(&push)
}

/// The tags of a release: that of the repository, and that of each module of Go's below `lib`.
pub fn tags(repository: &Path, version: &str) -> Result<Vec<String>> {
    let mut tags = vec![format!("v{version}")];
    if let Ok(entries) = fs::read_dir(repository.join("lib")) {
        for entry in entries {
            let folder = entry?;
            if folder.path().join("go.mod").is_file() {
                tags.push(format!("lib/{}/v{version}", folder.file_name().to_string_lossy()));
            }
        }
    }
    tags.sort();
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_replaces_what_a_repository_holds() {
        let workspace = Workspace::new();
        let folder = workspace.folder("release-test").unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let (server, files) = (folder.join("server.git"), folder.join("files"));
        fs::create_dir_all(files.join("lib/linux")).unwrap();
        fs::write(files.join("go.mod"), "module a\n").unwrap();
        fs::write(files.join("lib/linux/go.mod"), "module a/lib/linux\n").unwrap();
        let git = |arguments: &[&str]| {
            let mut git = workspace.command("git");
            ask(git.arg("-C").arg(&server).args(arguments)).unwrap_or_default()
        };
        run(workspace.command("git").args(["init", "--quiet", "--bare"]).arg(&server)).unwrap();
        let address = server.to_string_lossy();
        publish(&workspace, &files, &address, "0.1.0").unwrap();
        assert_eq!(git(&["tag"]), "lib/linux/v0.1.0\nv0.1.0\n");

        fs::remove_file(files.join("go.mod")).unwrap();
        fs::write(files.join("Package.swift"), "").unwrap();
        publish(&workspace, &files, &address, "0.2.0").unwrap();
        let names = git(&["ls-tree", "-r", "--name-only", "v0.2.0"]);
        assert_eq!(names, "Package.swift\nlib/linux/go.mod\n");
        assert_eq!(git(&["log", "--format=%s", "v0.2.0"]), "Release 0.2.0\nRelease 0.1.0\n");
        // A release is published once.
        assert!(publish(&workspace, &files, &address, "0.2.0").is_err());
        assert_eq!(git(&["log", "--format=%s", "HEAD"]), "Release 0.2.0\nRelease 0.1.0\n");
    }
}
