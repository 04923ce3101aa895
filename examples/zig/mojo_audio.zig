//! The part of mojo_audio.h that the examples need. The header documents it.

pub const Status = enum(c_int) {
    success = 0,
    invalid_input = -1,
    allocation = -2,
    processing = -3,
    buffer_size = -4,
    _,
};

/// Filled by mojo_mel_options_init and changed by name with mojo_mel_options_set. The structure grows with the
/// library, which gets its size.
pub const Options = extern struct { fields: [256]u64 };
pub const Extractor = opaque {};
pub const Spectrogram = opaque {};
pub const Stream = opaque {};

pub extern fn mojo_audio_version(major: *i32, minor: *i32, patch: *i32) void;
pub extern fn mojo_audio_last_error() [*:0]const u8;
pub extern fn mojo_audio_last_error_name() [*:0]const u8;
pub extern fn mojo_audio_last_error_field() [*:0]const u8;
pub extern fn mojo_audio_last_error_index() i64;
pub extern fn mojo_mel_options_init(options: *Options, size: usize, preset: [*:0]const u8) Status;
pub extern fn mojo_mel_options_set(options: *Options, name: [*:0]const u8, value: [*:0]const u8) Status;
pub extern fn mojo_mel_extractor_new(options: *const Options, extractor: *?*Extractor) Status;
pub extern fn mojo_mel_extractor_free(extractor: ?*Extractor) void;
pub extern fn mojo_mel_extractor_compute(extractor: ?*const Extractor, samples: [*]const f32, n: usize, mel: *?*Spectrogram) Status;
pub extern fn mojo_mel_extractor_compute_i16(extractor: ?*const Extractor, samples: [*]const i16, n: usize, mel: *?*Spectrogram) Status;
pub extern fn mojo_mel_extractor_compute_batch(extractor: ?*const Extractor, clips: [*]const [*]const f32, lengths: [*]const usize, n_clips: usize, n_threads: usize, mels: [*]?*Spectrogram) Status;
pub extern fn mojo_mel_spectrogram_get_shape(mel: ?*const Spectrogram, n_mels: *usize, n_frames: *usize) void;
pub extern fn mojo_mel_spectrogram_get_data_ptr(mel: ?*const Spectrogram) [*]const f32;
pub extern fn mojo_mel_spectrogram_free(mel: ?*Spectrogram) void;
pub extern fn mojo_mel_stream_new(extractor: ?*const Extractor, stream: *?*Stream) Status;
pub extern fn mojo_mel_stream_push(stream: ?*Stream, samples: [*]const f32, n: usize) Status;
pub extern fn mojo_mel_stream_push_i16(stream: ?*Stream, samples: [*]const i16, n: usize) Status;
pub extern fn mojo_mel_stream_available(stream: ?*const Stream) usize;
pub extern fn mojo_mel_stream_read(stream: ?*Stream, out: [*]f32, size: usize, n_frames: *usize) Status;
pub extern fn mojo_mel_stream_finish(stream: ?*Stream) Status;
pub extern fn mojo_mel_stream_free(stream: ?*Stream) void;
