# Whisper's mel spectrogram of a 16-bit mono WAV file.
#
#     LD_LIBRARY_PATH=~/.local/lib julia mel.jl ../data/speech.wav

using Printf

const LIBRARY = "libmojo_audio"

check(status) = status == 0 || error(unsafe_string(ccall((:mojo_audio_last_error, LIBRARY), Cstring, ())))

# Whisper's log-mel of 16-bit samples: a band a column, (n_frames, n_mels).
function whisper(samples::Vector{Int16})
    options = zeros(UInt64, 256) # room for a MojoMelOptions of any version
    check(ccall((:mojo_mel_options_init, LIBRARY), Cint, (Ptr{UInt64}, Csize_t, Cstring),
                options, sizeof(options), "whisper"))
    extractor, mel = Ref(C_NULL), Ref(C_NULL)
    try
        check(ccall((:mojo_mel_extractor_new, LIBRARY), Cint, (Ptr{UInt64}, Ptr{Ptr{Cvoid}}), options, extractor))
        check(ccall((:mojo_mel_extractor_compute_i16, LIBRARY), Cint,
                    (Ptr{Cvoid}, Ptr{Int16}, Csize_t, Ptr{Ptr{Cvoid}}),
                    extractor[], samples, length(samples), mel))
        n_mels, n_frames = Ref{Csize_t}(0), Ref{Csize_t}(0)
        ccall((:mojo_mel_spectrogram_get_shape, LIBRARY), Cvoid, (Ptr{Cvoid}, Ptr{Csize_t}, Ptr{Csize_t}),
              mel[], n_mels, n_frames)
        values = Matrix{Float32}(undef, n_frames[], n_mels[])
        check(ccall((:mojo_mel_spectrogram_get_data, LIBRARY), Cint, (Ptr{Cvoid}, Ptr{Float32}, Csize_t),
                    mel[], values, length(values)))
        return values
    finally
        ccall((:mojo_mel_spectrogram_free, LIBRARY), Cvoid, (Ptr{Cvoid},), mel[])
        ccall((:mojo_mel_extractor_free, LIBRARY), Cvoid, (Ptr{Cvoid},), extractor[])
    end
end

# The samples of a 16-bit mono WAV file at 16 kHz.
function read_wav(path)
    open(path) do file
        riff, _, wave = read(file, 4), read(file, 4), read(file, 4)
        riff == b"RIFF" && wave == b"WAVE" || error("$path is not a WAV file")
        readable = false
        # Programs write other chunks, too: ffmpeg puts one named LIST in front of the data.
        while !eof(file)
            name, size = String(read(file, 4)), ltoh(read(file, UInt32))
            chunk = read(file, size)
            length(chunk) == size || error("$path ends before its $name chunk does")
            if name == "fmt "
                tag, channels = reinterpret(UInt16, chunk[1:4])
                rate, bits = only(reinterpret(UInt32, chunk[5:8])), only(reinterpret(UInt16, chunk[15:16]))
                readable = (tag, channels, rate, bits) == (1, 1, 16000, 16)
            elseif name == "data"
                readable || error("$path is not 16-bit mono PCM at 16000 Hz")
                return collect(reinterpret(Int16, chunk[1:end - end % 2]))
            end
            isodd(size) && skip(file, 1) # the pad byte
        end
        error("$path has no data chunk")
    end
end

function main(path)
    mel = whisper(read_wav(path))
    n_frames, n_mels = size(mel)
    @printf("%s: %d x %d mel frames, mean %.4f, max %.4f\n",
            basename(path), n_mels, n_frames, sum(Float64, mel) / length(mel), maximum(mel))
end

length(ARGS) == 1 || error("usage: mel.jl FILE.wav")
main(ARGS[1])
