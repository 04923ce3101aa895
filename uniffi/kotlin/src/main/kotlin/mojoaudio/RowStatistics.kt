// A mean and a scale for each row.

package mojoaudio

import mojoaudio.internal.Language
import mojoaudio.internal.refusing
import mojoaudio.internal.rowStatistics

/**
 * The mean and the scale of each row, from a model's file: what [MelExtractor] takes as `rowMean` and `rowScale`.
 *
 * ```kotlin
 * val rows = RowStatistics.fromText(File("am.mvn").readText())
 * val extractor = MelExtractor(MelConfig.funasr(), rowMean = rows.mean, rowScale = rows.scale)
 * ```
 *
 * @property mean what is subtracted from each row
 * @property scale what each row is multiplied by after that
 */
public class RowStatistics private constructor(public val mean: FloatArray, public val scale: FloatArray) {
    public companion object {
        /**
         * Reads the text of FunASR's `am.mvn`, of WeNet's `global_cmvn` (JSON), or of Kaldi's statistics, one matrix of
         * two lines. Sums over frames become means and 1 / deviations.
         *
         * @throws MelException.Config the text is no such file
         */
        @JvmStatic
        public fun fromText(text: String): RowStatistics {
            val rows = refusing { rowStatistics(text, Language.KOTLIN) }
            return RowStatistics(rows.mean.toFloatArray(), rows.scale.toFloatArray())
        }
    }
}
