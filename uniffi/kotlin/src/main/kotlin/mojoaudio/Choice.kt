// What the values of options that are choices have in common.

package mojoaudio

/** A value of an option that is a choice from a list. */
public sealed interface Choice {
    /** Its name in every language. */
    public val text: String
}
