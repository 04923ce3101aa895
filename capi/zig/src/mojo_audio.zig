//! Mel spectrograms for speech and audio models, equal to those of the library that the model was trained with: Whisper,
//! librosa, torchaudio, Kaldi, NeMo and more.
//!
//!     const options: mojo.Options = try .init("whisper");
//!     var extractor: mojo.Extractor = try .init(&options); // once, for all threads
//!     defer extractor.deinit();
//!     var mel = try extractor.compute(samples); // mono, full scale 1
//!     defer mel.deinit();
//!     use(mel.values, mel.n_mels, mel.n_frames);
//!
//! Samples are neither changed nor kept. A call that fails returns an `Error`, and `lastError` has its text and its parts.
//! Two errors are Zig's own and leave `lastError` as it was: `OutOfMemory` of an allocator that was passed, and `Argument`
//! for a text with a zero byte in it. A value that was deinitialized can be passed: a call that can fail does so with
//! `error.Argument`, and others return 0.

const std = @import("std");
const Allocator = std.mem.Allocator;

/// The C library's own declarations.
pub const c = @import("c.zig");
/// The names of the presets, each with its documentation.
pub const preset = c.preset;
/// The kind of an error.
pub const Code = c.Code;

/// The kinds of errors, which docs/errors.md lists. `OutOfMemory` is the kind allocation; `Internal` is a bug: please
/// report it with its text.
pub const Error = error{
    Config,
    UnknownName,
    EmptyInput,
    Sample,
    BufferSize,
    OutOfMemory,
    Finished,
    Argument,
    Internal,
};

/// What is known about the last failed call of this thread. The texts are valid until its next call of this library.
pub const ErrorInfo = struct {
    code: Code,
    /// Which argument, option or sample is wrong, what it must be and what it is.
    message: []const u8,
    /// Name of the option, argument or buffer that is wrong; "" if there is none.
    field: []const u8,
    /// What was given; "" if there is none.
    value: []const u8,
    /// What is allowed; "" if there is none.
    expected: []const u8,
    /// Number of names that `known` has.
    n_known: usize,
    /// The known name that is most like `value`; "" if none is much like it.
    closest: []const u8,
    /// The wrong sample in the input (in a stream: since its start), from 0.
    index: ?usize,
    /// The first clip of a batch that failed, from 0.
    clip: ?usize,

    /// A name to choose from if `value` is none of them.
    pub fn known(info: ErrorInfo, index: usize) []const u8 {
        std.debug.assert(index < info.n_known);
        return text(c.mojo_audio_last_error_known(index));
    }
};

/// What is known about the last failed call of this thread.
pub fn lastError() ErrorInfo {
    return .{
        .code = @fromBackingInt(@intCast(c.mojo_audio_last_error_code())),
        .message = text(c.mojo_audio_last_error()),
        .field = text(c.mojo_audio_last_error_field()),
        .value = text(c.mojo_audio_last_error_value()),
        .expected = text(c.mojo_audio_last_error_expected()),
        .n_known = c.mojo_audio_last_error_known_count(),
        .closest = text(c.mojo_audio_last_error_closest()),
        .index = std.math.cast(usize, c.mojo_audio_last_error_index()),
        .clip = std.math.cast(usize, c.mojo_audio_last_error_clip()),
    };
}

/// A text for C, which would end at a zero byte in it.
fn whole(of: [:0]const u8) Error![:0]const u8 {
    return if (std.mem.findScalar(u8, of, 0) == null) of else error.Argument;
}

fn text(of: ?[*:0]const u8) []const u8 {
    return std.mem.span(of orelse return "");
}

fn check(status: c.Status) Error!void {
    if (status == .success) return;
    return switch (@as(Code, @fromBackingInt(@intCast(c.mojo_audio_last_error_code())))) {
        .config => error.Config,
        .unknown_name => error.UnknownName,
        .empty_input => error.EmptyInput,
        .sample => error.Sample,
        .buffer_size => error.BufferSize,
        .allocation => error.OutOfMemory,
        .finished => error.Finished,
        .argument => error.Argument,
        else => error.Internal,
    };
}

/// The version of the linked C library.
pub fn version() std.SemanticVersion {
    var parts: [3]i32 = undefined;
    c.mojo_audio_version(&parts[0], &parts[1], &parts[2]);
    return .{ .major = @intCast(parts[0]), .minor = @intCast(parts[1]), .patch = @intCast(parts[2]) };
}

