// The result.

/// A mel spectrogram, or the cepstrum of one: `nMels` · `nFrames` values.
public struct MelSpectrogram: Sendable, Hashable {
    /// The values, row-major: (nMels, nFrames) if ``layout`` is `melMajor`, otherwise (nFrames, nMels).
    public let data: [Float]

    /// Number of rows: the mel bands, the cepstral coefficients, or the bands and the energy.
    public let nMels: Int

    /// Number of frames.
    public let nFrames: Int

    /// The order of ``data``.
    public let layout: MelConfig.Layout

    /// The value of a row in a frame.
    ///
    /// Like an array's index, one out of range ends the program.
    public subscript(mel mel: Int, frame frame: Int) -> Float {
        precondition(
            mel >= 0 && mel < nMels && frame >= 0 && frame < nFrames,
            "(\(mel), \(frame)) is outside of (\(nMels), \(nFrames))")
        return layout == .melMajor ? data[mel * nFrames + frame] : data[frame * nMels + mel]
    }

    /// Calls `body` with the values, without a copy, in the order of ``data``. The pointer is valid until `body`
    /// returns.
    public func withUnsafeBufferPointer<R>(
        _ body: (UnsafeBufferPointer<Float>) throws -> R
    ) rethrows -> R {
        try data.withUnsafeBufferPointer(body)
    }
}
