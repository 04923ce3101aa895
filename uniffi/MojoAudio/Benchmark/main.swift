// What 30 s of Whisper's features take from Swift.
//
//     swift run -c release benchmark

import Foundation
import MojoAudio

func report(_ what: String, _ work: () throws -> MelSpectrogram) rethrows {
    var times: [Double] = []
    for round in 0..<1000 {
        let start = ContinuousClock.now
        let mel = try work()
        let time = start.duration(to: .now)
        precondition(mel.nFrames == 3000)
        if round >= 200 {
            times.append(Double(time.components.attoseconds) / 1e15)
        }
    }
    times.sort()
    print(String(format: "%@: 30 s in %.3f ms at least, %.3f ms in the middle", what, times[0], times[400]))
}

var state: UInt32 = 1
let samples = (0..<480_000).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(Int32(bitPattern: state)) / Float(UInt32.max)
}
let integers = samples.map { Int16($0 * 32767) }

let extractor = try MelExtractor(.whisper)
try report("Swift, [Float]") { try extractor.compute(samples) }
try report("Swift, [Int16]") { try extractor.compute(integers) }
