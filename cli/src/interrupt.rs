//! Ctrl-C, and the signal that ends programs: the first ends the run with its summary, the second at
//! once.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

/// The exit code of a program that was interrupted, as shells give it.
pub const EXIT_CODE: u8 = 130;

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Listens from now on.
pub fn listen() {
    for signal in [SIGINT, SIGTERM] {
        // Without them the signal ends the program at once, as it does by default.
        let _ = flag::register_conditional_shutdown(signal, EXIT_CODE.into(), REQUESTED.clone())
            .and_then(|_| flag::register(signal, REQUESTED.clone()));
    }
}

/// Whether the run is to end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
