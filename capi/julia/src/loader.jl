# Finds the C library when its first function is called.

"""
    MojoAudio.LIBRARY

The path or the name of the C library. It is read at the first call:

```julia
using MojoAudio
MojoAudio.LIBRARY[] = "/opt/mojo-audio/lib/libmojo_audio.so"
```

While it is `""`, the environment variable `MOJO_AUDIO_LIBRARY` says it, and without that the system's loader looks for
`libmojo_audio` (on Linux in the folders of `LD_LIBRARY_PATH`, then in those of the system).
"""
const LIBRARY = Ref("")

const OPENED = Ref(C_NULL)

@inline function address(place, name)
    found = @inbounds ADDRESSES[place]
    return found == C_NULL ? find(place, name) : found
end

@noinline function find(place, name)
    library = OPENED[] == C_NULL ? open_library() : OPENED[]
    found = Libdl.dlsym(library, name; throw_error = false)
    if found === nothing
        path = Libdl.dlpath(library)
        throw(refused(MOJO_AUDIO_CODE_ENGINE, "$path has no function $name: it is older than this package"))
    end
    return ADDRESSES[place] = found
end

function open_library()
    named = isempty(LIBRARY[]) ? get(ENV, "MOJO_AUDIO_LIBRARY", "") : LIBRARY[]
    # Where only programs are run, the library has only the name with the number of its binary interface.
    names = isempty(named) ? ["libmojo_audio", "libmojo_audio.so.0", "libmojo_audio.0.dylib"] : [named]
    for name in names
        library = Libdl.dlopen(name; throw_error = false)
        library === nothing || return OPENED[] = library
    end
    throw(refused(
        MOJO_AUDIO_CODE_ENGINE,
        "$(names[1]) can't be loaded: install the C library, and set MOJO_AUDIO_LIBRARY to its path if the system " *
        "does not find it";
        field = "MOJO_AUDIO_LIBRARY",
        value = names[1],
    ))
end

"""
    MojoAudio.version()

The version of the C library.

```julia
MojoAudio.version()  # v"0.1.0"
```
"""
function version()
    major, minor, patch = Ref{Int32}(0), Ref{Int32}(0), Ref{Int32}(0)
    mojo_audio_version(major, minor, patch)
    return VersionNumber(major[], minor[], patch[])
end
