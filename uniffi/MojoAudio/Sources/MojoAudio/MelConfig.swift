// The methods of MelConfig: presets by name, options by name, checks.

internal import MojoAudioNative

extension MelConfig {
    /// The defaults: Whisper's log-mel with 80 bands.
    public init() {
        self = Self.byDefault
    }

    /// The preset with a name, one of ``presets``.
    ///
    /// - Throws: ``MelError/Reason/unknownName(what:name:known:closest:)`` if no preset has that name.
    public init(preset: String) throws(MelError) {
        let options = try refusing { try presetOptions(name: preset) }
        self.init(texts: OptionTexts(options))
    }

    /// The options of a model, from the text of its configuration file: transformers' `preprocessor_config.json`, or a
    /// `processor_config.json` that has the settings under `feature_extractor`; the `preprocessor` section of NeMo's
    /// `model_config.yaml`, converted to JSON; or Kaldi's `fbank.conf` or `mfcc.conf`.
    ///
    /// The result equals the features of the class that the file names, for one signal with the class's defaults.
    /// The class's padding is ``padTo`` and its truncation ``maxLength``: unset both to keep the length of every
    /// signal. Longer signals that the class splits, or takes a random part of, keep their length.
    ///
    /// - Throws: ``MelError/Reason/config(field:value:expected:known:closest:)`` if the text is no such file, or for a class
    ///   or a setting (`field`) whose features the options can't describe;
    ///   ``MelError/Reason/unknownName(what:name:known:closest:)`` if the class has no setting of that name.
    public init(json: String) throws(MelError) {
        let options = try refusing { try jsonOptions(json: json) }
        self.init(texts: OptionTexts(options))
    }

    /// The same configuration with changes.
    ///
    /// ```swift
    /// let config = MelConfig.whisper.with { $0.nMels = 128 }
    /// ```
    public func with(_ change: (inout MelConfig) -> Void) -> MelConfig {
        var config = self
        change(&config)
        return config
    }

    /// Sets an option by its name in Rust, such as `n_fft`, from text: a decimal number, `true` or `false`, the
    /// name of a choice, or `none` to unset an optional one.
    ///
    /// - Throws: ``MelError/Reason/unknownName(what:name:known:closest:)`` if no option has that name,
    ///   ``MelError/Reason/config(field:value:expected:known:closest:)`` if the text is not a value of its type.
    public mutating func set(_ option: String, to text: String) throws(MelError) {
        let options = texts.byName
        let changed = try refusing { try changedOptions(options: options, name: option, text: text, language: .swift) }
        self = MelConfig(texts: OptionTexts(changed))
    }

    /// Checks every option, alone and against the others.
    ///
    /// - Throws: ``MelError/Reason/config(field:value:expected:known:closest:)`` with the wrong option.
    public func check() throws(MelError) {
        let options = texts.byName
        try refusing { try checkOptions(options: options, language: .swift) }
    }

    private static let byDefault: MelConfig = {
        do {
            return MelConfig(texts: OptionTexts(try defaultOptions()))
        } catch {
            preconditionFailure("the defaults: \(error)")
        }
    }()

    /// A preset that is known to exist.
    static func known(_ name: String) -> MelConfig {
        do {
            return try MelConfig(preset: name)
        } catch {
            preconditionFailure("the preset \(name): \(error)")
        }
    }
}

/// Options as the library's texts.
struct OptionTexts {
    private(set) var byName: [String: String]

    init(_ byName: [String: String] = [:]) {
        self.byName = byName
    }

    private func text(_ name: String) -> String {
        guard let text = byName[name] else { preconditionFailure("the library has no option \(name)") }
        return text
    }

    private func value<T>(_ name: String, _ read: (String) -> T?) -> T {
        guard let value = read(text(name)) else { preconditionFailure("\(name) is \(text(name))") }
        return value
    }

    private func optional<T>(_ name: String, _ read: (String) -> T?) -> T? {
        text(name) == "none" ? nil : value(name, read)
    }

    func integer(_ name: String) -> Int { value(name) { Int($0) } }
    func wide(_ name: String) -> UInt64 { value(name) { UInt64($0) } }
    func number(_ name: String) -> Double { value(name) { Double($0) } }
    func truth(_ name: String) -> Bool { value(name) { Bool($0) } }
    func choice<T: RawRepresentable<String>>(_ name: String) -> T { value(name) { T(rawValue: $0) } }
    func optionalInteger(_ name: String) -> Int? { optional(name) { Int($0) } }
    func optionalWide(_ name: String) -> UInt64? { optional(name) { UInt64($0) } }
    func optionalNumber(_ name: String) -> Double? { optional(name) { Double($0) } }

    mutating func put(_ name: String, _ value: some LosslessStringConvertible) {
        byName[name] = value.description
    }

    mutating func put(_ name: String, _ value: (some LosslessStringConvertible)?) {
        byName[name] = value?.description ?? "none"
    }

    mutating func put(_ name: String, _ value: some RawRepresentable<String>) {
        byName[name] = value.rawValue
    }
}
