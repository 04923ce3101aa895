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

    /**
     * The [value] of the option [field] is not allowed, alone or together with another option; [expected] says what
     * is. Options have their names in [MelConfig], or those in the text that they were set by. If the option is a choice and the value none of its names, [known] lists the names, and [closest] is
     * the one that is most like the value, if any is.
     */
    public class Config internal constructor(
        message: String,
        public val field: String,
        public val value: String,
        public val expected: String,
        public val known: List<String>,
        public val closest: String?,
    ) : MelException(MelErrorKind.CONFIG, message)

    /**
     * No option, preset or setting ([what]) has that [name]. [known] lists the names, and [closest] is the one that is
     * most like it, if any is.
     */
    public class UnknownName internal constructor(
        message: String,
        public val what: String,
        public val name: String,
        public val known: List<String>,
        public val closest: String?,
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

    /** The buffer or table [field] has [actual] values and must have [expected]. */
    public class BufferSize internal constructor(
        message: String,
        public val field: String,
        public val expected: Long,
        public val actual: Long,
    ) : MelException(MelErrorKind.BUFFER_SIZE, message)

    /** An allocation of [bytes] failed; -1 if they are more than a Long counts. */
    public class Allocation internal constructor(message: String, public val bytes: Long) :
        MelException(MelErrorKind.ALLOCATION, message)

    /** The stream was finished and not reset. */
    public class Finished internal constructor(message: String) : MelException(MelErrorKind.FINISHED, message)

    /** The argument [field], which is not an option, is not allowed. */
    public class Argument internal constructor(message: String, public val field: String) :
        MelException(MelErrorKind.ARGUMENT, message)

    /** The library itself failed. That is a bug: please report it. */
    public class Other internal constructor(errorKind: MelErrorKind, message: String) :
        MelException(errorKind, message)

    /** The same error, about one clip of a batch. */
    internal fun ofClip(clip: Int): MelException {
        val text = "clip $clip: $message"
        val error = when (this) {
            is Config -> Config(text, field, value, expected, known, closest)
            is UnknownName -> UnknownName(text, what, name, known, closest)
            is EmptyInput -> EmptyInput(text)
            is Sample -> Sample(text, index, value, limit)
            is BufferSize -> BufferSize(text, field, expected, actual)
            is Allocation -> Allocation(text, bytes)
            is Finished -> Finished(text)
            is Argument -> Argument(text, field)
            is Other -> Other(errorKind, text)
        }
        error.clip = clip
        return error
    }

    internal companion object {
        private fun kind(code: String) = MelErrorKind.entries.find { it.code == code } ?: MelErrorKind.INTERNAL

        fun of(error: NativeException): MelException = when (error) {
            is NativeException.Config ->
                Config(error.text, error.field, error.value, error.expected, error.known, error.closest)
            is NativeException.UnknownName ->
                UnknownName(error.text, error.what, error.name, error.known, error.closest)
            is NativeException.EmptyInput -> EmptyInput(error.text)
            is NativeException.Sample -> Sample(error.text, error.index.toLong(), error.value, error.limit)
            is NativeException.BufferSize ->
                BufferSize(error.text, error.field, error.expected.toLong(), error.actual.toLong())
            is NativeException.Allocation -> Allocation(error.text, error.bytes.toLong())
            is NativeException.Finished -> Finished(error.text)
            is NativeException.Argument -> Argument(error.text, error.field)
            is NativeException.Other -> Other(kind(error.code), error.text)
        }
    }
}
