// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
//     cargo build --release --package mojo-audio-uniffi
//     cd examples/swift
//     swift run mel ../data/speech.wav

import Foundation
import MojoAudio

guard CommandLine.arguments.count == 2 else { fatalError("usage: mel FILE.wav") }
let url = URL(fileURLWithPath: CommandLine.arguments[1])
let file = try Data(contentsOf: url)
guard file.count >= 46, file[8..<16].elementsEqual("WAVEfmt ".utf8) else {
    fatalError("\(url.path): not a WAV file")
}
let samples = [Int16](unsafeUninitializedCapacity: (file.count - 44) / 2) { samples, count in
    count = file[44...].copyBytes(to: samples) / 2
}

let mel = try MelExtractor(.whisper).compute(samples)

let mean = mel.data.reduce(0.0) { $0 + Double($1) } / Double(mel.data.count)
print(
    "\(url.lastPathComponent): \(mel.nMels) x \(mel.nFrames) mel frames,",
    String(format: "mean %.4f, max %.4f", mean, mel.data.max()!))