/// Every option of the pipeline. Take a preset and change fields, which `c.Options` documents:
///
///     var options: mojo.Options = try .init(mojo.preset.kaldi_fbank);
///     options.fields.n_mels = 40;
///     options.fields.window = .hann;
///     options.fields.center = .true;
pub const Options = struct {
    fields: c.Options,

    /// The options of the preset with that name, one of `preset`.
    pub fn init(name: [:0]const u8) Error!Options {
        var options: Options = undefined;
        try check(c.mojo_mel_options_init(&options.fields, @sizeOf(c.Options), try whole(name)));
        return options;
    }

    /// The options of a model, from the text of its configuration file: transformers' preprocessor_config.json or
    /// processor_config.json, the preprocessor section of NeMo's model_config.yaml, converted to JSON, or Kaldi's
    /// fbank.conf or mfcc.conf. The class's padding is `pad_to` and its truncation `max_length`: unset both to keep the
    /// length of every signal.
    pub fn fromJson(json: [:0]const u8) Error!Options {
        var options: Options = undefined;
        try check(c.mojo_mel_options_from_json(&options.fields, @sizeOf(c.Options), try whole(json)));
        return options;
    }

    /// Sets an option by its name in every language to a value as text: a number, "true" or "false", the name of a
    /// choice such as "hann", or "none" to unset an optional one. After an error the options are unchanged.
    pub fn set(options: *Options, name: [:0]const u8, value: [:0]const u8) Error!void {
        try check(c.mojo_mel_options_set(&options.fields, try whole(name), try whole(value)));
    }

    /// Writes the value of an option as text to the buffer, which needs room for a zero byte, too.
    pub fn get(options: *const Options, name: [:0]const u8, buffer: []u8) Error![]const u8 {
        var length: usize = 0;
        try check(c.mojo_mel_options_get(&options.fields, try whole(name), buffer.ptr, buffer.len, &length));
        return buffer[0..length];
    }
};

/// Tables that replace the window and the filterbank that the options describe, and change the rows of the result. An
/// empty table does nothing.
pub const Tables = struct {
    /// win_length values (n_fft if that is 0).
    window: []const f32 = &.{},
    /// (n_mels, n_fft / 2 + 1) weights, row-major.
    filterbank: []const f32 = &.{},
    /// What is subtracted from each row of the result, last of all (the mean of global CMVN).
    row_mean: []const f32 = &.{},
    /// What each row is multiplied by after that (1 / deviation).
    row_scale: []const f32 = &.{},
};

