# Whole signals.

"""
    MelExtractor(config = MelConfig(); window, filterbank, row_mean, row_scale)
    MelExtractor(preset; options...)

A checked plan of options that computes any number of inputs. It never changes, and any number of threads can use the
same one at once.

Tables replace what the options describe; they are copied, and `nothing` means none:

- `window`: `win_length` values (`n_fft` if that is 0), instead of the option `window`.
- `filterbank`: a matrix of the size (n\\_mels, n\\_fft ÷ 2 + 1), instead of the triangles.
- `row_mean`, `row_scale`: a value for each row of the result, whose last step is then `(x - row_mean) * row_scale`, as in
  global CMVN. [`row_statistics`](@ref) reads them from a model's file.

```julia
extractor = MelExtractor(MelConfig("whisper"; n_mels = 128))
mel = compute(extractor, samples)  # or extractor(samples)
close(extractor)  # or leave that to the garbage collector
```
"""
struct MelExtractor
    handle::Handle{typeof(mojo_mel_extractor_free)}
    shape::Shape
    # Of the filterbank.
    n_bins::Int
    n_bands::Int
end

function MelExtractor(
    config::MelConfig = MelConfig();
    window = nothing,
    filterbank = nothing,
    row_mean = nothing,
    row_scale = nothing,
)
    n_bands, n_bins = config.n_mels, config.n_fft ÷ 2 + 1
    if filterbank isa AbstractMatrix && size(filterbank) != (n_bands, n_bins)
        throw(refused_size("filterbank", (n_bands, n_bins), size(filterbank)))
    end
    # In C's order.
    frames_as_columns = config.layout == :mel_major
    options = Ref(getfield(MelConfig(config; layout = frames_as_columns ? :frame_major : :mel_major), :raw))
    tables = map(table, (window, filterbank, row_mean, row_scale))
    sizes = map(length, tables)
    # An empty table is one, of a wrong length; C_NULL is none.
    pointers = map((values, given) -> given === nothing ? C_NULL : pointer(values), tables, (window, filterbank, row_mean, row_scale))
    handle = GC.@preserve tables Handle(mojo_mel_extractor_free) do created
        mojo_mel_extractor_new_with_rows(
            options,
            pointers[1], sizes[1],
            pointers[2], sizes[2],
            pointers[3], sizes[3],
            pointers[4], sizes[4],
            created,
        )
    end
    shape = Shape(mojo_mel_extractor_n_mels(handle.pointer), frames_as_columns)
    return MelExtractor(handle, shape, n_bins, n_bands)
end

MelExtractor(preset::Union{AbstractString,Symbol}; options...) = MelExtractor(MelConfig(preset; options...))

table(::Nothing) = Float32[]
table(values::AbstractVector) = convert(Vector{Float32}, values)
table(values::AbstractMatrix) = vec(Float32.(permutedims(values)))

Base.close(extractor::MelExtractor) = close(extractor.handle)

use(call, extractor::MelExtractor) = use(call, extractor.handle, "MelExtractor")

Base.show(io::IO, extractor::MelExtractor) = print(io, "MelExtractor of ", extractor.shape.n_mels, " rows")

"""
    n_mels(extractor)
    n_mels(stream)
    n_mels(frames)

The number of rows of a result: the mel bands, the cepstral coefficients (option `n_mfcc`), or the bands and the energy
(option `use_energy`).
"""
n_mels(extractor::MelExtractor) = extractor.shape.n_mels

"""
    frame_count(extractor, n_samples)

The number of frames of the result for that many samples: 0 if they are too few for one.

```julia
frame_count(MelExtractor("whisper"), 480_000)  # 3000
```
"""
frame_count(extractor::MelExtractor, n_samples::Integer) = use(extractor) do handle
    Int(mojo_mel_extractor_frame_count(handle, count_of("n_samples", n_samples)))
end

"""
    valid_frames(extractor, n_samples)

The number of frames of the result for that many samples that are not padding, as the attention masks of transformers
count them: at most [`frame_count`](@ref).
"""
valid_frames(extractor::MelExtractor, n_samples::Integer) = use(extractor) do handle
    Int(mojo_mel_extractor_valid_frames(handle, count_of("n_samples", n_samples)))
end

"""
    filterbank(extractor)

The weights of the filters that the extractor uses, a matrix of the size (n\\_mels, n\\_fft ÷ 2 + 1), where n\\_mels is the
option. Those of the configured triangles are the ones of librosa's `filters.mel`, torchaudio's `melscale_fbanks` or
Kaldi's `MelBanks`; the caller's own are returned as they were passed.

```julia
size(filterbank(MelExtractor("whisper")))  # (80, 201)
```
"""
function filterbank(extractor::MelExtractor)
    weights = new_result((extractor.n_bins, extractor.n_bands))
    use(extractor) do handle
        check(mojo_mel_extractor_filterbank(handle, weights, length(weights)))
    end
    return permutedims(weights)
end

"""
    MojoAudio.empty_filters(extractor)

The bands, from 1, whose filter is so narrow that it contains no bin of the transform. Their values are always the floor:
use a larger `n_fft` or fewer `n_mels`.
"""
empty_filters(extractor::MelExtractor) = use(extractor) do handle
    bands = Vector{Csize_t}(undef, mojo_mel_extractor_empty_filters(handle, C_NULL, 0))
    mojo_mel_extractor_empty_filters(handle, bands, length(bands))
    Int.(bands) .+ 1
end

