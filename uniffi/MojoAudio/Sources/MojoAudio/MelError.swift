// The errors of the library.

import Foundation
internal import MojoAudioNative

/// An error of the library.
///
/// ```swift
/// do {
///     _ = try MelConfig(preset: "wisper")
/// } catch {
///     print(error.code, error) // unknown_name unknown preset "wisper"; did you mean "whisper"?
///     if case .unknownName(_, _, _, let closest?) = error.reason { print(closest) } // whisper
/// }
/// ```
public struct MelError: Error, Sendable, Hashable {
    /// What is wrong, and its parts.
    public let reason: Reason

    /// The index of the clip in the batch, from 0; nil if the error isn't about one clip of a batch.
    public let clip: Int?

    /// Which option, argument or sample is wrong, what it must be and what it is, in English.
    public let message: String

    /// What is wrong with an option, an argument, a sample or memory.
    public enum Reason: Sendable, Hashable {
        /// An option's value is not allowed, alone or together with another option. `field` is the option's name as
        /// ``MelConfig`` has it, or as a text had it that the option was set by. If the option is a choice and
        /// the value none of its names, `known` has the names, and `closest` is the one that is most like it, if
        /// any is.
        case config(field: String, value: String, expected: String, known: [String], closest: String?)

        /// No option, preset or setting (`what`) has that name. `closest` is the one of the known names that is most like
        /// it, if any is.
        case unknownName(what: String, name: String, known: [String], closest: String?)

        /// The input has no samples.
        case emptyInput

        /// A sample is not finite, or so large that its power can't be represented. `index` counts from the start
        /// of the input or the stream.
        case sample(index: Int, value: Float, limit: Float)

        /// The buffer or table `field` has the wrong length, in values.
        case bufferSize(field: String, expected: Int, actual: Int)

        /// An allocation failed. `bytes` is `Int.max` if they are more than can be counted.
        case allocation(bytes: Int)

        /// The stream was finished and not reset.
        case finished

        /// The argument `field`, which is not an option, is not allowed.
        case argument(field: String)

        /// The library itself failed. That is a bug: please report it.
        case `internal`
    }

    /// The kind of error.
    public var kind: Kind {
        switch reason {
        case .config: .config
        case .unknownName: .unknownName
        case .emptyInput: .emptyInput
        case .sample: .sample
        case .bufferSize: .bufferSize
        case .allocation: .allocation
        case .finished: .finished
        case .argument: .argument
        case .internal: .internal
        }
    }

    /// A short name of the kind of error, the same in every version and language.
    public var code: String { kind.rawValue }
}

extension MelError: LocalizedError, CustomStringConvertible {
    public var description: String { message }
    public var errorDescription: String? { message }
}

extension MelError {
    init(_ reason: Reason, _ message: String) {
        self.init(reason: reason, clip: nil, message: message)
    }

    init(_ error: NativeError) {
        switch error {
        case .Config(let text, let field, let value, let expected, let known, let closest):
            self.init(.config(field: field, value: value, expected: expected, known: known, closest: closest), text)
        case .UnknownName(let text, let what, let name, let known, let closest):
            self.init(.unknownName(what: what, name: name, known: known, closest: closest), text)
        case .EmptyInput(let text): self.init(.emptyInput, text)
        case .Sample(let text, let index, let value, let limit):
            self.init(.sample(index: Int(clamping: index), value: value, limit: limit), text)
        case .BufferSize(let text, let field, let expected, let actual):
            let (expected, actual) = (Int(clamping: expected), Int(clamping: actual))
            self.init(.bufferSize(field: field, expected: expected, actual: actual), text)
        case .Allocation(let text, let bytes): self.init(.allocation(bytes: Int(clamping: bytes)), text)
        case .Finished(let text): self.init(.finished, text)
        case .Argument(let text, let field): self.init(.argument(field: field), text)
        case .Other(let text, _): self.init(.internal, text)
        }
    }

    /// The same error, about one clip of a batch.
    func of(clip: Int) -> MelError {
        MelError(reason: reason, clip: clip, message: "clip \(clip): \(message)")
    }
}

/// Runs a call of the library, and turns its errors into ``MelError``.
func refusing<R>(_ call: () throws -> R) throws(MelError) -> R {
    do {
        return try call()
    } catch let error as NativeError {
        throw MelError(error)
    } catch let error as MelError {
        throw error
    } catch {
        throw MelError(.internal, error.localizedDescription)
    }
}
