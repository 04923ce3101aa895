//! Every option, in a structure that can grow: its first field is the size that the caller knows.

use crate::border::{self, Failure, guard};
use crate::generated::{MojoMelOptions, PRESET_NAMES};
use crate::status::MojoAudioStatus;
use mojo_audio_core::config::{OptionInfo, OptionKind};
use mojo_audio_core::{Error, MelConfig, OPTIONS, PRESETS};
use std::ffi::c_char;
use std::mem::offset_of;

/// Bytes of the structure that this version knows.
const KNOWN: usize = size_of::<MojoMelOptions>();
/// The fields before the first option.
const SMALLEST: usize = offset_of!(MojoMelOptions, preset) + 8;
/// More than any version will have. A larger size is a mistake.
const LARGEST: usize = 65_536;

// Options come in pairs of four bytes or in eight, so that no version ends within padding.
const _: () =
    assert!(KNOWN.is_multiple_of(8) && offset_of!(MojoMelOptions, size) == 0 && KNOWN <= LARGEST);

/// Number of presets.
///
///     for (size_t i = 0; i < mojo_audio_preset_count(); ++i) puts(mojo_audio_preset_name(i));
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_preset_count() -> usize {
    PRESET_NAMES.len()
}

/// The name of the preset with that index, from 0, for mojo_mel_options_init(); NULL if index is not less than
/// mojo_audio_preset_count().
///
/// Ownership: the library's, valid for ever. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_preset_name(index: usize) -> *const c_char {
    PRESET_NAMES.get(index).map_or(std::ptr::null(), |name| name.as_ptr())
}

/// Fills options with a preset, such as MOJO_MEL_PRESET_WHISPER, which is "whisper"; the constants say what each is
/// for, and mojo_audio_preset_name() has the names of all. Then change the fields that should differ.
///
/// size is sizeof *options. Programs built against an older header keep working: options added since then
/// keep the preset's values.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, a size that no version has, an unknown preset (the text
/// of mojo_audio_last_error() lists the known ones). Then options is unchanged.
///
/// Ownership: the caller owns the options; there is nothing to free.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid: options for size writes, preset a text that ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_options_init(
    options: *mut MojoMelOptions,
    size: usize,
    preset: *const c_char,
) -> MojoAudioStatus {
    guard(|| {
        check_size(size)?;
        // SAFETY: the caller's promise above.
        let preset = unsafe { border::text("preset", preset, "the name of a preset")? };
        let config = MelConfig::preset(preset)?;
        let number = PRESETS.iter().position(|known| *known == preset).unwrap_or(0);
        // SAFETY: the caller's promise above; the bytes are written before they are borrowed.
        unsafe {
            let bytes = border::buffer("options", options.cast::<u64>(), size / 8)?;
            bytes.fill(0);
            write(options, &MojoMelOptions::from_config(&config, size as u64, number as u32));
        }
        Ok(())
    })
}

/// Fills options with those of a model: json is the text of its configuration file. That is transformers'
/// preprocessor_config.json, or a processor_config.json that has the settings under "feature_extractor"; the
/// preprocessor section of NeMo's model_config.yaml, converted to JSON; or Kaldi's fbank.conf or mfcc.conf. The
/// result equals the features of the class that the file names, for one signal with the class's defaults. The
/// class's padding is pad_to and its truncation max_length: unset both to keep the length of every signal. Longer
/// signals that the class splits, or takes a random part of, keep their length.
///
/// size is sizeof *options, as in mojo_mel_options_init().
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, a size that no version has, a text that is no such file, a
/// class or a setting whose features the options can't describe (the text of mojo_audio_last_error() names it), or an
/// option that the structure is too small for. Then options is unchanged.
///
/// Ownership: the caller owns the options; there is nothing to free.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid: options for size writes, json a text that ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_options_from_json(
    options: *mut MojoMelOptions,
    size: usize,
    json: *const c_char,
) -> MojoAudioStatus {
    guard(|| {
        check_size(size)?;
        // SAFETY: the caller's promise above.
        let json = unsafe { border::text("json", json, "the text of a configuration file")? };
        let config = MelConfig::from_preprocessor_config(json).map_err(Failure::Named)?;
        let filled = MojoMelOptions::from_config(&config, size as u64, 0);
        let preset = MelConfig::preset(PRESETS[0])?;
        let mut kept = MojoMelOptions::from_config(&preset, size as u64, 0);
        // SAFETY: both are structures of numbers; no more than their size is copied.
        unsafe {
            let (from, to) = (&raw const filled, &raw mut kept);
            std::ptr::copy_nonoverlapping(from.cast::<u8>(), to.cast::<u8>(), size.min(KNOWN));
        }
        let kept = kept.config()?;
        for option in OPTIONS {
            if kept.get(option.name)? != config.get(option.name)? {
                return Err(refused(option.name, &config, size as u64));
            }
        }
        // SAFETY: the caller's promise above; the bytes are written before they are borrowed.
        unsafe {
            border::buffer("options", options.cast::<u64>(), size / 8)?.fill(0);
            write(options, &filled);
        }
        Ok(())
    })
}

