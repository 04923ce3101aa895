# The options.

"""
    MelConfig(preset = "whisper"; options...)
    MelConfig(config; options...)

Every option of the pipeline: those of a preset or of another configuration, and what is changed. Options can be read
and set like fields. [`MelExtractor`](@ref) checks them against each other.

```julia
config = MelConfig("kaldi-fbank"; n_mels = 40, window = :hann)
config.dither = 0
config.window  # :hann
MelConfig(config; top_db = nothing)  # nothing unsets an optional one
```

A choice is a `Symbol`; a `String` with its name works as well. Setting an option throws [`MojoAudio.Error`](@ref) if no
option has that name, or if it can't have that value.

# Presets

$PRESETS_DOC

# Options

$OPTIONS_DOC
"""
mutable struct MelConfig
    raw::MojoMelOptions
end

function MelConfig(preset::Union{AbstractString,Symbol} = "whisper"; options...)
    return filled(raw -> mojo_mel_options_init(raw, sizeof(MojoMelOptions), c_text(preset)), options)
end

function MelConfig(config::MelConfig; options...)
    return changed(MelConfig(getfield(config, :raw)), options)
end

"""
    MojoAudio.from_json(text; options...)

The options of a model, from the text of its configuration file. That is transformers' `preprocessor_config.json`, or a
`processor_config.json` that has the settings under "feature\\_extractor"; the preprocessor section of NeMo's
`model_config.yaml`, converted to JSON; or Kaldi's `fbank.conf` or `mfcc.conf`. The class's padding is `pad_to` and its
truncation `max_length`: unset both to keep the length of every signal.

Throws [`MojoAudio.Error`](@ref) for another text, and for a class or a setting that the options can't describe.

```julia
config = MojoAudio.from_json(read("preprocessor_config.json", String); pad_to = nothing, max_length = nothing)
```
"""
function from_json(text::AbstractString; options...)
    return filled(raw -> mojo_mel_options_from_json(raw, sizeof(MojoMelOptions), c_text(text)), options)
end

"""
    MojoAudio.from_file(path; options...)

[`MojoAudio.from_json`](@ref) for the text of a file.

```julia
config = MojoAudio.from_file("models/whisper/preprocessor_config.json")
```
"""
from_file(path::AbstractString; options...) = from_json(read(path, String); options...)

"""
    MojoAudio.presets()

The names of all presets.

```julia
"whisper" in MojoAudio.presets()  # true
```
"""
presets() = [unsafe_string(mojo_audio_preset_name(index)) for index in 0:Int(mojo_audio_preset_count())-1]

function filled(fill, options)
    raw = Ref{MojoMelOptions}()
    check(fill(raw))
    return changed(MelConfig(raw[]), options)
end

function changed(config, options)
    for (name, value) in options
        setproperty!(config, name, value)
    end
    return config
end

# A text for C, where a zero byte would hide the rest.
c_text(text) = replace(String(text), '\0' => '\uFFFD')

# An option's value as the library reads it.
option_text(::Nothing) = "none"
option_text(value::Union{AbstractString,Symbol}) = c_text(value)
option_text(value::Union{Bool,Integer}) = string(value)
option_text(value::Real) = string(Float64(value))
option_text(value) = repr(value)

function Base.setproperty!(config::MelConfig, name::Symbol, value)
    raw = Ref(getfield(config, :raw))
    # 1.0 is an integer, too.
    is_whole = value isa AbstractFloat && get(OPTIONS, name, Float64) in (Int, Union{Nothing,Int}) && isinteger(value)
    text = option_text(is_whole ? BigInt(value) : value)
    check(spelled(() -> mojo_mel_options_set(raw, c_text(name), text)))
    setfield!(config, :raw, raw[])
    return value
end

function Base.getproperty(config::MelConfig, name::Symbol)
    raw, length = Ref(getfield(config, :raw)), Ref{Csize_t}(0)
    # The longest text is that of 1e-308, which is written out.
    text = Vector{UInt8}(undef, 512)
    check(mojo_mel_options_get(raw, c_text(name), text, sizeof(text), length))
    return option_value(OPTIONS[name], String(text[1:length[]]))
end

option_value(names::Tuple, text) = Symbol(text)
option_value(::Type{Bool}, text) = text == "true"
option_value(::Type{Int}, text) = something(tryparse(Int, text), tryparse(UInt64, text))
option_value(::Type{Float64}, text) = parse(Float64, text)
option_value(::Type{Union{Nothing,T}}, text) where {T} = text == "none" ? nothing : option_value(T, text)

Base.propertynames(::MelConfig, private = false) = keys(OPTIONS)

Base.:(==)(a::MelConfig, b::MelConfig) = getfield(a, :raw) === getfield(b, :raw)

Base.hash(config::MelConfig, seed::UInt) = hash(getfield(config, :raw), seed)

Base.copy(config::MelConfig) = MelConfig(getfield(config, :raw))

function Base.show(io::IO, config::MelConfig)
    preset = unsafe_string(mojo_audio_preset_name(getfield(config, :raw).preset))
    usual = MelConfig(preset)
    print(io, "MelConfig(", repr(preset))
    separator = "; "
    for name in keys(OPTIONS)
        value = getproperty(config, name)
        if value !== getproperty(usual, name)
            print(io, separator, name, " = ", repr(value))
            separator = ", "
        end
    end
    print(io, ")")
end
