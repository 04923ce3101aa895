//! The package's own tests. The conformance cases are in examples/zig/conformance.zig.

const std = @import("std");
const mojo = @import("mojo_audio");
const testing = std.testing;
const allocator = testing.allocator;

fn tone(comptime n: usize) [n]f32 {
    var samples: [n]f32 = undefined;
    for (&samples, 0..) |*sample, i| sample.* = 0.5 * @sin(0.05 * @as(f32, @floatFromInt(i + 1)));
    return samples;
}

fn extractorOf(preset: [:0]const u8) !mojo.Extractor {
    return .init(&try .init(preset));
}

fn sameBits(a: []const f32, b: []const f32) !void {
    try testing.expectEqualSlices(u8, std.mem.sliceAsBytes(a), std.mem.sliceAsBytes(b));
}

test "options" {
    var options: mojo.Options = try .init(mojo.preset.kaldi_fbank);
    try testing.expectEqual(mojo.c.Window.povey, options.fields.window);
    try testing.expectEqual(mojo.c.Bool.false, options.fields.center);
    options.fields.n_mels = 40;
    try options.set("window", "hann");
    try testing.expectEqual(mojo.c.Window.hann, options.fields.window);
    var buffer: [16]u8 = undefined;
    try testing.expectEqualStrings("40", try options.get("n_mels", &buffer));
    try testing.expectEqualStrings("none", try options.get("top_db", &buffer));
    try testing.expectError(error.BufferSize, options.get("n_mels", buffer[0..2]));
    const json = "{\"feature_extractor_type\": \"WhisperFeatureExtractor\", \"feature_size\": 128}";
    try testing.expectEqual(128, (try mojo.Options.fromJson(json)).fields.n_mels);
    try testing.expect(mojo.version().order(.{ .major = 0, .minor = 1, .patch = 0 }) != .lt);
}

test "every field is at its option's place, and every preset has its name" {
    const options: mojo.Options = try .init("parakeet");
    inline for (@typeInfo(mojo.c.Options).@"struct".field_names) |name| {
        const is_option = comptime !std.mem.eql(u8, name, "size") and !std.mem.eql(u8, name, "preset") and !std.mem.startsWith(u8, name, "reserved_");
        if (is_option) {
            var number: f64 = 0;
            try testing.expectEqual(.success, mojo.c.mojo_mel_options_get_number(&options.fields, name ++ "", &number));
            const field = @field(options.fields, name);
            try testing.expectEqual(number, switch (@typeInfo(@TypeOf(field))) {
                .@"enum" => @as(f64, @floatFromInt(@backingInt(field))),
                .int => @as(f64, @floatFromInt(field)),
                else => field,
            });
        }
    }
    for (0..mojo.c.mojo_audio_preset_count()) |i| {
        var extractor = try extractorOf(std.mem.span(mojo.c.mojo_audio_preset_name(i).?));
        extractor.deinit();
    }
    _ = try mojo.Options.init(mojo.preset.whisper_large_v3);
}

const Expected = struct {
    err: mojo.Error,
    code: mojo.Code,
    field: ?[]const u8 = "",
    value: ?[]const u8 = "",
    expected: ?[]const u8 = "",
    closest: []const u8 = "",
    index: ?usize = null,
    clip: ?usize = null,
};

/// Compares an error, and what is known about it.
fn expectRefused(expected: Expected, result: anytype) !void {
    try testing.expectError(expected.err, result);
    const info = mojo.lastError();
    try testing.expectEqual(expected.code, info.code);
    if (expected.field) |field| try testing.expectEqualStrings(field, info.field);
    if (expected.value) |value| try testing.expectEqualStrings(value, info.value);
    if (expected.expected) |allowed| try testing.expectEqualStrings(allowed, info.expected);
    try testing.expectEqualStrings(expected.closest, info.closest);
    try testing.expectEqual(expected.index, info.index);
    try testing.expectEqual(expected.clip, info.clip);
    try testing.expect(std.mem.find(u8, info.message, info.value) != null);
    var is_known = expected.closest.len == 0;
    for (0..info.n_known) |i| is_known = is_known or std.mem.eql(u8, info.known(i), expected.closest);
    try testing.expect(is_known);
}

