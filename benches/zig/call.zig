//! Calls of the C library from Zig, as in a user's program: "whisper" keeps the extractor, "stream" pushes
//! to one stream. ../README.md describes the lines that a measured program reads and answers.

const std = @import("std");
const mojo = @import("mojo_audio");
const Allocator = std.mem.Allocator;

/// A result: the number of frames, and a pointer to the values.
const Mel = struct { n_frames: usize, values: []const f32, handle: ?*mojo.Spectrogram = null };

const Engine = struct {
    extractor: ?*mojo.Extractor = null,
    stream: ?*mojo.Stream = null,
    /// The frames read from the stream.
    read: []f32 = &.{},
    allocator: Allocator,

    fn compute(engine: *Engine, samples: []const f32) !Mel {
        if (engine.stream) |stream| return engine.push(stream, samples);
        var mel: ?*mojo.Spectrogram = null;
        check(mojo.mojo_mel_extractor_compute(engine.extractor, samples.ptr, samples.len, &mel));
        var n_mels: usize = 0;
        var n_frames: usize = 0;
        mojo.mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
        const values = mojo.mojo_mel_spectrogram_get_data_ptr(mel)[0 .. n_mels * n_frames];
        return .{ .n_frames = n_frames, .values = values, .handle = mel };
    }

    fn push(engine: *Engine, stream: *mojo.Stream, samples: []const f32) !Mel {
        check(mojo.mojo_mel_stream_push(stream, samples.ptr, samples.len));
        const length = mojo.mojo_mel_stream_available(stream) * 80;
        if (engine.read.len < length) engine.read = try engine.allocator.realloc(engine.read, length);
        var n_frames: usize = 0;
        check(mojo.mojo_mel_stream_read(stream, engine.read.ptr, engine.read.len, &n_frames));
        return .{ .n_frames = n_frames, .values = engine.read[0..length] };
    }
};

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    if (args.len != 4) std.process.fatal("wanted: NAME FOLDER THREADS", .{});

    var engine: Engine = .{ .allocator = std.heap.c_allocator };
    var options: mojo.Options = undefined;
    check(mojo.mojo_mel_options_init(&options, @sizeOf(mojo.Options), "whisper"));
    const is_stream = std.mem.eql(u8, args[1], "stream");
    if (is_stream) check(mojo.mojo_mel_options_set(&options, "reference", "none"));
    check(mojo.mojo_mel_extractor_new(&options, &engine.extractor));
    if (is_stream) check(mojo.mojo_mel_stream_new(engine.extractor, &engine.stream));

    var in_buffer: [8192]u8 = undefined;
    var in = std.Io.File.stdin().reader(init.io, &in_buffer);
    var out_buffer: [8192]u8 = undefined;
    var out = std.Io.File.stdout().writer(init.io, &out_buffer);
    var major: i32 = 0;
    var minor: i32 = 0;
    var patch: i32 = 0;
    mojo.mojo_audio_version(&major, &minor, &patch);
    try out.interface.print("ready {d}.{d}.{d}\n", .{ major, minor, patch });
    try out.interface.flush();

    var clips: std.StringHashMapUnmanaged([]const f32) = .empty;
    while (try in.interface.takeDelimiter('\n')) |line| {
        var words = std.mem.splitScalar(u8, line, ' ');
        const command = words.first();
        const clip = words.next() orelse std.process.fatal("no command: {s}", .{line});
        const samples = clips.get(clip) orelse samples: {
            const path = try std.fmt.allocPrint(arena, "{s}/{s}.f32", .{ args[2], clip });
            const bytes = try std.Io.Dir.cwd().readFileAllocOptions(init.io, path, arena, .unlimited, .of(f32), null);
            const samples: []const f32 = @alignCast(std.mem.bytesAsSlice(f32, bytes));
            try clips.put(arena, try arena.dupe(u8, clip), samples);
            break :samples samples;
        };
        if (std.mem.eql(u8, command, "time")) {
            for (0..try std.fmt.parseInt(usize, words.rest(), 10)) |_| {
                const start = std.Io.Timestamp.now(init.io, .awake);
                mojo.mojo_mel_spectrogram_free((try engine.compute(samples)).handle);
                const time = start.durationTo(std.Io.Timestamp.now(init.io, .awake));
                try out.interface.print("{d} ", .{time.nanoseconds});
            }
            try out.interface.print("\n", .{});
        } else if (std.mem.eql(u8, command, "save")) {
            const mel = try engine.compute(samples);
            defer mojo.mojo_mel_spectrogram_free(mel.handle);
            try std.Io.Dir.cwd().writeFile(init.io, .{ .sub_path = words.rest(), .data = std.mem.sliceAsBytes(mel.values) });
            try out.interface.print("{d} {d}\n", .{ mel.values.len / mel.n_frames, mel.n_frames });
        } else std.process.fatal("no command: {s}", .{line});
        try out.interface.flush();
    }
}

fn check(status: mojo.Status) void {
    if (status != .success) std.process.fatal("{s}", .{mojo.mojo_audio_last_error()});
}
