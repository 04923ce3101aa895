//! The module `mojo_audio._native`: core's engine with Python's types. Users import the package `mojo_audio`
//! around it.

mod arrow;
mod audio;
mod batch;
mod config;
mod errors;
mod extractor;
mod files;
mod functions;
mod identify;
// Its lines are long because Python shows these signatures.
#[rustfmt::skip]
mod options;
mod output;
mod rate;
mod recent;
mod silence;
mod source;
mod stream;
mod threads;
mod warn;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::arrow::{Features, compute_column};
    #[pymodule_export]
    use crate::config::{MelConfig, row_statistics, unpickle_config};
    #[pymodule_export]
    use crate::extractor::{MelExtractor, quiet_extractor};
    #[pymodule_export]
    use crate::files::{MelFiles, load};
    #[pymodule_export]
    use crate::functions::mfcc;
    #[pymodule_export]
    use crate::identify::{diff, identify, probe};
    #[pymodule_export]
    use crate::options::mel_spectrogram;
    #[pymodule_export]
    use crate::stream::{MelFrames, MelStream};

    use super::{Bound, PyAnyMethods, PyModule, PyModuleMethods, PyResult};
    use pyo3::types::PyTuple;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // The slot of a call has neither documentation nor a signature; an attribute has both.
        let extractor = module.getattr("MelExtractor")?;
        extractor.setattr("__call__", extractor.getattr("compute")?)?;
        module.add("PRESETS", PyTuple::new(module.py(), mojo_audio_core::PRESETS)?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
