//! Which values an option may have, alone and together with the others.

use super::{Log, MelConfig, Normalize, OPTIONS, PadMode, PadToMode, Reference, StackEdge};
use crate::error::Error;
use crate::number::{plain, scientific};
use crate::resample::RATES;
use alloc::{format, string::String};
use core::ops::RangeInclusive;

/// Largest `n_fft`.
const MAX_N_FFT: u32 = 65_536;
/// Largest `n_mels`.
const MAX_N_MELS: u32 = 4_096;
/// Largest `stack`.
const MAX_STACK: u32 = 256;
/// Largest `delta_win_length`.
const MAX_DELTA: u32 = 255;
/// Largest `pad_start`, `pad_end` and `pad_to`, small enough to add to a length without overflow.
const MAX_PADDING: u64 = 1 << 48;
/// Largest offset or factor of a level: with it no logarithm overflows a float.
const MAX_LEVEL: f64 = 1e9;

/// The values that an integer option may have in any configuration. Other options may narrow them.
#[inline(always)]
pub(super) fn range(option: &str) -> RangeInclusive<u64> {
    match option {
        "n_fft" => 2..=MAX_N_FFT.into(),
        "win_length" => 1..=MAX_N_FFT.into(),
        "n_mels" | "n_mfcc" => 1..=MAX_N_MELS.into(),
        "stack" => 1..=MAX_STACK.into(),
        "pad_start" | "pad_end" => 0..=MAX_PADDING,
        "pad_to" => 1..=MAX_PADDING,
        "normalize_ddof" => 0..=1,
        "frame_margin" => 0..=MAX_N_FFT.into(),
        "delta_win_length" => 3..=MAX_DELTA.into(),
        "delta_order" => 1..=2,
        "input_rate" => (*RATES.start()).into()..=(*RATES.end()).into(),
        "sample_rate"
        | "hop_length"
        | "n_frames"
        | "stack_stride"
        | "max_length"
        | "pad_to_multiple_of"
        | "n_frames_multiple_of" => 1..=u64::MAX,
        _ => 0..=u64::MAX,
    }
}

impl MelConfig {
    /// Checks every option, alone and against the others.
    ///
    /// # Errors
    /// [`Error::Config`] for the first wrong option: its name, its value and what is allowed.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// assert!(MelConfig::whisper().check().is_ok());
    /// let config = MelConfig { f_max: Some(9_000.0), ..MelConfig::whisper() };
    /// let error = config.check().unwrap_err();
    /// assert_eq!(error.to_string(), "f_max must be at most half the sample rate, 8000, got 9000");
    /// ```
    pub fn check(&self) -> Result<(), Error> {
        self.check_numbers_are_finite()?;
        self.check_sizes()?;
        self.check_signal()?;
        self.check_frames()?;
        self.check_mel()?;
        self.check_levels()?;
        self.check_pcen()?;
        self.check_result()?;
        self.check_stack()
    }

    /// Checks that a stream can return the same values as the whole input would.
    pub(crate) fn check_stream(&self) -> Result<(), Error> {
        let uses_reference = self.top_db.is_some() || self.subtract_reference;
        let streams = "in a stream, which never has the whole input";
        self.rule(!(uses_reference && self.reference == Reference::WholeInput), "reference", || {
            format!("fixed (with `reference_value`) or none {streams}")
        })?;
        self.rule(self.normalize == Normalize::None, "normalize", || format!("none {streams}"))?;
        self.rule(!self.mask_tail, "mask_tail", || format!("false {streams}"))?;
        self.rule(!self.normalize_input, "normalize_input", || format!("false {streams}"))?;
        self.rule(self.pad_to.is_none() || self.pad_to_mode == PadToMode::Zeros, "pad_to_mode", || {
            format!("zeros {streams}")
        })
    }

    #[inline(always)]
    fn rule(
        &self,
        holds: bool,
        field: &'static str,
        expected: impl Fn() -> String,
    ) -> Result<(), Error> {
        if holds { Ok(()) } else { self.broken_rule(field, &expected) }
    }

