# The conformance cases through the package. Arguments: the flat list of the cases that
# `cargo xtask test julia` writes (xtask/src/cases.rs describes it), and the folder that its
# paths are relative to.

using MojoAudio

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

# The error that a call throws, if any.
function refused(call)
    try
        call()
    catch error
        error isa MojoAudio.Error || rethrow()
        return error
    end
    return nothing
end

# Options by their names, to values as text.
config_of(case) = MelConfig(case.preset; (Symbol(name) => value for (name, value) in case.options)...)

extractor_of(case) = MelExtractor(config_of(case))

is_frame_major(case) = config_of(case).layout == :frame_major

# The values of a result in the order of the expected ones, a row after the other, and its shape.
function taken(mel, frame_major)
    shape = size(mel)
    return vec(permutedims(mel)), frame_major ? reverse(shape) : shape
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

# All frames of a stream that gets the samples in pieces.
function streamed(extractor, samples, piece, frame_major)
    stream = MelStream(extractor)
    parts = [push!(stream, samples[from:min(from + piece - 1, end)]) for from in 1:piece:length(samples)]
    push!(parts, finish!(stream))
    close(stream)
    return reduce(frame_major ? vcat : hcat, parts)
end

# Returns whether the case can be streamed.
function run_single(folder, case, T)
    clip = case.clips[1]
    samples = values_of(T, folder, clip.input, clip.n_samples)
    extractor, frame_major = extractor_of(case), is_frame_major(case)
    whole = compute(extractor, samples)
    within(folder, clip, taken(whole, frame_major)...)
    refused(() -> MelStream(extractor)) === nothing || return false
    for piece in (1, 160, 4096, clip.n_samples)
        piece == 1 && clip.n_samples > 1000 && continue
        frames = streamed(extractor, samples, piece, frame_major)
        size(frames) == size(whole) || error("pieces of $piece: $(size(frames)) for $(size(whole))")
        same_bits(vec(frames), vec(whole)) || error("pieces of $piece: other bits")
    end
    return true
end

function run_batch(folder, case)
    clips = [values_of(Float32, folder, clip.input, clip.n_samples) for clip in case.clips]
    extractor = extractor_of(case)
    for (clip, samples, mel) in zip(case.clips, clips, batch(extractor, clips))
        within(folder, clip, taken(mel, is_frame_major(case))...)
        same_bits(vec(mel), vec(compute(extractor, samples))) || error("alone it has other bits")
    end
end

function run_statistic(folder, case)
    clip = case.clips[1]
    expected = values_of(Float32, folder, clip.expected, clip.n_mels)
    mel = compute(extractor_of(case), values_of(Float32, folder, clip.input, clip.n_samples))
    size(mel) == (clip.n_mels, clip.n_frames) || error("$(size(mel)) for $((clip.n_mels, clip.n_frames))")
    for (row, bound) in enumerate(case.rows)
        deviation = abs(sum(Float64, mel[row, :]) / clip.n_frames - expected[row])
        deviation <= bound || error("row $row: the mean is $deviation off, bound $bound")
    end
end

function run_refusal(folder, case)
    made = nothing
    failure = refused() do
        made = extractor_of(case)
        if case.call == "compute"
            clip = case.clips[1]
            compute(made, values_of(Float32, folder, clip.input, clip.n_samples))
        elseif case.call == "stream"
            MelStream(made)
        end
    end
    failure === nothing && error("it was not refused")
    (made === nothing) == (case.call == "new") || error("refused in another call: $(failure.message)")
    found = String(failure.code) == case.code
    if case.code == "config"
        found &= failure.field == case.detail
    elseif case.code == "unknown_name"
        found &= failure.value == case.detail
    elseif case.code == "sample"
        found &= failure.index == parse(Int, case.detail)
    end
    found || error("`$(failure.message)` for $(case.code) $(case.detail)")
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
