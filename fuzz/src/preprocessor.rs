//! Any text as a `preprocessor_config.json`: it becomes options that pass `check`, or the error names what is
//! wrong.

use mojo_audio_core::{Error, MelConfig};

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
}
