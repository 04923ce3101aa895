//! The conformance cases through the package. Its argument is the folder `conformance` of the checkout.

const std = @import("std");
const mojo = @import("mojo_audio");
const Allocator = std.mem.Allocator;

const Clip = struct {
    input: []const u8 = "",
    n_samples: usize = 0,
    expected: []const u8 = "",
    n_mels: usize = 0,
    n_frames: usize = 0,
    bound: Bound = .{},
};

const Bound = struct { atol: f64 = 0, rtol: f64 = 0, mean_abs: f64 = 0, atol_per_row: []const f64 = &.{} };

const Case = struct {
    name: []const u8,
    kind: enum { single, int16, batch, statistic, refusal },
    preset: []const u8,
    options: std.json.ArrayHashMap([]const u8),
    input: []const u8 = "",
    n_samples: usize = 0,
    expected: []const u8 = "",
    n_mels: usize = 0,
    n_frames: usize = 0,
    bound: Bound = .{},
    clips: []const Clip = &.{},
    call: enum { none, new, compute, stream } = .none,
    @"error": Refused = .{},

    fn clip(case: Case) Clip {
        return .{
            .input = case.input,
            .n_samples = case.n_samples,
            .expected = case.expected,
            .n_mels = case.n_mels,
            .n_frames = case.n_frames,
            .bound = case.bound,
        };
    }
};

const Refused = struct {
    code: enum { none, config, unknown_name, empty_input, sample } = .none,
    field: []const u8 = "",
    name: []const u8 = "",
    index: usize = 0,
};

/// One case: where its files are, and the memory that it uses.
const Test = struct {
    io: std.Io,
    folder: std.Io.Dir,
    arena: Allocator,
    n_streamed: *usize,

    fn run(t: Test, case: Case) !void {
        switch (case.kind) {
            .single => try t.single(f32, case),
            .int16 => try t.single(i16, case),
            .batch => try t.batch(case),
            .statistic => try t.statistic(case),
            .refusal => try t.refusal(case),
        }
    }

    /// The values of a file, or silence.
    fn read(t: Test, T: type, name: []const u8, n: usize) ![]T {
        const values = try t.arena.alloc(T, n);
        if (std.mem.eql(u8, name, "silence")) {
            @memset(values, 0);
            return values;
        }
        const bytes = try t.folder.readFileAlloc(t.io, name, t.arena, .unlimited);
        if (bytes.len != n * @sizeOf(T)) return fail("{s} has {d} bytes", .{ name, bytes.len });
        @memcpy(std.mem.sliceAsBytes(values), bytes);
        return values;
    }

    fn extractor(t: Test, case: Case) !mojo.Extractor {
        var options: mojo.Options = try .init(try t.arena.dupeSentinel(u8, case.preset, 0));
        var pairs = case.options.map.iterator();
        while (pairs.next()) |pair| {
            const name = try t.arena.dupeSentinel(u8, pair.key_ptr.*, 0);
            try options.set(name, try t.arena.dupeSentinel(u8, pair.value_ptr.*, 0));
        }
        return .init(&options);
    }

    fn single(t: Test, S: type, case: Case) !void {
        var made = try t.extractor(case);
        defer made.deinit();
        const samples = try t.read(S, case.input, case.n_samples);
        var mel = try if (S == i16) made.computeI16(samples) else made.compute(samples);
        defer mel.deinit();
        try t.within(case.clip(), mel);

        var stream = mojo.Stream.init(made) catch return;
        stream.deinit();
        t.n_streamed.* += 1;
        for ([_]usize{ 1, 160, 4096, case.n_samples }) |piece| {
            if (piece > 1 or case.n_samples <= 1000) try t.streamed(S, made, samples, mel, piece);
        }
    }

    /// Pushes the samples in pieces, and compares bit for bit.
    fn streamed(t: Test, S: type, made: mojo.Extractor, samples: []const S, whole: mojo.Spectrogram, piece: usize) !void {
        var stream: mojo.Stream = try .init(made);
        defer stream.deinit();
        const n_mels = whole.n_mels;
        const gathered = try t.arena.alloc(f32, whole.values.len);
        var at: usize = 0;
        var from: usize = 0;
        var ended = false;
        while (!ended) {
            const some = samples[from..@min(from + piece, samples.len)];
            ended = some.len == 0;
            from += some.len;
            try if (ended) stream.finish() else if (S == i16) stream.pushI16(some) else stream.push(some);
            const available = stream.available();
            if (at + available > whole.n_frames) return fail("more than {d} frames", .{whole.n_frames});
            const part = try t.arena.alloc(f32, available * n_mels);
            const n = try stream.read(part);
            for (0..n) |frame| for (0..n_mels) |row| {
                if (whole.layout == .frame_major) {
                    gathered[(at + frame) * n_mels + row] = part[frame * n_mels + row];
                } else {
                    gathered[row * whole.n_frames + at + frame] = part[row * n + frame];
                }
            };
            at += n;
        }
        if (at != whole.n_frames or !sameBits(gathered, whole.values)) {
            return fail("pieces of {d}: other bits, or {d} frames for {d}", .{ piece, at, whole.n_frames });
        }
    }

    fn within(t: Test, clip: Clip, mel: mojo.Spectrogram) !void {
        const values = try shaped(clip, mel);
        if (values.len == 0) return;
        var sum: f64 = 0;
        for (values, try t.read(f32, clip.expected, values.len)) |value, expected| {
            const deviation = @abs(@as(f64, value) - expected);
            sum += deviation;
            if (!(deviation <= clip.bound.atol + clip.bound.rtol * @abs(@as(f64, expected)))) {
                return fail("{d} for {d}", .{ value, expected });
            }
        }
        const mean = sum / @as(f64, @floatFromInt(values.len));
        if (!(mean <= clip.bound.mean_abs)) return fail("mean deviation {d} for {d}", .{ mean, clip.bound.mean_abs });
    }

    fn batch(t: Test, case: Case) !void {
        var made = try t.extractor(case);
        defer made.deinit();
        const clips = try t.arena.alloc([]const f32, case.clips.len);
        for (case.clips, clips) |clip, *samples| samples.* = try t.read(f32, clip.input, clip.n_samples);
        const mels = try made.computeBatch(t.arena, clips, 0);
        defer for (mels) |*mel| mel.deinit();
        for (case.clips, clips, mels) |clip, samples, mel| {
            try t.within(clip, mel);
            var alone = try made.compute(samples);
            defer alone.deinit();
            if (!sameBits(mel.values, try shaped(clip, alone))) return fail("alone it has other bits", .{});
        }
    }

    fn statistic(t: Test, case: Case) !void {
        var made = try t.extractor(case);
        defer made.deinit();
        var mel = try made.compute(try t.read(f32, case.input, case.n_samples));
        defer mel.deinit();
        const values = try shaped(case.clip(), mel);
        for (try t.read(f32, case.expected, case.n_mels), case.bound.atol_per_row, 0..) |expected, bound, row| {
            var sum: f64 = 0;
            for (values[row * case.n_frames ..][0..case.n_frames]) |value| sum += value;
            const mean = sum / @as(f64, @floatFromInt(case.n_frames));
            if (!(@abs(mean - expected) <= bound)) return fail("row {d}: mean {d} for {d}", .{ row, mean, expected });
        }
    }

    fn refusal(t: Test, case: Case) !void {
        var made = t.extractor(case) catch |err| {
            if (case.call != .new) return err;
            return t.says(case.@"error", err);
        };
        defer made.deinit();
        switch (case.call) {
            .compute => {
                const samples = try t.read(f32, case.input, case.n_samples);
                _ = made.compute(samples) catch |err| return t.says(case.@"error", err);
            },
            .stream => _ = mojo.Stream.init(made) catch |err| return t.says(case.@"error", err),
            else => {},
        }
        return fail("it was not refused", .{});
    }

    /// Whether an error has the case's kind, and is about the case's field, name or sample.
    fn says(_: Test, wanted: Refused, err: anyerror) !void {
        const info = mojo.lastError();
        const found = switch (wanted.code) {
            .config => err == error.Config and std.mem.eql(u8, info.field, wanted.field),
            .unknown_name => err == error.UnknownName and std.mem.eql(u8, info.value, wanted.name),
            .sample => err == error.Sample and info.index == wanted.index,
            .empty_input => err == error.EmptyInput,
            .none => return fail("the case does not say which error", .{}),
        };
        if (!found) return fail("`{s}` ({s}) for {s}", .{ info.message, @errorName(err), @tagName(wanted.code) });
    }
};

