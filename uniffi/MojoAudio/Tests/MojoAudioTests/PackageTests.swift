// Tests of what the package adds to the engine: values, memory, errors, threads, sequences.

import Foundation
import Testing

@testable import MojoAudio

private let streamed = MelConfig.whisper.with {
    $0.reference = .fixed
    $0.referenceValue = 1.5
}

private func noise(_ count: Int) -> [Float] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(Int32(bitPattern: state)) / Float(UInt32.max)
    }
}

@Test func configurationsAreValues() throws {
    var config = MelConfig.whisper
    #expect(config == MelConfig() && config.nMels == 80 && config.winLength == nil)
    config.nMels = 128
    #expect(config == .whisperLargeV3 && config != .whisper)
    #expect(MelConfig.kaldiFbank.window == .povey && MelConfig.parakeet.preemphasis == 0.97)
    #expect(MelConfig.presets.count >= 10)
    for preset in MelConfig.presets {
        let config = try MelConfig(preset: preset)
        try config.check()
        #expect(MelConfig(texts: config.texts) == config)
    }
    config.topDB = nil
    config.logFloor = 1e-12
    config.window = .blackman
    config.padTo = 480_000
    #expect(MelConfig(texts: config.texts) == config)
    try config.set("win_length", to: "200")
    #expect(config.winLength == 200)
    try config.set("win_length", to: "none")
    #expect(config.winLength == nil)
}

@Test func configurationsAreReadFromTheSettingsOfAModel() throws {
    let json = #"{"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128}"#
    let expected = MelConfig.whisperLargeV3.with {
        $0.fMax = 8_000
        $0.binFrequencies = .linspace
        $0.padTo = 480_000
        $0.maxLength = 480_000
    }
    let config = try MelConfig(json: json)
    #expect(config == expected)
    let nested = try MelConfig(json: #"{"feature_extractor": \#(json)}"#)
    #expect(nested == expected)
    let error = try refusal {
        _ = try MelConfig(json: #"{"feature_extractor_type": "ASTFeatureExtractor", "std": 0}"#)
    }
    guard case .config("std", "0", _, [], nil) = error.reason else {
        Issue.record("\(error)")
        return
    }
}

@Test func wrongOptionsAreRefused() throws {
    let wrong: [(MelConfig, String)] = [
        (MelConfig.whisper.with { $0.nMels = -1 }, "nMels"),
        (MelConfig.whisper.with { $0.nFFT = Int.max }, "nFFT"),
        (MelConfig.whisper.with { $0.fMin = .nan }, "fMin"),
        (MelConfig.whisper.with { $0.hopLength = 0 }, "hopLength"),
    ]
    for (config, option) in wrong {
        for refused in [{ try config.check() }, { _ = try MelExtractor(config) }] {
            let error = try refusal { try refused() }
            guard case .config(option, let value, let expected, [], nil) = error.reason else {
                Issue.record("\(error)")
                continue
            }
            #expect(error.message == "\(option) must be \(expected), got \(value)" && error.clip == nil)
            #expect(error.description == error.message && error.localizedDescription == error.message)
        }
    }
    let related: [(MelConfig, String)] = [
        (MelConfig().with { $0.winLength = 500 }, "winLength must be from 1 to nFFT, 400, got 500"),
        (
            MelConfig().with {
                $0.log = .none
                $0.topDB = 8
            }, "topDB must be nil where log is none, got 8"
        ),
        (
            MelConfig().with { $0.fMin = -.infinity },
            "fMin must be a finite number that a 32-bit float can hold, got -inf"
        ),
    ]
    for (config, text) in related {
        #expect(try refusal { try config.check() }.message == text)
    }
    var config = MelConfig.whisper
    let error = try refusal { try config.set("n_mel", to: "1") }
    guard case .unknownName("option", "n_mel", let known, "n_mels") = error.reason else {
        Issue.record("\(error)")
        return
    }
    #expect(known.contains("n_mels") && config == .whisper)
    let preset = try refusal { _ = try MelConfig(preset: "wisper") }
    #expect(
        preset.reason
            == .unknownName(what: "preset", name: "wisper", known: MelConfig.presets, closest: "whisper"))
    let choice = try refusal { try config.set("mel_scale", to: "htc") }
    guard case .config("mel_scale", "htc", _, let scales, "htk") = choice.reason else {
        Issue.record("\(choice)")
        return
    }
    #expect(scales.contains("htk") && scales.contains("slaney"))
}

@Test func everyKindOfMemoryGivesTheSame() throws {
    let extractor = try MelExtractor()
    let samples = noise(5000)
    let mel = try extractor.compute(samples)
    #expect(try extractor.compute(([0] + samples)[1...]) == mel)
    #expect(try samples.withUnsafeBufferPointer { try extractor.compute($0) } == mel)
    #expect(mel[mel: 79, frame: 30] == mel.data[79 * mel.nFrames + 30])
    #expect(mel.withUnsafeBufferPointer { Array($0) } == mel.data)
    let frameMajor = try MelExtractor(MelConfig.whisper.with { $0.layout = .frameMajor }).compute(samples)
    #expect(frameMajor[mel: 79, frame: 30] == mel[mel: 79, frame: 30])
    // The shortest inputs, which are copied instead of lent.
    for count in 1...8 {
        let short = Array(samples[..<count])
        var padded = [Float](repeating: 0, count: count + 1)
        padded.replaceSubrange(1..., with: short)
        #expect(try extractor.compute(padded[1...]) == extractor.compute(short))
    }
    let integers: [Int16] = [-32768, 12, 32767]
    #expect(
        try extractor.compute(integers) == extractor.compute(integers.map { Float($0) / 32768 }))
}

