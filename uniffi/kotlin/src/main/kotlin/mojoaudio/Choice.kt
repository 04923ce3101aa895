// The common interface of options that are choices.

package mojoaudio

/** A value of an option that is a choice from a list. */
public sealed interface Choice {
    /** Its name in every language. */
    public val text: String
}
