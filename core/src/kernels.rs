//! The vectors, and the choice of one instruction set's kernels when an extractor is planned.

pub(crate) mod ahead;
pub(crate) mod block;
pub(crate) mod lane;
pub(crate) mod rows;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod fma;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(any(
    debug_assertions,
    not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))
))]
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(target_arch = "x86_64")]
mod sse2;

use crate::compress::Levels;
use crate::normalize::{self, Step};
use crate::plan::Plan;
#[cfg(feature = "stages")]
use crate::stages::Stage;
use block::Block;

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
    pub fn available() -> impl Iterator<Item = Self> {
        KERNELS.iter().filter(|kernel| (kernel.is_available)()).map(|kernel| kernel.set)
    }
}

/// The entry points of one instruction set.
pub struct Kernel {
    pub set: InstructionSet,
    pub(crate) lanes: usize,
    /// The same bits with fewer lanes, widest first: for blocks of fewer frames.
    narrower: &'static [&'static Kernel],
    /// Whether it computes in double precision too.
    is_double: bool,
    is_available: fn() -> bool,
    block: unsafe fn(&Plan, &mut Block<'_>),
    #[cfg(feature = "stages")]
    stage: unsafe fn(Stage, &Plan, &mut Block<'_>),
    convert_i16: unsafe fn(&[i16], &mut [f32]),
    emphasize: unsafe fn(&mut [f32], f32, f32),
    apply_levels: unsafe fn(&mut [f32], Levels),
    normalize: unsafe fn(&mut [f32], &mut Step<'_>),
    store_frames: unsafe fn(*const f32, usize, *mut f32, usize),
}

impl Kernel {
    /// The fastest one that this machine has, or the one asked for if it has that.
    pub(crate) fn choose(wanted: Option<InstructionSet>) -> Option<&'static Self> {
        let mut available = KERNELS.iter().copied().filter(|kernel| (kernel.is_available)());
        available.find(|kernel| wanted.is_none_or(|set| kernel.set == set))
    }

    /// The kernel with the fewest lanes that computes so many frames in a block, in that precision.
    pub(crate) fn for_frames(&'static self, n: usize, double: bool) -> &'static Self {
        let fits = |kernel: &&&Self| n <= kernel.lanes && (kernel.is_double || !double);
        self.narrower.iter().rev().find(fits).unwrap_or(&self)
    }

    /// Computes one block of frames.
    ///
    /// # Safety
    /// As of [`block::compute`].
    pub(crate) unsafe fn block(&self, plan: &Plan, block: &mut Block<'_>) {
        // SAFETY: `choose` gives only kernels that the machine can run; the rest is the caller's.
        unsafe { (self.block)(plan, block) }
    }

    /// Computes one stage of a block.
    ///
    /// # Safety
    /// As of [`block::stage`].
    #[cfg(feature = "stages")]
    pub(crate) unsafe fn stage(&self, stage: Stage, plan: &Plan, block: &mut Block<'_>) {
        // SAFETY: as above.
        unsafe { (self.stage)(stage, plan, block) }
    }

    /// Copies a tile to frames whose bands stand together.
    ///
    /// # Safety
    /// As of [`block::store_frames`].
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
}

impl core::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.set.fmt(f)
    }
}