test "errors of every kind" {
    var options: mojo.Options = try .init("whisper");
    options.fields.hop_length = 0;
    try expectRefused(.{ .err = error.Config, .code = .config, .field = "hop_length", .value = "0", .expected = "at least 1" }, mojo.Extractor.init(&options));
    try expectRefused(.{ .err = error.UnknownName, .code = .unknown_name, .field = "preset", .value = "wisper", .closest = "whisper" }, mojo.Options.init("wisper"));
    try expectRefused(.{ .err = error.UnknownName, .code = .unknown_name, .field = "option", .value = "n_mel", .closest = "n_mels" }, options.set("n_mel", "3"));

    var extractor = try extractorOf("kaldi-fbank");
    defer extractor.deinit();
    try expectRefused(.{ .err = error.EmptyInput, .code = .empty_input }, extractor.compute(&.{}));
    var bad = tone(100);
    bad[7] = std.math.inf(f32);
    try expectRefused(.{ .err = error.Sample, .code = .sample, .value = "inf", .expected = null, .index = 7 }, extractor.compute(&bad));
    const good = tone(4000);
    try expectRefused(.{ .err = error.Sample, .code = .sample, .value = "inf", .expected = null, .index = 7, .clip = 1 }, extractor.computeBatch(allocator, &.{ &good, &bad }, 2));
    var out: [10]f32 = undefined;
    try expectRefused(.{ .err = error.BufferSize, .code = .buffer_size, .field = "buffer_size", .value = "10", .expected = "1840" }, extractor.computeInto(&good, &out));
    try expectRefused(.{ .err = error.BufferSize, .code = .buffer_size, .field = "window", .value = "7", .expected = "400" }, mojo.Extractor.initWithTables(&try .init("whisper"), .{ .window = good[0..7] }));

    var endless: mojo.Options = try .init("whisper");
    endless.fields.pad_to = 1 << 48;
    var padded: mojo.Extractor = try .init(&endless);
    defer padded.deinit();
    try expectRefused(.{ .err = error.OutOfMemory, .code = .allocation, .value = null }, padded.compute(&good));
    try expectRefused(.{ .err = error.Config, .code = .config, .field = "reference", .value = null, .expected = null }, mojo.Stream.init(padded));

    var stream: mojo.Stream = try .init(extractor);
    try stream.push(&good);
    try expectRefused(.{ .err = error.Sample, .code = .sample, .value = "inf", .expected = null, .index = 4007 }, stream.push(&bad));
    try stream.finish();
    try expectRefused(.{ .err = error.Finished, .code = .finished }, stream.push(&good));
    stream.deinit();
    stream.deinit();
    try expectRefused(.{ .err = error.Argument, .code = .argument, .field = "stream", .value = "NULL", .expected = null }, stream.push(&good));
    var closed = try extractorOf("whisper");
    closed.deinit();
    try expectRefused(.{ .err = error.Argument, .code = .argument, .field = "extractor", .value = "NULL", .expected = null }, closed.compute(&good));
    try testing.expectEqual(0, closed.frameCount(16000));
}

test "samples" {
    var extractor = try extractorOf("whisper");
    defer extractor.deinit();
    const samples = tone(16000);
    var mel = try extractor.compute(&samples);
    defer mel.deinit();
    try testing.expectEqual(80, mel.n_mels);
    try testing.expectEqual(extractor.frameCount(samples.len), mel.n_frames);
    try testing.expect(extractor.validFrames(samples.len) <= mel.n_frames);
    var out: [8000]f32 = undefined;
    try testing.expectEqual(100, try extractor.computeInto(&samples, &out));
    try sameBits(mel.values, &out);
    var integers: [16000]i16 = undefined;
    var same: [16000]f32 = undefined;
    for (samples, &integers, &same) |sample, *integer, *float| {
        integer.* = @intFromFloat(sample * 32767);
        float.* = @as(f32, @floatFromInt(integer.*)) / 32768;
    }
    var of_integers = try extractor.computeI16(&integers);
    defer of_integers.deinit();
    _ = try extractor.computeInto(&same, &out);
    try sameBits(of_integers.values, &out);
    try testing.expectEqual(100, try extractor.computeIntoI16(&integers, &out));
    try sameBits(of_integers.values, &out);

    var options: mojo.Options = try .init("whisper");
    options.fields.layout = .frame_major;
    var turned: mojo.Extractor = try .init(&options);
    defer turned.deinit();
    var by_frame = try turned.compute(&samples);
    defer by_frame.deinit();
    for (0..80) |row| for (0..100) |frame| try testing.expectEqual(mel.at(row, frame), by_frame.at(row, frame));
}

test "what extractors tell" {
    var extractor = try extractorOf("whisper");
    defer extractor.deinit();
    const weights = try extractor.filterbank(allocator);
    defer allocator.free(weights);
    try testing.expectEqual(80 * 201, weights.len);
    try testing.expect(extractor.workingMemory() > 0);
    var own: mojo.Extractor = try .initWithTables(&try .init("whisper"), .{ .filterbank = weights });
    defer own.deinit();
    const again = try own.filterbank(allocator);
    defer allocator.free(again);
    try sameBits(weights, again);
    var options: mojo.Options = try .init("whisper");
    options.fields.n_mels = 256;
    var narrow: mojo.Extractor = try .init(&options);
    defer narrow.deinit();
    const bands = try narrow.emptyFilters(allocator);
    defer allocator.free(bands);
    try testing.expect(bands.len >= 4 and bands[0] == 0);
}

