// A mean and a scale for each row.

internal import MojoAudioNative

/// The mean and the scale of each row, from a model's file: what ``MelExtractor`` takes as `rowMean` and `rowScale`.
///
/// ```swift
/// let rows = try RowStatistics(text: String(contentsOfFile: "am.mvn", encoding: .utf8))
/// let extractor = try MelExtractor(.funasr, rowMean: rows.mean, rowScale: rows.scale)
/// ```
public struct RowStatistics: Sendable, Hashable {
    /// What is subtracted from each row.
    public let mean: [Float]

    /// What each row is multiplied by after that.
    public let scale: [Float]

    /// Reads the text of FunASR's `am.mvn`, of WeNet's `global_cmvn` (JSON), or of Kaldi's statistics, one matrix of two
    /// lines. Sums over frames become means and 1 / deviations.
    ///
    /// - Throws: ``MelError/Reason/config(field:value:expected:known:closest:)`` if the text is no such file.
    public init(text: String) throws(MelError) {
        let rows = try refusing { try rowStatistics(text: text, language: .swift) }
        (mean, scale) = (rows.mean, rows.scale)
    }
}
