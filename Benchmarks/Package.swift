// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1")],
    targets: [
        // What everything is a ratio to: Hummingbird answering a constant.
        .executableTarget(
            name: "Baseline",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdHTTP2", package: "hummingbird"),
            ], path: "Sources/Baseline"),
        // What the database itself costs: the same SQL, stepped and printed by a loop in C.
        .executableTarget(name: "Floor", path: "Sources/Floor", linkerSettings: [.linkedLibrary("sqlite3")]),
    ]
)
