//! Memory: none where none is promised, little everywhere, and an error when there is none.

mod support;

use mojo_audio_core::{Error, MelConfig, MelExtractor, PRESETS, Sample};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::process::Command;
use std::sync::Barrier;
use support::{config, extractor, signals};

/// Counts what this thread allocates, and refuses when told to. Other threads, the test runner's
/// among them, are not looked at.
struct Counting;

#[derive(Clone, Copy)]
struct Counts {
    allocations: usize,
    live: isize,
    peak: isize,
    /// Allocations left before the first that is refused.
    refused_after: Option<usize>,
    /// Whether only one is refused, not all that follow.
    once: bool,
}

thread_local! {
    static COUNTS: Cell<Counts> = const {
        Cell::new(Counts { allocations: 0, live: 0, peak: 0, refused_after: None, once: false })
    };
}

fn counted(change: isize) -> bool {
    // Threads that are being torn down have no counts.
    let granted = COUNTS.try_with(|cell| {
        let mut counts = cell.get();
        if change > 0 {
            match counts.refused_after {
                Some(0) => {
                    if counts.once {
                        counts.refused_after = None;
                        cell.set(counts);
                    }
                    return false;
                }
                Some(left) => counts.refused_after = Some(left - 1),
                None => {}
            }
            counts.allocations += 1;
        }
        counts.live += change;
        counts.peak = counts.peak.max(counts.live);
        cell.set(counts);
        true
    });
    granted.unwrap_or(true)
}

// SAFETY: all memory is the system allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !counted(layout.size() as isize) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !counted(layout.size() as isize) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        counted(-(layout.size() as isize));
        // SAFETY: the caller's; `alloc` took the memory from the same allocator.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `work` allocates: how often, and how much at most at a time.
fn measure<T>(work: impl FnOnce() -> T) -> (T, usize, usize) {
    let before = COUNTS.get();
    COUNTS.set(Counts { peak: before.live, ..before });
    let result = work();
    let after = COUNTS.get();
    (result, after.allocations - before.allocations, (after.peak - before.live) as usize)
}

type Options = &'static [(&'static str, &'static str)];

/// Every way through the pipeline.
const WAYS: &[(&str, Options)] = &[
    ("whisper", &[]),
    ("whisper", &[("layout", "frame_major")]),
    ("whisper", &[("n_mfcc", "13")]),
    ("whisper", &[("precision", "double")]),
    ("whisper", &[("n_fft", "401")]),
    ("whisper", &[("n_fft", "509")]),
    ("whisper", &[("n_fft", "509"), ("precision", "double")]),
    ("whisper", &[("n_fft", "510"), ("hop_length", "700")]),
    ("whisper", &[("pad_to", "480000"), ("normalize_input", "true"), ("dither", "0.1")]),
    ("whisper-large-v3", &[]),
    ("librosa", &[("log", "db"), ("top_db", "80"), ("reference", "whole_input"), ("n_mfcc", "20")]),
    ("torchaudio", &[("power", "1.7"), ("spectrum_norm", "window")]),
    ("kaldi-fbank", &[]),
    ("kaldi-fbank", &[("n_mfcc", "13"), ("use_energy", "true"), ("snip_edges", "false")]),
    ("parakeet", &[]),
    ("parakeet", &[("layout", "frame_major")]),
    ("hifigan", &[]),
    ("speecht5", &[]),
    ("ast", &[]),
    ("clap", &[]),
];

#[test]
fn compute_into_allocates_nothing() {
    let floats = signals::make("speech", 1, 16_000, 20_000);
    let integers = signals::to_int16(&floats);
    for (preset, options) in WAYS {
        let extractor = extractor(preset, options);
        let mut out = vec![0.0; extractor.n_mels() * extractor.frame_count(floats.len())];
        for n in [20_000, 1, 777, 20_000] {
            check(&extractor, &floats[..n], &mut out, preset);
            check(&extractor, &integers[..n], &mut out, preset);
        }
    }
    fn check<S: Sample>(extractor: &MelExtractor, samples: &[S], out: &mut [f32], what: &str) {
        let (result, allocations, _) = measure(|| extractor.compute_into(samples, out));
        assert_eq!(result, Ok(extractor.frame_count(samples.len())));
        assert_eq!(allocations, 0, "{what} {:?}", extractor.config());
    }
}

