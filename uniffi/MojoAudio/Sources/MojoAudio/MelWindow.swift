// The last frames of a live signal, as a model takes them.

/// The last ``nFrames`` frames of a live signal, in the order in which a model takes them.
///
/// ```swift
/// var window = try MelWindow(nMels: stream.nMels, nFrames: 100, layout: .frameMajor)
/// try window.push(stream.push(samples))
/// if window.isFull { // the last second, with a hop of 10 ms
///     window.copy(into: input) // the memory of an MLMultiArray, say
/// }
/// ```
///
/// Pushing a frame costs as much whatever the number of frames; the copy puts them in order.
public struct MelWindow: Sendable {
    /// Number of rows of each frame.
    public let nMels: Int

    /// Number of frames in the window.
    public let nFrames: Int

    /// The order of the values: (nMels, nFrames) if it is `melMajor`, (nFrames, nMels) if it is `frameMajor`,
    /// whatever the order of the pushed frames.
    public let layout: MelConfig.Layout

    /// The value of frames before the signal's start.
    public let fill: Float

    /// Number of frames since the start, or since ``clear()``.
    public private(set) var pushed = 0

    /// In the window's order, but for where the oldest frame is.
    private var ring: [Float]
    private var next = 0

    /// An empty window.
    ///
    /// - Throws: ``MelError/Reason/argument(field:)`` if a number is less than 1, or there are more values than can
    ///   be counted.
    public init(
        nMels: Int, nFrames: Int, layout: MelConfig.Layout = .melMajor, fill: Float = 0
    ) throws(MelError) {
        guard nMels >= 1 else {
            throw MelError(.argument(field: "nMels"), "nMels must be at least 1, got \(nMels)")
        }
        let most = Int.max / MemoryLayout<Float>.stride / nMels
        guard nFrames >= 1 && nFrames <= most else {
            throw MelError(
                .argument(field: "nFrames"), "nFrames must be at least 1 and at most \(most), got \(nFrames)")
        }
        (self.nMels, self.nFrames, self.layout, self.fill) = (nMels, nFrames, layout, fill)
        ring = Array(repeating: fill, count: nMels * nFrames)
    }

    /// Whether all frames of the window are of the signal.
    public var isFull: Bool { pushed >= nFrames }

    /// Number of values of the window, ``nMels`` · ``nFrames``.
    public var count: Int { ring.count }

    /// Appends frames; those before the last ``nFrames`` are forgotten.
    ///
    /// - Throws: ``MelError/Reason/argument(field:)`` if the frames have another number of rows.
    public mutating func push(_ frames: MelSpectrogram) throws(MelError) {
        guard frames.nMels == nMels else {
            throw MelError(.argument(field: "frames"), "frames must have \(nMels) rows, got \(frames.nMels)")
        }
        for frame in max(0, frames.nFrames - nFrames)..<frames.nFrames {
            for mel in 0..<nMels {
                ring[layout == .melMajor ? mel * nFrames + next : next * nMels + mel] = frames[mel: mel, frame: frame]
            }
            next = (next + 1) % nFrames
        }
        pushed += frames.nFrames
    }

    /// Forgets all frames.
    public mutating func clear() {
        next = 0
        pushed = 0
        for index in ring.indices { ring[index] = fill }
    }

    /// Writes the frames to the start of `out`, the oldest first.
    ///
    /// - Throws: ``MelError/Reason/bufferSize(field:expected:actual:)`` if `out` has less than ``count`` values.
    public func copy(into out: UnsafeMutableBufferPointer<Float>) throws(MelError) {
        try checkRoom(out.count)
        var at = 0
        forEachPart { part in
            for index in part {
                out[at] = ring[index]
                at += 1
            }
        }
    }

    #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
        /// The same as float16, each rounded to the nearest, and to even in the middle.
        ///
        /// - Throws: ``MelError/Reason/bufferSize(field:expected:actual:)`` if `out` has less than ``count`` values.
        @available(macOS 11, iOS 14, *)
        public func copy(into out: UnsafeMutableBufferPointer<Float16>) throws(MelError) {
            try checkRoom(out.count)
            var at = 0
            forEachPart { part in
                for index in part {
                    out[at] = Float16(ring[index])
                    at += 1
                }
            }
        }
    #endif

    private func checkRoom(_ room: Int) throws(MelError) {
        guard room >= count else {
            throw MelError(
                .bufferSize(field: "out", expected: count, actual: room), "out must have \(count) values, got \(room)")
        }
    }

    /// Calls with each part of the ring, in order.
    private func forEachPart(_ body: (Range<Int>) -> Void) {
        // Before the window is full, the frames from here on are of before the start, and have its value.
        let (rows, width) = layout == .melMajor ? (nMels, 1) : (1, nMels)
        for row in 0..<rows {
            let start = row * nFrames
            body((start + next) * width..<(start + nFrames) * width)
            body(start * width..<(start + next) * width)
        }
    }
}
