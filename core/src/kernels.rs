//! The table of entry points: the steps of a block and what is done to slices, compiled for each instruction set,
//! one of which is chosen when an extractor is planned.

use crate::block::bands::{self, Bands};
use crate::block::single::Single;
use crate::block::slices::{self, Step};
use crate::block::{self, Block, Recipe};
use crate::compress::Levels;
#[cfg(target_arch = "aarch64")]
use crate::lanes::neon;
#[cfg(any(
    debug_assertions,
    not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))
))]
use crate::lanes::scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use crate::lanes::simd128;
#[cfg(target_arch = "x86_64")]
use crate::lanes::{avx2, avx512, sse2};
use crate::resample::kernels as resample;
#[cfg(feature = "stages")]
use crate::stages::Stage;

/// An instruction set that the kernels are compiled for.
///
/// Those with a fused multiply-add give the same bits as each other. The rest round twice where those
/// round once: other bits, within the same bounds of the conformance cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstructionSet {
    /// 16 lanes, fused.
    Avx512,
    /// 8 lanes, fused.
    Avx2,
    /// 4 lanes, not fused; every x86-64 has it.
    Sse2,
    /// 4 lanes, fused; every 64-bit Arm has it.
    Neon,
    /// 4 lanes of WebAssembly, not fused; of programs compiled with the feature `simd128`.
    Simd128,
    /// One lane, fused by software where the machine has no instruction for it: the reference that
    /// the others are compared with, and slow. In builds with debug assertions only.
    ScalarFused,
    /// One lane, not fused; for programs compiled without any of the vectors, and in builds with debug
    /// assertions.
    Scalar,
}

impl InstructionSet {
    /// Those that this program and machine can run, the fastest first.
    ///
    /// ```
    /// use mojo_audio_core::{InstructionSet, MelConfig, MelExtractor, Overrides};
    ///
    /// for set in InstructionSet::available() {
    ///     let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
    ///     let extractor = MelExtractor::with_overrides(&MelConfig::whisper(), overrides)?;
    ///     assert_eq!(extractor.instruction_set(), set);
    /// }
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn available() -> impl Iterator<Item = Self> {
        KERNELS.iter().filter(|kernel| (kernel.is_available)()).map(|kernel| kernel.set)
    }
}

