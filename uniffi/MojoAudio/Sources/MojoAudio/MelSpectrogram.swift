// The result.

/// A mel spectrogram, or the cepstrum of one: `nMels` · `nFrames` values.
public struct MelSpectrogram: Sendable, Hashable {
    /// The values: (nMels, nFrames), row-major, where ``layout`` is `melMajor`, else (nFrames, nMels).
    public let data: [Float]

    /// Rows: the mel bands, the cepstral coefficients, or the bands and the energy.
    public let nMels: Int

    /// Frames.
    public let nFrames: Int

    /// The order of ``data``.
    public let layout: MelConfig.Layout

    /// The value of a row in a frame.
    ///
    /// Like an array's, it ends the program for one that there is not.
    public subscript(mel mel: Int, frame frame: Int) -> Float {
        precondition(
            mel >= 0 && mel < nMels && frame >= 0 && frame < nFrames,
            "(\(mel), \(frame)) is outside of (\(nMels), \(nFrames))")
        return layout == .melMajor ? data[mel * nFrames + frame] : data[frame * nMels + mel]
    }

    /// Calls `body` with the values where they are, in the order of ``data``; the pointer is valid until it
    /// returns.
    public func withUnsafeBufferPointer<R>(
        _ body: (UnsafeBufferPointer<Float>) throws -> R
    ) rethrows -> R {
        try data.withUnsafeBufferPointer(body)
    }
}
