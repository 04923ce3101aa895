// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "mel",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../uniffi/MojoAudio")],
    targets: [.executableTarget(name: "mel", dependencies: ["MojoAudio"], path: ".", sources: ["main.swift"])],
    swiftLanguageModes: [.v6]
)
