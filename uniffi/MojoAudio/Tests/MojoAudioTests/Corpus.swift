// Reads the conformance cases in the checkout's folder conformance/.

import Foundation
import Testing

@testable import MojoAudio

/// A clip of a case, with the reference library's output.
struct Clip: Decodable, Sendable {
    struct Bound: Decodable, Sendable {
        let atol: Double
        let rtol: Double
        let meanAbs: Double
    }

    let input: String
    let nSamples: Int
    let expected: String
    let nMels: Int
    let nFrames: Int
    let bound: Bound
}

struct Case: Decodable, Sendable, CustomStringConvertible {
    struct RowBound: Decodable, Sendable {
        let atolPerRow: [Double]?
    }

    struct Refusal: Decodable, Sendable {
        let code: String
        let field: String?
        let name: String?
        let index: Int?
    }

    let name: String
    let kind: String
    let preset: String
    let options: [String: String]
    let call: String?
    let input: String?
    let nSamples: Int?
    let expected: String?
    let nMels: Int?
    let nFrames: Int?
    let clips: [Clip]?
    let error: Refusal?
    /// The case's own clip, and the bounds of a `statistic`.
    let clip: Clip?
    let rows: [Double]?

    var description: String { name }

    enum CodingKeys: CodingKey {
        case name, kind, preset, options, call, input, nSamples, expected, nMels, nFrames, clips, error, bound
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        kind = try values.decode(String.self, forKey: .kind)
        preset = try values.decode(String.self, forKey: .preset)
        options = try values.decode([String: String].self, forKey: .options)
        call = try values.decodeIfPresent(String.self, forKey: .call)
        input = try values.decodeIfPresent(String.self, forKey: .input)
        nSamples = try values.decodeIfPresent(Int.self, forKey: .nSamples)
        expected = try values.decodeIfPresent(String.self, forKey: .expected)
        nMels = try values.decodeIfPresent(Int.self, forKey: .nMels)
        nFrames = try values.decodeIfPresent(Int.self, forKey: .nFrames)
        clips = try values.decodeIfPresent([Clip].self, forKey: .clips)
        error = try values.decodeIfPresent(Refusal.self, forKey: .error)
        clip = ["single", "int16"].contains(kind) ? try Clip(from: decoder) : nil
        rows = try values.decodeIfPresent(RowBound.self, forKey: .bound)?.atolPerRow
    }

    /// The configuration, with options set in their order. It may throw a refusal.
    func config() throws -> MelConfig {
        var config = try MelConfig(preset: preset)
        for (option, text) in options {
            try config.set(option, to: text)
        }
        return config
    }
}

enum Corpus {
    static let folder = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../../../conformance").standardizedFileURL

    static let cases: [Case] = {
        struct List: Decodable {
            let cases: [Case]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            // Names of options don't change.
            let name = path.last!.stringValue
            let isOption = path.dropLast().last?.stringValue == "options"
            let words = name.split(separator: "_")
            let camel = words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.capitalized }
            return Key(stringValue: isOption ? name : camel)
        }
        let list = try! Data(contentsOf: folder.appendingPathComponent("cases.json"))
        return try! decoder.decode(List.self, from: list).cases
    }()

    static func of(_ kinds: String...) -> [Case] {
        let cases = cases.filter { kinds.contains($0.kind) }
        precondition(!cases.isEmpty, "no cases of \(kinds)")
        return cases
    }

    /// Little-endian values of a file.
    static func read<T>(_ path: String, as _: T.Type) throws -> [T] {
        let bytes = try Data(contentsOf: folder.appendingPathComponent(path))
        return [T](unsafeUninitializedCapacity: bytes.count / MemoryLayout<T>.stride) { values, count in
            count = bytes.copyBytes(to: values) / MemoryLayout<T>.stride
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// The samples of an input, of either type.
enum Samples {
    case float([Float])
    case int16([Int16])

    init(_ path: String) throws {
        self =
            path.hasSuffix(".i16")
            ? .int16(try Corpus.read(path, as: Int16.self)) : .float(try Corpus.read(path, as: Float.self))
    }
}

extension [Float] {
    /// For comparing bits, in which NaN is itself and -0 is not 0.
    var bits: [UInt32] { map(\.bitPattern) }
}

/// The error of a refusal.
func refusal(_ call: () throws -> Void) throws -> MelError {
    var refusal: MelError?
    do {
        try call()
    } catch let error as MelError {
        refusal = error
    }
    return try #require(refusal, "nothing was refused")
}