"""
    MojoAudio.working_memory(extractor)

The bytes that a computation uses besides its result and the extractor's tables. They depend on the options, not on the
length of the input; computations that run at the same time take as much each.
"""
working_memory(extractor::MelExtractor) = use(handle -> Int(mojo_mel_extractor_working_memory(handle)), extractor)

"""
    compute(extractor, samples)
    extractor(samples)

The mel spectrogram of a signal: a `Matrix{Float32}` of the size (n\\_mels, n\\_frames), or (n\\_frames, n\\_mels) if the
option `layout` is `:frame_major`.

Throws [`MojoAudio.Error`](@ref) if there are no samples, or if one is not a finite number.

```julia
mel = compute(MelExtractor("whisper"), zeros(Float32, 16_000))
size(mel)  # (80, 100)
mel[:, 1]  # the first frame
```
"""
function compute(extractor::MelExtractor, samples)
    signal = audio(samples)
    return use(extractor) do handle
        n_frames = mojo_mel_extractor_frame_count(handle, length(signal))
        out = new_result(result_size(extractor.shape, n_frames))
        compute_into(handle, signal, out)
        return out
    end
end

(extractor::MelExtractor)(samples) = compute(extractor, samples)

"""
    compute!(out, extractor, samples)

Like [`compute`](@ref), but writes the result to `out`, a `Matrix{Float32}` that has its size, and returns it. After an
error the content of `out` is undefined.

```julia
out = Matrix{Float32}(undef, n_mels(extractor), frame_count(extractor, length(samples)))
compute!(out, extractor, samples)
```
"""
function compute!(out::DenseMatrix{Float32}, extractor::MelExtractor, samples)
    signal = audio(samples)
    use(extractor) do handle
        n_frames = mojo_mel_extractor_frame_count(handle, length(signal))
        expected = result_size(extractor.shape, n_frames)
        size(out) == expected || throw(refused_size("out", expected, size(out)))
        compute_into(handle, signal, out)
    end
    return out
end

compute_into(handle, signal::AbstractVector{Float32}, out) =
    check(mojo_mel_extractor_compute_into(handle, signal, length(signal), out, length(out), C_NULL))

compute_into(handle, signal::AbstractVector{Int16}, out) =
    check(mojo_mel_extractor_compute_into_i16(handle, signal, length(signal), out, length(out), C_NULL))

"""
    batch(extractor, clips; n_threads = 0)

The mel spectrograms of signals of any lengths, each with the same bits as from [`compute`](@ref). As many threads of the
C library as `n_threads` says compute at once; 0 means one for each core. All clips have the same type of samples.

If clips fail, the error is that of the first one; `clip` is its place, from 0.

```julia
mels = batch(extractor, [zeros(Float32, 16_000), zeros(Float32, 48_000)])
```
"""
function batch(extractor::MelExtractor, clips; n_threads::Integer = 0)
    signals = [audio(clip) for clip in clips]
    isempty(signals) && return Matrix{Float32}[]
    kinds = unique(eltype.(signals))
    length(kinds) == 1 || throw(refused_argument("clips", "signals of one type of samples", join(kinds, " and ")))
    n_threads = count_of("n_threads", n_threads)
    results = fill(C_NULL, length(signals))
    try
        use(extractor) do handle
            GC.@preserve signals begin
                pointers, lengths = pointer.(signals), Csize_t.(length.(signals))
                compute_batch(handle, pointers, lengths, n_threads, results)
            end
        end
        return [taken(extractor.shape, result) for result in results]
    finally
        foreach(mojo_mel_spectrogram_free, results)
    end
end

compute_batch(handle, pointers::Vector{Ptr{Float32}}, lengths, n_threads, results) =
    check(mojo_mel_extractor_compute_batch(handle, pointers, lengths, length(lengths), n_threads, results))

compute_batch(handle, pointers::Vector{Ptr{Int16}}, lengths, n_threads, results) =
    check(mojo_mel_extractor_compute_batch_i16(handle, pointers, lengths, length(lengths), n_threads, results))

# A copy of a result of the C library.
function taken(shape, result)
    n_frames = Ref{Csize_t}(0)
    mojo_mel_spectrogram_get_shape(result, C_NULL, n_frames)
    out = new_result(result_size(shape, n_frames[]))
    check(mojo_mel_spectrogram_get_data(result, out, length(out)))
    return out
end

"""
    row_statistics(path)
    MojoAudio.row_statistics_from_text(text)

The mean and the scale of each row in a model's file, as [`MelExtractor`](@ref) takes them: FunASR's `am.mvn`, WeNet's
`global_cmvn` (JSON), or Kaldi's statistics as text, one matrix of two lines. Sums over frames become means and
1 / deviations.

```julia
statistics = row_statistics("am.mvn")
extractor = MelExtractor(MelConfig("funasr"); row_mean = statistics.mean, row_scale = statistics.scale)
```
"""
row_statistics(path::AbstractString) = row_statistics_from_text(read(path, String))

@doc (@doc row_statistics)
function row_statistics_from_text(text::AbstractString)
    text, n_rows = c_text(text), Ref{Csize_t}(0)
    check(mojo_mel_row_statistics_from_text(text, C_NULL, C_NULL, 0, n_rows))
    mean, scale = Vector{Float32}(undef, n_rows[]), Vector{Float32}(undef, n_rows[])
    check(mojo_mel_row_statistics_from_text(text, mean, scale, length(mean), n_rows))
    return (mean = mean, scale = scale)
end