/// The bits of the plain result, changed by hand, in a stream too.
@Test func rowsHaveMeansAndFactors() throws {
    let config = MelConfig.kaldiFbank.with {
        $0.nMels = 3
        $0.stack = 2
        $0.layout = .frameMajor
    }
    let samples = noise(8000)
    let plain = try MelExtractor(config).compute(samples).data
    #expect(plain.count > 100)
    let mean: [Float] = [1.5, -2, 0, 100, 0.25, 3]
    let scale: [Float] = [0.5, -1, 3, 1e-3, 0, 7.25]
    for (mean, scale) in [(mean, scale), (mean, nil), (nil, scale)] as [([Float]?, [Float]?)] {
        let own = try MelExtractor(config, rowMean: mean, rowScale: scale)
        let expected = plain.enumerated().map { (place, value) in
            let difference = value - (mean?[place % 6] ?? 0)
            return difference * (scale?[place % 6] ?? 1)
        }
        #expect(try own.compute(samples).data == expected)
        let stream = try own.stream()
        let parts = [try stream.push(Array(samples[..<3001])), try stream.push(Array(samples[3001...])), try stream.finish()]
        #expect(parts.flatMap(\.data) == expected)
    }
    let short = try refusal { _ = try MelExtractor(config, rowMean: Array(mean[..<3])) }
    guard case .bufferSize("rowMean", 6, 3) = short.reason else { throw short }
    let large = try refusal { _ = try MelExtractor(config, rowScale: [0, 0, 0, 0, -2e18, 0]) }
    #expect(large.message == "rowScale must be at most 1e18 in magnitude, got -2e18 at 4")
}

@Test func rowStatistics() throws {
    let file = "<AddShift> 2 2\n<LearnRateCoef> 0 [ -5 2 ]\n<Rescale> 2 2\n<LearnRateCoef> 0 [ 0.25 0.5 ]\n"
    let rows = try RowStatistics(text: file)
    #expect(rows.mean == [5, -2] && rows.scale == [0.25, 0.5])
    let config = MelConfig.kaldiFbank.with { $0.nMels = 2 }
    _ = try MelExtractor(config, rowMean: rows.mean, rowScale: rows.scale)
    let error = try refusal { _ = try RowStatistics(text: "{}") }
    guard case .config("rowMean", "\"{}\"", _, [], nil) = error.reason else { throw error }
}

@Test func validFrames() throws {
    let padded = try MelExtractor(MelConfig.whisper.with { $0.padTo = 480_000 })
    #expect(padded.validFrames(16_001) == 101 && padded.frameCount(16_001) == 3000)
    let parakeet = try MelExtractor(.parakeet)
    #expect(parakeet.validFrames(16_000) == 100 && parakeet.frameCount(16_000) == 101)
    #expect(parakeet.validFrames(-1) == 0)
}

@Test func weightsOfTheFilters() throws {
    let config = MelConfig.whisper.with {
        $0.nMels = 2
        $0.nFFT = 8
        $0.sampleRate = 8000
        $0.melScale = .htk
        $0.melNorm = .none
    }
    let weights = try MelExtractor(config).filterbank()
    try #require(weights.count == 10)
    let most = 2595 * log10(1 + 4000.0 / 700)
    let corner = { (place: Int) in 700 * (pow(10, most * Double(place) / 3 / 2595) - 1) }
    for (place, weight) in weights.enumerated() {
        let (low, middle, high) = (corner(place / 5), corner(place / 5 + 1), corner(place / 5 + 2))
        let hz = Double(place % 5) * 1000
        let sides = min((hz - low) / (middle - low), (high - hz) / (high - middle))
        #expect(abs(Double(weight) - max(0, sides)) < 1e-6)
    }
    let own: [Float] = [0, 1.5, -2, 0, 1e-30, 7, 0, 0, 0.25, 3]
    #expect(try MelExtractor(config, filterbank: own).filterbank() == own)
}

