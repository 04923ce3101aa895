//! The options in Kotlin: MelConfig with its builder, the types of its choices and the presets.

use super::words::{Quoted, camel, lines, preset_doc};
use crate::Result;
use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS};
use std::fmt::Write as _;

const HEAD: &str = "
package mojoaudio

import mojoaudio.internal.Options

/**
 * Every option of the pipeline. `MelConfig()` has the defaults, which are Whisper's log-mel with 80 bands.
 *
 * Take a preset and change options: `MelConfig.kaldiFbank().copy(nMels = 40)`, or in Java
 * `MelConfig.kaldiFbank().toBuilder().nMels(40).build()`.
 *
 * A configuration never changes. [MelExtractor] and [check] check its values.
 */
public class MelConfig private constructor(internal val options: Options) {
    /** The defaults. */
    public constructor() : this(Options.defaults())
";

const BUILDER: &str = "
    /** A builder that starts from this configuration. */
    public fun toBuilder(): Builder = Builder(options.changed())

    /** Checks every option, alone and against the others: [MelException.Config] names a wrong one. */
    public fun check(): Unit = options.check()

    override fun equals(other: Any?): Boolean = other is MelConfig && other.options == options

    override fun hashCode(): Int = options.hashCode()

    override fun toString(): String = \"MelConfig($options)\"

    /** A configuration that can be changed. */
    public class Builder internal constructor(private val options: Options) {
        /** The configuration with the current options. */
        public fun build(): MelConfig = MelConfig(options.changed())

