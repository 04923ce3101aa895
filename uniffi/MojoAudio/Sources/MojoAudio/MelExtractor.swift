// The extractor: a checked plan that computes any number of inputs.

import Foundation
internal import MojoAudioNative

/// Computes mel spectrograms of one configuration, which is checked and planned once.
///
/// ```swift
/// let extractor = try MelExtractor(.whisper)
/// let mel = try extractor.compute([Float](repeating: 0, count: 480_000))
/// print(mel.nMels, mel.nFrames) // 80 3000
/// ```
///
/// It does not change, so any number of threads and tasks may compute with the same one at once. Samples
/// are mono: `Float` with a full scale of 1, or `Int16`. They are read where they are.
public final class MelExtractor: Sendable {
    /// The configuration.
    public let config: MelConfig

    /// Rows of a result: the mel bands, the cepstral coefficients (``MelConfig/nMFCC``), or the bands and
    /// the energy (``MelConfig/useEnergy``).
    public let nMels: Int

    private let native: NativeExtractor

    /// Checks and plans a configuration; with a window or a filterbank of your own, if you like.
    ///
    /// - Parameters:
    ///   - config: The options; the defaults are Whisper's.
    ///   - window: ``MelConfig/winLength`` values in place of those of ``MelConfig/window``.
    ///   - filterbank: (nMels, nFFT / 2 + 1) weights, row-major, in place of the triangles.
    /// - Throws: ``MelError/config(field:value:wanted:message:)`` with the option at fault, or for a table
    ///   with a value that is not finite; ``MelError/bufferSize(expected:actual:message:)`` for a table of
    ///   another length; ``MelError/allocation(message:)``.
    public init(
        _ config: MelConfig = MelConfig(), window: [Float]? = nil, filterbank: [Float]? = nil
    ) throws(MelError) {
        let options = config.texts.byName
        let bytes = { (values: [Float]?) in (values ?? []).withUnsafeBytes { Data($0) } }
        native = try refusing {
            try NativeExtractor(
                options: options, window: bytes(window), hasWindow: window != nil,
                filterbank: bytes(filterbank), hasFilterbank: filterbank != nil)
        }
        nMels = Int(native.nMels())
        self.config = config
    }

    /// Frames of the result for an input of so many samples; 0 if it is too short for one.
    public func frameCount(_ nSamples: Int) -> Int {
        Int(clamping: native.frameCount(nSamples: UInt64(max(nSamples, 0))))
    }

    /// The bands whose filter is so narrow that no bin of the transform falls into it: they are always at
    /// the floor. A larger ``MelConfig/nFFT`` or fewer ``MelConfig/nMels`` mends that.
    public var emptyFilters: [Int] {
        native.emptyFilters().map { Int($0) }
    }

    // MARK: One input

    /// The mel spectrogram of the samples.
    ///
    /// - Throws: ``MelError/emptyInput(message:)`` if there are none;
    ///   ``MelError/sample(index:value:limit:message:)`` for the first that is no finite number, or so
    ///   large that its power can't be represented; ``MelError/allocation(message:)``.
    public func compute<S: MelSample>(_ samples: UnsafeBufferPointer<S>) throws(MelError) -> MelSpectrogram {
        let nFrames = frameCount(samples.count)
        return try spectrogram(nMels: nMels, nFrames: nFrames, layout: config.layout) { values in
            _ = try compute(samples, into: values)
        }
    }

    /// The mel spectrogram of the samples. Throws what ``compute(_:)-(UnsafeBufferPointer<S>)`` throws.
    public func compute<S: MelSample>(_ samples: [S]) throws(MelError) -> MelSpectrogram {
        try refusing { try samples.withUnsafeBufferPointer { try compute($0) } }
    }

    /// The mel spectrogram of the samples. Throws what ``compute(_:)-(UnsafeBufferPointer<S>)`` throws.
    public func compute<S: MelSample>(_ samples: ArraySlice<S>) throws(MelError) -> MelSpectrogram {
        try refusing { try samples.withUnsafeBufferPointer { try compute($0) } }
    }

