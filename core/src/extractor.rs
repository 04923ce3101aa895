//! The extractor: a configuration, checked and planned once, that computes any number of inputs.

use crate::config::MelConfig;
use crate::error::Error;
use crate::kernels::InstructionSet;
use crate::memory;
use crate::plan::{Overrides, Plan};
use crate::scratch::ScratchPool;
use crate::shared::Shared;
use crate::signal::Sample;
use crate::sink::{Sink, check_room};
use crate::spectrogram::MelSpectrogram;
use crate::stream::MelStream;
use crate::whole::WholeInput;
use alloc::vec::Vec;

/// Computes mel spectrograms of one configuration.
///
/// Making one takes a few microseconds, so keep it and use it for every input. It never changes: threads
/// can share it. Computations that run at the same time each take working memory of their own, which the
/// extractor keeps for the next.
///
/// ```
/// use mojo_audio_core::{MelConfig, MelExtractor};
///
/// let extractor = MelExtractor::new(&MelConfig::whisper())?;
/// let mel = extractor.compute(&vec![0.0f32; 480_000])?;
/// assert_eq!((mel.n_mels(), mel.n_frames()), (80, 3000));
/// # Ok::<(), mojo_audio_core::Error>(())
/// ```
pub struct MelExtractor {
    config: MelConfig,
    plan: Shared<Plan>,
    pool: ScratchPool,
}