/// A checked plan of options that computes any number of inputs. It never changes, and any number of threads can use the
/// same one at once.
pub const Extractor = struct {
    handle: ?*c.Extractor,
    n_mels: usize,
    layout: c.Layout,
    n_weights: usize,

    /// Checks and plans options. The error `Config` is about an option that is not allowed.
    pub fn init(options: *const Options) Error!Extractor {
        return initWithTables(options, .{});
    }

    /// Like `init`, with the caller's own tables, which are copied.
    pub fn initWithTables(options: *const Options, tables: Tables) Error!Extractor {
        var handle: ?*c.Extractor = null;
        try check(c.mojo_mel_extractor_new_with_rows(
            &options.fields,
            table(tables.window),
            tables.window.len,
            table(tables.filterbank),
            tables.filterbank.len,
            table(tables.row_mean),
            tables.row_mean.len,
            table(tables.row_scale),
            tables.row_scale.len,
            &handle,
        ));
        const fields = &options.fields;
        return .{
            .handle = handle,
            .n_mels = c.mojo_mel_extractor_n_mels(handle),
            .layout = fields.layout,
            .n_weights = @as(usize, fields.n_mels) * (fields.n_fft / 2 + 1),
        };
    }

    fn table(values: []const f32) ?[*]const f32 {
        return if (values.len == 0) null else values.ptr;
    }

    /// Frees the extractor. Results and streams made with it stay valid.
    pub fn deinit(extractor: *Extractor) void {
        c.mojo_mel_extractor_free(extractor.handle);
        extractor.handle = null;
    }

    /// The number of frames of the result for that many samples: 0 if they are too few for one.
    pub fn frameCount(extractor: Extractor, n_samples: usize) usize {
        return c.mojo_mel_extractor_frame_count(extractor.handle, n_samples);
    }

    /// The number of frames of the result for that many samples that are not padding, as the attention masks of
    /// transformers count them: at most `frameCount`.
    pub fn validFrames(extractor: Extractor, n_samples: usize) usize {
        return c.mojo_mel_extractor_valid_frames(extractor.handle, n_samples);
    }

    /// The weights of the filters that the extractor uses: (n_mels, n_fft / 2 + 1), row-major, where n_mels is the option.
    /// The caller frees them.
    pub fn filterbank(extractor: Extractor, allocator: Allocator) Error![]f32 {
        const weights = try allocator.alloc(f32, extractor.n_weights);
        errdefer allocator.free(weights);
        try check(c.mojo_mel_extractor_filterbank(extractor.handle, weights.ptr, weights.len));
        return weights;
    }

    /// The bands whose filter is so narrow that it contains no bin of the transform: use a larger n_fft or fewer n_mels.
    /// The caller frees them.
    pub fn emptyFilters(extractor: Extractor, allocator: Allocator) Error![]usize {
        const bands = try allocator.alloc(usize, c.mojo_mel_extractor_empty_filters(extractor.handle, null, 0));
        _ = c.mojo_mel_extractor_empty_filters(extractor.handle, bands.ptr, bands.len);
        return bands;
    }

    /// The bytes that a computation uses besides its result and the extractor's tables.
    pub fn workingMemory(extractor: Extractor) usize {
        return c.mojo_mel_extractor_working_memory(extractor.handle);
    }

    /// The mel spectrogram of the samples, which are mono and have a full scale of 1.
    pub fn compute(extractor: Extractor, samples: []const f32) Error!Spectrogram {
        var handle: ?*c.Spectrogram = null;
        try check(c.mojo_mel_extractor_compute(extractor.handle, samples.ptr, samples.len, &handle));
        return .of(handle, extractor.layout);
    }

    /// Like `compute`; each sample is divided by 32768.
    pub fn computeI16(extractor: Extractor, samples: []const i16) Error!Spectrogram {
        var handle: ?*c.Spectrogram = null;
        try check(c.mojo_mel_extractor_compute_i16(extractor.handle, samples.ptr, samples.len, &handle));
        return .of(handle, extractor.layout);
    }

    /// Writes the mel spectrogram of the samples to the start of `out`, in the order of `Spectrogram.values`, and returns
    /// the number of frames. `out` needs room for n_mels · `frameCount` values. Doesn't allocate, except that the first
    /// concurrent calls each allocate a scratch buffer.
    pub fn computeInto(extractor: Extractor, samples: []const f32, out: []f32) Error!usize {
        var n: usize = 0;
        try check(c.mojo_mel_extractor_compute_into(extractor.handle, samples.ptr, samples.len, out.ptr, out.len, &n));
        return n;
    }

    /// Like `computeInto`; each sample is divided by 32768.
    pub fn computeIntoI16(extractor: Extractor, samples: []const i16, out: []f32) Error!usize {
        var n: usize = 0;
        try check(c.mojo_mel_extractor_compute_into_i16(extractor.handle, samples.ptr, samples.len, out.ptr, out.len, &n));
        return n;
    }

    /// The mel spectrograms of clips of any lengths, each with the same bits as from `compute`, on that many threads at
    /// once; 0 means one for each core. If a clip fails, so does the batch: `lastError().clip` is the first that failed.
    /// The caller deinitializes each result and frees the slice.
    pub fn computeBatch(extractor: Extractor, allocator: Allocator, clips: []const []const f32, n_threads: usize) Error![]Spectrogram {
        return extractor.batch(f32, allocator, clips, n_threads);
    }

    /// Like `computeBatch`; each sample is divided by 32768.
    pub fn computeBatchI16(extractor: Extractor, allocator: Allocator, clips: []const []const i16, n_threads: usize) Error![]Spectrogram {
        return extractor.batch(i16, allocator, clips, n_threads);
    }

    fn batch(extractor: Extractor, S: type, allocator: Allocator, clips: []const []const S, n_threads: usize) Error![]Spectrogram {
        const results = try allocator.alloc(Spectrogram, clips.len);
        errdefer allocator.free(results);
        const pointers = try allocator.alloc([*]const S, clips.len);
        defer allocator.free(pointers);
        const lengths = try allocator.alloc(usize, clips.len);
        defer allocator.free(lengths);
        const handles = try allocator.alloc(?*c.Spectrogram, clips.len);
        defer allocator.free(handles);
        for (clips, pointers, lengths) |clip, *pointer, *length| {
            pointer.* = clip.ptr;
            length.* = clip.len;
        }
        const call = if (S == i16) c.mojo_mel_extractor_compute_batch_i16 else c.mojo_mel_extractor_compute_batch;
        check(call(extractor.handle, pointers.ptr, lengths.ptr, clips.len, n_threads, handles.ptr)) catch |err| {
            for (handles) |handle| c.mojo_mel_spectrogram_free(handle);
            return err;
        };
        for (handles, results) |handle, *result| result.* = .of(handle, extractor.layout);
        return results;
    }
};

