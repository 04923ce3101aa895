// The errors of the library.

import Foundation
internal import MojoAudioNative

/// The errors of the library. ``message`` says which option, argument or sample is wrong, what it is and what is
/// allowed.
public enum MelError: Error, Sendable, Hashable {
    /// An option's value is not allowed, alone or together with another option.
    case config(field: String, value: String, wanted: String, message: String)

    /// No option or preset (`kind`) has that name.
    case unknownName(kind: String, name: String, known: [String], message: String)

    /// The input has no samples.
    case emptyInput(message: String)

    /// A sample is not finite, or so large that its power can't be represented. `index` counts from the start of
    /// the input or the stream.
    case sample(index: Int, value: Float, limit: Float, message: String)

    /// A buffer or a table has the wrong length, in values.
    case bufferSize(expected: Int, actual: Int, message: String)

    /// An allocation failed.
    case allocation(message: String)

    /// The stream was finished and not reset.
    case finished(message: String)

    /// Anything else: an impossible argument (`argument`), or a failure of the library itself (`internal`), which
    /// is a bug: please report it.
    case other(code: String, message: String)

    /// The kind of error.
    public var kind: Kind {
        switch self {
        case .config: .config
        case .unknownName: .unknownName
        case .emptyInput: .emptyInput
        case .sample: .sample
        case .bufferSize: .bufferSize
        case .allocation: .allocation
        case .finished: .finished
        case .other(let code, _): Kind(rawValue: code) ?? .internal
        }
    }

    /// A short name of the kind of error, the same in every version and language.
    public var code: String { kind.rawValue }

    /// The whole sentence, in English.
    public var message: String {
        switch self {
        case .config(_, _, _, let message), .unknownName(_, _, _, let message), .emptyInput(let message),
            .sample(_, _, _, let message), .bufferSize(_, _, let message), .allocation(let message),
            .finished(let message), .other(_, let message):
            message
        }
    }
}

extension MelError: LocalizedError, CustomStringConvertible {
    public var description: String { message }
    public var errorDescription: String? { message }
}

extension MelError {
    init(_ error: NativeError) {
        self =
            switch error {
            case .Config(let text, let field, let value, let wanted):
                .config(field: field, value: value, wanted: wanted, message: text)
            case .UnknownName(let text, let what, let name, let known):
                .unknownName(
                    kind: what, name: name, known: known, message: text)
            case .EmptyInput(let text): .emptyInput(message: text)
            case .Sample(let text, let index, let value, let limit):
                .sample(index: Int(clamping: index), value: value, limit: limit, message: text)
            case .BufferSize(let text, let expected, let actual):
                .bufferSize(
                    expected: Int(clamping: expected), actual: Int(clamping: actual), message: text)
            case .Allocation(let text, _): .allocation(message: text)
            case .Finished(let text): .finished(message: text)
            case .Other(let text, let code): .other(code: code, message: text)
            }
    }

    /// The same error, with a few words before its message.
    func about(_ prefix: String) -> MelError {
        let message = prefix + self.message
        return switch self {
        case .config(let field, let value, let wanted, _):
            .config(field: field, value: value, wanted: wanted, message: message)
        case .unknownName(let kind, let name, let known, _):
            .unknownName(kind: kind, name: name, known: known, message: message)
        case .emptyInput: .emptyInput(message: message)
        case .sample(let index, let value, let limit, _):
            .sample(index: index, value: value, limit: limit, message: message)
        case .bufferSize(let expected, let actual, _):
            .bufferSize(expected: expected, actual: actual, message: message)
        case .allocation: .allocation(message: message)
        case .finished: .finished(message: message)
        case .other(let code, _): .other(code: code, message: message)
        }
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
        throw .other(code: MelError.Kind.internal.rawValue, message: error.localizedDescription)
    }
}