/// Compiles the kernels for one lane type, in functions that have its instruction set.
macro_rules! kernel {
    (
        $module:ident, $lane:ty, $set:ident, narrower: [$($narrower:ident),*],
        precisions: [single $(, $double:ident)?],
        $available:expr $(, $features:literal)?
    ) => {
        mod $module {
            use super::ahead::Ahead;
            use super::block::{self, Block, Engine, Stages, WideStages};
            use super::lane::Real;
            use super::rows::Rows;
            use super::*;
            use crate::fft::columns::PassScratch;

            type V = $lane;

            pub(super) static KERNEL: Kernel = Kernel {
                set: InstructionSet::$set,
                lanes: V::N,
                narrower: &[$(&super::$narrower::KERNEL),*],
                is_double: wide_stages().is_some(),
                is_available: || $available,
                block: compute,
                #[cfg(feature = "stages")]
                stage,
                convert_i16,
                emphasize,
                apply_levels,
                normalize,
                store_frames,
            };

            $(#[target_feature(enable = $features)])?
            unsafe fn compute(plan: &Plan, block: &mut Block<'_>) {
                // SAFETY: the caller's.
                unsafe { block::compute::<V>(plan, block, &stages()) }
            }

            #[cfg(feature = "stages")]
            $(#[target_feature(enable = $features)])?
            unsafe fn stage(stage: Stage, plan: &Plan, block: &mut Block<'_>) {
                // SAFETY: the caller's.
                unsafe { block::stage::<V>(stage, plan, block, &stages()) }
            }

            #[inline(always)]
            fn stages() -> Stages<V> {
                let stages = Stages { first, columns, wide: wide_stages(), bands };
                // What is not known to be these functions can't be inlined, as it is in spite of their
                // attribute otherwise.
                core::hint::black_box(stages)
            }

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn first(
                engine: &Engine<V>,
                is_single: bool,
                samples: Rows<V>,
                to: Rows<V>,
                direct: Rows<V>,
                ahead: Ahead,
            ) {
                // SAFETY: the caller's.
                unsafe { block::first_stage(engine, is_single, samples, to, direct, ahead) }
            }

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn columns(
                engine: &Engine<V>,
                columns: Rows<V>,
                scratch: &PassScratch<V>,
                powers: Rows<V>,
                ahead: Ahead,
            ) {
                // SAFETY: the caller's.
                unsafe { block::column_powers(engine, columns, scratch, powers, ahead) }
            }

            kernel!(@wide [$($double)?] [$($features)?]);

            $(#[target_feature(enable = $features)])?
            #[inline(never)]
            unsafe fn bands(plan: &Plan, block: &mut Block<'_>, energy: &V) {
                // SAFETY: the caller's.
                unsafe { block::bands::<V>(plan, block, *energy) }
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn convert_i16(from: &[i16], to: &mut [f32]) {
                block::convert_i16(from, to);
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn emphasize(samples: &mut [f32], coefficient: f32, before: f32) {
                block::emphasize(samples, coefficient, before);
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn apply_levels(values: &mut [f32], levels: Levels) {
                block::apply_levels::<V>(values, levels);
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn normalize(values: &mut [f32], step: &mut Step<'_>) {
                normalize::run(values, step);
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn store_frames(tile: *const f32, n_rows: usize, to: *mut f32, n_frames: usize) {
                // SAFETY: the caller's.
                unsafe { block::store_frames::<V>(tile, n_rows, to, n_frames) }
            }
        }
    };
    // The stages in double precision.
    (@wide [] [$($features:literal)?]) => {
        const fn wide_stages() -> Option<WideStages<V>> {
            None
        }
    };
    (@wide [double] [$($features:literal)?]) => {
        const fn wide_stages() -> Option<WideStages<V>> {
            Some(WideStages { first: first_wide, columns: columns_wide })
        }

        $(#[target_feature(enable = $features)])?
        #[inline(never)]
        unsafe fn first_wide(
            engine: &Engine<Wide>,
            is_single: bool,
            samples: Rows<V>,
            to: Rows<Wide>,
            direct: Rows<Wide>,
            ahead: Ahead,
        ) {
            // SAFETY: the caller's.
            unsafe { block::first_stage(engine, is_single, samples, to, direct, ahead) }
        }

        $(#[target_feature(enable = $features)])?
        #[inline(never)]
        unsafe fn columns_wide(
            engine: &Engine<Wide>,
            columns: Rows<Wide>,
            scratch: &PassScratch<Wide>,
            powers: Rows<V>,
            ahead: Ahead,
        ) {
            // SAFETY: the caller's.
            unsafe { block::column_powers(engine, columns, scratch, powers, ahead) }
        }

        type Wide = <V as super::lane::Lane>::Wide;
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
    narrower: [with_avx2, with_fma],
    precisions: [single, double],
    has!("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"),
    "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"
);
#[cfg(target_arch = "x86_64")]
kernel!(
    with_avx2,
    avx2::Avx2,
    Avx2,
    narrower: [with_fma],
    precisions: [single, double],
    has!("avx2", "fma"),
    "avx2,fma"
);
#[cfg(target_arch = "x86_64")]
kernel!(with_fma, fma::Fma, Avx2, narrower: [], precisions: [single], has!("avx2", "fma"), "avx2,fma");
#[cfg(target_arch = "x86_64")]
kernel!(with_sse2, sse2::Sse2, Sse2, narrower: [], precisions: [single, double], true);
#[cfg(target_arch = "aarch64")]
kernel!(with_neon, neon::Neon, Neon, narrower: [], precisions: [single, double], true);
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
kernel!(with_simd128, simd128::Simd128, Simd128, narrower: [], precisions: [single, double], true);
#[cfg(debug_assertions)]
kernel!(with_fused, scalar::Fused, ScalarFused, narrower: [], precisions: [single, double], true);
#[cfg(any(
    debug_assertions,
    not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))
))]
kernel!(with_scalar, scalar::Scalar, Scalar, narrower: [], precisions: [single, double], true);

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
