// swift-tools-version: 6.0
// Mel spectrograms for speech and audio models: the package MojoAudio.

import Foundation
import PackageDescription

// The library itself: the XCFramework next to this file in a release, otherwise the one that
// `cargo build --release --package mojo-audio-uniffi` makes in the checkout.
let framework = "CMojoAudio.xcframework"
let isRelease = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(framework)")
let folder = Context.environment["MOJO_AUDIO_LIBRARY"] ?? "\(Context.packageDirectory)/../../target/release"

let package = Package(
    name: "MojoAudio",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [.library(name: "MojoAudio", targets: ["MojoAudio"])],
    targets: [
        isRelease ? .binaryTarget(name: "CMojoAudio", path: framework) : .systemLibrary(name: "CMojoAudio"),
        .target(
            name: "MojoAudioNative", dependencies: ["CMojoAudio"],
            linkerSettings: isRelease ? [] : [.unsafeFlags(["-Xlinker", "\(folder)/libmojo_audio_uniffi.a"])]),
        .target(name: "MojoAudio", dependencies: ["MojoAudioNative"]),
        .testTarget(name: "MojoAudioTests", dependencies: ["MojoAudio"]),
    ],
    swiftLanguageModes: [.v6]
)
