// swift-tools-version: 6.1

import PackageDescription

// Built by Scripts/fuzz, which adds libFuzzer's flags: no manifest may have them.
let package = Package(
    name: "Fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "Cotangent", path: "../..")],
    targets: [
        .executableTarget(name: "Fuzz", dependencies: [.product(name: "Cotangent", package: "Cotangent")])
    ],
    swiftLanguageModes: [.v6]
)
