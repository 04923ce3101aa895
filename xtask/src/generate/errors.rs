//! The page of every kind of error.

use super::options::one_line;
use crate::Result;
use mojo_audio_core::ERROR_KINDS;
use std::fmt::Write as _;

const INTRODUCTION: &str = "
# Errors

The kinds of errors are the same in every language: a code, and in C and C++ its number. Neither ever changes. The
text of an error says which option, argument or sample is wrong, what it must be and what it is:
\"hop_length must be at least 1, got 0\". Its parts are fields of the error, in each language's casing.

Every error about a clip of a batch also has `clip`, the place of the clip from 0.

| code | number | meaning | fields |
|---|---|---|---|
";

/// `docs/errors.md`.
pub fn page() -> Result<String> {
    let mut page = INTRODUCTION.to_string();
    for info in ERROR_KINDS {
        let fields: Vec<_> = info
            .fields
            .iter()
            .map(|field| format!("`{}`: {}", field.name, one_line(field.doc)))
            .collect();
        let (code, number) = (info.kind.code(), info.kind.number());
        writeln!(page, "| `{code}` | {number} | {} | {} |", one_line(info.doc), fields.join("<br>"))?;
    }
    page.push_str(LANGUAGES);
    Ok(page)
}

const LANGUAGES: &str = "
| language | an error is | code | fields |
|---|---|---|---|
| Rust | `Error` | `code()`, `kind()` | of the variants; `field()`, `known_names()`, `closest_name()` |
| C | a `MojoAudioStatus` | `mojo_audio_last_error_code()`, `_name()` | `mojo_audio_last_error_field()`, `_index()`, `_clip()` |
| C++ | `mojo_audio::Error` | `code()` | `field()`, `value()`, `wanted()`, `index()`, `clip()` |
| Go | `*mojoaudio.Error` | `Code` | `Field`, `Index`, `Clip` |
| Python | `mojo_audio.Error` and its subclasses | `code` | attributes |
| JavaScript | `TypeError` or `RangeError` | `kind`; `code` is `ERR_MOJO_AUDIO_…` | properties |
| Swift | `MelError` | `code` | of the cases |
| Kotlin, Java | `MelException` and its subclasses | `code` | properties |

Zig, Julia and other languages that call the C library have its functions. In C++ and JavaScript, `value` is also the
name that was not found. An error of an argument has Node's own codes, `ERR_INVALID_ARG_TYPE` and `ERR_OUT_OF_RANGE`.
Where a language has a type for a fault, that type is kept: aborted calls end with the signal's reason in JavaScript and
with a `CancellationException` in Kotlin, where calls on a closed object throw an `IllegalStateException`.
";
