//! What is to be reached, as ratios of times of the same run: the speed of a machine cancels out.

use super::criterion::{self, Times};
use super::statistic::{Statistic, rounded, time};
use crate::calls;

struct Target {
    what: String,
    measured: String,
    goal: Goal,
}

enum Goal {
    /// At least this many times as fast as another.
    Faster(f64, String),
    /// At most this many times the time of another.
    Costs(f64, String),
    /// Nanoseconds at most.
    Within(f64),
}

/// Instruction sets and how many times realfft's speed each has to reach.
const SETS: [(&str, f64); 3] = [("Avx512", 7.0), ("Avx2", 5.0), ("Sse2", 2.0)];

/// The table, with its heading; what was not measured is left out.
pub fn rows(times: &Times) -> Vec<[String; 6]> {
    let heading = ["", "median", "minimum", "ratio of medians", "of minima", "target"];
    let mut rows = vec![heading.map(String::from)];
    rows.extend(targets(times).iter().filter_map(|target| row(target, times)));
    rows.extend(lengths(times));
    rows.extend(SETS.iter().filter_map(|(set, _)| cycles(set, times)));
    rows
}

fn targets(times: &Times) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut add = |what: String, measured: &str, goal| {
        targets.push(Target { what, measured: measured.to_string(), goal });
    };
    let faster = |least, against: &str| Goal::Faster(least, against.to_string());
    let costs = |most, against: &str| Goal::Costs(most, against.to_string());

    for (set, least) in SETS {
        let name = format!("30s/400/80/{set}");
        add(
            format!("30 s, 80 mels, {set}, against realfft"),
            &name,
            faster(least, "30s/400/80/realfft"),
        );
    }
    for (set, _) in SETS {
        let against = format!("30s/400/80/{set}");
        add(
            format!("128 mels against 80, {set}"),
            &format!("30s/400/128/{set}"),
            costs(1.12, &against),
        );
    }
    let is_measured = |set: &str| times.contains_key(&format!("30s/512/80/{set}"));
    if let Some((set, _)) = SETS.into_iter().find(|(set, _)| is_measured(set)) {
        for n_fft in [512, 1024, 2048] {
            let group = format!("30s/{n_fft}/80");
            let what = format!("n_fft {n_fft}, {set}, against realfft");
            add(what, &format!("{group}/{set}"), faster(4.0, &format!("{group}/realfft")));
        }
    }
    add("plan for Whisper".into(), "latency/plan", Goal::Within(5e3));
    add("1 s, with plan and scratch".into(), "latency/1s-one-shot", Goal::Within(25e3));
    add("1 s, planned".into(), "latency/1s", Goal::Within(16e3));
    add("push of 160 samples".into(), "latency/push-160", Goal::Within(1e3));
    add("10 minutes, 2 threads against 1".into(), "threads/600s/2", faster(1.8, "threads/600s/1"));
    add(
        "64 clips of 5 s, 2 threads against 1".into(),
        "threads/64x5s/2",
        faster(1.85, "threads/64x5s/1"),
    );
    for (what, form, most, against) in [
        ("int16 against float32", "whisper-int16", 1.05, "whisper"),
        ("frame-major against mel-major", "whisper-frame-major", 1.15, "whisper"),
        ("Kaldi's features against Whisper's with n_fft 512", "kaldi-fbank", 2.0, "whisper-512"),
        ("NeMo's features against Whisper's with n_fft 512", "parakeet", 2.0, "whisper-512"),
    ] {
        add(what.into(), &format!("form/{form}"), costs(most, &format!("form/{against}")));
    }
    for content in ["near-silence", "denormal", "loudest-last"] {
        let what = format!("{content} against speech-like");
        add(what, &format!("content/{content}"), costs(1.05, "content/speech-like"));
    }
    for call in calls::ALL {
        let what = format!("30 s, {} against {}", call.what, call.against.what());
        add(what, &call.key(), costs(call.most, &call.against.key()));
    }
    targets
}

