// swift-tools-version: 6.1

import PackageDescription

// A package of its own, so that nobody who builds the other examples has to fetch a web server.
let package = Package(
    name: "Serving",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "Cotangent", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    ],
    targets: [
        .executableTarget(
            name: "Serving",
            dependencies: [
                .product(name: "Cotangent", package: "Cotangent"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
