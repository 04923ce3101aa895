//! Any text as a model's configuration file: it becomes options that pass `check`, or the error names what is
//! wrong. And any text as means and scales of rows.

use mojo_audio_core::{Error, MelConfig, RowStatistics};

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match MelConfig::from_preprocessor_config(text) {
        Ok(config) => assert_eq!(config.check(), Ok(()), "{config:?}"),
        Err(Error::Config { field, value, wanted }) => {
            assert!(
                !field.is_empty() && !value.is_empty() && !wanted.is_empty(),
                "{field:?}: {wanted:?}"
            );
        }
        Err(error) => panic!("another error than was promised: {error}"),
    }
    match RowStatistics::from_text(text) {
        Ok(rows) => assert!(!rows.mean.is_empty() && rows.mean.len() == rows.scale.len(), "{rows:?}"),
        Err(error) => assert_eq!(error.code(), "config", "{error}"),
    }
}
