//! Code, number, field, place and the other parts of each kind of error that core has.

use mojo_audio_core::{Error, ErrorKind, MelConfig, MelExtractor, Overrides};

/// An error, and what it must tell.
struct Case {
    error: Error,
    kind: ErrorKind,
    code: &'static str,
    number: u8,
    field: Option<&'static str>,
    given: &'static str,
    closest: Option<&'static str>,
}

#[test]
fn errors_have_their_parts_as_data() {
    let whisper = MelExtractor::new(&MelConfig::whisper()).unwrap();
    let samples = [0.0f32; 400];
    let mut stream = MelExtractor::new(&MelConfig::kaldi_fbank()).unwrap().stream().unwrap();
    stream.push(&samples).unwrap();
    stream.finish().unwrap();
    let mut short = [0.0f32; 7];
    let endless = MelConfig { pad_to: Some(1 << 48), ..MelConfig::whisper() };
    let endless = MelExtractor::new(&endless).unwrap().compute(&samples).unwrap_err();
    let table = Overrides { row_mean: Some(&samples[..5]), ..Overrides::default() };
    for Case { error, kind, code, number, field, given, closest } in [
        Case {
            error: MelConfig { hop_length: 0, ..MelConfig::whisper() }.check().unwrap_err(),
            kind: ErrorKind::Config,
            code: "config",
            number: 1,
            field: Some("hop_length"),
            given: "0",
            closest: None,
        },
        Case {
            error: MelConfig::whisper().set("window", "hanning").unwrap_err(),
            kind: ErrorKind::Config,
            code: "config",
            number: 1,
            field: Some("window"),
            given: "hanning",
            closest: Some("hann"),
        },
        Case {
            error: MelConfig::preset("wisper").unwrap_err(),
            kind: ErrorKind::UnknownName,
            code: "unknown_name",
            number: 2,
            field: Some("preset"),
            given: "wisper",
            closest: Some("whisper"),
        },
        Case {
            error: MelConfig::whisper().set("hopLength", "1").unwrap_err(),
            kind: ErrorKind::UnknownName,
            code: "unknown_name",
            number: 2,
            field: Some("option"),
            given: "hopLength",
            closest: Some("hop_length"),
        },
        Case {
            error: whisper.compute::<f32>(&[]).unwrap_err(),
            kind: ErrorKind::EmptyInput,
            code: "empty_input",
            number: 3,
            field: None,
            given: "",
            closest: None,
        },
        Case {
            error: whisper.compute(&[0.0, f32::NAN]).unwrap_err(),
            kind: ErrorKind::Sample,
            code: "sample",
            number: 4,
            field: None,
            given: "NaN",
            closest: None,
        },
        Case {
            error: whisper.compute_into(&samples, &mut short).unwrap_err(),
            kind: ErrorKind::BufferSize,
            code: "buffer_size",
            number: 5,
            field: Some("out"),
            given: "7",
            closest: None,
        },
        Case {
            error: MelExtractor::with_overrides(&MelConfig::whisper(), table).unwrap_err(),
            kind: ErrorKind::BufferSize,
            code: "buffer_size",
            number: 5,
            field: Some("row_mean"),
            given: "5",
            closest: None,
        },
        Case {
            given: "",
            error: endless,
            kind: ErrorKind::Allocation,
            code: "allocation",
            number: 6,
            field: None,
            closest: None,
        },
        Case {
            error: stream.push(&samples).unwrap_err(),
            kind: ErrorKind::Finished,
            code: "finished",
            number: 7,
            field: None,
            given: "",
            closest: None,
        },
    ] {
        assert_eq!(
            (error.kind(), error.code(), error.kind().number()),
            (kind, code, number),
            "{error}"
        );
        assert_eq!((error.field(), error.closest_name()), (field, closest), "{error}");
        // The bytes depend on the machine's addresses.
        if kind != ErrorKind::Allocation {
            assert_eq!(error.given().to_string(), given, "{error}");
        }
        if let Error::Sample { index, .. } = error {
            assert_eq!(index, 1);
        }
    }
}

#[test]
fn a_sample_of_a_stream_is_counted_from_its_start() {
    let mut stream = MelExtractor::new(&MelConfig::kaldi_fbank()).unwrap().stream().unwrap();
    stream.push(&[0.0f32; 400]).unwrap();
    let error = stream.push(&[0.0, 0.0, f32::INFINITY]).unwrap_err();
    assert!(matches!(error, Error::Sample { index: 402, .. }), "{error}");
}