/// Sets one option by its name to a value as text: a number, "true" or "false", the name of a choice
/// such as "hann", or "none" to unset an optional one. The same as writing to the field, for options
/// that come from a command line or a file.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, options that were not initialised, an unknown name, a
/// value that the option cannot have, or an option that the structure is too small for. options is
/// unchanged after an error. mojo_mel_extractor_new() checks ranges, and options against each other.
///
/// Threads: any, one at a time with the same options.
///
/// # Safety
/// The pointers are NULL or valid: options for the number of bytes in its size, the others texts that end
/// with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_options_set(
    options: *mut MojoMelOptions,
    name: *const c_char,
    value: *const c_char,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let (given, name, value) = unsafe {
            (
                fields(options)?,
                border::text("name", name, "the name of an option")?,
                border::text("value", value, "a value as text")?,
            )
        };
        let mut config = given.config()?;
        config.set(name, value).map_err(Failure::Named)?;
        let changed = MojoMelOptions::from_config(&config, given.size, given.preset);
        // SAFETY: as above.
        unsafe {
            write(options, &changed);
            let kept = fields(options)?.config()?;
            if kept.get(name)? != config.get(name)? {
                write(options, &given);
                return Err(refused(name, &config, given.size));
            }
        }
        Ok(())
    })
}

/// Copies the value of an option as text to out_text, in the form that mojo_mel_options_set() reads: a number, "true"
/// or "false", the name of a choice, or "none" if it is unset. out_text has room for size bytes, the zero byte at
/// the end included. *out_length is set to the text's length without it, also if size is too small; out_length may
/// be NULL.
///
///     char window[16];
///     mojo_mel_options_get(&options, "window", window, sizeof window, NULL);  // "hann"
///
/// Errors: MOJO_AUDIO_ERROR_BUFFER_SIZE if size is too small (then out_text is unchanged);
/// MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, options that were not initialised, or an unknown name.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid: options for the number of bytes in its size, name a text that ends with a zero
/// byte, out_text for size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_options_get(
    options: *const MojoMelOptions,
    name: *const c_char,
    out_text: *mut c_char,
    size: usize,
    out_length: *mut usize,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above. Only the part of the buffer that is written to is borrowed.
        unsafe {
            border::give(out_length, 0);
            let config = read(options)?;
            let text = config.get(border::text("name", name, "the name of an option")?)?;
            border::give(out_length, text.len());
            let wanted = text.len() + 1;
            if size < wanted {
                return Err(Failure::BufferSize { argument: "size", actual: size, wanted });
            }
            let out = border::buffer("out_text", out_text.cast::<u8>(), wanted)?;
            out[..text.len()].copy_from_slice(text.as_bytes());
            out[text.len()] = 0;
        }
        Ok(())
    })
}

