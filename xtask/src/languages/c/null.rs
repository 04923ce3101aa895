//! Writes the program that calls every function of the header with each of its pointers NULL in turn.

use super::interface::{Function, Parameter, functions};
use crate::Result;
use std::fmt::Write;

/// Pointers of functions with a status that may be NULL.
const ALLOWED: &[(&str, &str)] = &[
    ("mojo_mel_extractor_compute_into", "out_n_frames"),
    ("mojo_mel_extractor_compute_into_i16", "out_n_frames"),
    ("mojo_mel_row_statistics_from_text", "out_n_rows"),
    ("mojo_mel_options_get", "out_length"),
];

/// The program: capi/tests/c/null.h has what its lines say.
pub fn program(interface: &str) -> Result<String> {
    let functions = functions(interface)?;
    for (function, argument) in ALLOWED {
        let known = functions.iter().find(|known| known.name == *function);
        if known.is_none_or(|known| known.parameters.iter().all(|known| known.name != *argument)) {
            return Err(format!("{function} has no {argument} any more").into());
        }
    }
    let mut text = String::from("#include \"null.h\"\n");
    for function in &functions {
        write!(text, "\nstatic void test_{}(void) {{\n{}}}\n", function.name, calls(function)?)?;
    }
    text.push_str("\nint main(void) {\n");
    for function in &functions {
        writeln!(text, "    RUN(test_{});", function.name)?;
    }
    text.push_str("    printf(\"figure: calls with NULL | %d\\n\", calls);\n    return report();\n}\n");
    Ok(text)
}

/// The calls of a function, a line each.
fn calls(function: &Function<'_>) -> Result<String> {
    let name = function.name;
    let pointers: Vec<_> =
        function.parameters.iter().filter(|parameter| parameter.is_pointer()).collect();
    if pointers.is_empty() {
        return Ok(format!("    (void){name}({});\n", call(function, |_| false)?));
    }
    let mut text = String::new();
    for pointer in &pointers {
        let argument = pointer.name;
        let call = format!("{name}({})", call(function, |parameter| parameter.name == argument)?);
        let line = match function.gives {
            "MojoAudioStatus" if ALLOWED.contains(&(name, argument)) => {
                format!("ALLOWED(\"{name}\", {call})")
            }
            "MojoAudioStatus" => {
                format!("REFUSED(\"{name}\", \"{argument}\", {}, {call})", places(function, argument))
            }
            "void" => format!("DOES_NOTHING(\"{name}\", {call})"),
            _ => format!("GIVES_NOTHING(\"{name}\", {call})"),
        };
        writeln!(text, "    {line};")?;
    }
    let call = format!("{name}({})", call(function, |parameter| parameter.is_pointer())?);
    let line = match function.gives {
        "MojoAudioStatus" => format!("REFUSED_ALL(\"{name}\", {call})"),
        "void" => format!("DOES_NOTHING(\"{name}\", {call})"),
        _ => format!("GIVES_NOTHING(\"{name}\", {call})"),
    };
    writeln!(text, "    {line};")?;
    Ok(text)
}

/// The arguments of a call.
fn call(function: &Function<'_>, is_null: impl Fn(&Parameter<'_>) -> bool) -> Result<String> {
    let argument = |parameter: &Parameter<'_>| {
        if is_null(parameter) {
            return Ok("NULL");
        }
        valid(parameter).ok_or_else(|| {
            let (kind, name) = (parameter.kind, parameter.name);
            format!(
                "{}: what is a valid {kind} {name}? Say so in xtask/src/languages/c/null.rs",
                function.name
            )
        })
    };
    let arguments: std::result::Result<Vec<_>, _> = function.parameters.iter().map(argument).collect();
    Ok(arguments?.join(", "))
}

