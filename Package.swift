// swift-tools-version: 6.1

import PackageDescription

// Dependencies run one way: kernels → BLAS → tensor → NN → training; data stands on tensor, linear models on data.
// ARCHITECTURE.md says why.
let package = Package(
    name: "Cotangent",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Cotangent", targets: ["Cotangent"]),
        .library(name: "CotangentTensorBoard", targets: ["CotangentTensorBoard"]),
        .executable(name: "cotangent", targets: ["CotangentCommand"]),
        .executable(name: "cotangent-bench", targets: ["cotangent-bench"]),
    ],
    traits: [
        .trait(name: "PNG", description: "Reads and writes PNG images. Needs libpng (libpng-dev, or brew's libpng)."),
        .trait(name: "Zlib", description: "Reads and writes gzip and compressed NPZ. Needs zlib (zlib1g-dev)."),
    ],
    dependencies: [
        // For the executables alone: the library depends on OpenBLAS and LAPACKE, nothing else.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        // For CotangentTensorBoard alone.
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // System libraries
        .systemLibrary(
            name: "CBLAS", path: "Modulemaps/CBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .systemLibrary(
            name: "CLAPACKE", path: "Modulemaps/CLAPACKE", pkgConfig: "lapacke",
            providers: [.apt(["liblapacke-dev"]), .brew(["openblas"])]),
        .systemLibrary(
            name: "CPNG", path: "Modulemaps/CPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CZlib", path: "Modulemaps/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        // Implementation
        .target(
            name: "CCotangentKernels", dependencies: ["CBLAS"],
            linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
        .target(name: "CotangentBLAS", dependencies: ["CBLAS", "CLAPACKE", "CCotangentKernels"]),
        .target(name: "CotangentTensor", dependencies: ["CotangentBLAS"]),
        .target(name: "CotangentNN", dependencies: ["CotangentTensor"]),
        // Empty without the trait: `swift build` needs no libpng.
        .target(
            name: "CCotangentPNG", dependencies: [.target(name: "CPNG", condition: .when(traits: ["PNG"]))],
            cSettings: [.define("COTANGENT_PNG", .when(traits: ["PNG"]))]),
        .target(
            name: "CotangentData",
            dependencies: [
                "CotangentBLAS", "CotangentTensor",
                .target(name: "CCotangentPNG", condition: .when(traits: ["PNG"])),
                .target(name: "CZlib", condition: .when(traits: ["Zlib"])),
            ]),
        .target(name: "CotangentTraining", dependencies: ["CotangentNN", "CotangentData"]),
        .target(name: "CotangentLinear", dependencies: ["CotangentBLAS", "CotangentTensor", "CotangentData"]),
        .target(
            name: "Cotangent",
            dependencies: ["CotangentTensor", "CotangentNN", "CotangentData", "CotangentTraining", "CotangentLinear"]),
        // Scripts/generate-protos makes Generated/ of Protos/.
        .target(
            name: "CotangentTensorBoard",
            dependencies: ["CotangentTraining", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Protos"]),

        // Tests
        .target(name: "TestSupport", dependencies: ["Cotangent"], path: "Tests/TestSupport"),
        .testTarget(name: "CotangentBLASTests", dependencies: ["CotangentBLAS", "CCotangentKernels"]),
        .testTarget(name: "CotangentTensorTests", dependencies: ["Cotangent", "TestSupport"]),
        .testTarget(name: "CotangentNNTests", dependencies: ["Cotangent", "TestSupport", "CotangentNaive"]),
        .testTarget(name: "CotangentNaiveTests", dependencies: ["CotangentNaive", "TestSupport"]),
        .testTarget(name: "CotangentDataTests", dependencies: ["Cotangent", "TestSupport"]),
        .testTarget(name: "CotangentTrainingTests", dependencies: ["Cotangent", "TestSupport"]),
        .testTarget(name: "CotangentLinearTests", dependencies: ["Cotangent", "TestSupport"]),
        .testTarget(
            name: "CotangentTensorBoardTests", dependencies: ["Cotangent", "CotangentTensorBoard", "TestSupport"]),

        // Executables
        .executableTarget(
            name: "CotangentCommand",
            dependencies: [
                "Cotangent", "CotangentTensorBoard", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .target(name: "CotangentNaive", path: "Benchmarks/Naive"),
        .executableTarget(
            name: "cotangent-bench",
            dependencies: [
                "Cotangent", "CotangentNaive",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/CotangentBench"),
    ],
    swiftLanguageModes: [.v6]
)