    /// The mel spectrogram of the samples, computed outside of the actor that waits for it. Throws what
    /// ``compute(_:)-(UnsafeBufferPointer<S>)`` throws.
    public func compute<S: MelSample>(_ samples: [S]) async throws(MelError) -> MelSpectrogram {
        try refusing { try samples.withUnsafeBufferPointer { try compute($0) } }
    }

    /// Writes the mel spectrogram of the samples to the start of `out`, in the order of
    /// ``MelSpectrogram/data``. Memory for the result is not asked for.
    ///
    /// - Returns: The number of frames.
    /// - Throws: What ``compute(_:)-(UnsafeBufferPointer<S>)`` throws, and
    ///   ``MelError/bufferSize(expected:actual:message:)`` if `out` has less than ``nMels`` ·
    ///   ``frameCount(_:)`` values. After an error `out` holds anything.
    public func compute<S: MelSample>(
        _ samples: UnsafeBufferPointer<S>, into out: UnsafeMutableBufferPointer<Float>
    ) throws(MelError) -> Int {
        let (address, length) = place(of: out)
        return try lending(samples) { bytes, isInt16 in
            Int(
                isInt16
                    ? try native.computeInt16(bytes: bytes, address: address, length: length)
                    : try native.compute(bytes: bytes, address: address, length: length))
        }
    }

    // MARK: Many inputs

    /// The mel spectrograms of many clips, of any lengths, on several threads; each has the bits that it has
    /// by itself.
    ///
    /// - Parameters:
    ///   - clips: The samples of each.
    ///   - threads: How many work at once; as many as the machine has cores if left out.
    /// - Throws: What ``compute(_:)-(UnsafeBufferPointer<S>)`` throws, for the first clip at fault; the
    ///   message begins with its place.
    public func computeBatch<S: MelSample>(
        _ clips: [[S]], threads: Int? = nil
    ) throws(MelError) -> [MelSpectrogram] {
        let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        guard threads >= 1 else {
            throw .other(code: "argument", message: "threads: \(threads) came; at least 1 is wanted")
        }
        let batch = Batch(clips.count)
        DispatchQueue.concurrentPerform(iterations: min(threads, clips.count)) { _ in
            while let index = batch.next() {
                do throws(MelError) {
                    batch.put(index, .success(try compute(clips[index])))
                } catch {
                    batch.put(index, .failure(error.about("clip \(index): ")))
                }
            }
        }
        return try batch.results()
    }

    /// The mel spectrograms of many clips, computed outside of the actor that waits for them. Otherwise as
    /// the form that does not suspend.
    public func computeBatch<S: MelSample>(
        _ clips: [[S]], threads: Int? = nil
    ) async throws(MelError) -> [MelSpectrogram] {
        // Threads of a batch wait for each other: not on those that all tasks share.
        let work: @Sendable () -> Result<[MelSpectrogram], MelError> = {
            Result { () throws(MelError) in try self.computeBatch(clips, threads: threads) }
        }
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: work()) }
        }
        return try result.get()
    }

    // MARK: Live signals

    /// A stream for one live signal.
    ///
    /// - Throws: ``MelError/config(field:value:wanted:message:)`` with the option that needs the whole
    ///   input, such as Whisper's ``MelConfig/reference``; ``MelError/allocation(message:)``.
    public func stream() throws(MelError) -> MelStream {
        MelStream(try refusing { try native.stream() }, nMels: nMels, layout: config.layout)
    }
}

/// The clips of a batch, and what became of them.
private final class Batch: @unchecked Sendable {
    private let lock = NSLock()
    private var taken = 0
    private var done: [Result<MelSpectrogram, MelError>?]

    init(_ count: Int) {
        done = Array(repeating: nil, count: count)
    }

    /// The place of a clip that nobody has taken yet.
    func next() -> Int? {
        lock.lock()
        defer { lock.unlock() }
        guard taken < done.count else { return nil }
        taken += 1
        return taken - 1
    }

    func put(_ index: Int, _ result: Result<MelSpectrogram, MelError>) {
        lock.lock()
        defer { lock.unlock() }
        done[index] = result
    }

    func results() throws(MelError) -> [MelSpectrogram] {
        var results: [MelSpectrogram] = []
        for case let result? in done {
            results.append(try result.get())
        }
        return results
    }
}
