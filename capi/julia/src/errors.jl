# The exception of this package.

"""
    MojoAudio.Error

What every call of this package throws when it fails. `docs/errors.md` lists the kinds.

| field | meaning |
|---|---|
| `code` | the kind, the same in every language: `:config`, `:unknown_name`, `:empty_input`, `:sample`, `:buffer_size` … |
| `number` | the number of that kind |
| `message` | which argument, option or sample is wrong, what it must be and what it is |
| `field` | name of the option, argument or buffer that is wrong; `""` if there is none |
| `value` | what was given, as text; `""` if there is none |
| `expected` | what is allowed, as text; `""` if there is none |
| `known` | the names to choose from, if `value` is none of them |
| `closest` | the name in `known` that is most like `value`; `""` if none is much like it |
| `index` | the wrong sample in the input (in a stream: since its start), from 0 as in `message`, or `nothing` |
| `clip` | the clip of a batch that failed first, from 0 as in `message`, or `nothing` |

```julia
try
    MelExtractor(MelConfig("whisper"; hop_length = 0))
catch error
    error isa MojoAudio.Error && println(error.field, " must be ", error.expected)  # hop_length must be at least 1
end
```
"""
struct Error <: Exception
    code::Symbol
    number::Int
    message::String
    field::String
    value::String
    expected::String
    known::Vector{String}
    closest::String
    index::Union{Int,Nothing}
    clip::Union{Int,Nothing}
end

Base.showerror(io::IO, error::Error) = print(io, "MojoAudio.Error(:", error.code, "): ", error.message)

# An error that this package finds.
function refused(number, message; field = "", value = "", expected = "")
    return Error(CODES[number], number, message, field, string(value), string(expected), [], "", nothing, nothing)
end

# The error for an argument that has a value which is not allowed.
function refused_argument(field, expected, value)
    message = "$field must be $expected, got $value"
    return refused(MOJO_AUDIO_CODE_ARGUMENT, message; field = field, value = value, expected = expected)
end

refused_size(field, expected, value) = refused(
    MOJO_AUDIO_CODE_BUFFER_SIZE,
    "$field must have the size $expected, got $value";
    field = field,
    value = value,
    expected = expected,
)

# Calls the library such that an error says `nothing` of an option that is unset. The choice is the thread's, which may
# run C code of others later.
function spelled(call)
    mojo_audio_spell_errors("julia")
    try
        return call()
    finally
        mojo_audio_spell_errors("c")
    end
end

# Throws the thread's last error if a call failed. Nothing here lets the task change its thread.
function check(status::Int32)
    status == MOJO_AUDIO_SUCCESS && return
    place(index) = index < 0 ? nothing : Int(index)
    n_known = Int(mojo_audio_last_error_known_count())
    throw(Error(
        Symbol(unsafe_string(mojo_audio_last_error_name())),
        mojo_audio_last_error_code(),
        unsafe_string(mojo_audio_last_error()),
        unsafe_string(mojo_audio_last_error_field()),
        unsafe_string(mojo_audio_last_error_value()),
        unsafe_string(mojo_audio_last_error_expected()),
        [unsafe_string(mojo_audio_last_error_known(index)) for index in 0:n_known-1],
        unsafe_string(mojo_audio_last_error_closest()),
        place(mojo_audio_last_error_index()),
        place(mojo_audio_last_error_clip()),
    ))
end
