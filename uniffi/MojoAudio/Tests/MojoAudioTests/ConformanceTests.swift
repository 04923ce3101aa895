// Every conformance case, through the package's own surface.

import Testing

@testable import MojoAudio

private func expectAgrees(_ mel: MelSpectrogram, _ clip: Clip) throws {
    let expected = try Corpus.read(clip.expected, as: Float.self)
    #expect(mel.nMels == clip.nMels && mel.nFrames == clip.nFrames)
    try #require(mel.data.count == expected.count)
    var sum = 0.0
    for (came, wanted) in zip(mel.data, expected) {
        let difference = abs(Double(came) - Double(wanted))
        sum += difference
        if !(difference <= clip.bound.atol + clip.bound.rtol * abs(Double(wanted))) {
            Issue.record("\(came) came; \(wanted) is wanted")
            return
        }
    }
    #expect(expected.isEmpty || sum / Double(expected.count) <= clip.bound.meanAbs)
}

@Test(arguments: Corpus.of("single", "int16"))
func wholeInputs(_ item: Case) throws {
    let clip = try #require(item.clip)
    switch try Samples(clip.input) {
    case .float(let samples): try whole(samples, item, clip)
    case .int16(let samples): try whole(samples, item, clip)
    }
}

private func whole<S: MelSample>(_ samples: [S], _ item: Case, _ clip: Clip) throws {
    let extractor = try MelExtractor(try item.config())
    #expect(samples.count == clip.nSamples)
    #expect(extractor.nMels == clip.nMels)
    #expect(extractor.frameCount(samples.count) == clip.nFrames)
    let mel = try extractor.compute(samples)
    try expectAgrees(mel, clip)
    var out = [Float](repeating: .nan, count: mel.data.count + 1)
    let nFrames = try out.withUnsafeMutableBufferPointer { out in
        try samples.withUnsafeBufferPointer { try extractor.compute($0, into: out) }
    }
    #expect(nFrames == mel.nFrames && out.last!.isNaN)
    #expect(out.dropLast().map(\.bitPattern) == mel.data.bits)
}

/// The bits of the whole, or a refusal that names the option that needs it.
@Test(arguments: Corpus.of("single", "int16"))
func chunkedInputs(_ item: Case) throws {
    let clip = try #require(item.clip)
    switch try Samples(clip.input) {
    case .float(let samples): try chunked(samples, item)
    case .int16(let samples): try chunked(samples, item)
    }
}

private func chunked<S: MelSample>(_ samples: [S], _ item: Case) throws {
    let extractor = try MelExtractor(try item.config())
    let config = extractor.config
    let usesReference = config.topDB != nil || config.subtractReference
    let whole = [
        "reference": usesReference && config.reference == .wholeInput,
        "normalize": config.normalize != .none,
        "normalizeInput": config.normalizeInput,
        "padToMode": config.padTo != nil && config.padToMode == .repeat,
        "maskTail": config.maskTail,
    ]
    if whole.values.contains(true) {
        let error = try refusal { _ = try extractor.stream() }
        guard case .config(let field, _, _, _, _) = error.reason else {
            Issue.record("expected a refused option, got \(error)")
            return
        }
        #expect(whole[field] == true)
        return
    }
    let mel = try extractor.compute(samples)
    let stream = try extractor.stream()
    for size in [samples.count < 3000 ? 1 : 997, 160, 161, 4096] {
        var pieces: [MelSpectrogram] = []
        for start in Swift.stride(from: 0, to: samples.count, by: size) {
            let chunk = samples[start..<min(start + size, samples.count)]
            let nFrames = stream.framesAfter(chunk.count)
            pieces.append(try stream.push(chunk))
            #expect(pieces.last!.nFrames == nFrames)
        }
        let nFrames = stream.framesAtFinish
        pieces.append(try stream.finish())
        #expect(pieces.last!.nFrames == nFrames)
        stream.reset()
        #expect(pieces.reduce(0) { $0 + $1.nFrames } == mel.nFrames)
        #expect(joined(pieces).bits == mel.data.bits, "in chunks of \(size)")
    }
}

