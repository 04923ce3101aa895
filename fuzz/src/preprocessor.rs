//! Any text as a model's configuration file: it becomes options that pass `check`, or the error names what is
//! wrong. And any text as means and scales of rows.

use mojo_audio_core::{Error, MelConfig, RowStatistics};

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match MelConfig::from_preprocessor_config(text) {
        Ok(config) => assert_eq!(config.check(), Ok(()), "{config:?}"),
        Err(error @ Error::Config { .. }) => {
            let parts = [error.field().unwrap_or("").into(), error.given().to_string()];
            let parts = [&parts[..], &[error.expected().to_string()]].concat();
            assert!(parts.iter().all(|part| !part.is_empty()), "{parts:?}");
        }
        // The name may be empty, and is quoted.
        Err(Error::UnknownName { what, known, .. }) => {
            assert!(what == "setting" && !known.is_empty(), "{what}: {known:?}");
        }
        Err(error) => panic!("another error than was promised: {error}"),
    }
    match RowStatistics::from_text(text) {
        Ok(rows) => assert!(!rows.mean.is_empty() && rows.mean.len() == rows.scale.len(), "{rows:?}"),
        Err(error) => assert_eq!(error.code(), "config", "{error}"),
    }
}
