//! Whisper's mel spectrogram of a 16-bit mono WAV file.
//!
//!     zig run --dep mojo_audio -Mroot=mel.zig -Mmojo_audio=../../capi/zig/src/mojo_audio.zig \
//!         -lc -lmojo_audio -L ~/.local/lib -rpath ~/.local/lib -- ../data/speech.wav
//!
//! README.md of the checkout says how a project of your own uses the package.

const std = @import("std");
const mojo = @import("mojo_audio");

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    if (args.len != 2) std.process.fatal("usage: mel FILE.wav", .{});
    const file = try std.Io.Dir.cwd().readFileAlloc(init.io, args[1], arena, .unlimited);
    const samples = try readWav(arena, args[1], file);

    const options: mojo.Options = try .init("whisper");
    var extractor: mojo.Extractor = try .init(&options);
    defer extractor.deinit();
    var mel = extractor.computeI16(samples) catch std.process.fatal("{s}", .{mojo.lastError().message});
    defer mel.deinit();

    var sum: f64 = 0;
    for (mel.values) |value| sum += value;
    const mean = sum / @as(f64, @floatFromInt(mel.values.len));
    const line = "{s}: {d} x {d} mel frames, mean {d:.4}, max {d:.4}\n";
    const name = std.fs.path.basename(args[1]);
    const text = try std.fmt.allocPrint(arena, line, .{ name, mel.n_mels, mel.n_frames, mean, std.mem.max(f32, mel.values) });
    try std.Io.File.stdout().writeStreamingAll(init.io, text);
}

/// The samples of a 16-bit mono WAV file at 16 kHz.
fn readWav(arena: std.mem.Allocator, path: []const u8, file: []const u8) ![]const i16 {
    if (file.len < 12 or !std.mem.eql(u8, file[0..4], "RIFF") or !std.mem.eql(u8, file[8..12], "WAVE")) {
        std.process.fatal("{s} is not a WAV file", .{path});
    }
    var is_readable = false;
    // Programs write other chunks, too: ffmpeg puts one named LIST in front of the data.
    var rest = file[12..];
    while (rest.len >= 8) {
        const name = rest[0..4];
        const size = std.mem.readInt(u32, rest[4..8], .little);
        rest = rest[8..];
        if (size > rest.len) std.process.fatal("{s} ends before its {s} chunk does", .{ path, name });
        if (std.mem.eql(u8, name, "fmt ") and size >= 16) {
            is_readable = std.mem.readInt(u16, rest[0..2], .little) == 1 and
                std.mem.readInt(u16, rest[2..4], .little) == 1 and
                std.mem.readInt(u32, rest[4..8], .little) == 16000 and
                std.mem.readInt(u16, rest[14..16], .little) == 16;
        } else if (std.mem.eql(u8, name, "data")) {
            if (!is_readable) std.process.fatal("{s} is not 16-bit mono PCM at 16000 Hz", .{path});
            const samples = try arena.alloc(i16, size / 2);
            for (samples, 0..) |*sample, i| sample.* = std.mem.readInt(i16, rest[2 * i ..][0..2], .little);
            return samples;
        }
        // A chunk of odd length is followed by a pad byte.
        rest = rest[@min(size + size % 2, rest.len)..];
    }
    std.process.fatal("{s} has no data chunk", .{path});
}