/// The frames of all pieces in one array, in the order of their layout.
private func joined(_ pieces: [MelSpectrogram]) -> [Float] {
    guard let first = pieces.first, first.layout == .melMajor else { return pieces.flatMap(\.data) }
    return (0..<first.nMels).flatMap { mel in
        pieces.flatMap { piece in piece.data[mel * piece.nFrames..<(mel + 1) * piece.nFrames] }
    }
}

@Test(arguments: Corpus.of("batch"))
func batches(_ item: Case) async throws {
    let extractor = try MelExtractor(try item.config())
    let clips = try #require(item.clips)
    let inputs = try clips.map { try Corpus.read($0.input, as: Float.self) }
    let alone = try inputs.map { input -> MelSpectrogram in try extractor.compute(input) }
    for threads in [nil, 1, 3] {
        let mels = try extractor.batchNow(inputs, threads: threads)
        try #require(mels.count == clips.count)
        for (index, mel) in mels.enumerated() {
            try expectAgrees(mel, clips[index])
            #expect(mel.data.bits == alone[index].data.bits)
        }
        #expect(try await extractor.computeBatch(inputs, threads: threads) == mels)
    }
}

extension MelExtractor {
    /// The form that doesn't suspend, even where the one that does could be meant.
    func batchNow<S: MelSample>(_ clips: [[S]], threads: Int? = nil) throws -> [MelSpectrogram] {
        try computeBatch(clips, threads: threads)
    }
}

@Test(arguments: Corpus.of("statistic"))
func statistics(_ item: Case) throws {
    let zeros = [Float](repeating: 0, count: try #require(item.nSamples))
    let mel = try MelExtractor(try item.config()).compute(zeros)
    #expect(mel.nMels == item.nMels && mel.nFrames == item.nFrames)
    let expected = try Corpus.read(try #require(item.expected), as: Float.self)
    let rows = try #require(item.rows)
    for row in 0..<mel.nMels {
        let sum = (0..<mel.nFrames).reduce(0.0) { $0 + Double(mel[mel: row, frame: $1]) }
        #expect(abs(sum / Double(mel.nFrames) - Double(expected[row])) <= rows[row])
    }
}

@Test(arguments: Corpus.of("refusal"))
func refusals(_ item: Case) throws {
    let wanted = try #require(item.error)
    var isSet = false
    let error = try refusal {
        let config = try item.config()
        isSet = true
        let extractor = try MelExtractor(config)
        switch item.call {
        case "stream": _ = try extractor.stream()
        case "compute":
            let path = try #require(item.input)
            switch try item.nSamples == 0 ? .float([]) : Samples(path) {
            case .float(let samples): _ = try extractor.compute(samples)
            case .int16(let samples): _ = try extractor.compute(samples)
            }
        default: Issue.record("the extractor was made")
        }
    }
    #expect(error.code == wanted.code)
    switch error.reason {
    case .config(let field, let value, let expected, _, _):
        // Options that are set by their names in Rust have these in errors, too.
        let option = try #require(wanted.field)
        #expect(try field == (isSet ? property(option) : option))
        #expect(error.message.hasPrefix("\(field) must be \(expected), got \(value)"))
    case .unknownName(_, let name, let known, _):
        #expect(name == wanted.name && error.message.contains("\"\(name)\"") && !known.isEmpty)
    case .sample(let index, _, _): #expect(index == wanted.index)
    default: break
    }
}

/// The property of `MelConfig` that is the option with this name in Rust.
private func property(_ option: String) throws -> String {
    let name = option.split(separator: "_").joined()
    return try #require(Mirror(reflecting: MelConfig()).children.compactMap(\.label).first { $0.lowercased() == name })
}