        /**
         * Sets an option by its name in Rust, such as `n_fft`, from text: a decimal number, `true` or `false`,
         * the name of a choice, or `none` to unset an optional one.
         *
         * @throws MelException.UnknownName no option has that name
         * @throws MelException.Config the text is not a value of its type
         */
        public fun set(option: String, text: String): Builder = apply { options.set(option, text) }
";

/// `uniffi/kotlin/src/main/kotlin/mojoaudio/MelErrorKind.kt`.
pub fn kinds() -> Result<String> {
    let mut text = KINDS.to_string();
    for info in ERROR_KINDS {
        let (code, number) = (info.kind.code(), info.kind.number());
        doc(&mut text, "    ", info.doc);
        writeln!(text, "    {}({code:?}, {number}),", code.to_ascii_uppercase())?;
    }
    text.push_str("}\n");
    Ok(text)
}

const KINDS: &str = "
package mojoaudio

/**
 * The kind of a [MelException]. Some occur only in other languages.
 *
 * @property code its name, the same in every version and language
 * @property number its number, the same in every version and language
 */
public enum class MelErrorKind(public val code: String, public val number: Int) {
";

/// `uniffi/kotlin/src/main/kotlin/mojoaudio/MelConfig.kt`.
pub fn options() -> Result<String> {
    let mut text = HEAD.to_string();
    for option in OPTIONS {
        let (field, ty) = (camel(option.name), kotlin_type(option));
        text.push('\n');
        doc(&mut text, "    ", option.doc);
        writeln!(text, "    public val {field}: {ty} get() = options.{}", read(option))?;
    }
    text.push_str("\n    /** The same configuration with changes. */\n");
    text.push_str("    @JvmSynthetic\n    public fun copy(\n");
    for option in OPTIONS {
        let field = camel(option.name);
        writeln!(text, "        {field}: {} = this.{field},", kotlin_type(option))?;
    }
    text.push_str("    ): MelConfig {\n        val options = options.changed()\n");
    for option in OPTIONS {
        let field = camel(option.name);
        writeln!(text, "        if ({field} != this.{field}) options.put({:?}, {field})", option.name)?;
    }
    text.push_str("        return MelConfig(options)\n    }\n");
    text.push_str(BUILDER);
    for option in OPTIONS {
        let (field, ty) = (camel(option.name), kotlin_type(option));
        write!(
            text,
            "\n        /** Sets [MelConfig.{field}]. */\n        public fun {field}(value: {ty}): Builder = \
             apply {{ options.put({:?}, value) }}\n",
            option.name
        )?;
    }
    text.push_str("    }\n");
    choices(&mut text)?;
    presets(&mut text)?;
    text.push_str("}\n");
    Ok(text)
}

/// The types of choices and their values.
fn choices(text: &mut String) -> Result {
    let mut known = Vec::new();
    for option in OPTIONS {
        let OptionKind::Choice { name, values } = option.kind else { continue };
        if known.contains(&name) {
            continue;
        }
        known.push(name);
        write!(
            text,
            "\n    /** A value of [MelConfig.{}]; [text] is its name in every language. */\n    \
             public enum class {name}(public override val text: String) : Choice {{\n",
            camel(option.name)
        )?;
        for value in values {
            doc(text, "        ", value.doc);
            writeln!(text, "        {}({:?}),", value.name.to_ascii_uppercase(), value.name)?;
        }
        text.push_str("    }\n");
    }
    Ok(())
}

fn presets(text: &mut String) -> Result {
    text.push_str(
        "\n    public companion object {\n        /** The names that [preset] knows. */\n        \
         @JvmField\n        public val PRESETS: List<String> = listOf(\n",
    );
    for preset in PRESETS {
        writeln!(text, "            {preset:?},")?;
    }
    text.push_str(
        "        )\n\n        /**\n         * The preset with that name, one of [PRESETS].\n         *\n         \
         * @throws MelException.UnknownName no preset has that name\n         */\n        @JvmStatic\n        \
         public fun preset(name: String): MelConfig = MelConfig(Options.preset(name))\n\n        /**\n         \
         * The options of a model, from the text of its configuration file: transformers'\n         * \
         `preprocessor_config.json`, or a `processor_config.json` that has the settings under\n         * \
         `feature_extractor`; the `preprocessor` section of NeMo's `model_config.yaml`, converted to JSON; or\n         \
         * Kaldi's `fbank.conf` or `mfcc.conf`. They equal the features of the class that the file names, for one signal with the class's defaults.\n         \
         * The class's padding is [padTo] and its truncation [maxLength]: unset both to keep the length of every\n         \
         * signal. Longer signals that the class splits, or takes a random part of, keep their length.\n         \
         *\n         * @throws MelException.Config the text is no such file, or the features of a class or a setting can't be\n         \
         *   described by the options\n         */\n        @JvmStatic\n        \
         public fun fromJson(json: String): MelConfig = MelConfig(Options.json(json))\n",
    );
    for info in PRESET_INFO {
        text.push('\n');
        doc(text, "        ", &preset_doc(info));
        let (preset, function) = (info.name, camel(info.name));
        write!(
            text,
            "        @JvmStatic\n        public fun {function}(): MelConfig = preset({preset:?})\n"
        )?;
    }
    text.push_str("    }\n");
    Ok(())
}

fn kotlin_type(option: &OptionInfo) -> String {
    let ty = match option.kind {
        OptionKind::U32 => "Int",
        OptionKind::U64 => "Long",
        OptionKind::F64 => "Double",
        OptionKind::Bool => "Boolean",
        OptionKind::Choice { name, .. } => name,
    };
    if option.optional { format!("{ty}?") } else { ty.into() }
}

/// How an option is read.
fn read(option: &OptionInfo) -> String {
    let end = if option.optional { "OrNull" } else { "" };
    match option.kind {
        OptionKind::U32 => format!("int{end}({:?})", option.name),
        OptionKind::U64 => format!("long{end}({:?})", option.name),
        OptionKind::F64 => format!("double{end}({:?})", option.name),
        OptionKind::Bool => format!("boolean{end}({:?})", option.name),
        OptionKind::Choice { name, .. } => format!("choice{end}({:?}, {name}.entries)", option.name),
    }
}

fn doc(text: &mut String, indent: &str, doc: &str) {
    let lines = lines(doc, |quoted| match quoted {
        Quoted::Option(option) => format!("[{}]", camel(option)),
        Quoted::Value(value) => format!("`{}`", value.to_ascii_uppercase()),
        Quoted::Other(text) => format!("`{text}`"),
    });
    let _ = match lines.as_slice() {
        [line] => writeln!(text, "{indent}/** {line} */"),
        lines => writeln!(
            text,
            "{indent}/**\n{}{indent} */",
            lines.iter().map(|line| format!("{indent} * {line}\n")).collect::<String>()
        ),
    };
}
