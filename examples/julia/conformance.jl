# The conformance cases through the C library. Arguments: the flat list of the cases that
# `cargo xtask test julia` writes (xtask/src/cases.rs describes it), and the folder that its
# paths are relative to.

const LIBRARY = "libmojo_audio"

struct Clip
    input::String
    n_samples::Int
    expected::String
    n_mels::Int
    n_frames::Int
    atol::Float64
    rtol::Float64
    mean_abs::Float64
end

mutable struct Case
    name::String
    kind::String
    preset::String
    call::String
    options::Vector{Tuple{String,String}}
    clips::Vector{Clip}
    rows::Vector{Float64}
    code::String
    detail::String
end

# An error of the library.
struct Refused <: Exception
    status::Cint
    text::String
    code::String
    field::String
    index::Int
end

function check(status::Cint)
    status == 0 && return
    throw(Refused(
        status,
        unsafe_string(ccall((:mojo_audio_last_error, LIBRARY), Cstring, ())),
        unsafe_string(ccall((:mojo_audio_last_error_name, LIBRARY), Cstring, ())),
        unsafe_string(ccall((:mojo_audio_last_error_field, LIBRARY), Cstring, ())),
        ccall((:mojo_audio_last_error_index, LIBRARY), Int64, ()),
    ))
end

function cases(list)
    all = Case[]
    for line in eachline(list)
        parts = split(line, '\t')
        word = popfirst!(parts)
        if word == "case"
            push!(all, Case(parts[1], parts[2], parts[3], parts[4], [], [], [], "", ""))
        elseif word == "option"
            push!(all[end].options, (parts[1], parts[2]))
        elseif word == "clip"
            sizes, bounds = parse.(Int, parts[[2, 4, 5]]), parse.(Float64, parts[6:8])
            push!(all[end].clips, Clip(parts[1], sizes[1], parts[3], sizes[2], sizes[3], bounds...))
        elseif word == "rows"
            all[end].rows = parse.(Float64, parts)
        elseif word == "error"
            all[end].code, all[end].detail = parts
        else
            word == "end" || error("a line that is not understood: $line")
        end
    end
    return all
end

# The values of a file, or silence.
function values_of(T, folder, name, n)
    name == "silence" && return zeros(T, n)
    return read!(joinpath(folder, name), Vector{T}(undef, n))
end

# Runs a function with an extractor of the case.
function with_extractor(f, case)
    options = zeros(UInt64, 256)
    check(ccall((:mojo_mel_options_init, LIBRARY), Cint, (Ptr{UInt64}, Csize_t, Cstring),
                options, sizeof(options), case.preset))
    for (name, value) in case.options
        check(ccall((:mojo_mel_options_set, LIBRARY), Cint, (Ptr{UInt64}, Cstring, Cstring),
                    options, name, value))
    end
    extractor = Ref(C_NULL)
    check(ccall((:mojo_mel_extractor_new, LIBRARY), Cint, (Ptr{UInt64}, Ptr{Ptr{Cvoid}}), options, extractor))
    try
        return f(extractor[])
    finally
        ccall((:mojo_mel_extractor_free, LIBRARY), Cvoid, (Ptr{Cvoid},), extractor[])
    end
end

# The values of a result, in their order in memory, and its shape. Frees the result.
function taken(mel)
    n_mels, n_frames = Ref{Csize_t}(0), Ref{Csize_t}(0)
    ccall((:mojo_mel_spectrogram_get_shape, LIBRARY), Cvoid, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{Csize_t}),
          mel, n_mels, n_frames)
    values = Vector{Float32}(undef, n_mels[] * n_frames[])
    status = ccall((:mojo_mel_spectrogram_get_data, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Float32}, Csize_t),
                   mel, values, length(values))
    ccall((:mojo_mel_spectrogram_free, LIBRARY), Cvoid, (Ptr{Cvoid},), mel)
    check(status)
    return values, (Int(n_mels[]), Int(n_frames[]))
end

