# A live signal.

"""
    MelStream(extractor)

One live signal: push samples in chunks of any size, and get frames as soon as no later sample can change them, with the
same bits as from the whole signal. The extractor may be closed before. Tasks that use the same stream wait for each
other.

Throws [`MojoAudio.Error`](@ref) for an option that needs the whole input, such as Whisper's reference level: set
`reference = :fixed` and `reference_value`.

```julia
stream = MelStream(MelExtractor("whisper"; reference = :fixed, reference_value = 1.5))
first = push!(stream, zeros(Float32, 1_000))  # (80, 5): the frames that are final
rest = finish!(stream)
hcat(first, rest)
```
"""
struct MelStream
    handle::Handle{typeof(mojo_mel_stream_free)}
    shape::Shape
    lock::ReentrantLock
end

function MelStream(extractor::MelExtractor)
    handle = use(extractor) do extractor
        Handle(stream -> mojo_mel_stream_new(extractor, stream), mojo_mel_stream_free)
    end
    return MelStream(handle, extractor.shape, ReentrantLock())
end

Base.close(stream::MelStream) = close(stream.handle)

use(call, stream::MelStream) = lock(() -> use(call, stream.handle, "MelStream"), stream.lock)

Base.show(io::IO, stream::MelStream) = print(io, "MelStream of ", stream.shape.n_mels, " rows")

n_mels(stream::MelStream) = stream.shape.n_mels

"""
    push!(stream, samples)

Appends any number of samples and returns the frames that they complete, often none: (n\\_mels, k), or (k, n\\_mels) if the
option `layout` is `:frame_major`.

Throws [`MojoAudio.Error`](@ref) for a sample that is not a finite number (`index` counts from the stream's start), and
after [`finish!`](@ref). An error changes nothing.

```julia
frames = push!(stream, chunk)
for frame in eachcol(frames)
    use(frame)
end
```
"""
function Base.push!(stream::MelStream, samples)
    signal = audio(samples)
    return use(stream) do handle
        push_samples(handle, signal)
        return read_all(handle, stream.shape)
    end
end

push_samples(handle, signal::AbstractVector{Float32}) = check(mojo_mel_stream_push(handle, signal, length(signal)))
push_samples(handle, signal::AbstractVector{Int16}) = check(mojo_mel_stream_push_i16(handle, signal, length(signal)))

"""
    finish!(stream)

Ends the signal and returns the frames that reach beyond its end. No sample can be pushed until [`reset!`](@ref).
"""
finish!(stream::MelStream) = use(stream) do handle
    check(mojo_mel_stream_finish(handle))
    read_all(handle, stream.shape)
end

function read_all(handle, shape)
    out = new_result(result_size(shape, mojo_mel_stream_available(handle)))
    check(mojo_mel_stream_read(handle, out, length(out), Ref{Csize_t}(0)))
    return out
end

"""
    MojoAudio.push_into!(out, stream, samples)
    MojoAudio.finish_into!(out, stream)

Like `push!` and [`finish!`](@ref), but write the frames to the start of the vector `out`, and return how many there are.
The C library doesn't allocate then. `out` needs room for as many frames as [`MojoAudio.frames_after`](@ref) and
[`MojoAudio.frames_at_finish`](@ref) say; if it is too short, an error is thrown that changes nothing.

```julia
out = Vector{Float32}(undef, n_mels(stream) * 8)
k = MojoAudio.push_into!(out, stream, chunk)
frames = reshape(view(out, 1:n_mels(stream)*k), n_mels(stream), k)
```
"""
function push_into!(out::DenseVector{Float32}, stream::MelStream, samples)
    signal, n_frames = audio(samples), Ref{Csize_t}(0)
    use(handle -> push_samples_into(handle, signal, out, n_frames), stream)
    return Int(n_frames[])
end

push_samples_into(handle, signal::AbstractVector{Float32}, out, n_frames) =
    check(mojo_mel_stream_push_into(handle, signal, length(signal), out, length(out), n_frames))

push_samples_into(handle, signal::AbstractVector{Int16}, out, n_frames) =
    check(mojo_mel_stream_push_into_i16(handle, signal, length(signal), out, length(out), n_frames))

@doc (@doc push_into!)
function finish_into!(out::DenseVector{Float32}, stream::MelStream)
    n_frames = Ref{Csize_t}(0)
    use(handle -> check(mojo_mel_stream_finish_into(handle, out, length(out), n_frames)), stream)
    return Int(n_frames[])
end

"""
    MojoAudio.frames_after(stream, n_samples)

The number of frames that a push of that many samples will complete; 0 once the stream is finished.
"""
frames_after(stream::MelStream, n_samples::Integer) = use(stream) do handle
    Int(mojo_mel_stream_frames_after(handle, count_of("n_samples", n_samples)))
end

"""
    MojoAudio.frames_at_finish(stream)

The number of frames that [`finish!`](@ref) will complete; 0 once the stream is finished.
"""
frames_at_finish(stream::MelStream) = use(handle -> Int(mojo_mel_stream_frames_at_finish(handle)), stream)

"""
    reset!(stream)
    reset!(frames)

Starts again with an empty signal.
"""
reset!(stream::MelStream) = use(mojo_mel_stream_reset, stream)