@Test func tablesOfOnesOwn() throws {
    let samples = noise(2000)
    let ones = [Float](repeating: 1, count: 400)
    let rectangular = try MelExtractor(MelConfig.whisper.with { $0.window = .rectangular })
    #expect(try MelExtractor(.whisper, window: ones).compute(samples) == rectangular.compute(samples))
    let flat = try MelExtractor(.torchaudio, filterbank: [Float](repeating: 1, count: 128 * 201))
    let mel = try flat.compute(samples)
    #expect(mel[mel: 0, frame: 3] == mel[mel: 127, frame: 3])
    #expect(try MelExtractor(MelConfig.whisper.with { $0.nMels = 300 }).emptyFilters.contains(0))
    for table in [[], ones + [1]] {
        let error = try refusal { _ = try MelExtractor(.whisper, window: table) }
        guard case .bufferSize("window", 400, table.count) = error.reason else {
            Issue.record("\(error)")
            continue
        }
    }
    #expect(throws: MelError.self) { try MelExtractor(.whisper, window: Array(ones.dropLast()) + [.nan]) }
}

@Test func wrongSamplesAndMemoryAreRefused() throws {
    let extractor = try MelExtractor()
    func code(_ call: () throws -> Void) -> String? {
        do {
            try call()
        } catch let error as MelError {
            return error.code
        } catch {
            return "\(error)"
        }
        return nil
    }
    #expect(code { _ = try extractor.compute([Float]()) } == "empty_input")
    #expect(code { _ = try extractor.compute(UnsafeBufferPointer<Int16>(start: nil, count: 0)) } == "empty_input")
    #expect(code { _ = try extractor.compute([0, .nan] as [Float]) } == "sample")
    var memory = noise(40_000)
    memory.withUnsafeMutableBufferPointer { memory in
        let samples = UnsafeBufferPointer(rebasing: memory[..<1600])
        let short = UnsafeMutableBufferPointer(rebasing: memory[20_000..<20_799])
        let same = UnsafeMutableBufferPointer(rebasing: memory[1599...])
        #expect(code { _ = try extractor.compute(samples, into: short) } == "buffer_size")
        #expect(code { _ = try extractor.compute(samples, into: same) } == "argument")
        let nothing = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
        #expect(code { _ = try extractor.compute(samples, into: nothing) } == "buffer_size")
    }
    // More than can be lent at once; the samples are not read.
    let one = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    defer { one.deallocate() }
    let many = UnsafeBufferPointer(start: UnsafePointer(one), count: Int(Int32.max) / 4 + 1)
    #expect(code { _ = try extractor.compute(many) } == "buffer_size")
    // A result that is too large for any memory.
    let endless = try MelExtractor(MelConfig.whisper.with { $0.nFrames = Int(UInt32.max) })
    #expect(code { _ = try endless.compute([0, 0] as [Float]) } == "allocation")
    #expect(code { _ = try extractor.computeBatch([[0]] as [[Float]], threads: 0) } == "argument")
    #expect(MelError.Kind.argument.number == 8 && MelError.Kind.allCases.allSatisfy { $0.number >= 1 })
    let error = try refusal {
        _ = try extractor.computeBatch([[0], [], [.nan]] as [[Float]])
    }
    #expect(error.code == "empty_input" && error.message.hasPrefix("clip 1: ") && error.clip == 1)
    let threads = try refusal { _ = try extractor.computeBatch([[0]] as [[Float]], threads: -1) }
    #expect(threads.reason == .argument(field: "threads") && threads.clip == nil)
    let memoryless = try refusal { _ = try endless.compute([0, 0] as [Float]) }
    #expect(memoryless.reason == .allocation(bytes: Int(UInt32.max) * 80 * 4))
    #expect(try extractor.computeBatch([[Int16]]()).isEmpty)
}

