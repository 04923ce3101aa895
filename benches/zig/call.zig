//! Calls of the package from Zig, as in a user's program: "whisper" keeps the extractor, "stream" pushes
//! to one stream. ../README.md describes the lines that a measured program reads and answers.

const std = @import("std");
const mojo = @import("mojo_audio");
const Allocator = std.mem.Allocator;

/// A result: the number of frames, and the values.
const Mel = struct { n_frames: usize, values: []const f32, whole: ?mojo.Spectrogram = null };

const Engine = struct {
    extractor: mojo.Extractor,
    stream: ?mojo.Stream = null,
    /// The frames read from the stream.
    read: []f32 = &.{},
    allocator: Allocator,

    fn compute(engine: *Engine, samples: []const f32) !Mel {
        if (engine.stream) |stream| return engine.push(stream, samples);
        const mel = try engine.extractor.compute(samples);
        return .{ .n_frames = mel.n_frames, .values = mel.values, .whole = mel };
    }

    fn push(engine: *Engine, stream: mojo.Stream, samples: []const f32) !Mel {
        try stream.push(samples);
        const length = stream.available() * stream.n_mels;
        if (engine.read.len < length) engine.read = try engine.allocator.realloc(engine.read, length);
        const n_frames = try stream.read(engine.read);
        return .{ .n_frames = n_frames, .values = engine.read[0..length] };
    }

    fn release(_: Engine, result: Mel) void {
        var mel = result.whole orelse return;
        mel.deinit();
    }
};

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    if (args.len != 4) std.process.fatal("wanted: NAME FOLDER THREADS", .{});

    var options: mojo.Options = try .init("whisper");
    const is_stream = std.mem.eql(u8, args[1], "stream");
    if (is_stream) options.fields.reference = .none;
    var engine: Engine = .{ .extractor = try .init(&options), .allocator = std.heap.c_allocator };
    if (is_stream) engine.stream = try .init(engine.extractor);

    var in_buffer: [8192]u8 = undefined;
    var in = std.Io.File.stdin().reader(init.io, &in_buffer);
    var out_buffer: [8192]u8 = undefined;
    var out = std.Io.File.stdout().writer(init.io, &out_buffer);
    try out.interface.print("ready {f}\n", .{mojo.version()});
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
                engine.release(try engine.compute(samples));
                const time = start.durationTo(std.Io.Timestamp.now(init.io, .awake));
                try out.interface.print("{d} ", .{time.nanoseconds});
            }
            try out.interface.print("\n", .{});
        } else if (std.mem.eql(u8, command, "save")) {
            const mel = try engine.compute(samples);
            defer engine.release(mel);
            try std.Io.Dir.cwd().writeFile(init.io, .{ .sub_path = words.rest(), .data = std.mem.sliceAsBytes(mel.values) });
            try out.interface.print("{d} {d}\n", .{ mel.values.len / mel.n_frames, mel.n_frames });
        } else std.process.fatal("no command: {s}", .{line});
        try out.interface.flush();
    }
}