/// Stores the value of an option as a number in *out_value, as the field of MojoMelOptions has it: 0 or 1 for false
/// and true, a choice's number, and 0 if it is unset. Numbers above 2^53 are rounded.
///
///     double f_max;
///     mojo_mel_options_get_number(&options, "f_max", &f_max);
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, options that were not initialised, or an unknown name.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid: options for the number of bytes in its size, name a text that ends with a zero
/// byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_options_get_number(
    options: *const MojoMelOptions,
    name: *const c_char,
    out_value: *mut f64,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let (config, name) =
            unsafe { (read(options)?, border::text("name", name, "the name of an option")?) };
        let text = config.get(name)?;
        let option = OPTIONS.iter().find(|option| option.name == name);
        // SAFETY: as above.
        unsafe {
            border::reference("out_value", out_value, "a place for the number")?;
            border::give(out_value, option.map_or(0.0, |option| number(option, &text)));
        }
        Ok(())
    })
}

/// The number of a value that is a text.
fn number(option: &OptionInfo, text: &str) -> f64 {
    match option.kind {
        OptionKind::Bool => f64::from(text == "true"),
        OptionKind::Choice { values, .. } => {
            values.iter().position(|value| value.name == text).unwrap_or(0) as f64
        }
        // What can't be read is "none".
        _ => text.parse().unwrap_or(0.0),
    }
}

/// The error for a value that the caller's options can't hold.
fn refused(name: &str, config: &MelConfig, size: u64) -> Failure {
    let expected = if size < KNOWN as u64 {
        "left to the preset, as the caller's MojoMelOptions ends before it"
    } else {
        "another value, or `none`: the field holds 0 where the option is unset"
    };
    let value = config.get(name).unwrap_or_default();
    Failure::Named(Error::Config { field: name.to_owned().into(), value, expected: expected.into() })
}

/// The configuration that the caller's options describe, unchecked.
///
/// # Safety
/// The pointer is NULL, misaligned, or valid for reads of the number of bytes in its first field.
pub(crate) unsafe fn read(options: *const MojoMelOptions) -> Result<MelConfig, Failure> {
    // SAFETY: the caller's promise.
    unsafe { fields(options) }?.config()
}

/// The caller's fields, and the preset's values for those that the caller doesn't know.
///
/// # Safety
/// That of [`read`].
unsafe fn fields(options: *const MojoMelOptions) -> Result<MojoMelOptions, Failure> {
    const WANTED: &str = "a MojoMelOptions filled by mojo_mel_options_init()";
    // SAFETY: the caller's promise; every version has the size and the preset.
    let (size, number) = unsafe {
        let size = *border::reference("options", options.cast::<u64>(), WANTED)?;
        let size = check_size(usize::try_from(size).unwrap_or(usize::MAX))?;
        let preset = options.byte_add(offset_of!(MojoMelOptions, preset)).cast::<u32>();
        (size, *border::reference("options", preset, WANTED)?)
    };
    let preset = PRESETS.get(number as usize).ok_or(Failure::Number {
        field: "preset",
        value: number.into(),
        wanted: "left as mojo_mel_options_init() filled it",
    })?;
    let mut known = MojoMelOptions::from_config(&MelConfig::preset(preset)?, size as u64, number);
    // SAFETY: the caller's promise; every field is a number, for which any bits are valid.
    unsafe {
        let common = size.min(KNOWN);
        std::ptr::copy_nonoverlapping(options.cast::<u8>(), (&raw mut known).cast::<u8>(), common);
        let rest = border::slice("options", options.cast::<u8>().add(common), size - common)?;
        if let Some(place) = rest.iter().position(|byte| *byte != 0) {
            return Err(Failure::UnknownOptions { offset: common + place, known: KNOWN });
        }
    }
    Ok(known)
}

/// Writes the fields that the caller knows.
///
/// # Safety
/// The pointer is valid for writes of `from.size` bytes.
unsafe fn write(options: *mut MojoMelOptions, from: &MojoMelOptions) {
    let common = (from.size as usize).min(KNOWN);
    // SAFETY: the caller's promise; `from` is a reference, so it can't be the same memory.
    unsafe {
        std::ptr::copy_nonoverlapping(
            std::ptr::from_ref(from).cast::<u8>(),
            options.cast::<u8>(),
            common,
        );
    }
}

fn check_size(size: usize) -> Result<usize, Failure> {
    if !(SMALLEST..=LARGEST).contains(&size) || !size.is_multiple_of(8) {
        return Err(Failure::OptionsSize { size, smallest: SMALLEST, largest: LARGEST });
    }
    Ok(size)
}