#[test]
fn errors_on_the_way_allocate_nothing() {
    let extractor = extractor("whisper", &[]);
    let mut samples = vec![0.1f32; 16_000];
    samples[12_345] = f32::NAN;
    let mut out = vec![0.0; 8_000];
    let (result, allocations, _) = measure(|| {
        let empty = extractor.compute_into::<f32>(&[], &mut []);
        let short = extractor.compute_into(&samples, &mut out[..10]);
        (empty, short, extractor.compute_into(&samples, &mut out))
    });
    assert_eq!(result.0, Err(Error::EmptyInput));
    assert!(matches!(result.1, Err(Error::BufferSize { .. })));
    assert!(matches!(result.2, Err(Error::Sample { index: 12_345, .. })));
    assert_eq!(allocations, 0);
}

/// The way, made fit for a stream; none if it needs the whole input by its nature.
fn streamable(preset: &str, options: Options) -> Option<MelConfig> {
    let mut config = config(preset, options);
    if config.normalize_input {
        return None;
    }
    for (option, value) in
        [("reference", "none"), ("normalize", "none"), ("mask_tail", "false"), ("pad_to_mode", "zeros")]
    {
        config.set(option, value).unwrap();
    }
    Some(config)
}

#[test]
fn pushing_and_finishing_allocate_nothing() {
    let floats = signals::make("speech", 1, 16_000, 12_000);
    let integers = signals::to_int16(&floats);
    for (preset, options) in WAYS {
        let Some(config) = streamable(preset, options) else { continue };
        let extractor = MelExtractor::new(&config).unwrap();
        let mut stream = extractor.stream().unwrap();
        let most = extractor.frame_count(floats.len());
        let mut out = vec![0.0; extractor.n_mels() * most];
        for size in [1usize, 160, 5_000, 12_000] {
            // A push of a single sample each time takes long, and shows the same after some frames.
            let n = if size == 1 { 3_000 } else { 12_000 };
            let (_, allocations, _) = measure(|| {
                stream.reset();
                for (floats, integers) in floats[..n].chunks(size).zip(integers.chunks(size)) {
                    if size % 2 == 0 {
                        stream.push_into(floats, &mut out).unwrap();
                    } else {
                        stream.push_into(integers, &mut out).unwrap();
                    }
                }
                stream.finish_into(&mut out).unwrap();
            });
            assert_eq!(allocations, 0, "{preset} {options:?}, chunks of {size}");
        }
    }
}

/// Which presets have hours of audio: Whisper's unless it says `all`. With `none` each has a minute, where
/// an instruction takes fifty times as long.
const HOURS: &str = "MOJO_AUDIO_HOURS";

#[test]
fn working_memory_is_small_and_constant() {
    const LIMIT: usize = 64 * 1024;
    const HOUR: usize = 3_600;
    let hours = std::env::var(HOURS).unwrap_or_default();
    for preset in PRESETS {
        let config = MelConfig::preset(preset).unwrap();
        let seconds = match hours.as_str() {
            "none" => &[1, 60][..],
            "all" => &[1, HOUR, 10 * HOUR],
            _ if *preset == "whisper" => &[1, HOUR],
            _ => &[1, 60],
        };
        let rate = config.sample_rate as usize;
        // Zeros that nobody writes to take no memory.
        let silence = vec![0.0f32; rate * seconds.last().unwrap()];
        let mut all = Vec::new();
        for seconds in seconds {
            let samples = &silence[..rate * seconds];
            // Extractor and call together, as that is what a program has to have.
            let (output, _, peak) = measure(|| {
                let extractor = MelExtractor::new(&config).unwrap();
                size_of_val(extractor.compute(samples).unwrap().data())
            });
            println!("working memory: {preset}, {seconds} s, {output}, {}", peak - output);
            all.push(peak - output);
        }
        assert!(all.iter().all(|beyond| *beyond == all[0]), "{preset}: {all:?}");
        let extractor = MelExtractor::new(&config).unwrap();
        assert!(extractor.working_memory() <= all[0]);
        if preset.starts_with("whisper") {
            assert!(all[0] <= LIMIT, "{preset}: {} beyond the output", all[0]);
        }
        // A further call needs nothing but its result.
        let (output, allocations, peak) =
            measure(|| size_of_val(extractor.compute(&silence[..rate]).unwrap().data()));
        assert_eq!((allocations, peak), (1, output), "{preset}");
    }
}

