"""
Mel spectrograms for speech and audio models, equal to those of the library that the model was trained with: Whisper,
librosa, torchaudio, Kaldi, NeMo and more.

```julia
using MojoAudio

extractor = MelExtractor(MelConfig("whisper"))  # once, for all threads
mel = compute(extractor, zeros(Float32, 480_000))  # 30 s at 16 kHz, mono; full scale is 1
size(mel)  # (80, 3000)
```

The first axis of a result is the mel band and the second the frame: `mel[:, t]` is a frame, and its values are
adjacent in memory, as in every `Matrix`. With the option `layout = :frame_major` it is the other way round:
(n\\_frames, n\\_mels). So `size` is the shape that the documentation of every language has. With
`:frame_major`, where a column is a band, Whisper's takes about a fifth less time.

Samples are mono: a vector of `Float32` or `Float64` with a full scale of 1, or of `Int16`, which is divided by 32768.
They are neither changed nor kept.

Every call that fails throws a [`MojoAudio.Error`](@ref). `close` frees the memory of the C library; without it the
memory is freed some time after the object becomes unreachable. The C library is found as [`MojoAudio.LIBRARY`](@ref)
says.
"""
module MojoAudio

export MelConfig, MelExtractor, MelFrames, MelStream
export batch, compute, compute!, filterbank, finish!, frame_count, n_mels, reset!, row_statistics, valid_frames

import Libdl

include("library.jl")
include("errors.jl")
include("loader.jl")
include("config.jl")
include("handles.jl")
include("extractor.jl")
include("stream.jl")
include("frames.jl")

end
