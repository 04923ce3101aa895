//! What the calls are given: pointers, counts and texts, good and bad.

use crate::input;
use arbitrary::{Arbitrary, Result, Unstructured};
use mojo_audio::{MojoAudioStatus, MojoMelOptions, mojo_audio_last_error};
use mojo_audio_core::{OPTIONS, PRESETS};
use std::ffi::{CStr, CString, c_char};
use std::ptr;

/// Counts that no array has: more bytes than an address space.
const HUGE: &[usize] = &[usize::MAX, isize::MAX as usize, isize::MAX as usize / 2 + 1];

/// Whether a pointer is as it should be.
pub fn bend<T>(u: &mut Unstructured<'_>, pointer: *mut T) -> Result<*mut T> {
    Ok(match u.int_in_range(0..=23)? {
        23 => ptr::null_mut(),
        22 => pointer.wrapping_byte_add(1),
        _ => pointer,
    })
}

/// Whether a pointer that went through [`bend`] can be used.
pub fn is_good<T>(pointer: *mut T) -> bool {
    !pointer.is_null() && pointer.is_aligned()
}

/// A count of at most `n`, or one that can't be.
pub fn count(u: &mut Unstructured<'_>, n: usize) -> Result<usize> {
    Ok(match u.int_in_range(0..=15)? {
        15 => *u.choose(HUGE)?,
        14 => 0,
        13 => u.int_in_range(0..=n)?,
        _ => n,
    })
}

/// Whether a count is larger than any array's.
pub fn is_huge(count: usize) -> bool {
    HUGE.contains(&count)
}

/// A text, NULL if there is none.
pub struct Text(Option<CString>);

impl Text {
    /// The name of a preset, or anything.
    pub fn preset(u: &mut Unstructured<'_>) -> Result<Self> {
        let name = u.choose(PRESETS)?;
        Self::or_anything(u, name)
    }

    /// The name of an option and a value of its type, or anything.
    pub fn option(u: &mut Unstructured<'_>) -> Result<[Self; 2]> {
        let option = u.choose(OPTIONS)?;
        let value = input::value(u, option.kind, option.optional)?;
        Ok([Self::or_anything(u, option.name)?, Self::or_anything(u, &value)?])
    }

    fn or_anything(u: &mut Unstructured<'_>, text: &str) -> Result<Self> {
        Ok(Self(match u.int_in_range(0..=23)? {
            23 => None,
            22 => Some(CString::arbitrary(u)?),
            _ => CString::new(text).ok(),
        }))
    }

    pub fn pointer(&self) -> *const c_char {
        self.0.as_ref().map_or(ptr::null(), |text| text.as_ptr())
    }
}

/// Options in memory of exactly their size, so that a byte beyond it is noticed.
#[derive(Default)]
pub struct Options(Vec<u64>);

impl Options {
    /// Not initialised, of a size that some version might have.
    pub fn new(u: &mut Unstructured<'_>) -> Result<Self> {
        let known = size_of::<MojoMelOptions>() / 8;
        let words = if u.ratio(3, 4)? { known } else { u.int_in_range(2..=known + 8)? };
        Ok(Self(vec![0xaaaa_aaaa_aaaa_aaaa; words]))
    }

    pub fn pointer(&mut self) -> *mut MojoMelOptions {
        if self.0.is_empty() { ptr::null_mut() } else { self.0.as_mut_ptr().cast() }
    }

    pub fn size(&self) -> usize {
        8 * self.0.len()
    }

    /// Overwrites eight bytes. The size stays one that the memory has, or becomes one that is refused.
    pub fn poke(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let at = u.choose_index(self.0.len())?;
        let value = if bool::arbitrary(u)? { u64::arbitrary(u)? } else { u.int_in_range(0..=4)? };
        if at != 0 || value as usize <= self.size() || !value.is_multiple_of(8) {
            self.0[at] = value;
        }
        Ok(())
    }

    /// `n_fft` and `n_mels` as far as the options hold them; else at least those of every preset.
    pub fn sizes(&self) -> (u32, u32) {
        let field = |offset: usize| {
            let word = self.0.get(offset / 8).copied().unwrap_or(0x0800_0000_0800);
            let bytes = word.to_ne_bytes();
            let half = &bytes[offset % 8..][..4];
            u32::from_ne_bytes([half[0], half[1], half[2], half[3]])
        };
        let offset = std::mem::offset_of!(MojoMelOptions, n_fft);
        (field(offset), field(std::mem::offset_of!(MojoMelOptions, n_mels)))
    }
}

/// Checks how a call ended: never by a panic, by an error with a text. Gives whether it succeeded.
pub fn succeeded(status: MojoAudioStatus, memory_may_be_refused: bool) -> bool {
    // SAFETY: the text is this thread's, and is read before the next call.
    let text = unsafe { CStr::from_ptr(mojo_audio_last_error()) }.to_str().expect("UTF-8");
    match status {
        MojoAudioStatus::MOJO_AUDIO_SUCCESS => return true,
        MojoAudioStatus::MOJO_AUDIO_ERROR_PROCESSING => panic!("{text}"),
        MojoAudioStatus::MOJO_AUDIO_ERROR_ALLOCATION => assert!(memory_may_be_refused, "{text}"),
        _ => {}
    }
    assert!(!text.is_empty());
    false
}
