// iOS: the microphone's last second as a model's input. Copy it into an app whose Info.plist says in
// NSMicrophoneUsageDescription why it listens. Never compiled: CI has no Apple machine, and checks its syntax only.

import AVFoundation
import CoreML
import MojoAudio

final class Microphone {
    private let engine = AVAudioEngine()

    /// Calls `run` with the last 100 frames, (1, 100, 80), whenever there are new ones, on the thread of the
    /// engine's tap. The array is the same each time.
    func listen(_ run: @escaping (MLMultiArray) -> Void) throws {
        #if os(iOS)
            try AVAudioSession.sharedInstance().setCategory(.record, mode: .measurement)
            try AVAudioSession.sharedInstance().setActive(true)
        #endif
        let format = engine.inputNode.outputFormat(forBus: 0)
        let config = MelConfig.whisper.with {
            $0.inputRate = Int(format.sampleRate) // the hardware's own, often 48,000
            // A live signal has no maximum yet: this is the level of loud speech.
            $0.reference = .fixed
            $0.referenceValue = 1.5
            $0.layout = .frameMajor
        }
        let stream = try MelExtractor(config).stream()
        var window = try MelWindow(nMels: stream.nMels, nFrames: 100, layout: .frameMajor)
        let input = try MLMultiArray(shape: [1, 100, stream.nMels as NSNumber], dataType: .float32)
        // A tap may wait and allocate, unlike a render block.
        engine.inputNode.installTap(onBus: 0, bufferSize: 4800, format: format) { [engine] buffer, _ in
            guard let channels = buffer.floatChannelData else { return }
            let samples = UnsafeBufferPointer(start: channels[0], count: Int(buffer.frameLength))
            do {
                let frames = try stream.push(samples)
                try window.push(frames)
                guard window.isFull && frames.nFrames > 0 else { return }
                try input.withUnsafeMutableBufferPointer(ofType: Float.self) { values, _ in
                    try window.copy(into: values)
                }
                run(input)
            } catch {
                // The driver delivered a sample that is not finite.
                engine.stop()
            }
        }
        try engine.start()
    }

    func stop() {
        engine.inputNode.removeTap(onBus: 0)
        engine.stop()
    }
}
