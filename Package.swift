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

/// Recorded cases lie beside the tests and are read from the source folder.
func tests(_ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    let cases = ["Golden", "Cases", "Refusals", "Expressions", "Known.txt", "Coverage.txt", "Projects", "Dumps"].filter { name in
        [
            ("SQL", "Golden"), ("Differential", "Cases"), ("Differential", "Refusals"), ("Differential", "Expressions"),
            ("Differential", "Known.txt"), ("Differential", "Coverage.txt"), ("Differential", "Projects"), ("App", "Dumps"),
        ].contains {
            $0 == (folder, name)
        }
    }
    return .testTarget(
        name: "\(folder)Tests", dependencies: dependencies, path: "Tests/\(folder)Tests", exclude: cases, swiftSettings: settings)
}

let package = Package(
    name: "offstage",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "offstage", targets: ["Main"]),
        .executable(name: "delivery", targets: ["Delivery"]),
        .library(name: "Offstage", targets: ["Offstage"]),
    ],
    dependencies: [
        .package(url: "https://github.com/attaswift/BigInt", exact: "6.0.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CPgQuery", path: "Sources/CPgQuery", providers: [.apt(["libpg-query-dev"]), .brew(["libpg_query"])]),
        .systemLibrary(name: "CSQLite", path: "Sources/CSQLite", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(name: "CPostgres", path: "Sources/CPostgres", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(name: "CCrypt", path: "Sources/CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CStemmer", path: "Sources/CStemmer", providers: [.apt(["libstemmer-dev"]), .brew(["snowball"])]),
        .systemLibrary(
            name: "CXML2", path: "Sources/CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]),
        // The files lie beside the C that takes them in.
        .target(name: "CAssets", path: "Sources/CAssets", exclude: ["Docs"]),
        room("JSON", []),
        room("XML", ["CXML2"]),
        room(
            "Syntax", ["CPgQuery", "OffstageJSON"],
            linker: [
                // The archive, not the shared form, which exports every name of PostgreSQL's parser.
                .linkedLibrary(":libpg_query.a", .when(platforms: [.linux])),
                .linkedLibrary("pg_query", .when(platforms: [.macOS])),
            ]),
        room("Schema", ["OffstageJSON", "OffstageSyntax", .product(name: "BigInt", package: "BigInt")]),
        room("Query", ["OffstageJSON", "OffstageXML", "OffstageSyntax", "OffstageSchema"]),
        room("SQL", ["OffstageQuery", "OffstageXML", "OffstageSchema", "OffstageSyntax"]),
        room("Database", ["OffstageSQL", "OffstageQuery", "OffstageSchema", "OffstageSyntax"]),
        room(
            "SQLite",
            [
                "CSQLite", "CCrypt", "CStemmer", "OffstageDatabase", "OffstageSQL", "OffstageQuery", "OffstageSchema", "OffstageSyntax",
                "OffstageJSON", "OffstageXML",
                .product(name: "BigInt", package: "BigInt"), .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            linker: [
                // The archive: a bare Debian has no libstemmer.
                .linkedLibrary(":libstemmer.a", .when(platforms: [.linux])),
                .linkedLibrary("stemmer", .when(platforms: [.macOS])),
            ]),
        room(
            "Postgres",
            [
                "CPostgres", "OffstageDatabase", "OffstageSQL", "OffstageQuery", "OffstageSchema", "OffstageJSON",
            ]),
        room("Auth", [.product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto")]),
        room(
            "Server",
            [
                "CAssets", "OffstageDatabase", "OffstageSQL", "OffstageQuery", "OffstageSchema", "OffstageAuth", "OffstageJSON",
                "OffstageXML",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        room(
            "App",
            [
                "OffstageServer", "OffstageSQLite", "OffstagePostgres", "OffstageDatabase", "OffstageAuth", "OffstageSQL", "OffstageQuery",
                "OffstageSchema",
                "OffstageSyntax", "OffstageJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ], name: "Offstage"),
        .executableTarget(name: "Main", dependencies: ["Offstage"], path: "Sources/Main", swiftSettings: settings),
        // An example with logic of its own: a program like those of users.
        .executableTarget(name: "Delivery", dependencies: ["Offstage"], path: "Examples/Delivery/Sources"),
        tests("JSON", ["OffstageJSON"]),
        tests("XML", ["OffstageXML"]),
        tests("Syntax", ["OffstageSyntax"]),
        tests("Schema", ["OffstageSchema", "OffstageSyntax", "OffstageJSON"]),
        tests("Query", ["OffstageQuery", "OffstageSyntax", "OffstageJSON"]),
        tests("SQL", ["OffstageSQL", "OffstageQuery", "OffstageSchema", "OffstageSyntax", "OffstageJSON"]),
        tests("SQLite", ["OffstageSQLite", "OffstageDatabase", "OffstageSQL", "OffstageQuery", "OffstageSchema", "OffstageSyntax"]),
        tests("Postgres", ["OffstagePostgres", "OffstageDatabase", "OffstageSQL", "OffstageQuery", "OffstageSchema"]),
        tests("Database", ["OffstageDatabase", "OffstageSchema"]),
        tests(
            "App", ["Offstage", "OffstageSQLite", "OffstageDatabase", "OffstageSQL", "OffstageQuery", "OffstageSchema", "OffstageSyntax"]),
        tests(
            "Auth",
            ["OffstageAuth", .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto")]),
        tests(
            "Server",
            [
                "OffstageServer", "OffstageAuth", "OffstageDatabase", "OffstageSQL", "OffstageQuery", "OffstageSchema", "OffstageSyntax",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests(
            "Differential",
            [
                "Offstage", "OffstageSQLite", "OffstagePostgres", "OffstageDatabase", "OffstageSQL", "OffstageQuery", "OffstageSchema",
                "OffstageSyntax",
            ]),
    ]
)

// Fuzzing needs flags of its own, so its programs are there only when asked for, and nothing that they do not need: see Scripts/fuzz.
if Context.environment["OFFSTAGE_FUZZ"] != nil {
    let needed = [
        "CPgQuery", "CSQLite", "CCrypt", "CStemmer", "CXML2", "OffstageJSON", "OffstageXML", "OffstageSyntax", "OffstageSchema",
        "OffstageQuery", "OffstageSQL", "OffstageDatabase", "OffstageSQLite",
    ]
    package.targets.removeAll { !needed.contains($0.name) }
    package.products = []
    package.targets.append(.target(name: "FuzzDriver", path: "Fuzz/Driver", swiftSettings: settings))
    for (name, module) in [
        ("URL", "OffstageQuery"), ("JSON", "OffstageJSON"), ("SQL", "OffstageSyntax"), ("Translation", "OffstageSQLite"),
        ("Search", "OffstageSchema"), ("Batch", "OffstageQuery"), ("XML", "OffstageXML"),
    ] {
        package.targets.append(
            .executableTarget(
                name: "Fuzz\(name)", dependencies: [.byName(name: module), "FuzzDriver"], path: "Fuzz/\(name)", exclude: ["Seeds"],
                swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]))
    }
}
