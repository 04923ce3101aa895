# The package's own tests. The conformance cases are in examples/julia/conformance.jl.

using MojoAudio
using Test

tone(n) = Float32[0.5f0 * sin(0.05f0 * i) for i in 1:n]

# The error that a call throws.
function error_of(call)
    try
        call()
    catch error
        error isa MojoAudio.Error || rethrow()
        return error
    end
    return nothing
end

same_bits(a, b) = size(a) == size(b) && reinterpret(UInt32, vec(a)) == reinterpret(UInt32, vec(b))

pushed(call) = error_of() do
    stream = MelStream(MelExtractor("kaldi-fbank"))
    push!(stream, tone(1000))
    call(stream)
end

@testset "MojoAudio" begin

@testset "options" begin
    config = MelConfig("kaldi-fbank"; n_mels = 40, window = "hann", top_db = nothing)
    @test (config.n_mels, config.window, config.top_db, config.center) == (40, :hann, nothing, false)
    config.dither = 1
    config.n_fft = 1024.0
    config.log_floor = 1e-300
    @test (config.dither, config.n_fft, config.log_floor) === (1.0, 1024, 1e-300)
    same = copy(config)
    @test same == config && hash(same) == hash(config)
    same.center = true
    @test same != config
    @test repr(MelConfig(:whisper; n_mels = 128)) == "MelConfig(\"whisper\"; n_mels = 128)"
    @test length(propertynames(config)) > 50
    @test all(name -> getproperty(config, name) !== missing, propertynames(config))
    @test all(preset -> MelExtractor(preset) isa MelExtractor, MojoAudio.presets())
    json = "{\"feature_extractor_type\": \"WhisperFeatureExtractor\", \"feature_size\": 128}"
    @test MojoAudio.from_json(json; pad_to = nothing).n_mels == 128
    @test MojoAudio.version() >= v"0.1.0"
    # Each option's place in the structure is the library's.
    for name in propertynames(config)
        number = Ref(0.0)
        raw = getfield(config, :raw)
        MojoAudio.check(MojoAudio.mojo_mel_options_get_number(Ref(raw), String(name), number))
        @test number[] == getfield(raw, name)
    end
end

@testset "errors of every kind" begin
    extractor = MelExtractor("kaldi-fbank")
    bad = tone(100)
    bad[8] = Inf32
    for (what, error, code, number, field, value, expected, closest, index, clip) in [
        ("option", error_of(() -> MelExtractor("whisper"; hop_length = 0)), :config, 1, "hop_length", "0", "at least 1", "", nothing, nothing),
        ("type", error_of(() -> MelConfig(n_mels = 1.5)), :config, 1, "n_mels", "1.5", "an integer from 1 to 4096", "", nothing, nothing),
        ("optional", error_of(() -> MelConfig(top_db = "x")), :config, 1, "top_db", "x", "a number, or nothing", "", nothing, nothing),
        ("related options", error_of(() -> MelExtractor("whisper"; delta_order = 2)), :config, 1, "delta_order", "2", "1 where delta_win_length is nothing", "", nothing, nothing),
        ("unknown option", error_of(() -> MelConfig(n_mel = 3)), :unknown_name, 2, "option", "n_mel", "", "n_mels", nothing, nothing),
        ("read an unknown option", error_of(() -> MelConfig().windows), :unknown_name, 2, "option", "windows", "", "window", nothing, nothing),
        ("unknown preset", error_of(() -> MelConfig("wisper")), :unknown_name, 2, "preset", "wisper", "", "whisper", nothing, nothing),
        ("no samples", error_of(() -> compute(extractor, Float32[])), :empty_input, 3, "", "", "", "", nothing, nothing),
        ("not finite", error_of(() -> extractor(bad)), :sample, 4, "", "inf", nothing, "", 7, nothing),
        ("not finite in a stream", pushed(stream -> push!(stream, bad)), :sample, 4, "", "inf", nothing, "", 1007, nothing),
        ("not finite in a batch", error_of(() -> batch(extractor, [tone(400), bad])), :sample, 4, "", "inf", nothing, "", 7, 1),
        ("wrong size", error_of(() -> compute!(zeros(Float32, 80, 2), extractor, tone(4000))), :buffer_size, 5, "out", "(80, 2)", "(80, 23)", "", nothing, nothing),
        ("no room for frames", pushed(stream -> MojoAudio.push_into!(zeros(Float32, 10), stream, tone(4000))), :buffer_size, 5, nothing, "10", nothing, "", nothing, nothing),
        ("short window", error_of(() -> MelExtractor(MelConfig(); window = tone(7))), :buffer_size, 5, "window", "7", "400", "", nothing, nothing),
        ("turned filterbank", error_of(() -> MelExtractor(MelConfig(); filterbank = zeros(201, 80))), :buffer_size, 5, "filterbank", "(201, 80)", "(80, 201)", "", nothing, nothing),
        ("endless padding", error_of(() -> MelExtractor("whisper"; pad_to = 2^48)(tone(100))), :allocation, 6, "", "", "", "", nothing, nothing),
        ("after the end", pushed(stream -> (finish!(stream); push!(stream, bad))), :finished, 7, "", "", "", "", nothing, nothing),
        ("threads", error_of(() -> batch(extractor, [tone(400)]; n_threads = -1)), :argument, 8, "n_threads", "-1", "at least 0", "", nothing, nothing),
        ("integers", error_of(() -> extractor([1, 2])), :argument, 8, "samples", nothing, "a vector of Float32, Float64 or Int16", "", nothing, nothing),
        ("closed", pushed(stream -> (close(stream); push!(stream, bad))), :closed, 10, "", "", "", "", nothing, nothing),
    ]
        @testset "$what" begin
            @test error !== nothing
            @test (error.code, error.number) == (code, number)
            @test field === nothing || error.field == field
            @test value === nothing || error.value == value
            @test expected === nothing || error.expected == expected
            @test error.closest == closest
            @test isempty(closest) || closest in error.known
            @test (error.index, error.clip) == (index, clip)
            @test occursin(error.value, error.message)
            @test occursin(error.message, sprint(showerror, error))
        end
    end
    @test error_of(() -> MelConfig("zzzzzz")).known == MojoAudio.presets()
    @test error_of(() -> MelConfig("whisper\0")).value == "whisper\uFFFD"
    @test error_of(() -> MelStream(MelExtractor("whisper"))).field == "reference"
    @test error_of(() -> batch(extractor, Any[tone(400), Int16[1]])).field == "clips"
