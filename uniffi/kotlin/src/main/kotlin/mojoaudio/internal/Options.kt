// Options as the library's texts, by name.

package mojoaudio.internal

import java.math.BigDecimal
import mojoaudio.Choice

internal class Options private constructor(private var texts: Map<String, String>) {
    companion object {
        fun defaults(): Options = Options(refusing { defaultOptions() })

        fun preset(name: String): Options = Options(refusing { presetOptions(name) })

        fun json(json: String): Options = Options(refusing { jsonOptions(json) })
    }

    /** The same options, apart from these. */
    fun changed(): Options = Options(texts)

    fun byName(): Map<String, String> = texts

    fun check() {
        refusing { checkOptions(texts, Language.KOTLIN) }
    }

    fun set(option: String, text: String) {
        texts = refusing { changedOptions(texts, option, text, Language.KOTLIN) }
    }

    private fun text(option: String): String = checkNotNull(texts[option]) { "the library has no option $option" }

    private fun textOrNull(option: String): String? = text(option).takeUnless { it == "none" }

    // Integers are the library's unsigned ones: one beyond the type's range is negative here.
    fun int(option: String): Int = text(option).toUInt().toInt()

    fun intOrNull(option: String): Int? = textOrNull(option)?.toUInt()?.toInt()

    fun long(option: String): Long = text(option).toULong().toLong()

    fun longOrNull(option: String): Long? = textOrNull(option)?.toULong()?.toLong()

    fun double(option: String): Double = text(option).toDouble()

    fun doubleOrNull(option: String): Double? = textOrNull(option)?.toDouble()

    fun boolean(option: String): Boolean = text(option).toBooleanStrict()

    fun <C : Choice> choice(option: String, values: List<C>): C =
        values.first { it.text == text(option) }

    /** Puts a value without a check, in the library's own form; null is unset. */
    fun put(option: String, value: Any?) {
        val text = when (value) {
            null -> "none"
            is Choice -> value.text
            is Double -> if (value.isFinite()) plain(value) else value.toString()
            else -> value.toString()
        }
        texts = texts + (option to text)
    }

    private fun plain(value: Double): String = BigDecimal(value.toString()).stripTrailingZeros().toPlainString()

    override fun equals(other: Any?): Boolean = other is Options && other.texts == texts

    override fun hashCode(): Int = texts.hashCode()

    override fun toString(): String = texts.entries.sortedBy { it.key }.joinToString { "${it.key}=${it.value}" }
}
