// The window of the last frames, beside a list of all frames.

import Testing

@testable import MojoAudio

private func value(_ mel: Int, _ frame: Int) -> Float { Float(frame) + Float(mel) / 8 }

/// Frames whose values tell their places.
private func frames(_ first: Int, _ count: Int, nMels: Int = 3, _ layout: MelConfig.Layout) -> MelSpectrogram {
    let data = (0..<nMels * count).map {
        layout == .melMajor ? value($0 / count, first + $0 % count) : value($0 % nMels, first + $0 / nMels)
    }
    return MelSpectrogram(data: data, nMels: nMels, nFrames: count, layout: layout)
}

@Test func windowsHaveTheLastFramesInTheModelsOrder() throws {
    for own in MelConfig.Layout.allCases {
        for pushed in MelConfig.Layout.allCases {
            for nFrames in [1, 4, 7] {
                var window = try MelWindow(nMels: 3, nFrames: nFrames, layout: own, fill: -9)
                var count = 0
                for more in [0, 1, 2, 3, 1, 9, 2, 0, 14] {
                    try window.push(frames(count, more, pushed))
                    count += more
                    #expect(window.pushed == count && window.isFull == (count >= nFrames))
                    let expected = (0..<3 * nFrames).map { place -> Float in
                        let (mel, frame) =
                            own == .melMajor ? (place / nFrames, place % nFrames) : (place % 3, place / 3)
                        let at = count - nFrames + frame
                        return at < 0 ? -9 : value(mel, at)
                    }
                    var out = [Float](repeating: 0, count: window.count + 1)
                    try out.withUnsafeMutableBufferPointer { try window.copy(into: $0) }
                    #expect(out == expected + [0])
                    var halves = [Float16](repeating: 0, count: window.count)
                    try halves.withUnsafeMutableBufferPointer { try window.copy(into: $0) }
                    #expect(halves == expected.map { Float16($0) })
                }
                window.clear()
                var out = [Float](repeating: 0, count: window.count)
                try out.withUnsafeMutableBufferPointer { try window.copy(into: $0) }
                #expect(!window.isFull && out.allSatisfy { $0 == -9 })
            }
        }
    }
}

@Test func theWindowOfAStreamIsTheEndOfTheWhole() throws {
    let config = MelConfig.whisper.with {
        $0.reference = .fixed
        $0.referenceValue = 1.5
        $0.layout = .frameMajor
    }
    let samples = (0..<16_000).map { Float($0 * 37 % 101) / 101 - 0.5 }
    let extractor = try MelExtractor(config)
    let stream = try extractor.stream()
    var window = try MelWindow(nMels: stream.nMels, nFrames: 30, layout: config.layout)
    for start in stride(from: 0, to: samples.count, by: 160) {
        try window.push(stream.push(samples[start..<start + 160]))
    }
    try window.push(stream.finish())
    var out = [Float](repeating: 0, count: window.count)
    try out.withUnsafeMutableBufferPointer { try window.copy(into: $0) }
    #expect(try out == Array(extractor.compute(samples).data.suffix(out.count)))
}

@Test func windowsRefuseWrongNumbersAndMemory() throws {
    func reason(_ call: () throws -> Void) -> MelError.Reason? {
        do {
            try call()
        } catch {
            return (error as? MelError)?.reason
        }
        return nil
    }
    #expect(reason { _ = try MelWindow(nMels: 0, nFrames: 5) } == .argument(field: "nMels"))
    #expect(reason { _ = try MelWindow(nMels: 80, nFrames: 0) } == .argument(field: "nFrames"))
    #expect(reason { _ = try MelWindow(nMels: 80, nFrames: Int.max) } == .argument(field: "nFrames"))
    var window = try MelWindow(nMels: 3, nFrames: 4)
    #expect(reason { try window.push(frames(0, 1, nMels: 2, .melMajor)) } == .argument(field: "frames"))
    var short = [Float](repeating: 0, count: 11)
    short.withUnsafeMutableBufferPointer { short in
        #expect(
            reason { try window.copy(into: short) } == .bufferSize(field: "out", expected: 12, actual: 11))
    }
}
