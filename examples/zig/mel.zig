//! Whisper's mel spectrogram of a 16-bit mono WAV file.
//!
//!     zig run mel.zig -lc -lmojo_audio -L ~/.local/lib -rpath ~/.local/lib -- ../data/speech.wav

const std = @import("std");
const mojo = @import("mojo_audio.zig");

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    if (args.len != 2) std.process.fatal("usage: mel FILE.wav", .{});
    const file = try std.Io.Dir.cwd().readFileAllocOptions(init.io, args[1], arena, .unlimited, .of(i16), null);
    if (file.len < 46 or !std.mem.eql(u8, file[8..16], "WAVEfmt ")) std.process.fatal("{s}: not a WAV file", .{args[1]});
    const samples: []const i16 = @alignCast(std.mem.bytesAsSlice(i16, file[44 .. file.len & ~@as(usize, 1)]));

    var options: mojo.Options = undefined;
    check(mojo.mojo_mel_options_init(&options, @sizeOf(mojo.Options), "whisper"));
    var extractor: ?*mojo.Extractor = null;
    check(mojo.mojo_mel_extractor_new(&options, &extractor));
    defer mojo.mojo_mel_extractor_free(extractor);
    var mel: ?*mojo.Spectrogram = null;
    check(mojo.mojo_mel_extractor_compute_i16(extractor, samples.ptr, samples.len, &mel));
    defer mojo.mojo_mel_spectrogram_free(mel);

    var n_mels: usize = 0;
    var n_frames: usize = 0;
    mojo.mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    const values = mojo.mojo_mel_spectrogram_get_data_ptr(mel)[0 .. n_mels * n_frames];
    var sum: f64 = 0;
    for (values) |value| sum += value;
    const mean = sum / @as(f64, @floatFromInt(values.len));
    const line = "{s}: {d} x {d} mel frames, mean {d:.4}, max {d:.4}\n";
    const name = std.fs.path.basename(args[1]);
    const text = try std.fmt.allocPrint(arena, line, .{ name, n_mels, n_frames, mean, std.mem.max(f32, values) });
    try std.Io.File.stdout().writeStreamingAll(init.io, text);
}

fn check(status: mojo.Status) void {
    if (status != .success) std.process.fatal("{s}", .{mojo.mojo_audio_last_error()});
}