/// A result: n_mels · n_frames values.
pub const Spectrogram = struct {
    handle: ?*c.Spectrogram,
    /// The number of rows: bands, cepstral coefficients, or bands and the energy.
    n_mels: usize,
    n_frames: usize,
    /// The order of the values.
    layout: c.Layout,
    /// Row-major: (n_mels, n_frames) if the layout is `.mel_major`, otherwise (n_frames, n_mels). Valid until `deinit`.
    values: []const f32,

    fn of(handle: ?*c.Spectrogram, layout: c.Layout) Spectrogram {
        var mel: Spectrogram = .{ .handle = handle, .n_mels = 0, .n_frames = 0, .layout = layout, .values = &.{} };
        c.mojo_mel_spectrogram_get_shape(handle, &mel.n_mels, &mel.n_frames);
        if (c.mojo_mel_spectrogram_get_data_ptr(handle)) |values| mel.values = values[0 .. mel.n_mels * mel.n_frames];
        return mel;
    }

    pub fn deinit(mel: *Spectrogram) void {
        c.mojo_mel_spectrogram_free(mel.handle);
        mel.* = .of(null, mel.layout);
    }

    /// The value of a row in a frame.
    pub fn at(mel: Spectrogram, row: usize, frame: usize) f32 {
        std.debug.assert(row < mel.n_mels and frame < mel.n_frames);
        return mel.values[if (mel.layout == .frame_major) frame * mel.n_mels + row else row * mel.n_frames + frame];
    }
};

/// One live signal: push samples in chunks of any size, and read frames as soon as no later sample can change them, with
/// the same bits as from the whole signal. The extractor may be deinitialized before. One thread at a time can use it.
pub const Stream = struct {
    handle: ?*c.Stream,
    /// The number of rows of each frame.
    n_mels: usize,

    /// Fails for an option that needs the whole input, such as Whisper's reference level: set `reference` to `.fixed`,
    /// and `reference_value`.
    pub fn init(extractor: Extractor) Error!Stream {
        var handle: ?*c.Stream = null;
        try check(c.mojo_mel_stream_new(extractor.handle, &handle));
        return .{ .handle = handle, .n_mels = extractor.n_mels };
    }

    pub fn deinit(stream: *Stream) void {
        c.mojo_mel_stream_free(stream.handle);
        stream.handle = null;
    }

    /// Appends any number of samples. The frames that they complete can be read afterwards. An error changes nothing.
    pub fn push(stream: Stream, samples: []const f32) Error!void {
        try check(c.mojo_mel_stream_push(stream.handle, samples.ptr, samples.len));
    }

    /// Like `push`; each sample is divided by 32768.
    pub fn pushI16(stream: Stream, samples: []const i16) Error!void {
        try check(c.mojo_mel_stream_push_i16(stream.handle, samples.ptr, samples.len));
    }

    /// Ends the signal: the frames that reach beyond its end can be read afterwards.
    pub fn finish(stream: Stream) Error!void {
        try check(c.mojo_mel_stream_finish(stream.handle));
    }

    /// The number of frames that can be read now.
    pub fn available(stream: Stream) usize {
        return c.mojo_mel_stream_available(stream.handle);
    }

    /// Moves the oldest frames to the start of `out`, as many as fit, and returns their number k. They are stored as
    /// (n_mels, k), row-major, or as (k, n_mels) if the option layout is `.frame_major`.
    pub fn read(stream: Stream, out: []f32) Error!usize {
        var n: usize = 0;
        try check(c.mojo_mel_stream_read(stream.handle, out.ptr, out.len, &n));
        return n;
    }

    /// `push` and `read` in one, without any allocation. `out` needs room for n_mels · `framesAfter` values.
    pub fn pushInto(stream: Stream, samples: []const f32, out: []f32) Error!usize {
        var n: usize = 0;
        try check(c.mojo_mel_stream_push_into(stream.handle, samples.ptr, samples.len, out.ptr, out.len, &n));
        return n;
    }

    /// Like `pushInto`; each sample is divided by 32768.
    pub fn pushIntoI16(stream: Stream, samples: []const i16, out: []f32) Error!usize {
        var n: usize = 0;
        try check(c.mojo_mel_stream_push_into_i16(stream.handle, samples.ptr, samples.len, out.ptr, out.len, &n));
        return n;
    }

    /// `finish` and `read` in one, without any allocation. `out` needs room for n_mels · `framesAtFinish` values.
    pub fn finishInto(stream: Stream, out: []f32) Error!usize {
        var n: usize = 0;
        try check(c.mojo_mel_stream_finish_into(stream.handle, out.ptr, out.len, &n));
        return n;
    }

    /// The number of frames that a push of that many samples will complete; 0 once the stream is finished.
    pub fn framesAfter(stream: Stream, n_samples: usize) usize {
        return c.mojo_mel_stream_frames_after(stream.handle, n_samples);
    }

    /// The number of frames that `finish` will complete; 0 once the stream is finished.
    pub fn framesAtFinish(stream: Stream) usize {
        return c.mojo_mel_stream_frames_at_finish(stream.handle);
    }

    /// Starts again with an empty signal.
    pub fn reset(stream: Stream) void {
        c.mojo_mel_stream_reset(stream.handle);
    }
};

