# The frames of a live signal, by their number.

"""
    MelFrames(extractor)

One live signal and its frames, for programs that look at frames by their number: push samples in chunks of any size,
read any frame that is ready as often as you like, and drop those that are no longer needed. A frame keeps its number,
whatever is dropped. The option `layout` has no meaning for it. For frames that are used once, in order,
[`MelStream`](@ref) needs less memory.

Throws what [`MelStream`](@ref) throws.

```julia
frames = MelFrames(MelExtractor("kaldi-fbank"))
push!(frames, zeros(Float32, 16_000))
MojoAudio.n_frames_ready(frames)  # 98
frames[98]  # the values of the last one
popfirst!(frames, 90)  # drops the frames 1 to 90
finish!(frames)
```
"""
struct MelFrames
    handle::Handle{typeof(mojo_mel_frames_free)}
    n_mels::Int
    lock::ReentrantLock
end

function MelFrames(extractor::MelExtractor)
    handle = use(extractor) do extractor
        Handle(frames -> mojo_mel_frames_new(extractor, frames), mojo_mel_frames_free)
    end
    return MelFrames(handle, extractor.shape.n_mels, ReentrantLock())
end

Base.close(frames::MelFrames) = close(frames.handle)

use(call, frames::MelFrames) = lock(() -> use(call, frames.handle, "MelFrames"), frames.lock)

Base.show(io::IO, frames::MelFrames) = print(io, "MelFrames of ", frames.n_mels, " rows")

n_mels(frames::MelFrames) = frames.n_mels

"""
    push!(frames, samples)

Appends any number of samples, and returns `frames`. Throws what `push!(stream, samples)` throws.
"""
function Base.push!(frames::MelFrames, samples)
    signal = audio(samples)
    use(handle -> keep_samples(handle, signal), frames)
    return frames
end

keep_samples(handle, signal::AbstractVector{Float32}) = check(mojo_mel_frames_push(handle, signal, length(signal)))
keep_samples(handle, signal::AbstractVector{Int16}) = check(mojo_mel_frames_push_i16(handle, signal, length(signal)))

"""
    finish!(frames)

Ends the signal, and returns `frames`: those that reach beyond its end are ready afterwards.
"""
function finish!(frames::MelFrames)
    use(handle -> check(mojo_mel_frames_finish(handle)), frames)
    return frames
end

"""
    MojoAudio.n_frames_ready(frames)

The number of frames that are complete since the signal's start, those that were dropped included.
"""
n_frames_ready(frames::MelFrames) = use(handle -> Int(mojo_mel_frames_n_frames_ready(handle)), frames)

"""
    MojoAudio.n_frames_popped(frames)

The number of frames that were dropped since the signal's start.
"""
n_frames_popped(frames::MelFrames) = use(handle -> Int(mojo_mel_frames_n_frames_popped(handle)), frames)

"""
    MojoAudio.is_last_frame(frames, frame)

Whether the signal has ended and the frame with that number, from 1, is its last.
"""
is_last_frame(frames::MelFrames, frame::Integer) = use(frames) do handle
    frame >= 1 && mojo_mel_frames_is_last_frame(handle, frame - 1) == 1
end

"""
    frames[frame]

A copy of the values of the frame with that number, counted from 1 at the signal's start. Throws
[`MojoAudio.Error`](@ref) if it is not ready yet or was dropped.
"""
Base.getindex(frames::MelFrames, frame::Integer) = use(frames) do handle
    values = frame < 1 ? C_NULL : mojo_mel_frames_get_frame(handle, frame - 1)
    if values == C_NULL
        first, last = mojo_mel_frames_n_frames_popped(handle) + 1, mojo_mel_frames_n_frames_ready(handle)
        throw(refused_argument("frame", "at least $first and at most $last", frame))
    end
    copy(unsafe_wrap(Array, values, frames.n_mels))
end

"""
    popfirst!(frames, n_frames)

Drops the oldest `n_frames` frames that were not dropped yet, and returns `frames`. Throws [`MojoAudio.Error`](@ref) if
fewer are there; then nothing is dropped.
"""
function Base.popfirst!(frames::MelFrames, n_frames::Integer)
    use(handle -> check(mojo_mel_frames_pop(handle, count_of("n_frames", n_frames))), frames)
    return frames
end

reset!(frames::MelFrames) = use(mojo_mel_frames_reset, frames)
