//! The C library driven by a random program of calls: NULL, misaligned, in any order, finished twice, of
//! sizes that no memory has. What C forbids is left out: freed handles, counts beyond what is there.

mod calls;
mod memory;

use arbitrary::{Result, Unstructured};
use calls::Machine;

/// Calls of a program.
const MOST_CALLS: usize = 40;

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    // Bytes that end early are no fault.
    let _ = program(&mut Unstructured::new(data));
}

fn program(u: &mut Unstructured<'_>) -> Result<()> {
    let mut machine = Machine::new();
    for _ in 0..MOST_CALLS {
        if u.is_empty() {
            break;
        }
        machine.call(u)?;
    }
    Ok(())
}
