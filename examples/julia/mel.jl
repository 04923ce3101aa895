# Whisper's mel spectrogram of a 16-bit mono WAV file.
#
#     julia --project=../../capi/julia mel.jl ../data/speech.wav

using MojoAudio
using Printf

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
    mel = compute(MelExtractor("whisper"), read_wav(path))
    n_mels, n_frames = size(mel)
    @printf("%s: %d x %d mel frames, mean %.4f, max %.4f\n",
            basename(path), n_mels, n_frames, sum(Float64, mel) / length(mel), maximum(mel))
end

length(ARGS) == 1 || error("usage: mel.jl FILE.wav")
main(ARGS[1])
