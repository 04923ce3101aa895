// Lends samples to the library, and lets it write results, without copies.

import Foundation

/// A type of samples: `Float` (full scale is 1) or `Int16`, which is divided by 32,768. There are no others.
public protocol MelSample: Sendable {}

extension Float: MelSample {}
extension Int16: MelSample {}

/// UniFFI can't count more bytes.
private let mostBytes = Int(Int32.max)

/// Lends samples as bytes, without a copy, until the call returns.
func lending<S: MelSample, R>(
    _ samples: UnsafeBufferPointer<S>, _ call: (_ bytes: Data, _ isInt16: Bool) throws -> R
) throws(MelError) -> R {
    let isInt16 = S.self == Int16.self
    precondition(isInt16 || S.self == Float.self, "MelSample is for Float and Int16 only")
    let most = mostBytes / MemoryLayout<S>.stride
    guard samples.count <= most else {
        throw MelError(
            .bufferSize(field: "samples", expected: most, actual: samples.count),
            "samples must have at most \(most) values, got \(samples.count); "
                + "a stream takes any number in parts")
    }
    let bytes =
        if let start = UnsafeRawPointer(samples.baseAddress) {
            Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: start),
                count: samples.count * MemoryLayout<S>.stride, deallocator: .none)
        } else {
            Data()
        }
    return try refusing { try call(bytes, isInt16) }
}

/// The address that the library writes to.
func place(of values: UnsafeMutableBufferPointer<Float>) -> (address: UInt64, length: UInt64) {
    (UInt64(UInt(bitPattern: values.baseAddress)), UInt64(values.count))
}

/// From this size on an allocation is tried first: Swift ends the program if an array can't be allocated.
private let largeResult = 1 << 30

/// A spectrogram whose values `fill` writes.
func spectrogram(
    nMels: Int, nFrames: Int, layout: MelConfig.Layout,
    _ fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
) throws(MelError) -> MelSpectrogram {
    let (count, overflow) = nMels.multipliedReportingOverflow(by: nFrames)
    let (bytes, overflows) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    if overflow || overflows || (bytes > largeResult && !isThere(bytes)) {
        throw MelError(
            .allocation(bytes: overflow || overflows ? Int.max : bytes),
            "no memory for a result of \(nMels) rows and \(nFrames) frames")
    }
    let data = try refusing {
        try [Float](unsafeUninitializedCapacity: count) { values, filled in
            try fill(UnsafeMutableBufferPointer(rebasing: values[..<count]))
            filled = count
        }
    }
    return MelSpectrogram(data: data, nMels: nMels, nFrames: nFrames, layout: layout)
}

private func isThere(_ bytes: Int) -> Bool {
    let memory = malloc(bytes)
    defer { free(memory) }
    return memory != nil
}
