// The code that uniffi/README.md shows, line by line.

import Testing

import MojoAudio

@Test func readmeComputes() throws {
    let extractor = try MelExtractor(.whisper) // once, for all threads and tasks
    let mel = try extractor.compute([Float](repeating: 0, count: 480_000)) // 30 s at 16 kHz
    print(mel.nMels, mel.nFrames) // 80 3000
    mel.withUnsafeBufferPointer { values in print(values.count) } // goes straight into the model
    #expect(mel.nMels == 80 && mel.nFrames == 3000)
}

@Test func readmeStreams() async throws {
    let microphone = AsyncStream<[Float]> { continuation in
        for _ in 0..<100 { continuation.yield([Float](repeating: 0, count: 160)) }
        continuation.finish()
    }
    var nFrames = 0
    let config = MelConfig.whisper.with {
        $0.reference = .fixed
        $0.referenceValue = 1.5
    }
    for try await mel in try MelExtractor(config).spectrograms(of: microphone) { // an AsyncSequence of [Float]
        print(mel.nFrames)
        nFrames += mel.nFrames
    }
    #expect(nFrames == 100)
}

@Test func readmeHasAWindow() throws {
    let config = MelConfig.whisper.with {
        $0.reference = .fixed
        $0.referenceValue = 1.5
    }
    let stream = try MelExtractor(config).stream()
    let chunk = [Float](repeating: 0, count: 16_240)
    var memory = [Float](repeating: 0, count: 8000)
    try memory.withUnsafeMutableBufferPointer { input in
        var frames = try MelWindow(nMels: stream.nMels, nFrames: 100, layout: .frameMajor)
        try frames.push(stream.push(chunk))
        try frames.copy(into: input) // the memory of an MLMultiArray, say
        #expect(frames.isFull)
    }
    #expect(memory.allSatisfy { $0 != 0 })
}