end

@testset "a missing library" begin
    # In a process of its own: a library that was found stays.
    code = "using MojoAudio; try MelConfig() catch error; print(error.code, ' ', error.value) end"
    command = `$(Base.julia_cmd()) --startup-file=no --project=$(Base.active_project()) -e $code`
    @test withenv(() -> read(command, String), "MOJO_AUDIO_LIBRARY" => "/no/library.so") == "engine /no/library.so"
end

@testset "samples" begin
    extractor = MelExtractor("whisper")
    samples = tone(16_000)
    mel = compute(extractor, samples)
    @test size(mel) == (n_mels(extractor), frame_count(extractor, 16_000)) == (80, 100)
    @test same_bits(compute(extractor, Float64.(samples)), mel)
    @test same_bits(compute(extractor, view([samples; samples], 1:16_000)), mel)
    @test same_bits(compute(extractor, view(repeat(samples; inner = 2), 1:2:32_000)), mel)
    integers = round.(Int16, samples .* 32767)
    @test same_bits(compute(extractor, integers), compute(extractor, integers ./ Float32(32768)))
    out = similar(mel)
    @test compute!(out, extractor, samples) === out && same_bits(out, mel)
    turned = MelExtractor("whisper"; layout = :frame_major)
    @test same_bits(compute(turned, samples), permutedims(mel))
end

@testset "what extractors tell" begin
    extractor = MelExtractor("whisper")
    @test valid_frames(extractor, 16_000) <= frame_count(extractor, 16_000)
    @test error_of(() -> frame_count(extractor, -1)).field == "n_samples"
    weights = filterbank(extractor)
    @test size(weights) == (80, 201)
    # A filter's peak is at a higher bin than that of the one before.
    @test issorted([argmax(weights[band, :]) for band in 1:80])
    own = MelExtractor(MelConfig(); filterbank = weights)
    @test same_bits(own(tone(8000)), extractor(tone(8000))) && same_bits(filterbank(own), weights)
    @test isempty(MojoAudio.empty_filters(extractor))
    @test MojoAudio.empty_filters(MelExtractor("whisper"; n_mels = 256))[1] == 1
    @test MojoAudio.working_memory(extractor) > 0
    close(extractor)
    close(extractor)
    @test error_of(() -> frame_count(extractor, 1)).code == :closed
end