test "rows" {
    var rows: mojo.RowStatistics = try .fromText(allocator, "[ 20 40 10\n  60 180 0 ]");
    defer rows.deinit(allocator);
    try testing.expectEqualSlices(f32, &.{ 2, 4 }, rows.mean);
    try testing.expectError(error.Config, mojo.RowStatistics.fromText(allocator, "none"));
    try testing.expectError(error.Argument, mojo.RowStatistics.fromText(allocator, "[ 20 40 10\n  60 180 0 ]\x00"));
    try testing.expectError(error.Argument, mojo.Options.init("whisper\x00-large-v3"));
    var moved: mojo.Extractor = try .initWithTables(&try .init("whisper"), .{ .row_mean = &@as([80]f32, @splat(1)), .row_scale = &@as([80]f32, @splat(2)) });
    defer moved.deinit();
    var plain = try extractorOf("whisper");
    defer plain.deinit();
    const samples = tone(4000);
    var a = try plain.compute(&samples);
    defer a.deinit();
    var b = try moved.compute(&samples);
    defer b.deinit();
    for (a.values, b.values) |value, other| try testing.expectApproxEqAbs((value - 1) * 2, other, 1e-5);
}

test "streams and frames" {
    const samples = tone(9001);
    var options: mojo.Options = try .init("hifigan");
    options.fields.layout = .frame_major;
    var extractor: mojo.Extractor = try .init(&options);
    var whole = try extractor.compute(&samples);
    defer whole.deinit();
    var stream: mojo.Stream = try .init(extractor);
    defer stream.deinit();
    var frames: mojo.Frames = try .init(extractor);
    defer frames.deinit();
    extractor.deinit();
    const gathered = try allocator.alloc(f32, whole.values.len);
    defer allocator.free(gathered);
    for (0..2) |round| {
        var at: usize = 0;
        var from: usize = 0;
        while (from < samples.len) : (from += 441) {
            const chunk = samples[from..@min(from + 441, samples.len)];
            try frames.push(chunk);
            // The second round writes to the caller's memory.
            if (round == 0) try stream.push(chunk);
            const n = if (round == 0) stream.available() else stream.framesAfter(chunk.len);
            const out = gathered[at * 80 ..][0 .. n * 80];
            try testing.expectEqual(n, if (round == 0) try stream.read(out) else try stream.pushInto(chunk, out));
            at += n;
        }
        const n_last = stream.framesAtFinish();
        const out = gathered[at * 80 ..];
        if (round == 0) try stream.finish();
        try testing.expectEqual(n_last, if (round == 0) try stream.read(out) else try stream.finishInto(out));
        try testing.expectEqual(whole.n_frames, at + n_last);
        try sameBits(whole.values, gathered);
        stream.reset();

        try frames.finish();
        try testing.expectEqual(whole.n_frames, frames.ready());
        try testing.expect(frames.isLast(whole.n_frames - 1) and !frames.isLast(0));
        for (0..whole.n_frames) |i| try sameBits(whole.values[i * 80 ..][0..80], frames.get(i).?);
        try frames.pop(3);
        try testing.expectEqual(3, frames.popped());
        try testing.expectEqual(null, frames.get(2));
        try testing.expectEqual(null, frames.get(whole.n_frames));
        try expectRefused(.{ .err = error.Argument, .code = .argument, .field = "n_frames", .value = null, .expected = null }, frames.pop(whole.n_frames));
        frames.reset();
    }
    try stream.pushI16(&.{ 1, 2, 3 });
    try frames.pushI16(&.{ 1, 2, 3 });
    try testing.expectEqual(0, frames.ready());
}

test "batches" {
    var extractor = try extractorOf("kaldi-fbank");
    defer extractor.deinit();
    const samples = tone(16000);
    const clips: []const []const f32 = &.{ samples[0..400], &samples, samples[0..5000] };
    for (0..4) |n_threads| {
        const mels = try extractor.computeBatch(allocator, clips, n_threads);
        defer allocator.free(mels);
        for (mels, clips) |*mel, clip| {
            defer mel.deinit();
            var alone = try extractor.compute(clip);
            defer alone.deinit();
            try sameBits(alone.values, mel.values);
        }
    }
    const integers: [500]i16 = @splat(7);
    const mels = try extractor.computeBatchI16(allocator, &.{ &integers, &integers }, 1);
    defer allocator.free(mels);
    for (mels) |*mel| mel.deinit();
    try testing.expectEqual(0, (try extractor.computeBatch(allocator, &.{}, 0)).len);
}