#[test]
fn computations_at_the_same_time_take_what_working_memory_says() {
    let large_primes: &[(&str, Options)] = &[
        ("whisper", &[("n_fft", "65521"), ("hop_length", "16000")]),
        ("whisper", &[("n_fft", "65521"), ("hop_length", "16000"), ("precision", "double")]),
    ];
    for (preset, options) in WAYS.iter().chain(large_primes) {
        let extractor = extractor(preset, options);
        let samples = vec![0.1f32; 80_000];
        let n_values = extractor.n_mels() * extractor.frame_count(samples.len());
        let mut outs = [vec![0.0; n_values], vec![0.0; n_values]];
        // The second computation allocates its memory, which the extractor then keeps, if the two really
        // meet: a thread may start late.
        let taken = (0..1_000).find_map(|_| {
            let barrier = Barrier::new(2);
            let (extractor, samples, barrier) = (&extractor, &samples, &barrier);
            let compute = |out| {
                move || {
                    barrier.wait();
                    measure(|| extractor.compute_into(samples, out).unwrap()).2
                }
            };
            let taken = std::thread::scope(|scope| {
                let threads = outs.each_mut().map(|out| scope.spawn(compute(out)));
                threads.map(|thread| thread.join().unwrap()).into_iter().max()
            });
            taken.filter(|taken| *taken > 0)
        });
        assert_eq!(taken, Some(extractor.working_memory()), "{preset} {options:?}");
    }
}

#[test]
fn a_stream_takes_its_buffers_only() {
    for (preset, options) in WAYS {
        let Some(config) = streamable(preset, options) else { continue };
        let extractor = MelExtractor::new(&config).unwrap();
        // The first makes the tables for single frames, which later ones share.
        drop(extractor.stream().unwrap());
        let (stream, allocations, bytes) = measure(|| extractor.stream().unwrap());
        // Its working memory, and samples: what frames reach over, and a block.
        let most = extractor.working_memory() + 4 * (5 * config.n_fft as usize + 17 * 800);
        assert!(bytes <= most, "{preset} {options:?}: {bytes} bytes, more than {most}");
        assert!(allocations <= 6, "{preset} {options:?}: {allocations} allocations");
        // It goes on without its extractor, whose tables go with the last of the two.
        let alone = MelExtractor::new(&config).unwrap();
        let (mut stream, mut other) = (stream, alone.stream().unwrap());
        drop(alone);
        let samples = [0.1f32; 5_000];
        assert_eq!(stream.push(&samples), other.push(&samples), "{preset} {options:?}");
    }
    let before = COUNTS.get().live;
    let extractor = extractor("kaldi-fbank", &[]);
    let streams = [extractor.stream().unwrap(), extractor.stream().unwrap()];
    drop(extractor);
    drop(streams);
    assert_eq!(COUNTS.get().live, before);
}

#[test]
fn a_stream_does_not_grow() {
    for (preset, options) in WAYS {
        let Some(mut config) = streamable(preset, options) else { continue };
        config.n_frames = None;
        config.pad_to = None;
        let mut stream = MelExtractor::new(&config).unwrap().stream().unwrap();
        let samples = vec![0.01f32; 40_000];
        let mut out = vec![0.0; stream.n_mels() * (stream.frames_after(samples.len()) + 300)];
        let before = COUNTS.get().live;
        for _ in 0..10 {
            stream.push_into(&samples, &mut out).unwrap();
        }
        assert_eq!(COUNTS.get().live, before, "{preset} {options:?}");
    }
}