@testset "rows" begin
    text = "[ 20 40 10\n  60 180 0 ]"
    statistics = MojoAudio.row_statistics_from_text(text)
    @test statistics.mean == Float32[2, 4]
    path, io = mktemp()
    write(io, text)
    close(io)
    @test row_statistics(path) == statistics
    @test error_of(() -> MojoAudio.row_statistics_from_text("none")) !== nothing
    @test error_of(() -> MelExtractor(MelConfig(); row_mean = Float32[])).code == :buffer_size
    mean, scale = fill(1.0f0, 80), fill(2.0f0, 80)
    plain, moved = MelExtractor("whisper"), MelExtractor(MelConfig(); row_mean = mean, row_scale = scale)
    @test moved(tone(4000)) ≈ (plain(tone(4000)) .- 1) .* 2
end

@testset "streams" begin
    samples = tone(9001)
    for layout in (:mel_major, :frame_major), chunk in (1, 441, 9001)
        extractor = MelExtractor("hifigan"; layout = layout)
        whole = extractor(samples)
        stream = MelStream(extractor)
        close(extractor)
        for round in 1:2
            parts = [push!(stream, samples[from:min(from + chunk - 1, end)]) for from in 1:chunk:9001]
            n_last = MojoAudio.frames_at_finish(stream)
            push!(parts, finish!(stream))
            @test size(parts[end], layout == :mel_major ? 2 : 1) == n_last
            @test same_bits(layout == :mel_major ? hcat(parts...) : vcat(parts...), whole)
            reset!(stream)
        end
        out = Vector{Float32}(undef, length(whole))
        k = MojoAudio.push_into!(out, stream, samples)
        @test k == size(whole, layout == :mel_major ? 2 : 1) - MojoAudio.frames_at_finish(stream)
        rest = MojoAudio.finish_into!(view(out, k*n_mels(stream)+1:length(out)) |> collect, stream)
        @test k + rest == length(whole) ÷ n_mels(stream)
    end
end

@testset "frames" begin
    samples = tone(9001)
    whole = MelExtractor("hifigan")(samples)
    frames = MelFrames(MelExtractor("hifigan"))
    for from in 1:441:9001
        push!(frames, samples[from:min(from + 440, end)])
    end
    finish!(frames)
    n = MojoAudio.n_frames_ready(frames)
    @test n == size(whole, 2) && same_bits(hcat([frames[i] for i in 1:n]...), whole)
    @test MojoAudio.is_last_frame(frames, n) && !MojoAudio.is_last_frame(frames, n - 1)
    popfirst!(frames, 3)
    @test MojoAudio.n_frames_popped(frames) == 3 && same_bits(frames[4], whole[:, 4])
    for place in (0, 3, n + 1)
        error = error_of(() -> frames[place])
        @test (error.code, error.field, error.expected) == (:argument, "frame", "at least 4 and at most $n")
    end
    @test error_of(() -> popfirst!(frames, n)).field == "n_frames"
    @test error_of(() -> popfirst!(frames, -1)).field == "n_frames"
    @test error_of(() -> push!(frames, samples)).code == :finished
    reset!(frames)
    @test MojoAudio.n_frames_ready(frames) == 0
    close(frames)
    @test error_of(() -> push!(frames, samples)).code == :closed
end

@testset "batches" begin
    extractor = MelExtractor("kaldi-fbank")
    clips = [tone(n) for n in (400, 16_000, 5000)]
    for n_threads in (0, 1, 3)
        mels = batch(extractor, clips; n_threads = n_threads)
        @test all(same_bits(mel, extractor(clip)) for (mel, clip) in zip(mels, clips))
    end
    integers = [round.(Int16, clip .* 32767) for clip in clips]
    @test all(same_bits(mel, extractor(clip)) for (mel, clip) in zip(batch(extractor, integers), integers))
    @test isempty(batch(extractor, Vector{Float32}[]))
end

@testset "threads and the garbage collector" begin
    extractor = MelExtractor("whisper")
    whole = extractor(tone(16_000))
    results = Vector{Matrix{Float32}}(undef, 64)
    Threads.@threads for i in 1:64
        results[i] = extractor(tone(16_000))
    end
    @test all(mel -> same_bits(mel, whole), results)
    # Closed during calls: each either ends or says that the extractor is closed.
    tasks = [Threads.@spawn error_of(() -> extractor(tone(16_000))) for _ in 1:16]
    close(extractor)
    @test all(error -> error === nothing || error.code == :closed, fetch.(tasks))
    for _ in 1:200
        MelStream(MelExtractor("kaldi-fbank"))
    end
    GC.gc()
    @test true
end

end