/// A valid argument, of those that capi/tests/c/null.h makes.
fn valid(parameter: &Parameter<'_>) -> Option<&'static str> {
    Some(match (parameter.kind, parameter.name) {
        ("int32_t *", _) => "&number",
        ("size_t *", _) => "&count",
        ("double *", _) => "&real",
        ("char *", _) => "text",
        ("int32_t", "status") => "0",
        ("const MojoMelConfig *", _) => "&config",
        ("const MojoMelOptions *" | "MojoMelOptions *", _) => "&options",
        ("const MojoMelExtractor *", _) => "extractor",
        ("MojoMelStream *" | "const MojoMelStream *", _) => "stream",
        ("MojoMelFrames *" | "const MojoMelFrames *", _) => "frames",
        ("const MojoMelSpectrogram *", _) => "mel",
        ("MojoMelExtractor **", _) => "&out_extractor",
        ("MojoMelStream **", _) => "&out_stream",
        ("MojoMelFrames **", _) => "&out_frames",
        ("MojoMelSpectrogram **", "out_results") => "out_mels",
        ("MojoMelSpectrogram **", _) => "&out_mel",
        ("const float *", _) => "tone",
        ("const int16_t *", _) => "tone_i16",
        ("const float *const *", _) => "clips",
        ("const int16_t *const *", _) => "clips_i16",
        ("const size_t *", "lengths") => "lengths",
        ("float *", "out_scale") => "room + ROOM / 2",
        ("float *", _) => "room",
        ("const char *", "preset") => "\"whisper\"",
        ("const char *", "json") => r#""{\"feature_extractor_type\": \"WhisperFeatureExtractor\"}""#,
        ("const char *", "text") => {
            r#""{\"mean_stat\": [2, 4], \"var_stat\": [4, 8], \"frame_num\": 2}""#
        }
        ("const char *", "language") => "\"c\"",
        ("const char *", "name") => "\"n_mels\"",
        ("const char *", "value") => "\"40\"",
        ("size_t", "num_samples") => "SAMPLES",
        ("size_t", "buffer_size") => "ROOM",
        ("size_t", "size") => "sizeof options",
        ("size_t", "window_length") => "WINDOW",
        ("size_t", "filterbank_length") => "FILTERBANK",
        ("size_t", "row_mean_length" | "row_scale_length") => "ROWS",
        ("size_t", "n_clips") => "CLIPS",
        ("size_t", "n_threads" | "n_bands" | "n_frames") => "1",
        ("size_t", "index" | "frame") => "0",
        _ => return None,
    })
}

/// Whether every place for a handle, but the one that is NULL, holds NULL.
fn places(function: &Function<'_>, null: &str) -> String {
    let mut places = Vec::new();
    for parameter in &function.parameters {
        let is_handle = parameter.kind.ends_with(" **") && !parameter.kind.starts_with("const");
        match valid(parameter) {
            _ if !is_handle || parameter.name == null => {}
            Some("out_mels") => places.extend(["!out_mels[0]".into(), "!out_mels[1]".into()]),
            Some(place) => places.push(format!("!{}", place.trim_start_matches('&'))),
            None => {}
        }
    }
    if places.is_empty() { "1".into() } else { places.join(" && ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pointer_is_null_once() {
        let interface = "function MojoAudioStatus mojo_mel_extractor_compute_into(const float *samples, size_t *out_n_frames)\n\
            function MojoAudioStatus mojo_mel_extractor_compute_into_i16(const int16_t *samples, size_t *out_n_frames)\n\
            function MojoAudioStatus f(const float *samples, size_t num_samples, MojoMelStream **out_stream)\n\
            function MojoAudioStatus mojo_mel_options_get(const char *name, size_t *out_length)\n\
            function MojoAudioStatus mojo_mel_row_statistics_from_text(const char *text, size_t *out_n_rows)\n\
            function void g(MojoMelStream *stream)\n";
        let program = program(interface).unwrap();
        for line in [
            "REFUSED(\"f\", \"samples\", !out_stream, f(NULL, SAMPLES, &out_stream));",
            "REFUSED(\"f\", \"out_stream\", 1, f(tone, SAMPLES, NULL));",
            "REFUSED_ALL(\"f\", f(NULL, SAMPLES, NULL));",
            "DOES_NOTHING(\"g\", g(NULL));",
            "RUN(test_g);",
        ] {
            assert!(program.contains(line), "{line}\n{program}");
        }
    }

    #[test]
    fn arguments_that_nobody_knows_are_refused() {
        let interface = "function void f(const Unknown *what, int32_t *number)\n";
        assert!(program(interface).is_err());
    }
}
