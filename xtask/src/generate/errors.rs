//! The page of every kind of error.

use super::options::one_line;
use crate::Result;
use mojo_audio_core::ERROR_KINDS;
use std::fmt::Write as _;

const INTRODUCTION: &str = "
# Errors

Every kind of error has a code and a number, which are the same in every language and never change. The text of an
error says which option, argument or sample is wrong, what it must be and what it is:
\"hop_length must be at least 1, got 0\". Its parts are fields of the error, in each language's casing.

An error about a clip of a batch also has `clip`, the index of the clip from 0.

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
| language | an error is | code | number | fields |
|---|---|---|---|---|
| Rust | `Error` | `code()` | `kind().number()` | of the variants; `field()`, `given()`, `expected()`, `known_names()`, `closest_name()` |
| C | a `MojoAudioStatus` | `mojo_audio_last_error_name()` | `mojo_audio_last_error_code()` | `mojo_audio_last_error_field()`, `_value()`, `_expected()`, `_known()`, `_closest()`, `_index()`, `_clip()` |
| C++ | `mojo_audio::Error` | `to_string(code())` | `code()` | `field()`, `value()`, `expected()`, `known()`, `closest()`, `index()`, `clip()` |
| Go | `*mojoaudio.Error` | `Code.String()` | `Code` | `Field`, `Value`, `Expected`, `Known`, `Closest`, `Index`, `Clip` |
| Python | `mojo_audio.Error` and its subclasses | `code` | `number` | all, as attributes |
| JavaScript | `TypeError` or `RangeError` | `kind`; `code` is `ERR_MOJO_AUDIO_…` | – | all, as properties |
| Swift | `MelError` | `code` | `kind.number` | all: `clip` of the error, the others of its `reason` |
| Kotlin, Java | `MelException` and its subclasses | `code` | `errorKind.number` | all, as properties of the subclasses |
| Zig | a `mojo.Error` | the error's name | `lastError().code` | `lastError().field`, `.value`, `.expected`, `.known()`, `.closest`, `.index`, `.clip` |
| Julia | `MojoAudio.Error` | `code`, a `Symbol` | `number` | `field`, `value`, `expected`, `known`, `closest`, `index`, `clip` |

Other languages that call the C library have its functions. In C, C++, Go, Zig and Julia, `value` is what was given
(also `name`, `actual` or `bytes`), and `expected` what is allowed (also `limit`),
both as text; `field` is also `what`. In JavaScript, `value` is also the name that was not found, and an error about an
argument has one of Node's own codes, `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`.

Where a language has its own type for a fault, the library uses it: an aborted call ends with the signal's reason in
JavaScript and with a `CancellationException` in Kotlin, and in Kotlin a call on a closed object throws an
`IllegalStateException`.
";
