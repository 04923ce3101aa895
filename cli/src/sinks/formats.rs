//! The table of formats, and what `--out` says of them.

use super::archive::Archive;
use super::files::Target;
use super::{kaldi, tar};
use crate::args::Dtype;
use mojo_audio_core::config::Layout;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// A format that has the features of many inputs in one file.
pub struct Format {
    /// As people call it.
    pub name: &'static str,
    /// The extension of its files.
    pub extension: &'static str,
    /// The order of the values, if the format leaves no choice.
    pub layout: Option<Layout>,
    /// Whether it can have `--dtype float16`.
    pub float16: bool,
    /// Makes an input's name a key: puts `_` in place of what a key can't have.
    pub key: fn(&str) -> String,
    /// Starts a file.
    create: Create,
}

type Create = fn(Description, &[PathBuf]) -> io::Result<Box<dyn Archive>>;

/// What all matrices of an archive have in common.
#[derive(Clone)]
#[cfg_attr(not(feature = "columns"), expect(dead_code, reason = "tables have them in their schema"))]
pub struct Description {
    pub n_rows: usize,
    pub dtype: Dtype,
    /// Every option as JSON, for readers.
    pub recipe: String,
}

const FORMATS: &[Format] = &[
    Format {
        name: "Parquet",
        extension: "parquet",
        layout: Some(Layout::FrameMajor),
        float16: true,
        key: str::to_string,
        #[cfg(feature = "columns")]
        create: super::columns::parquet,
        #[cfg(not(feature = "columns"))]
        create: without_columns,
    },
    Format {
        name: "Arrow",
        extension: "arrow",
        layout: Some(Layout::FrameMajor),
        float16: true,
        key: str::to_string,
        #[cfg(feature = "columns")]
        create: super::columns::arrow,
        #[cfg(not(feature = "columns"))]
        create: without_columns,
    },
    Format {
        name: "tar",
        extension: "tar",
        layout: None,
        float16: true,
        key: tar::key,
        create: tar::create,
    },
];

/// Two files in place of one, so it has a form of its own on the command line.
const KALDI: Format = Format {
    name: "Kaldi",
    extension: "ark",
    layout: Some(Layout::FrameMajor),
    float16: false,
    key: kaldi::key,
    create: kaldi::create,
};

#[cfg(not(feature = "columns"))]
fn without_columns(_: Description, _: &[PathBuf]) -> io::Result<Box<dyn Archive>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, WITHOUT_COLUMNS))
}

/// What a program says that was built without them.
pub const WITHOUT_COLUMNS: &str = "this program was built without Parquet and Arrow; \
     `cargo install --locked --path cli --features columns` has them";

/// Where the features go.
pub enum Out {
    /// One NumPy file for each input.
    Files(Target),
    Archive(Archived),
}

/// An archive and its format.
#[derive(Clone)]
pub struct Archived {
    pub format: &'static Format,
    /// The file, or the two of Kaldi.
    paths: Vec<PathBuf>,
}

impl Out {
    /// Reads the argument of `--out`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: OsString) -> Result<Self, String> {
        if let Some(text) = text.to_str() {
            let wrong = "must be ark,scp:FILE.ark,FILE.scp";
            match text.split_once(':') {
                Some(("ark,scp", files)) => {
                    let (ark, scp) = files.split_once(',').ok_or_else(|| wrong.to_string())?;
                    if ark.is_empty() || scp.is_empty() || ark == scp {
                        return Err(wrong.into());
                    }
                    let paths = vec![ark.into(), scp.into()];
                    return Ok(Self::Archive(Archived { format: &KALDI, paths }));
                }
                Some(("ark" | "scp" | "ark,t" | "scp,ark", _)) => return Err(wrong.into()),
                _ => {}
            }
        }
        let path = PathBuf::from(text);
        let is = |format: &&Format| {
            path.extension().is_some_and(|given| given.eq_ignore_ascii_case(format.extension))
        };
        Ok(match FORMATS.iter().find(is) {
            Some(format) => Self::Archive(Archived { format, paths: vec![path] }),
            None => Self::Files(Target::new(path, "npy")),
        })
    }
}

impl Out {
    /// The folder or file of NumPy's format, if it is one.
    pub fn files(&self) -> Option<&Target> {
        match self {
            Self::Files(target) => Some(target),
            Self::Archive(_) => None,
        }
    }
}

impl Archived {
    /// The files of shard `n`, or of the whole.
    pub fn paths(&self, shard: Option<usize>) -> Vec<PathBuf> {
        let Some(n) = shard else { return self.paths.clone() };
        let numbered = |path: &PathBuf| {
            let mut name = path.file_stem().unwrap_or_default().to_os_string();
            name.push(format!("-{n:05}"));
            if let Some(extension) = path.extension() {
                name.push(".");
                name.push(extension);
            }
            path.with_file_name(name)
        };
        self.paths.iter().map(numbered).collect()
    }

    /// What the option was.
    pub fn root(&self) -> &Path {
        &self.paths[0]
    }

    /// Starts the files.
    pub fn create(&self, description: &Description, paths: &[PathBuf]) -> io::Result<Box<dyn Archive>> {
        (self.format.create)(description.clone(), paths)
    }

    /// Whether the program has the format.
    pub fn is_built_in(&self) -> bool {
        cfg!(feature = "columns") || !["parquet", "arrow"].contains(&self.format.extension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(text: &str) -> Archived {
        match Out::parse(text.into()).unwrap() {
            Out::Archive(archive) => archive,
            Out::Files(_) => panic!("{text}"),
        }
    }

    #[test]
    fn the_extension_names_the_format() {
        assert_eq!(archive("x/feats.PARQUET").format.name, "Parquet");
        assert_eq!(archive("feats.tar").format.name, "tar");
        assert_eq!(archive("ark,scp:a.ark,b.scp").paths(None), ["a.ark", "b.scp"].map(PathBuf::from));
        assert!(matches!(Out::parse("feats".into()), Ok(Out::Files(Target::Folder(..)))));
        assert!(matches!(Out::parse("a.npy".into()), Ok(Out::Files(Target::File(_)))));
        for wrong in ["ark,scp:a.ark", "ark,scp:,b", "ark:a.ark", "ark,t:a.ark", "ark,scp:a,a"] {
            assert!(Out::parse(wrong.into()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn shards_are_numbered_before_the_extension() {
        assert_eq!(archive("x/a.b.tar").paths(Some(12)), [PathBuf::from("x/a.b-00012.tar")]);
        let kaldi = archive("ark,scp:a.ark,b.scp").paths(Some(0));
        assert_eq!(kaldi, ["a-00000.ark", "b-00000.scp"].map(PathBuf::from));
    }
}
