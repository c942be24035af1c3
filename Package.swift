// swift-tools-version: 6.1
import PackageDescription

/// Every target of ours is held to the same language rules.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A target of ours: folders are plain words, modules carry the prefix, so that a user may have an `Auth` of their own.
func room(_ folder: String, _ dependencies: [Target.Dependency], name: String? = nil, linker: [LinkerSetting] = []) -> Target {
    .target(
        name: name ?? "Offstage\(folder)", dependencies: dependencies, path: "Sources/\(folder)", swiftSettings: settings,
        linkerSettings: linker)
}

func tests(_ folder: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(folder)Tests", dependencies: dependencies, path: "Tests/\(folder)Tests", resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "offstage",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "offstage", targets: ["Main"]),
        .library(name: "Offstage", targets: ["Offstage"]),
    ],
    dependencies: [
    ],
    targets: [
        room("JSON", []),
    ]
)