/// The entry points of one instruction set.
pub struct Kernel {
    pub set: InstructionSet,
    pub(crate) lanes: usize,
    /// Whether samples are expanded, which may depend on the machine.
    pub(crate) expands: fn() -> bool,
    is_available: fn() -> bool,
    block: unsafe fn(&Recipe, &mut Block<'_>),
    #[cfg(feature = "stages")]
    stage: unsafe fn(Stage, &Recipe, &mut Block<'_>),
    single: unsafe fn(&Single, &Bands, *mut f32, *const f32, *mut f32, Levels),
    convert_i16: unsafe fn(&[i16], &mut [f32]),
    emphasize: unsafe fn(&mut [f32], f32, f32),
    apply_levels: unsafe fn(&mut [f32], Levels),
    normalize: unsafe fn(&mut [f32], &mut Step<'_>),
    store_frames: unsafe fn(*const f32, usize, *mut f32, usize),
    resample: unsafe fn(resample::Step<'_>),
}

impl Kernel {
    /// The fastest one that this machine has, or the one asked for if it has that.
    pub(crate) fn choose(wanted: Option<InstructionSet>) -> Option<&'static Self> {
        let mut available = KERNELS.iter().copied().filter(|kernel| (kernel.is_available)());
        available.find(|kernel| wanted.is_none_or(|set| kernel.set == set))
    }

    /// Computes one block of frames.
    ///
    /// # Safety
    /// As of [`block::compute`].
    pub(crate) unsafe fn block(&self, recipe: &Recipe, block: &mut Block<'_>) {
        // SAFETY: `choose` gives only kernels that the machine can run; the rest is the caller's.
        unsafe { (self.block)(recipe, block) }
    }

    /// Computes one frame on its own.
    ///
    /// # Safety
    /// As of [`Single::compute`].
    pub(crate) unsafe fn single(
        &self,
        single: &Single,
        bands: &Bands,
        floats: *mut f32,
        source: *const f32,
        out: *mut f32,
        levels: Levels,
    ) {
        // SAFETY: as above.
        unsafe { (self.single)(single, bands, floats, source, out, levels) }
    }

    /// Computes one stage of a block.
    ///
    /// # Safety
    /// As of [`block::stage`].
    #[cfg(feature = "stages")]
    pub(crate) unsafe fn stage(&self, stage: Stage, recipe: &Recipe, block: &mut Block<'_>) {
        // SAFETY: as above.
        unsafe { (self.stage)(stage, recipe, block) }
    }

    /// Copies a tile to frames whose bands stand together.
    ///
    /// # Safety
    /// As of [`bands::store_frames`].
    pub(crate) unsafe fn store_frames(
        &self,
        tile: *const f32,
        n_rows: usize,
        to: *mut f32,
        n_frames: usize,
    ) {
        // SAFETY: the caller's.
        unsafe { (self.store_frames)(tile, n_rows, to, n_frames) }
    }

    /// value / 32,768 of each.
    pub(crate) fn convert_i16(&self, from: &[i16], to: &mut [f32]) {
        // SAFETY: `choose` gives only kernels that the machine can run.
        unsafe { (self.convert_i16)(from, to) }
    }

    /// x[i] − c · x[i−1] of each in place, `before` being the one before the first.
    pub(crate) fn emphasize(&self, samples: &mut [f32], coefficient: f32, before: f32) {
        // SAFETY: as above.
        unsafe { (self.emphasize)(samples, coefficient, before) }
    }

    /// max(y, lowest) − subtracted of each.
    pub(crate) fn apply_levels(&self, values: &mut [f32], levels: Levels) {
        // SAFETY: as above.
        unsafe { (self.apply_levels)(values, levels) }
    }

    /// A step of the normalization.
    pub(crate) fn normalize(&self, values: &mut [f32], step: &mut Step<'_>) {
        // SAFETY: as above.
        unsafe { (self.normalize)(values, step) }
    }

    /// A step of the resampling.
    pub(crate) fn resample(&self, step: resample::Step<'_>) {
        // SAFETY: as above.
        unsafe { (self.resample)(step) }
    }
}

impl core::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.set.fmt(f)
    }
}

/// Compiles the kernels for one lane type, in functions that have its instruction set.
macro_rules! kernel {
    ($module:ident, $lane:ty, $set:ident, $available:expr $(, $features:literal)?) => {
        mod $module {
            use super::*;
            use crate::block::BlockStages;
            use crate::block::ahead::Ahead;
            use crate::block::spectrum::{self, LaneEngine, Stages, WideStages};
            use crate::lanes::rows::Rows;
            use crate::lanes::{Lane, Real};

            type V = $lane;
            type Wide = <V as Lane>::Wide;

            pub(super) static KERNEL: Kernel = Kernel {
                set: InstructionSet::$set,
                lanes: V::N,
                expands: V::expands,
                is_available: || $available,
                block: compute,
                #[cfg(feature = "stages")]
                stage,
                single,
                convert_i16,
                emphasize,
                apply_levels,
                normalize,
                store_frames,
                resample: resample_step,
            };

            $(#[target_feature(enable = $features)])?
            unsafe fn compute(recipe: &Recipe, block: &mut Block<'_>) {
                // SAFETY: the caller's.
                unsafe { block::compute::<V>(recipe, block, &stages()) }
            }

            #[cfg(feature = "stages")]
            $(#[target_feature(enable = $features)])?
            unsafe fn stage(stage: Stage, recipe: &Recipe, block: &mut Block<'_>) {
                // SAFETY: the caller's.
                unsafe { block::stage::<V>(stage, recipe, block, &stages()) }
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn single(
                single: &Single,
                bands: &Bands,
                floats: *mut f32,
                source: *const f32,
                out: *mut f32,
                levels: Levels,
            ) {
                // SAFETY: the caller's.
                unsafe { single.compute::<V>(bands, floats, source, out, levels, &stages().spectrum) }
            }

            #[inline(always)]
            fn stages() -> BlockStages<V> {
                let wide = WideStages { first: first_wide, columns: columns_wide };
                let stages = BlockStages { spectrum: Stages { first, columns, wide }, bands };
                // `black_box` hides which functions these are; otherwise LLVM inlines them despite
                // `#[inline(never)]`.
                core::hint::black_box(stages)
            }

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn first(
                engine: &LaneEngine<V>,
                samples: Rows<V>,
                rows: Rows<V>,
                direct: Rows<V>,
                ahead: Ahead,
            ) {
                // SAFETY: the caller's.
                unsafe { spectrum::first_stage(engine, samples, rows, direct, ahead) }
            }

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn columns(engine: &LaneEngine<V>, rows: Rows<V>, direct: Rows<V>, ahead: Ahead) {
                // SAFETY: the caller's.
                unsafe { spectrum::column_powers::<V, V>(engine, rows, direct, ahead) }
            }

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn first_wide(
                engine: &LaneEngine<Wide>,
                samples: Rows<V>,
                rows: Rows<Wide>,
                direct: Rows<Wide>,
                ahead: Ahead,
            ) {
                // SAFETY: the caller's.
                unsafe { spectrum::first_stage(engine, samples, rows, direct, ahead) }
            }

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn columns_wide(
                engine: &LaneEngine<Wide>,
                rows: Rows<Wide>,
                direct: Rows<Wide>,
                ahead: Ahead,
            ) {
                // SAFETY: the caller's.
                unsafe { spectrum::column_powers::<V, Wide>(engine, rows, direct, ahead) }
            }

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn bands(recipe: &Recipe, block: &mut Block<'_>, energy: &V) {
                // SAFETY: the caller's.
                unsafe { recipe.bands.store::<V>(block, *energy) }
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn convert_i16(from: &[i16], to: &mut [f32]) {
                slices::convert_i16(from, to);
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn emphasize(samples: &mut [f32], coefficient: f32, before: f32) {
                slices::emphasize(samples, coefficient, before);
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn apply_levels(values: &mut [f32], levels: Levels) {
                slices::apply_levels::<V>(values, levels);
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn normalize(values: &mut [f32], step: &mut Step<'_>) {
                slices::normalize(values, step);
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn store_frames(tile: *const f32, n_rows: usize, to: *mut f32, n_frames: usize) {
                // SAFETY: the caller's.
                unsafe { super::bands::store_frames::<V>(tile, n_rows, to, n_frames) }
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn resample_step(step: resample::Step<'_>) {
                resample::run::<V>(step);
            }
        }
    };
}

/// Whether the machine has these features: asked at run time, without `std` of the compiler.
#[cfg(target_arch = "x86_64")]
macro_rules! has {
    ($($feature:tt),+) => {{
        #[cfg(feature = "std")]
        { $( std::arch::is_x86_feature_detected!($feature) )&&+ }
        #[cfg(not(feature = "std"))]
        { $( cfg!(target_feature = $feature) )&&+ }
    }};
}

#[cfg(target_arch = "x86_64")]
kernel!(
    with_avx512,
    avx512::Avx512,
    Avx512,
    has!("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"),
    "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"
);
#[cfg(target_arch = "x86_64")]
kernel!(with_avx2, avx2::Avx2, Avx2, has!("avx2", "fma"), "avx2,fma");
#[cfg(target_arch = "x86_64")]
kernel!(with_sse2, sse2::Sse2, Sse2, true);
#[cfg(target_arch = "aarch64")]
kernel!(with_neon, neon::Neon, Neon, true);
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
kernel!(with_simd128, simd128::Simd128, Simd128, true);
#[cfg(debug_assertions)]
kernel!(with_fused, scalar::Fused, ScalarFused, true);
#[cfg(any(
    debug_assertions,
    not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))
))]
kernel!(with_scalar, scalar::Scalar, Scalar, true);

/// The fastest first.
static KERNELS: &[&Kernel] = &[
    #[cfg(target_arch = "x86_64")]
    &with_avx512::KERNEL,
    #[cfg(target_arch = "x86_64")]
    &with_avx2::KERNEL,
    #[cfg(target_arch = "x86_64")]
    &with_sse2::KERNEL,
    #[cfg(target_arch = "aarch64")]
    &with_neon::KERNEL,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    &with_simd128::KERNEL,
    #[cfg(any(
        debug_assertions,
        not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))
    ))]
    &with_scalar::KERNEL,
    #[cfg(debug_assertions)]
    &with_fused::KERNEL,
];
