// Calls of the package MojoAudio, as in a user's program: "whisper", or "stream", which pushes to one stream.
// ../README.md describes the lines that a measured program reads and answers.

import Foundation
import MojoAudio

guard CommandLine.arguments.count == 4 else { fatalError("wanted: NAME FOLDER THREADS") }
let folder = URL(fileURLWithPath: CommandLine.arguments[2])

func answer(_ line: String) {
    print(line)
    // Output to a pipe would be buffered.
    fflush(nil)
}

func read(_ clip: String) throws -> [Float] {
    let file = try Data(contentsOf: folder.appendingPathComponent("\(clip).f32"))
    return [Float](unsafeUninitializedCapacity: file.count / 4) { samples, count in
        count = file.copyBytes(to: samples) / 4
    }
}

let compute: ([Float]) throws -> MelSpectrogram
if CommandLine.arguments[1] == "stream" {
    let stream = try MelExtractor(MelConfig.whisper.with { $0.reference = .none }).stream()
    compute = { samples in try stream.push(samples) }
} else {
    let extractor = try MelExtractor(.whisper)
    compute = { samples in try extractor.compute(samples) }
}
answer("ready checkout")
var clips: [String: [Float]] = [:]
while let line = readLine() {
    let words = line.split(separator: " ", maxSplits: 2).map(String.init)
    guard words.count == 3 else { fatalError("no command: \(line)") }
    let samples = try clips[words[1]] ?? read(words[1])
    clips[words[1]] = samples
    switch (words[0], Int(words[2])) {
    case ("time", let n?):
        var times: [String] = []
        for _ in 0..<n {
            let start = ContinuousClock.now
            let mel = try compute(samples)
            let time = start.duration(to: .now).components
            precondition(mel.nFrames > 0)
            times.append(String(time.seconds * 1_000_000_000 + time.attoseconds / 1_000_000_000))
        }
        answer(times.joined(separator: " "))
    case ("save", _):
        let mel = try compute(samples)
        try mel.data.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: words[2]))
        answer("\(mel.nMels) \(mel.nFrames)")
    default:
        fatalError("no command: \(line)")
    }
}
