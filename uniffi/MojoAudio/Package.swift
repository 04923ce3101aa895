// swift-tools-version: 6.0
// Mel spectrograms for speech and audio models: the package MojoAudio.

import Foundation
import PackageDescription

// The native library. In a release, Apple's systems have the XCFramework next to this file, and Linux links
// libmojo_audio_uniffi from where the linker looks. A checkout links what
// `cargo build --release --package mojo-audio-uniffi` makes. MOJO_AUDIO_LIBRARY names another folder with
// libmojo_audio_uniffi.a for either.
let framework = "CMojoAudio.xcframework"
let isRelease = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(framework)")
let folder =
    Context.environment["MOJO_AUDIO_LIBRARY"] ?? (isRelease ? nil : "\(Context.packageDirectory)/../../target/release")
#if canImport(Darwin)
    let usesFramework = isRelease
#else
    let usesFramework = false
#endif

let link: [LinkerSetting] =
    if usesFramework {
        []
    } else if let folder {
        // SwiftPM allows these in packages on this machine, not in those that it fetches by version.
        [.unsafeFlags(["-Xlinker", "\(folder)/libmojo_audio_uniffi.a"])]
    } else {
        [.linkedLibrary("mojo_audio_uniffi")]
    }

let package = Package(
    name: "MojoAudio",
    platforms: [.macOS(.v11), .iOS(.v13)],
    products: [.library(name: "MojoAudio", targets: ["MojoAudio"])],
    targets: [
        usesFramework ? .binaryTarget(name: "CMojoAudio", path: framework) : .systemLibrary(name: "CMojoAudio"),
        .target(name: "MojoAudioNative", dependencies: ["CMojoAudio"], linkerSettings: link),
        .target(
            name: "MojoAudio", dependencies: ["MojoAudioNative"],
            exclude: usesFramework ? [] : ["PrivacyInfo.xcprivacy"],
            resources: usesFramework ? [.copy("PrivacyInfo.xcprivacy")] : []),
        .testTarget(name: "MojoAudioTests", dependencies: ["MojoAudio"]),
    ],
    swiftLanguageModes: [.v6]
)