/// The values of a result with the shape of a clip's.
fn shaped(clip: Clip, mel: mojo.Spectrogram) ![]const f32 {
    if (mel.n_mels != clip.n_mels or mel.n_frames != clip.n_frames) {
        return fail("({d}, {d}) for ({d}, {d})", .{ mel.n_mels, mel.n_frames, clip.n_mels, clip.n_frames });
    }
    return mel.values;
}

fn sameBits(a: []const f32, b: []const f32) bool {
    return std.mem.eql(u8, std.mem.sliceAsBytes(a), std.mem.sliceAsBytes(b));
}

fn fail(comptime format: []const u8, values: anytype) error{Failed} {
    std.debug.print(format ++ "\n", values);
    return error.Failed;
}

pub fn main(init: std.process.Init) !u8 {
    const args = try init.minimal.args.toSlice(init.arena.allocator());
    if (args.len != 2) std.process.fatal("usage: conformance FOLDER", .{});
    const folder = try std.Io.Dir.cwd().openDir(init.io, args[1], .{});
    const json = try folder.readFileAlloc(init.io, "cases.json", init.arena.allocator(), .unlimited);
    const List = struct { cases: []const Case };
    const list = try std.json.parseFromSliceLeaky(List, init.arena.allocator(), json, .{ .ignore_unknown_fields = true });

    var n_passed: usize = 0;
    var n_streamed: usize = 0;
    for (list.cases) |case| {
        var arena: std.heap.ArenaAllocator = .init(init.gpa);
        defer arena.deinit();
        const t: Test = .{ .io = init.io, .folder = folder, .arena = arena.allocator(), .n_streamed = &n_streamed };
        if (t.run(case)) {
            n_passed += 1;
        } else |err| {
            std.debug.print("FAILED: {s}: {s}\n", .{ case.name, @errorName(err) });
        }
    }
    const n_failed = list.cases.len - n_passed;
    if (n_streamed == 0) std.process.fatal("no case was streamed", .{});
    const sum = try std.fmt.allocPrint(init.arena.allocator(), "{d} passed, {d} failed\n", .{ n_passed, n_failed });
    try std.Io.File.stdout().writeStreamingAll(init.io, sum);
    return @intFromBool(n_failed != 0);
}