/// One live signal and its frames, for programs that look at frames by their number, as with kaldi-native-fbank. A frame
/// keeps its number, whatever is popped. One thread at a time can use it.
pub const Frames = struct {
    handle: ?*c.Frames,
    /// The number of values of each frame.
    n_mels: usize,

    /// Fails as `Stream.init` does. The option layout has no meaning here.
    pub fn init(extractor: Extractor) Error!Frames {
        var handle: ?*c.Frames = null;
        try check(c.mojo_mel_frames_new(extractor.handle, &handle));
        return .{ .handle = handle, .n_mels = extractor.n_mels };
    }

    pub fn deinit(frames: *Frames) void {
        c.mojo_mel_frames_free(frames.handle);
        frames.handle = null;
    }

    /// Appends any number of samples. An error changes nothing.
    pub fn push(frames: Frames, samples: []const f32) Error!void {
        try check(c.mojo_mel_frames_push(frames.handle, samples.ptr, samples.len));
    }

    /// Like `push`; each sample is divided by 32768.
    pub fn pushI16(frames: Frames, samples: []const i16) Error!void {
        try check(c.mojo_mel_frames_push_i16(frames.handle, samples.ptr, samples.len));
    }

    /// Ends the signal: the frames that reach beyond its end are ready afterwards.
    pub fn finish(frames: Frames) Error!void {
        try check(c.mojo_mel_frames_finish(frames.handle));
    }

    /// The number of frames that are complete since the signal's start, those that were popped included.
    pub fn ready(frames: Frames) usize {
        return c.mojo_mel_frames_n_frames_ready(frames.handle);
    }

    /// The number of frames that were popped since the signal's start.
    pub fn popped(frames: Frames) usize {
        return c.mojo_mel_frames_n_frames_popped(frames.handle);
    }

    /// Whether the signal has ended and the frame with that number, from 0, is its last.
    pub fn isLast(frames: Frames, frame: usize) bool {
        return c.mojo_mel_frames_is_last_frame(frames.handle, frame) == 1;
    }

    /// The values of the frame with that number, from 0; null if it is not ready yet or was popped. Valid until the next
    /// call that pushes, pops, finishes, resets or deinitializes.
    pub fn get(frames: Frames, frame: usize) ?[]const f32 {
        const values = c.mojo_mel_frames_get_frame(frames.handle, frame) orelse return null;
        return values[0..frames.n_mels];
    }

    /// Drops the oldest frames that were not popped yet. If fewer are there, it fails and drops nothing.
    pub fn pop(frames: Frames, n_frames: usize) Error!void {
        try check(c.mojo_mel_frames_pop(frames.handle, n_frames));
    }

    /// Starts again with an empty signal.
    pub fn reset(frames: Frames) void {
        c.mojo_mel_frames_reset(frames.handle);
    }
};

/// The mean and the scale of each row, as `Tables` has them.
pub const RowStatistics = struct {
    mean: []f32,
    scale: []f32,

    /// Reads the text of a model's file: FunASR's am.mvn, WeNet's global_cmvn (JSON), or Kaldi's statistics as text, one
    /// matrix of two lines. Sums over frames become means and 1 / deviations.
    pub fn fromText(allocator: Allocator, of: [:0]const u8) Error!RowStatistics {
        var n_rows: usize = 0;
        try check(c.mojo_mel_row_statistics_from_text(try whole(of), null, null, 0, &n_rows));
        const mean = try allocator.alloc(f32, n_rows);
        errdefer allocator.free(mean);
        const scale = try allocator.alloc(f32, n_rows);
        errdefer allocator.free(scale);
        try check(c.mojo_mel_row_statistics_from_text(of, mean.ptr, scale.ptr, n_rows, null));
        return .{ .mean = mean, .scale = scale };
    }

    pub fn deinit(rows: *RowStatistics, allocator: Allocator) void {
        allocator.free(rows.mean);
        allocator.free(rows.scale);
        rows.* = undefined;
    }
};
