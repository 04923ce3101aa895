// The errors of the library.

package mojoaudio

import mojoaudio.internal.NativeException

/**
 * The errors of the library. The message says which option, argument or sample is wrong, what it is and what
 * is allowed.
 *
 * @property errorKind the kind of error
 */
public sealed class MelException(public val errorKind: MelErrorKind, message: String) :
    IllegalArgumentException(message) {
    /** A short name of the kind of error, the same in every version and language. */
    public val code: String get() = errorKind.code

    /** The place of the clip in the batch, from 0; null if the error is not about one clip of a batch. */
    public var clip: Int? = null
        private set

    /** The [value] of the option [field] is not allowed, alone or together with another option. */
    public class Config internal constructor(
        message: String,
        public val field: String,
        public val value: String,
        public val wanted: String,
    ) : MelException(MelErrorKind.CONFIG, message)

    /** No option or preset ([kind]) has that [name]. [known] lists the names. */
    public class UnknownName internal constructor(
        message: String,
        public val kind: String,
        public val name: String,
        public val known: List<String>,
    ) : MelException(MelErrorKind.UNKNOWN_NAME, message)

    /** The input has no samples. */
    public class EmptyInput internal constructor(message: String) : MelException(MelErrorKind.EMPTY_INPUT, message)

    /**
     * A sample is not finite, or so large that its power can't be represented. [index] counts from the start
     * of the input or the stream.
     */
    public class Sample internal constructor(
        message: String,
        public val index: Long,
        public val value: Float,
        public val limit: Float,
    ) : MelException(MelErrorKind.SAMPLE, message)

    /** A buffer or a table has the wrong length, in values. */
    public class BufferSize internal constructor(
        message: String,
        public val expected: Long,
        public val actual: Long,
    ) : MelException(MelErrorKind.BUFFER_SIZE, message)

    /** An allocation failed. */
    public class Allocation internal constructor(message: String) : MelException(MelErrorKind.ALLOCATION, message)

    /** The stream was finished and not reset. */
    public class Finished internal constructor(message: String) : MelException(MelErrorKind.FINISHED, message)

    /**
     * Anything else: an impossible argument (`argument`), or a failure of the library itself (`internal`),
     * which is a bug: please report it.
     */
    public class Other internal constructor(errorKind: MelErrorKind, message: String) :
        MelException(errorKind, message)

    /** The same error, about one clip of a batch. */
    internal fun ofClip(clip: Int): MelException {
        val text = "clip $clip: $message"
        val error = when (this) {
            is Config -> Config(text, field, value, wanted)
            is UnknownName -> UnknownName(text, kind, name, known)
            is EmptyInput -> EmptyInput(text)
            is Sample -> Sample(text, index, value, limit)
            is BufferSize -> BufferSize(text, expected, actual)
            is Allocation -> Allocation(text)
            is Finished -> Finished(text)
            is Other -> Other(errorKind, text)
        }
        error.clip = clip
        return error
    }

    internal companion object {
        private fun kind(code: String) = MelErrorKind.entries.find { it.code == code } ?: MelErrorKind.INTERNAL

        fun of(error: NativeException): MelException = when (error) {
            is NativeException.Config -> Config(error.text, error.field, error.value, error.wanted)
            is NativeException.UnknownName ->
                UnknownName(error.text, error.what, error.name, error.known)
            is NativeException.EmptyInput -> EmptyInput(error.text)
            is NativeException.Sample -> Sample(error.text, error.index.toLong(), error.value, error.limit)
            is NativeException.BufferSize ->
                BufferSize(error.text, error.expected.toLong(), error.actual.toLong())
            is NativeException.Allocation -> Allocation(error.text)
            is NativeException.Finished -> Finished(error.text)
            is NativeException.Other -> Other(kind(error.code), error.text)
        }
    }
}
