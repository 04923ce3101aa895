// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
//     cargo build --release --package mojo-audio-uniffi
//     cd examples/swift
//     swift run mel ../data/speech.wav

import Foundation
import MojoAudio

guard CommandLine.arguments.count == 2 else { fail("usage: mel FILE.wav") }
let url = URL(fileURLWithPath: CommandLine.arguments[1])
let samples = try readWAV(url)

let mel = try MelExtractor(.whisper).compute(samples)

let mean = mel.data.reduce(0.0) { $0 + Double($1) } / Double(mel.data.count)
print(
    "\(url.lastPathComponent): \(mel.nMels) x \(mel.nFrames) mel frames,",
    String(format: "mean %.4f, max %.4f", mean, mel.data.max()!))

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(1)
}

/// The samples of a 16-bit mono WAV file at 16 kHz.
func readWAV(_ url: URL) throws -> [Int16] {
    let file = try Data(contentsOf: url)
    func number(_ at: Int, _ count: Int) -> Int { file[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) } }
    guard file.starts(with: "RIFF".utf8), file.dropFirst(8).starts(with: "WAVE".utf8) else {
        fail("\(url.path) is not a WAV file")
    }
    var isReadable = false
    // Programs write other chunks, too: ffmpeg puts one named LIST in front of the data.
    var at = 12
    while at + 8 <= file.count {
        let name = String(decoding: file[at..<at + 4], as: UTF8.self)
        let size = number(at + 4, 4)
        at += 8
        guard size <= file.count - at else {
            fail("\(url.path) ends before its \(name) chunk does")
        }
        if name == "fmt ", size >= 16 {
            isReadable =
                number(at, 2) == 1 && number(at + 2, 2) == 1 && number(at + 4, 4) == 16000 && number(at + 14, 2) == 16
        } else if name == "data" {
            guard isReadable else {
                fail("\(url.path) is not 16-bit mono PCM at 16000 Hz")
            }
            return stride(from: at, to: at + size - 1, by: 2).map { Int16(truncatingIfNeeded: number($0, 2)) }
        }
        at += size + size % 2  // A chunk of odd length is followed by a pad byte.
    }
    fail("\(url.path) has no data chunk")
}