#[test]
fn a_stream_does_not_grow_with_the_hop() {
    let made = |hop: &str| {
        let options: &[_] = &[("reference", "none"), ("hop_length", hop)];
        let extractor = MelExtractor::new(&config("whisper", options)).unwrap();
        measure(|| extractor.stream().unwrap())
    };
    let (_, _, short) = made("400");
    let (mut stream, _, long) = made("4294967295");
    // One frame of 400 samples is held until it is sure to count.
    assert_eq!(long, short + 400 * 4);
    let (given, allocations, _) = measure(|| stream.push_into(&[0.1f32; 100_000], &mut []));
    assert_eq!((given, allocations), (Ok(0), 0));
}

/// One step after the other, each of which may be refused memory. The frames are so few that debug
/// builds are quick.
fn program(config: &MelConfig, samples: &[f32]) -> Result<usize, Error> {
    let extractor = MelExtractor::new(config)?;
    let mut n_frames = extractor.compute(samples)?.n_frames();
    n_frames += extractor.compute(&[1i16; 500])?.n_frames();
    // Not to be streamed; the sentence that says so is text, which takes memory of its own.
    if !config.normalize_input {
        let mut stream = extractor.stream()?;
        n_frames += stream.push(samples)?.n_frames();
        n_frames += stream.finish()?.n_frames();
    }
    Ok(n_frames)
}

const CHILD: &str = "MOJO_AUDIO_REFUSE_MEMORY";

#[test]
fn refused_memory_is_an_error() {
    if let Ok(task) = std::env::var(CHILD) {
        return refuse(&task);
    }
    // A refusal that isn't handled ends the process: each way has a process of its own, which starts
    // anew after the place where it died.
    let mut failures = Vec::new();
    for (way, (preset, options)) in WAYS.iter().enumerate() {
        for once in [true, false] {
            let mut first = 0;
            loop {
                let output = Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "refused_memory_is_an_error", "--nocapture", "--test-threads=1"])
                    .env(CHILD, format!("{way} {once} {first}"))
                    .env("RUST_BACKTRACE", "0")
                    .output()
                    .unwrap();
                let text = String::from_utf8_lossy(&output.stdout);
                let reached = text.lines().filter_map(|line| line.split_once("refusing ")).next_back();
                let reached: usize = match reached {
                    Some((_, number)) => number.parse().unwrap(),
                    None => panic!("{text}{}", String::from_utf8_lossy(&output.stderr)),
                };
                if output.status.success() {
                    assert!(reached > 5, "{preset}: only {reached} allocations were refused");
                    break;
                }
                let why = String::from_utf8_lossy(&output.stderr);
                let why = why
                    .lines()
                    .find(|line| line.contains("memory allocation") || line.contains("panicked"));
                failures.push(format!(
                    "{preset} {options:?}: allocation {reached} and {}: {}",
                    if once { "no other" } else { "all after it" },
                    why.unwrap_or("the process died")
                ));
                first = reached + 1;
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// Refuses the k-th allocation for every k from some on, until the program gets through.
fn refuse(task: &str) {
    let mut words = task.split(' ');
    let (preset, options) = WAYS[words.next().unwrap().parse::<usize>().unwrap()];
    let once = words.next().unwrap().parse().unwrap();
    let first: usize = words.next().unwrap().parse().unwrap();
    let way = config(preset, options);
    let way = streamable(preset, options).unwrap_or(way);
    let samples = vec![0.01f32; 3_000];
    let wanted = program(&way, &samples);
    for k in first.. {
        println!("refusing {k}");
        let before = COUNTS.get();
        COUNTS.set(Counts { refused_after: Some(k), once, ..before });
        let result = program(&way, &samples);
        let after = COUNTS.get();
        COUNTS.set(Counts { refused_after: None, ..after });
        assert_eq!(after.live, before.live, "leaked");
        match result {
            Err(Error::Allocation { bytes }) => assert!(bytes > 0),
            Err(error) => panic!("{error:?}"),
            Ok(_) => {
                // Nothing was refused: the program needs k allocations at most.
                assert!(after.allocations - before.allocations <= k, "a refusal went unnoticed");
                assert_eq!(result, wanted);
                return;
            }
        }
    }
}
