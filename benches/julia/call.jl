# Calls of the package from Julia, as in a user's program: "whisper" keeps the extractor, "stream" pushes
# to one stream. ../README.md describes the lines that a measured program reads and answers.

using MojoAudio

function read_clip(folder, name)
    path = joinpath(folder, "$name.f32")
    read!(path, Vector{Float32}(undef, filesize(path) ÷ 4))
end

function serve(call, folder)
    clips = Dict{String,Vector{Float32}}()
    println("ready ", MojoAudio.version())
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

# As in the other languages, the values of a band are adjacent: then each column is a band.
function main(name, folder, threads)
    if name == "stream"
        stream = MelStream(MelExtractor("whisper"; layout = :frame_major, reference = :none))
        serve(samples -> push!(stream, samples), folder)
    else
        extractor = MelExtractor("whisper"; layout = :frame_major)
        serve(samples -> compute(extractor, samples), folder)
    end
end

length(ARGS) == 3 || error("wanted: NAME FOLDER THREADS")
main(ARGS...)