    /// Neither generic nor in the hot path, so that its code exists once: there are as many rules as options.
    #[cold]
    fn broken_rule(&self, field: &'static str, expected: &dyn Fn() -> String) -> Result<(), Error> {
        Err(Error::Config { field: field.into(), value: self.get(field)?, expected: expected().into() })
    }

    /// Checks an integer against its [`range`], which is found while compiling.
    #[inline(always)]
    fn in_range(&self, field: &'static str, value: impl Into<u64>) -> Result<(), Error> {
        let allowed = range(field);
        if allowed.contains(&value.into()) { Ok(()) } else { self.out_of_range(field, allowed) }
    }

    #[cold]
    fn out_of_range(&self, field: &'static str, allowed: RangeInclusive<u64>) -> Result<(), Error> {
        self.rule(false, field, || match (allowed.start(), allowed.end()) {
            (least, &u64::MAX) => format!("at least {least}"),
            (0, most) => format!("at most {most}"),
            (least, most) => format!("from {least} to {most}"),
        })
    }

    /// Like [`in_range`](Self::in_range), for an option that may be unset.
    #[inline(always)]
    fn in_range_or_none(
        &self,
        field: &'static str,
        value: Option<impl Into<u64>>,
    ) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        self.in_range(field, value).map_err(|error| match error {
            Error::Config { field, value, expected } => {
                Error::Config { field, value, expected: expected.or_none() }
            }
            other => other,
        })
    }

    fn check_numbers_are_finite(&self) -> Result<(), Error> {
        let numbers = [
            ("f_min", Some(self.f_min)),
            ("f_max", self.f_max),
            ("power", Some(self.power)),
            ("magnitude_eps", Some(self.magnitude_eps)),
            ("input_scale", Some(self.input_scale)),
            ("dither", Some(self.dither)),
            ("preemphasis", Some(self.preemphasis)),
            ("log_floor", Some(self.log_floor)),
            ("reference_value", Some(self.reference_value)),
            ("top_db", self.top_db),
            ("offset", Some(self.offset)),
            ("scale", Some(self.scale)),
            ("lifter", Some(self.lifter)),
            ("energy_floor", Some(self.energy_floor)),
            ("normalize_eps", Some(self.normalize_eps)),
            ("stack_fill", Some(self.stack_fill)),
            ("pcen_gain", Some(self.pcen_gain)),
            ("pcen_bias", Some(self.pcen_bias)),
            ("pcen_power", Some(self.pcen_power)),
            ("pcen_time_constant", Some(self.pcen_time_constant)),
            ("pcen_eps", Some(self.pcen_eps)),
            ("log_ceiling", self.log_ceiling),
        ];
        debug_assert_eq!(
            numbers.len(),
            OPTIONS.iter().filter(|option| option.kind == super::OptionKind::F64).count(),
            "an option that is a number is missing here"
        );
        for (field, value) in numbers {
            // The kernels use values as 32-bit floats.
            let finite = value.is_none_or(|value| (value as f32).is_finite());
            self.rule(finite, field, || "a finite number that a 32-bit float can hold".into())?;
        }
        Ok(())
    }

    fn check_sizes(&self) -> Result<(), Error> {
        let n_fft = self.n_fft;
        self.in_range("sample_rate", self.sample_rate)?;
        self.check_rates()?;
        self.in_range("n_fft", n_fft)?;
        self.rule((1..=n_fft).contains(&self.window_length()), "win_length", || {
            format!("from 1 to `n_fft`, {n_fft}")
        })?;
        self.in_range("hop_length", self.hop_length)?;
        self.in_range("n_mels", self.n_mels)
    }

    fn check_rates(&self) -> Result<(), Error> {
        let (lowest, highest) = (RATES.start(), RATES.end());
        let resamples = self.rate_of_input() != self.sample_rate;
        self.rule(!resamples || RATES.contains(&self.rate_of_input()), "input_rate", || {
            format!("from {lowest} to {highest}, or `none`")
        })?;
        self.rule(!resamples || RATES.contains(&self.sample_rate), "sample_rate", || {
            format!("from {lowest} to {highest} where `input_rate` is another rate")
        })
    }

    fn check_signal(&self) -> Result<(), Error> {
        self.rule(self.snip_edges || !self.center, "snip_edges", || {
            "true where `center` is true".into()
        })?;
        self.rule(
            !self.center
                || self.center_pad != super::CenterPad::HalfOverlap
                || self.hop_length <= self.n_fft,
            "center_pad",
            || "half_frame where `hop_length` is more than `n_fft`".into(),
        )?;
        self.in_range_or_none("max_length", self.max_length)?;
        self.check_padding()?;
        self.rule(self.input_scale > 0.0, "input_scale", || "more than 0".into())?;
        self.rule(self.dither >= 0.0, "dither", || "at least 0".into())?;
        self.rule((0.0..=1.0).contains(&self.preemphasis), "preemphasis", || "from 0 to 1".into())?;
        // 0 to the power of 0 would be 1.
        let least = f32::MIN_POSITIVE;
        self.rule(self.power as f32 >= least, "power", || format!("at least {}", scientific(least)))?;
        self.rule(self.magnitude_eps >= 0.0, "magnitude_eps", || "at least 0".into())
    }

    fn check_padding(&self) -> Result<(), Error> {
        self.in_range("pad_start", self.pad_start)?;
        self.in_range("pad_end", self.pad_end)?;
        self.in_range_or_none("pad_to", self.pad_to)?;
        self.in_range_or_none("pad_to_multiple_of", self.pad_to_multiple_of)?;
        let is_inside = !self.center && self.snip_edges;
        let begins_with_zeros = is_inside || self.pad_mode == PadMode::Constant;
        self.rule(self.pad_start == 0 || begins_with_zeros, "pad_start", || {
            "0 unless `pad_mode` is constant, or `center` is false and `snip_edges` true".into()
        })?;
        if self.pad_to_mode != PadToMode::Repeat {
            return Ok(());
        }
        let zero = || "0 where `pad_to_mode` is repeat".into();
        self.rule(self.pad_end == 0, "pad_end", zero)?;
        self.rule(self.pad_start == 0, "pad_start", zero)?;
        self.rule(self.pad_to_multiple_of.is_none(), "pad_to_multiple_of", || {
            "`none` where `pad_to_mode` is repeat".into()
        })
    }

    fn check_frames(&self) -> Result<(), Error> {
        self.in_range("frame_margin", self.frame_margin)?;
        let n_fft = self.n_fft;
        self.rule(self.frame_margin <= n_fft, "frame_margin", || format!("at most `n_fft`, {n_fft}"))?;
        self.rule(self.frame_margin == 0 || self.snip_edges, "frame_margin", || {
            "0 where `snip_edges` is false".into()
        })?;
        self.in_range_or_none("n_frames_multiple_of", self.n_frames_multiple_of)?;
        if self.n_frames_multiple_of.is_none() {
            return Ok(());
        }
        self.rule(self.center, "center", || "true where `n_frames_multiple_of` is set".into())?;
        self.rule(self.center_pad == super::CenterPad::HalfFrame, "center_pad", || {
            "half_frame where `n_frames_multiple_of` is set".into()
        })?;
        self.rule(!self.drop_last_frame, "drop_last_frame", || {
            "false where `n_frames_multiple_of` is set".into()
        })?;
        self.rule(self.frame_margin == 0, "frame_margin", || {
            "0 where `n_frames_multiple_of` is set".into()
        })?;
        self.rule(self.pad_to_mode == PadToMode::Zeros, "pad_to_mode", || {
            "zeros where `n_frames_multiple_of` is set".into()
        })?;
        self.rule(self.n_frames.is_none(), "n_frames", || {
            "`none` where `n_frames_multiple_of` is set".into()
        })
    }

    fn check_mel(&self) -> Result<(), Error> {
        let nyquist = f64::from(self.sample_rate) / 2.0;
        let f_max = self.upper_frequency();
        self.rule(self.f_min >= 0.0, "f_min", || "at least 0".into())?;
        self.rule(f_max <= nyquist, "f_max", || {
            format!("at most half the sample rate, {}", plain(nyquist))
        })?;
        self.rule(f_max > 0.0, "f_max", || {
            format!("more than {}, as 0 or less is added to half the sample rate", plain(-nyquist))
        })?;
        self.rule(self.f_min < f_max, "f_min", || format!("less than `f_max`, {}", plain(f_max)))
    }

    fn check_levels(&self) -> Result<(), Error> {
        let smallest = f32::MIN_POSITIVE;
        self.rule(!self.log.is_logarithm() || self.log_floor as f32 >= smallest, "log_floor", || {
            format!("at least {} where there is a logarithm", scientific(smallest))
        })?;
        self.rule(self.log_floor >= 0.0, "log_floor", || "at least 0".into())?;
        // Energies are at most that, too, and their sum is a float.
        let most = f64::from(f32::MAX / 4.0);
        self.rule(self.log_floor <= most, "log_floor", || format!("at most {}", scientific(most)))?;
        self.check_ceiling()?;
        self.rule(self.top_db.is_none_or(|top_db| top_db > 0.0), "top_db", || {
            "more than 0, or `none`".into()
        })?;
        self.rule(self.top_db.is_none() || self.log.is_logarithm(), "top_db", || {
            format!("`none` where `log` is {}", self.log.name())
        })?;
        self.rule(!self.subtract_reference || self.log.is_logarithm(), "subtract_reference", || {
            format!("false where `log` is {}", self.log.name())
        })?;
        self.rule(self.scale as f32 >= smallest, "scale", || "more than 0".into())?;
        let large = |value: f64| value.abs() > MAX_LEVEL;
        let most = || format!("at most {} in magnitude", scientific(MAX_LEVEL));
        self.rule(!large(self.scale), "scale", most)?;
        self.rule(!large(self.offset), "offset", most)?;
        self.rule(!large(self.reference_value), "reference_value", most)?;
        self.rule(!self.top_db.is_some_and(large), "top_db", most)
    }

    fn check_ceiling(&self) -> Result<(), Error> {
        let Some(ceiling) = self.log_ceiling else { return Ok(()) };
        let floor = self.log_floor;
        self.rule(self.log.is_logarithm(), "log_ceiling", || {
            format!("`none` where `log` is {}", self.log.name())
        })?;
        self.rule(ceiling >= floor, "log_ceiling", || {
            format!("at least `log_floor`, {}, or `none`", scientific(floor))
        })?;
        self.rule(self.n_mfcc.is_none(), "log_ceiling", || "`none` where `n_mfcc` is set".into())
    }

    /// Within these limits every finite energy makes a finite value.
    fn check_pcen(&self) -> Result<(), Error> {
        let least = f64::from(f32::MIN_POSITIVE);
        for (field, value) in [("pcen_gain", self.pcen_gain), ("pcen_power", self.pcen_power)] {
            self.rule((0.0..=1.0).contains(&value), field, || "from 0 to 1".into())?;
        }
        self.rule(self.pcen_bias == 0.0 || self.pcen_bias >= least, "pcen_bias", || {
            format!("0, or at least {}", scientific(least))
        })?;
        self.rule(self.pcen_eps >= least, "pcen_eps", || format!("at least {}", scientific(least)))?;
        let seconds = self.pcen_time_constant;
        self.rule(seconds > 0.0 && seconds <= MAX_LEVEL, "pcen_time_constant", || {
            format!("more than 0 and at most {}", scientific(MAX_LEVEL))
        })?;
        if self.log != Log::Pcen {
            return Ok(());
        }
        self.rule(self.n_mfcc.is_none(), "n_mfcc", || "`none` where `log` is pcen".into())?;
        self.rule(!self.use_energy, "use_energy", || "false where `log` is pcen".into())
    }

    fn check_result(&self) -> Result<(), Error> {
        let n_mels = self.n_mels;
        self.rule((1..=n_mels).contains(&self.n_mfcc.unwrap_or(1)), "n_mfcc", || {
            format!("from 1 to `n_mels`, {n_mels}, or `none`")
        })?;
        // Angles are divided by the lifter.
        let least = f64::from(f32::MIN_POSITIVE);
        self.rule(self.lifter == 0.0 || self.lifter >= least, "lifter", || {
            format!("0, or at least {}", scientific(least))
        })?;
        self.rule(self.energy_floor >= 0.0, "energy_floor", || "at least 0".into())?;
        // Energies are scaled by its square, which must fit a float: the root of the largest is 1.84e19.
        let most = 1.8e19;
        self.rule(!self.use_energy || self.input_scale <= most, "input_scale", || {
            format!("at most {} with `use_energy`", scientific(most))
        })?;
        self.in_range_or_none("n_frames", self.n_frames)?;
        let plain_rows = self.n_mfcc.is_none() && !self.use_energy;
        self.rule(self.n_frames.is_none() || plain_rows, "n_frames", || {
            "`none` where `n_mfcc` or `use_energy` is set".into()
        })?;
        self.rule(self.normalize_ddof <= 1, "normalize_ddof", || "0 or 1".into())?;
        self.rule(self.normalize_eps >= 0.0, "normalize_eps", || "at least 0".into())
    }

    fn check_stack(&self) -> Result<(), Error> {
        self.in_range("stack", self.stack)?;
        self.in_range_or_none("stack_stride", self.stack_stride)?;
        self.in_range_or_none("delta_win_length", self.delta_win_length)?;
        self.rule(self.delta_win_length.is_none_or(|n| n % 2 == 1), "delta_win_length", || {
            "an odd number, or `none`".into()
        })?;
        self.rule(self.delta_win_length.is_none() || self.n_frames.is_none(), "n_frames", || {
            "`none` where `delta_win_length` is set".into()
        })?;
        self.in_range("delta_order", self.delta_order)?;
        self.rule(self.delta_order == 1 || self.delta_win_length.is_some(), "delta_order", || {
            "1 where `delta_win_length` is `none`".into()
        })?;
        let stride = self.stack_stride.unwrap_or(self.stack);
        if self.stack == 1 && stride == 1 {
            return Ok(());
        }
        self.rule(self.n_frames.is_none(), "n_frames", || {
            "`none` where `stack` or `stack_stride` is more than 1".into()
        })?;
        // Normalization changes frames where they are stored, so each must be stored exactly once.
        let stores_all = stride == self.stack && self.stack_edge == StackEdge::Fill;
        let otherwise = "unless `stack_stride` equals `stack` and `stack_edge` is fill";
        self.rule(self.normalize == Normalize::None || stores_all, "normalize", || {
            format!("none {otherwise}")
        })?;
        self.rule(self.log != Log::Pcen || stores_all, "log", || {
            format!("another value than pcen {otherwise}")
        })?;
        self.rule(self.delta_win_length.is_none() || stores_all, "delta_win_length", || {
            format!("`none` {otherwise}")
        })?;
        self.rule(!self.mask_tail || stores_all, "mask_tail", || format!("false {otherwise}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::OptionKind;
    use alloc::string::ToString;

    #[test]
    fn texts_of_integers_say_what_is_really_allowed() {
        for option in OPTIONS.iter().filter(|o| matches!(o.kind, OptionKind::U32 | OptionKind::U64)) {
            let allowed = range(option.name);
            let outside = [allowed.start().checked_sub(1), allowed.end().checked_add(1)];
            for value in outside.into_iter().flatten() {
                let mut config = MelConfig::whisper();
                let set = config.set(option.name, &value.to_string());
                let error = set.and_then(|()| config.check()).expect_err(option.name);
                assert_eq!(error.field(), Some(option.name), "{value}: {error}");
            }
            let error = MelConfig::whisper().set(option.name, "x").expect_err("no integer");
            assert!(error.to_string().contains(&format!("an integer from {} to ", allowed.start())));
        }
        let text = |option, value| MelConfig::whisper().set(option, value).expect_err("x").to_string();
        assert_eq!(text("n_mels", "x"), "n_mels must be an integer from 1 to 4096, got x");
        assert_eq!(
            text("hop_length", "-1"),
            "hop_length must be an integer from 1 to 4294967295, got -1"
        );
        assert_eq!(
            text("input_rate", "fast"),
            "input_rate must be an integer from 1000 to 768000, or none, got fast"
        );
    }
}
