# Objects of the C library, and samples and results as it takes them.

# A handle that is freed after `close`, once no call uses it, or when it is unreachable.
mutable struct Handle{Free}
    pointer::Ptr{Cvoid}
    n_users::Int
    is_closed::Bool
    lock::Threads.SpinLock
    free::Free
end

# `create` writes the handle to its argument.
function Handle(create, free)
    pointer = Ref(C_NULL)
    check(spelled(() -> create(pointer)))
    # So that the finalizer knows the function's address.
    free(C_NULL)
    handle = Handle(pointer[], 0, false, Threads.SpinLock(), free)
    return finalizer(free_now, handle)
end

function free_now(handle::Handle)
    pointer, handle.pointer = handle.pointer, C_NULL
    handle.free(pointer)
    return
end

function Base.close(handle::Handle)
    is_unused = lock(handle.lock) do
        was_open, handle.is_closed = !handle.is_closed, true
        was_open && handle.n_users == 0
    end
    is_unused && free_now(handle)
    return
end

# Calls a function with the pointer, which stays valid during the call.
function use(call, handle::Handle, what)
    is_open = lock(handle.lock) do
        handle.n_users += !handle.is_closed
        !handle.is_closed
    end
    is_open || throw(refused(MOJO_AUDIO_CODE_CLOSED, "the $what is closed"))
    try
        return call(handle.pointer)
    finally
        is_last = lock(handle.lock) do
            handle.n_users -= 1
            handle.is_closed && handle.n_users == 0
        end
        is_last && free_now(handle)
    end
end

const Sample = Union{Float32,Int16}

# Samples as the library reads them: without a copy if they are adjacent.
audio(samples::DenseVector{<:Sample}) = samples
audio(samples::StridedVector{T}) where {T<:Sample} = stride(samples, 1) == 1 ? samples : convert(Vector{T}, samples)
audio(samples::AbstractVector{T}) where {T<:Sample} = convert(Vector{T}, samples)
audio(samples::AbstractVector{<:AbstractFloat}) = convert(Vector{Float32}, samples)
audio(samples) = throw(refused_argument("samples", "a vector of Float32, Float64 or Int16", typeof(samples)))

# A result to fill.
function new_result(size)
    try
        return Matrix{Float32}(undef, size)
    catch error
        error isa Union{OutOfMemoryError,ArgumentError} || rethrow()
        throw(refused(MOJO_AUDIO_CODE_ALLOCATION, "no memory for a result of the size $size"))
    end
end

# How results are stored. The C library writes rows one after the other, and Julia columns: so where a result of this
# package has a frame a column, C has a frame a row.
struct Shape
    n_mels::Int
    has_frames_as_columns::Bool
end

result_size(shape::Shape, n_frames) =
    shape.has_frames_as_columns ? (shape.n_mels, Int(n_frames)) : (Int(n_frames), shape.n_mels)

# A number of samples or frames.
function count_of(name, n)
    n >= 0 || throw(refused_argument(name, "at least 0", n))
    return Csize_t(n)
end
