# Calls of the C library from Julia, as in a user's program: "whisper" keeps the extractor, "stream" pushes
# to one stream. ../README.md describes the lines that a measured program reads and answers.

const LIBRARY = "libmojo_audio"

check(status) = status == 0 || error(unsafe_string(ccall((:mojo_audio_last_error, LIBRARY), Cstring, ())))

function version()
    major, minor, patch = Ref{Int32}(0), Ref{Int32}(0), Ref{Int32}(0)
    ccall((:mojo_audio_version, LIBRARY), Cvoid, (Ptr{Int32}, Ptr{Int32}, Ptr{Int32}), major, minor, patch)
    "$(major[]).$(minor[]).$(patch[])"
end

function extractor(is_stream)
    options = zeros(UInt64, 256) # room for a MojoMelOptions of any version
    check(ccall((:mojo_mel_options_init, LIBRARY), Cint, (Ptr{UInt64}, Csize_t, Cstring),
                options, sizeof(options), "whisper"))
    if is_stream
        check(ccall((:mojo_mel_options_set, LIBRARY), Cint, (Ptr{UInt64}, Cstring, Cstring),
                    options, "reference", "none"))
    end
    handle = Ref(C_NULL)
    check(ccall((:mojo_mel_extractor_new, LIBRARY), Cint, (Ptr{UInt64}, Ptr{Ptr{Cvoid}}), options, handle))
    handle[]
end

# (n_frames, n_mels): each column is a band.
function compute(extractor, samples)
    mel = Ref(C_NULL)
    check(ccall((:mojo_mel_extractor_compute, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Float32}, Csize_t, Ptr{Ptr{Cvoid}}),
                extractor, samples, length(samples), mel))
    try
        n_mels, n_frames = Ref{Csize_t}(0), Ref{Csize_t}(0)
        ccall((:mojo_mel_spectrogram_get_shape, LIBRARY), Cvoid, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{Csize_t}),
              mel[], n_mels, n_frames)
        values = Matrix{Float32}(undef, n_frames[], n_mels[])
        check(ccall((:mojo_mel_spectrogram_get_data, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Float32}, Csize_t),
                    mel[], values, length(values)))
        values
    finally
        ccall((:mojo_mel_spectrogram_free, LIBRARY), Cvoid, (Ptr{Cvoid},), mel[])
    end
end

function push(stream, samples)
    check(ccall((:mojo_mel_stream_push, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Float32}, Csize_t),
                stream, samples, length(samples)))
    n_mels = ccall((:mojo_mel_stream_n_mels, LIBRARY), Csize_t, (Ptr{Cvoid},), stream)
    n_frames = ccall((:mojo_mel_stream_available, LIBRARY), Csize_t, (Ptr{Cvoid},), stream)
    values = Matrix{Float32}(undef, n_frames, n_mels)
    n_read = Ref{Csize_t}(0)
    check(ccall((:mojo_mel_stream_read, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Float32}, Csize_t, Ptr{Csize_t}),
                stream, values, length(values), n_read))
    values
end

function read_clip(folder, name)
    path = joinpath(folder, "$name.f32")
    read!(path, Vector{Float32}(undef, filesize(path) ÷ 4))
end

function serve(call, folder)
    clips = Dict{String,Vector{Float32}}()
    println("ready ", version())
    flush(stdout)
    for line in eachline(stdin)
        command, clip, argument = split(line, ' '; limit=3)
        samples = get!(() -> read_clip(folder, clip), clips, clip)
        if command == "time"
            times = zeros(UInt64, parse(Int, argument))
            for i in eachindex(times)
                start = time_ns()
                call(samples)
                times[i] = time_ns() - start
            end
            println(join(times, ' '))
        elseif command == "save"
            mel = call(samples)
            write(argument, mel)
            println(size(mel, 2), ' ', size(mel, 1))
        else
            error("no command: $line")
        end
        flush(stdout)
    end
end

function main(name, folder, threads)
    handle = extractor(name == "stream")
    if name == "stream"
        stream = Ref(C_NULL)
        check(ccall((:mojo_mel_stream_new, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Ptr{Cvoid}}), handle, stream))
        serve(samples -> push(stream[], samples), folder)
    else
        serve(samples -> compute(handle, samples), folder)
    end
end

length(ARGS) == 3 || error("wanted: NAME FOLDER THREADS")
main(ARGS...)
