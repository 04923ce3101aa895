//! What kinds of x86 instructions were counted: each kind has execution units of its own, so that their
//! numbers bound the time from below.

use crate::Result;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// In the order of the table.
pub const KINDS: [&str; 6] = [
    "vectors multiplied, or fused",
    "added, compared, converted",
    "shuffled",
    "loaded",
    "stored",
    "not on vectors",
];

/// Instructions of each kind; one that loads and adds counts as both. Moves between registers are no kind.
pub fn mix(program: &Path, counts: &BTreeMap<Option<u64>, u64>) -> Result<BTreeMap<&'static str, u64>> {
    let output = Command::new("objdump")
        .args(["--disassemble", "--no-show-raw-insn"])
        .arg(program)
        .output()
        .map_err(|error| format!("objdump: {error}"))?;
    let mut mix = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Some((address, instruction)) = line.split_once(":\t") else { continue };
        let address = u64::from_str_radix(address.trim(), 16).ok();
        let Some(count) = address.and_then(|address| counts.get(&Some(address))) else { continue };
        for kind in kinds(instruction) {
            *mix.entry(KINDS[kind]).or_default() += count;
        }
    }
    if mix.is_empty() {
        return Err("objdump knows none of the instructions that callgrind counted".into());
    }
    Ok(mix)
}

/// Places in `KINDS` of an instruction as objdump writes it, the destination last.
fn kinds(instruction: &str) -> Vec<usize> {
    let instruction = instruction.split('#').next().unwrap_or(instruction).trim();
    let (name, operands) = instruction.split_once(' ').unwrap_or((instruction, ""));
    if !operands.contains("mm") {
        return vec![5];
    }
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let mut kinds = Vec::new();
    if has(&["mul", "vfm", "vfnm"]) {
        kinds.push(0);
    } else if has(&["add", "sub", "max", "min", "cmp", "cvt"]) {
        kinds.push(1);
    } else if has(&["unpck", "shuf", "perm", "insert", "extract", "blend"]) {
        kinds.push(2);
    }
    if operands.ends_with(')') {
        kinds.push(4);
    } else if operands.contains('(') {
        kinds.push(3);
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_have_their_kinds() {
        for (instruction, expected) in [
            ("vfmadd213ps 0x20(%rsp),%ymm1,%ymm2", &[0, 3][..]),
            ("vmulps %ymm1,%ymm2,%ymm3", &[0]),
            ("vaddps (%rax,%rcx,4),%ymm2,%ymm3", &[1, 3]),
            ("vmovups %ymm0,(%rdi)", &[4]),
            ("vbroadcastss 0x1234(%rip),%ymm0        # 5678 <x>", &[3]),
            ("vunpcklps %ymm1,%ymm2,%ymm3", &[2]),
            ("vextractf128 $0x1,%ymm0,(%rax)", &[2, 4]),
            ("vmovaps %ymm1,%ymm2", &[]),
            ("add    $0x20,%rdi", &[5]),
            ("ret", &[5]),
        ] {
            assert_eq!(kinds(instruction), expected, "{instruction}");
        }
    }
}