fn row(target: &Target, times: &Times) -> Option<[String; 6]> {
    let measured = *times.get(&target.measured)?;
    let (ratio, wanted, is_met): (Option<Statistic>, _, [bool; 2]) = match &target.goal {
        Goal::Within(most) => {
            (None, format!("at most {}", time(*most)), both(measured, |ours| ours <= *most))
        }
        Goal::Faster(least, against) => {
            let ratio = times.get(against)?.over(measured);
            (Some(ratio), format!("at least {least}"), both(ratio, |ratio| ratio >= *least))
        }
        Goal::Costs(most, against) => {
            let ratio = measured.over(*times.get(against)?);
            (Some(ratio), format!("at most {most}"), both(ratio, |ratio| ratio <= *most))
        }
    };
    let verdict = match is_met {
        [true, true] => "met",
        [false, true] => "met by the minimum only",
        [true, false] => "met by the median only",
        [false, false] => "MISSED",
    };
    let ratios = ratio.map_or([String::new(), String::new()], |ratio| {
        [rounded(ratio.median), rounded(ratio.minimum)]
    });
    let [median, minimum] = ratios;
    let wanted = format!("{wanted}: {verdict}");
    Some([target.what.clone(), time(measured.median), time(measured.minimum), median, minimum, wanted])
}

fn both(statistic: Statistic, is_met: impl Fn(f64) -> bool) -> [bool; 2] {
    [is_met(statistic.median), is_met(statistic.minimum)]
}

/// Seconds of audio and the time that one of them takes, from short to long.
pub fn by_length(times: &Times) -> Vec<(f64, Statistic)> {
    let mut lengths: Vec<_> = times
        .iter()
        .filter_map(|(name, time)| {
            let seconds: f64 = name.strip_prefix("length/")?.strip_suffix('s')?.parse().ok()?;
            let each = |time: f64| time / seconds;
            Some((seconds, Statistic { median: each(time.median), minimum: each(time.minimum) }))
        })
        .collect();
    lengths.sort_by(|a, b| a.0.total_cmp(&b.0));
    lengths
}

fn lengths(times: &Times) -> Option<[String; 6]> {
    let lengths = by_length(times);
    let (_, base) = lengths.iter().find(|(seconds, _)| *seconds == 30.0)?;
    let (seconds, longest) = lengths.last().filter(|(seconds, _)| *seconds > 30.0)?;
    let ratio = longest.over(*base);
    Some([
        format!("a second in {seconds} s against one in 30 s"),
        time(longest.median),
        time(longest.minimum),
        rounded(ratio.median),
        rounded(ratio.minimum),
        "flat: see the plot".into(),
    ])
}

/// Cycles that a frame of Whisper's takes.
fn cycles(set: &str, times: &Times) -> Option<[String; 6]> {
    const FRAMES: f64 = 3000.0;
    let frame = times.get(&format!("30s/400/80/{set}"))?.divided(FRAMES);
    let clock = criterion::cycle(times)?;
    let cycles = frame.over(clock);
    Some([
        format!("a frame of 80 mels, {set}"),
        time(frame.median),
        time(frame.minimum),
        format!("{:.0} cycles", cycles.median),
        format!("{:.0} cycles", cycles.minimum),
        format!("clock {} GHz", rounded(1.0 / clock.minimum)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(ours: [f64; 2], against: [f64; 2]) -> Times {
        let of = |[median, minimum]: [f64; 2]| Statistic { median, minimum };
        Times::from([
            ("30s/400/80/Avx512".into(), of(ours)),
            ("30s/400/80/realfft".into(), of(against)),
        ])
    }

    #[test]
    fn a_target_is_met_or_missed() {
        for (ours, verdict) in [
            ([1.0, 1.0], "at least 7: met"),
            ([1.2, 1.0], "at least 7: met by the minimum only"),
            ([1.2, 1.2], "at least 7: MISSED"),
        ] {
            let rows = rows(&times(ours, [8.0, 8.0]));
            assert_eq!(rows.len(), 2, "what was not measured is left out");
            assert_eq!(rows[1][5], verdict);
        }
    }
}
