// swift-tools-version: 6.0
// Calls of the package MojoAudio that are measured.

import PackageDescription

let package = Package(
    name: "call",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../uniffi/MojoAudio")],
    targets: [
        .executableTarget(name: "call", dependencies: ["MojoAudio"], path: ".", sources: ["main.swift"])
    ],
    swiftLanguageModes: [.v6]
)
