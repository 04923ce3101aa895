// Reads the conformance cases in the checkout's folder conformance/.

package mojoaudio

import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/** An input, with the reference library's output. */
class Clip(json: JsonObject) {
    val input = json.text("input")
    val nSamples = json.number("n_samples")
    val expected = json.text("expected")
    val nMels = json.number("n_mels")
    val nFrames = json.number("n_frames")
    private val bound = json.getValue("bound").jsonObject
    val atol = bound.getValue("atol").jsonPrimitive.double
    val rtol = bound.getValue("rtol").jsonPrimitive.double
    val meanAbs = bound.getValue("mean_abs").jsonPrimitive.double
}

class Case(val json: JsonObject) {
    val name = json.text("name")
    val kind = json.text("kind")
    val clips get() = json.getValue("clips").jsonArray.map { Clip(it.jsonObject) }

    /** The configuration. It may throw a refusal. */
    fun config(): MelConfig {
        val builder = MelConfig.preset(json.text("preset")).toBuilder()
        for ((option, text) in json.getValue("options").jsonObject) {
            builder.set(option, text.jsonPrimitive.content)
        }
        return builder.build()
    }

    override fun toString() = name
}

object Corpus {
    private val folder = File(System.getProperty("conformance.folder") ?: "../../conformance")

    private val cases = Json.parseToJsonElement(folder.resolve("cases.json").readText())
        .jsonObject.getValue("cases").jsonArray.map { Case(it.jsonObject) }

    fun of(vararg kinds: String): List<Case> =
        cases.filter { it.kind in kinds }.also { check(it.isNotEmpty()) { "no cases of ${kinds.toList()}" } }

    private fun bytes(path: String) =
        ByteBuffer.wrap(folder.resolve(path).readBytes()).order(ByteOrder.LITTLE_ENDIAN)

    fun floats(path: String): FloatArray =
        bytes(path).asFloatBuffer().let { values -> FloatArray(values.remaining()).also { values.get(it) } }

    fun shorts(path: String): ShortArray =
        bytes(path).asShortBuffer().let { values -> ShortArray(values.remaining()).also { values.get(it) } }
}

fun JsonObject.text(key: String): String = getValue(key).jsonPrimitive.content

fun JsonObject.number(key: String): Int = getValue(key).jsonPrimitive.int

fun List<JsonElement>.doubles(): List<Double> = map { it.jsonPrimitive.double }
