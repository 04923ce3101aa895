// The errors of the library.

package mojoaudio

import mojoaudio.internal.NativeException

/**
 * Why something was refused. The message says which option, argument or sample it is about, what came and
 * what was wanted.
 *
 * @property code a short name of the kind of error, the same in every version and language
 */
public sealed class MelException(public val code: String, message: String) : IllegalArgumentException(message) {
    /** The option [field] has a [value] that is not allowed, by itself or together with another. */
    public class Config internal constructor(
        message: String,
        public val field: String,
        public val value: String,
        public val wanted: String,
    ) : MelException("config", message)

    /** There is no option or preset ([kind]) of that [name]; there are those in [known]. */
    public class UnknownName internal constructor(
        message: String,
        public val kind: String,
        public val name: String,
        public val known: List<String>,
    ) : MelException("unknown_name", message)

    /** The input has no samples. */
    public class EmptyInput internal constructor(message: String) : MelException("empty_input", message)

    /**
     * A sample is not a finite number, or so large that its power can't be represented. [index] is its place
     * in the input, in a stream since its start.
     */
    public class Sample internal constructor(
        message: String,
        public val index: Long,
        public val value: Float,
        public val limit: Float,
    ) : MelException("sample", message)

    /** A buffer or a table has the wrong length, in values. */
    public class BufferSize internal constructor(
        message: String,
        public val expected: Long,
        public val actual: Long,
    ) : MelException("buffer_size", message)

    /** Memory was refused. */
    public class Allocation internal constructor(message: String) : MelException("allocation", message)

    /** The stream was finished and not reset. */
    public class Finished internal constructor(message: String) : MelException("finished", message)

    /**
     * Anything else: an argument that can't be (`argument`), or a failure of the library itself
     * (`internal`), which is a bug to be reported.
     */
    public class Other internal constructor(code: String, message: String) : MelException(code, message)

    /** The same error, with a few words before its message. */
    internal fun about(prefix: String): MelException {
        val text = prefix + message
        return when (this) {
            is Config -> Config(text, field, value, wanted)
            is UnknownName -> UnknownName(text, kind, name, known)
            is EmptyInput -> EmptyInput(text)
            is Sample -> Sample(text, index, value, limit)
            is BufferSize -> BufferSize(text, expected, actual)
            is Allocation -> Allocation(text)
            is Finished -> Finished(text)
            is Other -> Other(code, text)
        }
    }

    internal companion object {
        fun of(error: NativeException): MelException = when (error) {
            is NativeException.Config -> Config(error.text, error.field, error.value, error.wanted)
            is NativeException.UnknownName ->
                UnknownName(error.text, error.what, error.name, error.known.split(", "))
            is NativeException.EmptyInput -> EmptyInput(error.text)
            is NativeException.Sample -> Sample(error.text, error.index.toLong(), error.value, error.limit)
            is NativeException.BufferSize ->
                BufferSize(error.text, error.expected.toLong(), error.actual.toLong())
            is NativeException.Allocation -> Allocation(error.text)
            is NativeException.Finished -> Finished(error.text)
            is NativeException.Other -> Other(error.code, error.text)
        }
    }
}