impl MelExtractor {
    /// Checks and plans a configuration.
    ///
    /// # Errors
    /// [`Error::Config`] with the option at fault; [`Error::Allocation`].
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, MelExtractor};
    ///
    /// let extractor = MelExtractor::new(&MelConfig { n_mels: 128, ..MelConfig::whisper() })?;
    /// assert_eq!(extractor.n_mels(), 128);
    ///
    /// let error = MelExtractor::new(&MelConfig { n_mels: 0, ..MelConfig::whisper() }).unwrap_err();
    /// assert!(error.to_string().starts_with("n_mels"));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn new(config: &MelConfig) -> Result<Self, Error> {
        Self::with_overrides(config, Overrides::default())
    }

    /// Like [`new`](Self::new), but with your own window or filterbank, or on a certain instruction set.
    ///
    /// # Errors
    /// Besides those of `new`: [`Error::BufferSize`] if a table has another length than its options
    /// say, [`Error::Config`] if it has a value that is not finite (in `row_mean` and `row_scale`, above
    /// 1e18 in magnitude) or the machine lacks the instruction set.
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, MelExtractor, Overrides};
    ///
    /// let config = MelConfig::whisper();
    /// let window = vec![1.0; config.window_length() as usize]; // a rectangle
    /// let overrides = Overrides { window: Some(&window), ..Overrides::default() };
    /// let mel = MelExtractor::with_overrides(&config, overrides)?.compute(&[0.5f32; 16_000])?;
    /// assert_eq!(mel.n_frames(), 100);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn with_overrides(config: &MelConfig, overrides: Overrides<'_>) -> Result<Self, Error> {
        Self::of_plan(config, Plan::new(config, &overrides)?)
    }

    pub(crate) fn of_plan(config: &MelConfig, plan: Plan) -> Result<Self, Error> {
        let plan = Shared::new(plan)?;
        let pool = ScratchPool::new(&plan)?;
        Ok(Self { config: config.clone(), plan, pool })
    }

    /// The configuration.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let extractor = MelExtractor::new(&MelConfig::whisper())?;
    /// assert_eq!(extractor.config().hop_length, 160);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn config(&self) -> &MelConfig {
        &self.config
    }

    /// The instruction set that was chosen.
    ///
    /// ```
    /// # use mojo_audio_core::{InstructionSet, MelConfig, MelExtractor};
    /// let extractor = MelExtractor::new(&MelConfig::whisper())?;
    /// assert_eq!(InstructionSet::available().next(), Some(extractor.instruction_set()));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn instruction_set(&self) -> InstructionSet {
        self.plan.kernel.set
    }

    /// Rows of a result: the mel bands, the cepstral coefficients (`n_mfcc`), or the bands and the
    /// energy (`use_energy`), as many more for each order of deltas, times `stack`.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mfcc = MelConfig { n_mfcc: Some(13), ..MelConfig::kaldi_fbank() };
    /// assert_eq!(MelExtractor::new(&mfcc)?.n_mels(), 13);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn n_mels(&self) -> usize {
        self.plan.n_rows
    }

    /// Frames of the result for an input of `n_samples` samples; 0 if it is too short for one.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let extractor = MelExtractor::new(&MelConfig::whisper())?;
    /// assert_eq!(extractor.frame_count(16_000), 100);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn frame_count(&self, n_samples: usize) -> usize {
        if n_samples == 0 {
            return 0;
        }
        self.plan.frame_count(n_samples as u64)
    }

    /// How many frames of the result for an input of `n_samples` samples are real, as the attention masks of
    /// transformers' feature extractors count them; the others follow them and are padding.
    ///
    /// - Where `pad_to` appends zeros, a frame is real if it starts in the signal, or has its middle there if frames are
    ///   centred. Zeros that every signal gets (`pad_start`, `pad_end`, `pad_to_multiple_of`) and copies of it
    ///   (`pad_to_mode` `repeat`) count as signal.
    /// - Of frames that `n_frames` appends, none is real.
    /// - With `mask_tail`, only as many frames are real as the signal has whole hops: Parakeet's mask has 100 of 101 frames.
    /// - A stack of frames is real if it has no missing frame.
    ///
    /// The mask of `VoxtralRealtimeFeatureExtractor` is shorter: it counts only whole frames, as if they were not centred.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let config = MelConfig { pad_to: Some(480_000), ..MelConfig::whisper() };
    /// let extractor = MelExtractor::new(&config)?;
    /// assert_eq!((extractor.frame_count(16_000), extractor.valid_frames(16_000)), (3000, 100));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn valid_frames(&self, n_samples: usize) -> usize {
        if n_samples == 0 {
            return 0;
        }
        self.plan.valid_frames(n_samples as u64)
    }

    /// The bands whose filter is so narrow that it contains no bin of the transform: they are
    /// always at the floor. A larger `n_fft` or fewer `n_mels` avoids that.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// assert!(MelExtractor::new(&MelConfig::whisper())?.empty_filters().is_empty());
    /// let narrow = MelConfig { n_mels: 256, ..MelConfig::whisper() };
    /// assert_eq!(MelExtractor::new(&narrow)?.empty_filters()[0], 0);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn empty_filters(&self) -> Vec<usize> {
        self.plan.recipe.bands.filterbank.empty_filters().collect()
    }

    /// Like [`empty_filters`](Self::empty_filters), but writes as many of them as fit to `out`, and returns how many
    /// there are. Doesn't allocate.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let narrow = MelExtractor::new(&MelConfig { n_mels: 256, ..MelConfig::whisper() })?;
    /// let mut first = [99];
    /// assert_eq!(narrow.empty_filters_into(&mut first), narrow.empty_filters().len());
    /// assert_eq!(first, [0]);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn empty_filters_into(&self, out: &mut [usize]) -> usize {
        let mut places = out.iter_mut();
        let write = |filter| places.next().map(|place| *place = filter);
        self.plan.recipe.bands.filterbank.empty_filters().map(write).count()
    }

    /// The weights of the filters that the extractor uses: (`n_mels`, `n_fft` / 2 + 1), row-major, where `n_mels` is the
    /// option. Those of the configured triangles are the ones of librosa's `filters.mel`, torchaudio's
    /// `melscale_fbanks` or Kaldi's `MelBanks`, computed in float64 and rounded; your own are returned as they were
    /// given.
    ///
    /// # Errors
    /// [`Error::Allocation`].
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let weights = MelExtractor::new(&MelConfig::whisper())?.filterbank()?;
    /// assert_eq!(weights.len(), 80 * 201);
    /// assert_eq!((weights[0], weights[1] > 0.0), (0.0, true)); // bins 0 and 1 in filter 0
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn filterbank(&self) -> Result<Vec<f32>, Error> {
        let mut weights = memory::filled(self.plan.recipe.bands.n_weights(), 0.0)?;
        self.plan.recipe.bands.write_weights(&mut weights)?;
        Ok(weights)
    }

    /// Like [`filterbank`](Self::filterbank), but writes into the first `n_mels * (n_fft / 2 + 1)` values of `out`.
    ///
    /// # Errors
    /// [`Error::BufferSize`] if `out` is shorter; [`Error::Allocation`].
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let extractor = MelExtractor::new(&MelConfig::whisper())?;
    /// let mut weights = vec![0.0; 80 * 201];
    /// extractor.filterbank_into(&mut weights)?;
    /// assert_eq!(weights, extractor.filterbank()?);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn filterbank_into(&self, out: &mut [f32]) -> Result<(), Error> {
        let n_weights = self.plan.recipe.bands.n_weights();
        check_room(out, n_weights)?;
        self.plan.recipe.bands.write_weights(&mut out[..n_weights])
    }

    /// Bytes of working memory that a computation uses besides its result and the extractor's tables.
    /// They depend on the configuration, not on the length of the input; computations that run at the
    /// same time take as much each.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// assert!(MelExtractor::new(&MelConfig::whisper())?.working_memory() < 64 * 1024);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn working_memory(&self) -> usize {
        self.pool.bytes
    }

    /// The mel spectrogram of `samples`: mono, at the configuration's `input_rate` or else its `sample_rate`, either `f32` (full scale
    /// is 1) or `i16` (each counts as value / 32,768). Returns (`n_mels`, `n_frames`), or the transpose if
    /// the option `layout` is `frame_major`, row-major.
    ///
    /// # Errors
    /// [`Error::EmptyInput`]; [`Error::Sample`] for the first sample that is not finite, or so
    /// large that a power can't be represented; [`Error::Allocation`].
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, MelExtractor};
    ///
    /// let extractor = MelExtractor::new(&MelConfig::whisper())?;
    /// let tone: Vec<f32> = (0..16_000).map(|i| 0.5 * (i as f32 * 0.1).sin()).collect();
    /// let mel = extractor.compute(&tone)?;
    /// assert_eq!(mel.data().len(), 80 * 100);
    ///
    /// let integers = [1_000i16, -1_000].repeat(8_000);
    /// assert_eq!(extractor.compute(&integers)?.n_frames(), 100);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn compute<S: Sample>(&self, samples: &[S]) -> Result<MelSpectrogram, Error> {
        self.compute_on(samples, 1)
    }

    pub(crate) fn compute_on<S: Sample>(
        &self,
        samples: &[S],
        threads: usize,
    ) -> Result<MelSpectrogram, Error> {
        let n_frames = self.frame_count(samples.len());
        let length = self.length(n_frames)?;
        let mut data: Vec<f32> = memory::with_capacity(length)?;
        // SAFETY: there is room for the result, and all of it has been written where it is kept.
        unsafe {
            self.compute_at(samples, data.as_mut_ptr(), n_frames, threads)?;
            data.set_len(length);
        }
        Ok(MelSpectrogram { data, n_mels: self.n_mels(), n_frames, layout: self.config.layout })
    }

    /// Like [`compute`](Self::compute), but writes into the first
    /// `n_mels * frame_count(samples.len())` values of `out`, in the order of the option `layout`. Returns
    /// the number of frames. Doesn't allocate, except that the first concurrent calls each allocate their
    /// own working memory.
    ///
    /// # Errors
    /// Those of `compute`, and [`Error::BufferSize`] if `out` is shorter. After an error `out` holds
    /// anything.
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, MelExtractor};
    ///
    /// let extractor = MelExtractor::new(&MelConfig::whisper())?;
    /// let mut out = vec![0.0; extractor.n_mels() * extractor.frame_count(16_000)];
    /// for clip in [[0.1f32; 16_000], [0.2; 16_000]] {
    ///     let n_frames = extractor.compute_into(&clip, &mut out)?;
    ///     assert_eq!(n_frames, 100); // band m of frame t is out[m * n_frames + t]
    /// }
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn compute_into<S: Sample>(&self, samples: &[S], out: &mut [f32]) -> Result<usize, Error> {
        let n_frames = self.frame_count(samples.len());
        check_room(out, self.length(n_frames)?)?;
        // SAFETY: `out` has room for the result.
        unsafe { self.compute_at(samples, out.as_mut_ptr(), n_frames, 1)? };
        Ok(n_frames)
    }

    /// A stream of this configuration. It shares the extractor's tables and may outlive the extractor: its
    /// cost is that of its buffers. The first stream also makes the tables for frames that come one at a time.
    ///
    /// # Errors
    /// [`Error::Config`] naming the option that needs the whole input; [`Error::Allocation`].
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, MelExtractor};
    ///
    /// let extractor = MelExtractor::new(&MelConfig::kaldi_fbank())?;
    /// let (mut left, mut right) = (extractor.stream()?, extractor.stream()?);
    /// assert_eq!(left.push(&[0.1f32; 400])?.n_frames(), 1);
    /// assert_eq!(right.push(&[0.2f32; 560])?.n_frames(), 2);
    ///
    /// // Whisper's levels depend on the loudest frame of the whole input.
    /// let error = MelExtractor::new(&MelConfig::whisper())?.stream().unwrap_err();
    /// assert!(error.to_string().starts_with("reference"));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn stream(&self) -> Result<MelStream, Error> {
        self.config.check_stream()?;
        MelStream::new(self.plan.clone(), self.config.layout)
    }

    fn length(&self, n_frames: usize) -> Result<usize, Error> {
        n_frames.checked_mul(self.plan.n_rows).ok_or(Error::Allocation { bytes: usize::MAX })
    }

    /// Writes the whole result, or returns an error.
    ///
    /// # Safety
    /// `out` is valid for writes of `n_mels * n_frames` values.
    unsafe fn compute_at<S: Sample>(
        &self,
        samples: &[S],
        out: *mut f32,
        n_frames: usize,
        threads: usize,
    ) -> Result<(), Error> {
        let Self { config, plan, pool } = self;
        let sink = Sink {
            start: out,
            n_rows: plan.recipe.bands.n_rows,
            n_frames,
            layout: config.layout,
            stacking: plan.stacking,
            n_stacked: plan.framing.count(plan.signal_length(samples.len() as u64)),
        };
        // SAFETY: the caller's.
        unsafe { WholeInput { plan, pool, samples, threads }.compute(sink) }
    }
}

impl core::fmt::Debug for MelExtractor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MelExtractor")
            .field("config", &self.config)
            .field("instruction_set", &self.instruction_set())
            .finish_non_exhaustive()
    }
}