function compute(extractor, samples::Vector{Float32})
    mel = Ref(C_NULL)
    check(ccall((:mojo_mel_extractor_compute, LIBRARY), Cint,
                (Ptr{Cvoid}, Ptr{Float32}, Csize_t, Ptr{Ptr{Cvoid}}), extractor, samples, length(samples), mel))
    return taken(mel[])
end

function compute(extractor, samples::Vector{Int16})
    mel = Ref(C_NULL)
    check(ccall((:mojo_mel_extractor_compute_i16, LIBRARY), Cint,
                (Ptr{Cvoid}, Ptr{Int16}, Csize_t, Ptr{Ptr{Cvoid}}), extractor, samples, length(samples), mel))
    return taken(mel[])
end

push(stream, samples::Vector{Float32}) =
    check(ccall((:mojo_mel_stream_push, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Float32}, Csize_t),
                stream, samples, length(samples)))

push(stream, samples::Vector{Int16}) =
    check(ccall((:mojo_mel_stream_push_i16, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Int16}, Csize_t),
                stream, samples, length(samples)))

finish(stream) = check(ccall((:mojo_mel_stream_finish, LIBRARY), Cint, (Ptr{Cvoid},), stream))

available(stream) = Int(ccall((:mojo_mel_stream_available, LIBRARY), Csize_t, (Ptr{Cvoid},), stream))

function with_stream(f, extractor)
    stream = Ref(C_NULL)
    check(ccall((:mojo_mel_stream_new, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Ptr{Cvoid}}), extractor, stream))
    try
        return f(stream[])
    finally
        ccall((:mojo_mel_stream_free, LIBRARY), Cvoid, (Ptr{Cvoid},), stream[])
    end
end

function can_stream(extractor)
    try
        with_stream(_ -> true, extractor)
    catch refused
        refused isa Refused || rethrow()
        false
    end
end

same_bits(a, b) = reinterpret(UInt32, a) == reinterpret(UInt32, b)

function within(folder, clip, values, shape)
    shape == (clip.n_mels, clip.n_frames) || error("$shape for $((clip.n_mels, clip.n_frames))")
    isempty(values) && return
    expected = Float64.(values_of(Float32, folder, clip.expected, length(values)))
    deviation = abs.(values .- expected)
    outside = count(.!(deviation .<= clip.atol .+ clip.rtol .* abs.(expected)))
    outside == 0 || error("$outside of $(length(values)) values are outside of the bound")
    mean = sum(deviation) / length(deviation)
    mean <= clip.mean_abs || error("mean deviation $mean for $(clip.mean_abs)")
end

# All frames of a stream that gets the samples in pieces, in the order of the whole.
function streamed(extractor, samples, clip, piece, frame_major)
    gathered = Matrix{Float32}(undef, clip.n_frames, clip.n_mels)
    at = 0
    with_stream(extractor) do stream
        function gather()
            n = available(stream)
            at + n <= clip.n_frames || error("more than $(clip.n_frames) frames")
            part, taken = Vector{Float32}(undef, n * clip.n_mels), Ref{Csize_t}(0)
            check(ccall((:mojo_mel_stream_read, LIBRARY), Cint,
                        (Ptr{Cvoid}, Ptr{Float32}, Csize_t, Ptr{Csize_t}), stream, part, length(part), taken))
            frames = frame_major ? permutedims(reshape(part, clip.n_mels, n)) : reshape(part, n, clip.n_mels)
            gathered[at+1:at+n, :] = frames
            at += Int(taken[])
        end
        for from in 1:piece:length(samples)
            push(stream, samples[from:min(from + piece - 1, end)])
            gather()
        end
        finish(stream)
        gather()
    end
    at == clip.n_frames || error("pieces of $piece: $at frames for $(clip.n_frames)")
    return vec(frame_major ? permutedims(gathered) : gathered)
end

