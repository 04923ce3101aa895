// One live signal, and the spectrograms of a sequence of its chunks.

import Foundation
internal import MojoAudioNative

/// One live signal: push samples in chunks of any size, and get frames as soon as no later sample can change
/// them. All frames together have the same bits as from the whole signal.
///
/// Made by ``MelExtractor/stream()``; it may outlive the extractor. Threads that use the same stream wait for
/// each other. They must keep their samples in order.
///
/// A push takes a lock and allocates: an array for the frames, and a small object even in
/// ``push(_:into:)``. So don't push in a callback that must not wait, such as the render block of an audio unit:
/// copy the samples to a ring buffer there, and push them on a thread of your own. The block of an
/// `AVAudioEngine`'s tap may wait.
///
/// ```swift
/// let config = MelConfig.whisper.with {
///     $0.reference = .fixed // a stream can't know the maximum of the whole input
///     $0.referenceValue = 1.5
/// }
/// let stream = try MelExtractor(config).stream()
/// let mel = try stream.push([Float](repeating: 0, count: 1000))
/// let rest = try stream.finish()
/// print(mel.nFrames, rest.nFrames) // 6 0
/// ```
public final class MelStream: Sendable {
    /// Number of rows of each frame.
    public let nMels: Int

    private let native: NativeStream
    private let layout: MelConfig.Layout
    /// Held while a call counts and writes its frames.
    private let lock = NSLock()

    init(_ native: NativeStream, nMels: Int, layout: MelConfig.Layout) {
        self.native = native
        self.nMels = nMels
        self.layout = layout
    }

    private func locked<R>(_ work: () throws(MelError) -> R) throws(MelError) -> R {
        lock.lock()
        defer { lock.unlock() }
        return try work()
    }

    /// Number of frames that a push of a number of samples will return.
    public func framesAfter(_ nSamples: Int) -> Int {
        Int(clamping: native.framesAfter(nSamples: UInt64(max(nSamples, 0))))
    }

    /// Number of frames that ``finish()`` would return now.
    public var framesAtFinish: Int {
        Int(clamping: native.framesAtFinish())
    }

    /// Appends any number of samples and returns the frames that they complete, often none.
    ///
    /// - Throws: ``MelError/Reason/sample(index:value:limit:)`` with the sample's index since the stream's
    ///   start; ``MelError/Reason/finished``; ``MelError/Reason/allocation(bytes:)``. An error changes nothing.
    public func push<S: MelSample>(_ samples: UnsafeBufferPointer<S>) throws(MelError) -> MelSpectrogram {
        try locked { () throws(MelError) in
            let nFrames = framesAfter(samples.count)
            return try spectrogram(nMels: nMels, nFrames: nFrames, layout: layout) { values in
                _ = try pushLocked(samples, into: values)
            }
        }
    }

    /// Appends samples. Throws what ``push(_:)-(UnsafeBufferPointer<S>)`` throws.
    public func push<S: MelSample>(_ samples: [S]) throws(MelError) -> MelSpectrogram {
        try refusing { try samples.withUnsafeBufferPointer { try push($0) } }
    }

    /// Appends samples. Throws what ``push(_:)-(UnsafeBufferPointer<S>)`` throws.
    public func push<S: MelSample>(_ samples: ArraySlice<S>) throws(MelError) -> MelSpectrogram {
        try refusing { try samples.withUnsafeBufferPointer { try push($0) } }
    }

    /// Appends samples, and writes the frames to the start of `out`: (nMels, k), or (k, nMels) if
    /// ``MelConfig/layout`` is `frameMajor`.
    ///
    /// - Returns: The number of frames, k.
    /// - Throws: What ``push(_:)-(UnsafeBufferPointer<S>)`` throws, and
    ///   ``MelError/Reason/bufferSize(field:expected:actual:)`` if `out` has less than ``nMels`` ·
    ///   ``framesAfter(_:)`` values. An error changes nothing.
    public func push<S: MelSample>(
        _ samples: UnsafeBufferPointer<S>, into out: UnsafeMutableBufferPointer<Float>
    ) throws(MelError) -> Int {
        try locked { () throws(MelError) in try pushLocked(samples, into: out) }
    }