@Test func streamsEndAndStartAnew() throws {
    let stream = try MelExtractor(streamed).stream()
    let samples = noise(1000)
    #expect(throws: MelError.self) { try stream.finish() }
    let first = try stream.push(samples)
    #expect(first.nFrames == 6)
    // An error changes nothing.
    let error = try refusal { _ = try stream.push([0, .infinity] as [Float]) }
    #expect(error.message.hasSuffix(", got inf"))
    guard case .sample(1001, .infinity, _) = error.reason else {
        Issue.record("\(error)")
        return
    }
    var short = [Float](repeating: 0, count: 10)
    short.withUnsafeMutableBufferPointer { out in
        #expect(throws: MelError.self) {
            try samples.withUnsafeBufferPointer { try stream.push($0, into: out) }
        }
        #expect(try! stream.finish(into: out) == 0)
    }
    for finished in [{ _ = try stream.push(samples) }, { _ = try stream.finish() }] {
        let error = try refusal { try finished() }
        #expect(error.code == "finished")
    }
    stream.reset()
    #expect(try stream.push(samples) == first)
}

@Test func pushesOfNothingGiveNothing() throws {
    let stream = try MelExtractor(streamed).stream()
    #expect(try stream.push([Int16]()).nFrames == 0 && stream.framesAtFinish == 0)
}

@Test func sequencesOfChunks() async throws {
    let extractor = try MelExtractor(streamed)
    let samples = noise(16_000)
    let whole = try await extractor.compute(samples)
    let chunks = AsyncStream<[Float]> { continuation in
        for start in stride(from: 0, to: samples.count, by: 700) {
            continuation.yield(Array(samples[start..<min(start + 700, samples.count)]))
        }
        continuation.finish()
    }
    var nFrames = 0
    for try await mel in extractor.spectrograms(of: chunks) {
        #expect(mel.nFrames > 0)
        for frame in 0..<mel.nFrames {
            #expect((0..<80).allSatisfy { mel[mel: $0, frame: frame] == whole[mel: $0, frame: nFrames + frame] })
        }
        nFrames += mel.nFrames
    }
    #expect(nFrames == whole.nFrames)

    let none = AsyncStream<[Int16]> { $0.finish() }
    await #expect(throws: MelError.self) {
        for try await _ in extractor.spectrograms(of: none) {}
    }
    let needsWhole = try MelExtractor(.whisper).spectrograms(of: chunks)
    await #expect(throws: MelError.self) { for try await _ in needsWhole {} }

    let bad = AsyncStream<[Float]> { continuation in
        continuation.yield([.nan])
        continuation.yield(noise(1600))
        continuation.finish()
    }
    var iterator = extractor.spectrograms(of: bad).makeAsyncIterator()
    await #expect(throws: MelError.self) { _ = try await iterator.next() }
    // An iterator that has thrown is at its end.
    let next = try await iterator.next()
    #expect(next == nil)
}

@Test func tasksShareOneExtractor() async throws {
    let extractor = try MelExtractor()
    let inputs = (0..<8).map { noise(3000 + 500 * $0) }
    let alone = try inputs.map { input -> MelSpectrogram in try extractor.compute(input) }
    // How long, in seconds: `cargo xtask harden concurrency` asks for a minute.
    let seconds = Int(ProcessInfo.processInfo.environment["MOJO_AUDIO_SECONDS"] ?? "0")!
    let end = ContinuousClock.now + .seconds(seconds)
    var compared = 0
    repeat {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for round in 0..<64 {
                group.addTask { try await extractor.compute(inputs[round % 8]) == alone[round % 8] }
            }
            for try await isSame in group {
                #expect(isSame)
                compared += 1
            }
        }
        // A cancelled task doesn't affect the others.
        let given = Task { try await extractor.compute(inputs[0]) }
        given.cancel()
    } while ContinuousClock.now < end
    print("concurrency: 64 tasks: \(compared) results")
    let stream = try MelExtractor(streamed).stream()
    try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<16 {
            group.addTask { try stream.push([Float](repeating: 0, count: 1600)).nFrames }
        }
        let nFrames = try await group.reduce(0, +) + stream.finish().nFrames
        #expect(nFrames == 160)
    }
}

#if os(Linux)
    @Test func nothingLeaks() throws {
        func resident() throws -> Int {
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
            return Int(pages)! * 4096
        }
        let samples = noise(16_000)
        let config = streamed.with { $0.nFFT = 8192 }
        func work() throws {
            let extractor = try MelExtractor(config)
            _ = try extractor.compute(samples)
            _ = try extractor.stream().push(samples)
            _ = try? extractor.compute([Float.nan])
        }
        for _ in 0..<20 { try work() }
        let before = try resident()
        for _ in 0..<300 { try work() }
        #expect(try resident() - before < 30_000_000)
    }
#endif