# Returns whether the case can be streamed.
function run_single(folder, case, T)
    clip = case.clips[1]
    samples = values_of(T, folder, clip.input, clip.n_samples)
    frame_major = ("layout", "frame_major") in case.options
    with_extractor(case) do extractor
        whole, shape = compute(extractor, samples)
        within(folder, clip, whole, shape)
        can_stream(extractor) || return false
        for piece in (1, 160, 4096, clip.n_samples)
            piece == 1 && clip.n_samples > 1000 && continue
            same_bits(streamed(extractor, samples, clip, piece, frame_major), whole) ||
                error("pieces of $piece: other bits")
        end
        return true
    end
end

function run_batch(folder, case)
    clips = [values_of(Float32, folder, clip.input, clip.n_samples) for clip in case.clips]
    mels = fill(C_NULL, length(clips))
    with_extractor(case) do extractor
        GC.@preserve clips begin
            check(ccall((:mojo_mel_extractor_compute_batch, LIBRARY), Cint,
                        (Ptr{Cvoid}, Ptr{Ptr{Float32}}, Ptr{Csize_t}, Csize_t, Csize_t, Ptr{Ptr{Cvoid}}),
                        extractor, pointer.(clips), Csize_t.(length.(clips)), length(clips), 0, mels))
        end
        for (clip, samples, mel) in zip(case.clips, clips, mels)
            values, shape = taken(mel)
            within(folder, clip, values, shape)
            same_bits(values, compute(extractor, samples)[1]) || error("alone it has other bits")
        end
    end
end

function run_statistic(folder, case)
    clip = case.clips[1]
    expected = values_of(Float32, folder, clip.expected, clip.n_mels)
    values, shape = with_extractor(case) do extractor
        compute(extractor, values_of(Float32, folder, clip.input, clip.n_samples))
    end
    shape == (clip.n_mels, clip.n_frames) || error("$shape for $((clip.n_mels, clip.n_frames))")
    rows = reshape(values, clip.n_frames, clip.n_mels)
    for (row, bound) in enumerate(case.rows)
        deviation = abs(sum(Float64, rows[:, row]) / clip.n_frames - expected[row])
        deviation <= bound || error("row $row: the mean is $deviation off, bound $bound")
    end
end

function run_refusal(folder, case)
    made = false
    refused = try
        with_extractor(case) do extractor
            made = true
            if case.call == "compute"
                clip = case.clips[1]
                compute(extractor, values_of(Float32, folder, clip.input, clip.n_samples))
            elseif case.call == "stream"
                with_stream(identity, extractor)
            end
        end
        nothing
    catch refused
        refused isa Refused ? refused : rethrow()
    end
    refused === nothing && error("it was not refused")
    made == (case.call != "new") || error("refused in another call: $(refused.text)")
    refused.status == -1 || error("status $(refused.status)")
    found = refused.code == case.code
    if case.code == "config"
        found &= refused.field == case.detail
    elseif case.code == "unknown_name"
        found &= occursin("\"$(case.detail)\"", refused.text)
    elseif case.code == "sample"
        found &= refused.index == parse(Int, case.detail)
    end
    found || error("`$(refused.text)` for $(case.code) $(case.detail)")
end

function main(list, folder)
    n_passed, n_failed, n_streamed = 0, 0, 0
    for case in cases(list)
        try
            if case.kind == "single"
                n_streamed += run_single(folder, case, Float32)
            elseif case.kind == "int16"
                n_streamed += run_single(folder, case, Int16)
            elseif case.kind == "batch"
                run_batch(folder, case)
            elseif case.kind == "statistic"
                run_statistic(folder, case)
            elseif case.kind == "refusal"
                run_refusal(folder, case)
            else
                error("a case of an unknown kind: $(case.kind)")
            end
            n_passed += 1
        catch failure
            n_failed += 1
            println("FAILED: ", case.name, ": ", sprint(showerror, failure))
        end
    end
    n_streamed > 0 || error("no case was streamed")
    println(n_passed, " passed, ", n_failed, " failed")
    exit(n_failed == 0 ? 0 : 1)
end

length(ARGS) == 2 || error("usage: conformance.jl CASES FOLDER")
main(ARGS...)