    private func pushLocked<S: MelSample>(
        _ samples: UnsafeBufferPointer<S>, into out: UnsafeMutableBufferPointer<Float>
    ) throws(MelError) -> Int {
        let (address, length) = place(of: out)
        return try lending(samples) { bytes, isInt16 in
            Int(
                isInt16
                    ? try native.pushInt16(bytes: bytes, address: address, length: length)
                    : try native.push(bytes: bytes, address: address, length: length))
        }
    }

    /// Ends the signal and returns the frames that reach beyond its end.
    ///
    /// - Throws: ``MelError/Reason/emptyInput`` if no sample was pushed;
    ///   ``MelError/Reason/finished``; ``MelError/Reason/allocation(bytes:)``.
    public func finish() throws(MelError) -> MelSpectrogram {
        try locked { () throws(MelError) in
            try spectrogram(nMels: nMels, nFrames: framesAtFinish, layout: layout) { values in
                _ = try finishLocked(into: values)
            }
        }
    }

    /// Ends the signal, and writes the frames that reach beyond its end to the start of `out`.
    ///
    /// - Returns: The number of frames.
    /// - Throws: What ``finish()`` throws, and ``MelError/Reason/bufferSize(field:expected:actual:)`` if `out`
    ///   has less than ``nMels`` · ``framesAtFinish`` values; then the signal has not ended.
    public func finish(into out: UnsafeMutableBufferPointer<Float>) throws(MelError) -> Int {
        try locked { () throws(MelError) in try finishLocked(into: out) }
    }

    private func finishLocked(into out: UnsafeMutableBufferPointer<Float>) throws(MelError) -> Int {
        let (address, length) = place(of: out)
        return try refusing { Int(try native.finish(address: address, length: length)) }
    }

    /// Resets the stream to its start.
    public func reset() {
        lock.lock()
        defer { lock.unlock() }
        native.reset()
    }
}

extension MelExtractor {
    /// The spectrograms of a live signal in chunks. It pushes each chunk to a new stream, finishes the stream at
    /// the end, and leaves out spectrograms without frames.
    ///
    /// ```swift
    /// for try await mel in extractor.spectrograms(of: microphone) {
    ///     await model.take(mel)
    /// }
    /// ```
    ///
    /// The sequence throws what ``stream()``, ``MelStream/push(_:)-(UnsafeBufferPointer<S>)`` and
    /// ``MelStream/finish()`` throw, and what `chunks` throws.
    public func spectrograms<Chunks: AsyncSequence, S: MelSample>(
        of chunks: Chunks
    ) -> MelSpectrograms<Chunks, S> where Chunks.Element == [S] {
        MelSpectrograms(extractor: self, chunks: chunks)
    }
}

/// The spectrograms of a live signal, chunk by chunk; made by ``MelExtractor/spectrograms(of:)``.
public struct MelSpectrograms<Chunks: AsyncSequence, S: MelSample>: AsyncSequence
where Chunks.Element == [S] {
    public typealias Element = MelSpectrogram

    let extractor: MelExtractor
    let chunks: Chunks

    public func makeAsyncIterator() -> Iterator {
        Iterator(extractor: extractor, chunks: chunks.makeAsyncIterator())
    }

    public struct Iterator: AsyncIteratorProtocol {
        let extractor: MelExtractor
        var chunks: Chunks.AsyncIterator
        private var stream: MelStream?
        private var isOver = false

        init(extractor: MelExtractor, chunks: Chunks.AsyncIterator) {
            self.extractor = extractor
            self.chunks = chunks
        }

        public mutating func next() async throws -> MelSpectrogram? {
            while !isOver {
                // Until the step has succeeded: after an error the sequence is over.
                isOver = true
                let stream = try self.stream ?? extractor.stream()
                self.stream = stream
                let mel: MelSpectrogram
                if let chunk = try await chunks.next() {
                    mel = try stream.push(chunk)
                    isOver = false
                } else {
                    mel = try stream.finish()
                }
                if mel.nFrames > 0 {
                    return mel
                }
            }
            return nil
        }
    }
}

extension MelSpectrograms: Sendable where Chunks: Sendable {}
