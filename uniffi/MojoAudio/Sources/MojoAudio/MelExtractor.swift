// The extractor: a checked plan that computes any number of inputs.

import Foundation
internal import MojoAudioNative

/// Computes mel spectrograms with one configuration, which is checked and planned once.
///
/// ```swift
/// let extractor = try MelExtractor(.whisper)
/// let mel = try extractor.compute([Float](repeating: 0, count: 480_000))
/// print(mel.nMels, mel.nFrames) // 80 3000
/// ```
///
/// It never changes, so any number of threads and tasks can use the same one at once. Samples are mono: `Float`
/// with a full scale of 1, or `Int16`. They are read without a copy.
public final class MelExtractor: Sendable {
    /// The configuration.
    public let config: MelConfig

    /// Number of rows of a result: the mel bands, the cepstral coefficients (``MelConfig/nMFCC``), or the bands
    /// and the energy (``MelConfig/useEnergy``).
    public let nMels: Int

    private let native: NativeExtractor

    /// Checks and plans a configuration, optionally with your own tables.
    ///
    /// - Parameters:
    ///   - config: The options; the defaults are Whisper's.
    ///   - window: ``MelConfig/winLength`` values instead of those of ``MelConfig/window``.
    ///   - filterbank: (nMels, nFFT / 2 + 1) weights, row-major, instead of the triangles.
    ///   - rowMean: What is subtracted from each row of the result, last of all: a value for each of the extractor's
    ///     ``nMels`` rows, which are those of a whole stack if frames are stacked (the mean of global CMVN).
    ///   - rowScale: What each row is multiplied by after that: as many values (1 / deviation of global CMVN).
    /// - Throws: ``MelError/Reason/config(field:value:expected:known:closest:)`` with the wrong option, or for a
    ///   table with a value that is not finite (in `rowMean` and `rowScale`, above 1e18 in magnitude);
    ///   ``MelError/Reason/bufferSize(field:expected:actual:)`` for a table of the wrong length;
    ///   ``MelError/Reason/allocation(bytes:)``.
    public init(
        _ config: MelConfig = MelConfig(), window: [Float]? = nil, filterbank: [Float]? = nil,
        rowMean: [Float]? = nil, rowScale: [Float]? = nil
    ) throws(MelError) {
        let options = config.texts.byName
        let tables = [window, filterbank, rowMean, rowScale]
        let bytes = tables.reduce(into: Data()) { bytes, table in
            (table ?? []).withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        native = try refusing {
            try NativeExtractor(
                options: options, tables: bytes, lengths: tables.map { $0.map { UInt64($0.count) } }, language: .swift)
        }
        nMels = Int(native.nMels())
        self.config = config
    }

    /// Number of frames of the result for a number of samples: 0 if they are too few for one.
    public func frameCount(_ nSamples: Int) -> Int {
        Int(clamping: native.frameCount(nSamples: UInt64(max(nSamples, 0))))
    }

    /// Number of frames of the result that are not padding, as the attention masks of transformers count them: see
    /// ``frameCount(_:)`` for all.
    public func validFrames(_ nSamples: Int) -> Int {
        Int(clamping: native.validFrames(nSamples: UInt64(max(nSamples, 0))))
    }

    /// The weights of the filters that the extractor uses: (nMels, nFFT / 2 + 1), row-major, where nMels is
    /// ``MelConfig/nMels``. Those of the configured triangles are the ones of librosa's `filters.mel`, torchaudio's
    /// `melscale_fbanks` or Kaldi's `MelBanks`, computed in float64 and rounded; your own are returned as they were
    /// passed.
    ///
    /// - Throws: ``MelError/Reason/allocation(bytes:)``.
    public func filterbank() throws(MelError) -> [Float] {
        let count = config.nMels * (config.nFFT / 2 + 1)
        return try refusing {
            try [Float](unsafeUninitializedCapacity: count) { values, filled in
                let out = UnsafeMutableBufferPointer(rebasing: values[..<count])
                let (address, length) = place(of: out)
                try native.filterbank(address: address, length: length)
                filled = count
            }
        }
    }

    /// The bands whose filter is so narrow that it contains no bin of the transform. Their values are always the
    /// floor. Use a larger ``MelConfig/nFFT`` or fewer ``MelConfig/nMels``.
    public var emptyFilters: [Int] {
        native.emptyFilters().map { Int($0) }
    }

    // MARK: One input

    /// The mel spectrogram of the samples.
    ///
    /// - Throws: ``MelError/Reason/emptyInput`` if there are none;
    ///   ``MelError/Reason/sample(index:value:limit:)`` for the first that is not finite, or so
    ///   large that its power can't be represented; ``MelError/Reason/allocation(bytes:)``.
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

    /// The mel spectrogram of the samples, computed outside the actor that waits for it. Throws what
    /// ``compute(_:)-(UnsafeBufferPointer<S>)`` throws.
    public func compute<S: MelSample>(_ samples: [S]) async throws(MelError) -> MelSpectrogram {
        try refusing { try samples.withUnsafeBufferPointer { try compute($0) } }
    }

    /// Writes the mel spectrogram of the samples to the start of `out`, in the order of
    /// ``MelSpectrogram/data``. It allocates no memory for the result.
    ///
    /// - Returns: The number of frames.
    /// - Throws: What ``compute(_:)-(UnsafeBufferPointer<S>)`` throws, and
    ///   ``MelError/Reason/bufferSize(field:expected:actual:)`` if `out` has less than ``nMels`` ·
    ///   ``frameCount(_:)`` values. After an error the content of `out` is
    ///   undefined.
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

    /// The mel spectrograms of many clips of any lengths, on several threads, each with the same bits as from
    /// `compute`.
    ///
    /// - Parameters:
    ///   - clips: The samples of each clip.
    ///   - threads: The number of threads; by default one for each core of the machine.
    /// - Throws: What ``compute(_:)-(UnsafeBufferPointer<S>)`` throws, for the first failed clip;
    ///   ``MelError/clip`` is its index.
    public func computeBatch<S: MelSample>(
        _ clips: [[S]], threads: Int? = nil
    ) throws(MelError) -> [MelSpectrogram] {
        let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        guard threads >= 1 else {
            throw MelError(.argument(field: "threads"), "threads must be at least 1, got \(threads)")
        }
        let batch = Batch(clips.count)
        DispatchQueue.concurrentPerform(iterations: min(threads, clips.count)) { _ in
            while let index = batch.next() {
                do throws(MelError) {
                    batch.put(index, .success(try compute(clips[index])))
                } catch {
                    batch.put(index, .failure(error.of(clip: index)))
                }
            }
        }
        return try batch.results()
    }

    /// The mel spectrograms of many clips, computed outside the actor that waits for them. Otherwise like the form
    /// that doesn't suspend.
    public func computeBatch<S: MelSample>(
        _ clips: [[S]], threads: Int? = nil
    ) async throws(MelError) -> [MelSpectrogram] {
        // The threads of a batch wait for each other, so they must not be those that all tasks share.
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
    /// - Throws: ``MelError/Reason/config(field:value:expected:known:closest:)`` with the option that needs the whole
    ///   input, such as Whisper's ``MelConfig/reference``; ``MelError/Reason/allocation(bytes:)``.
    public func stream() throws(MelError) -> MelStream {
        MelStream(try refusing { try native.stream() }, nMels: nMels, layout: config.layout)
    }
}

/// The clips of a batch, and their results.
private final class Batch: @unchecked Sendable {
    private let lock = NSLock()
    private var taken = 0
    private var done: [Result<MelSpectrogram, MelError>?]

    init(_ count: Int) {
        done = Array(repeating: nil, count: count)
    }

    /// The index of the next clip.
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
