// swift-tools-version: 6.1

import PackageDescription

// A package of its own, which depends on Cotangent as a user's would.
let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    traits: [.trait(name: "PNG", description: "Writes pictures as PNG. Needs libpng (libpng-dev, or brew's libpng).")],
    dependencies: [
        .package(name: "Cotangent", path: "..", traits: [.trait(name: "PNG", condition: .when(traits: ["PNG"]))])
    ],
    targets: [
        .executableTarget(
            name: "Digits", dependencies: ["DigitsSupport", "ExampleSupport"],
            exclude: ["README.md", "curves.svg", "confusion.svg", "misread.svg"]),
        .executableTarget(
            name: "DigitsCNN", dependencies: ["DigitsSupport", "ExampleSupport"],
            exclude: ["README.md", "curves.svg", "confusion.svg", "misread.svg"]),
        .executableTarget(
            name: "Regularization", dependencies: ["DigitsSupport", "ExampleSupport"],
            exclude: ["README.md", "edges.svg"]),
        .executableTarget(name: "TextGenerator", dependencies: ["ExampleSupport"], exclude: ["README.md"]),
        .executableTarget(
            name: "VanishingGradients", dependencies: ["ExampleSupport"], exclude: ["README.md", "gradients.svg"]),
        .executableTarget(
            name: "AddingProblem", dependencies: ["ExampleSupport"], exclude: ["README.md", "errors.svg"]),
        .executableTarget(name: "NamedEntities", dependencies: ["ExampleSupport"], exclude: ["README.md"]),
        .executableTarget(name: "Languages", dependencies: ["ExampleSupport"], exclude: ["README.md"]),
        .executableTarget(
            name: "Translation", dependencies: ["ExampleSupport"], exclude: ["README.md", "attention.svg"]),
        .executableTarget(name: "Music", dependencies: ["ExampleSupport"], exclude: ["README.md"]),
        .executableTarget(
            name: "TimeSeries", dependencies: ["ExampleSupport"], exclude: ["README.md", "forecasts.svg"]),
        .executableTarget(
            name: "GAN", dependencies: ["DigitsSupport", "ExampleSupport"],
            exclude: ["README.md", "samples.svg", "distance.svg"]),
        .executableTarget(
            name: "UNet", dependencies: ["DigitsSupport", "ExampleSupport"], exclude: ["README.md", "masks.svg"]),
        .executableTarget(
            name: "Filters", dependencies: ["DigitsSupport", "ExampleSupport"],
            exclude: ["README.md", "flower.png", "strokes.svg", "learnt.svg"]),
        .executableTarget(
            name: "GradientDescent", dependencies: ["ExampleSupport"],
            exclude: ["README.md", "valleys.svg", "rates.svg", "batches.svg"]),
        .executableTarget(
            name: "LinearMaps", dependencies: ["ExampleSupport"],
            exclude: ["README.md", "plane.svg", "space.svg", "linnerud.svg", "diabetes.svg"]),
        .executableTarget(
            name: "Regression", dependencies: ["ExampleSupport"], exclude: ["README.md", "curves.svg"]),
        .executableTarget(name: "ManyClasses", dependencies: ["ExampleSupport"], exclude: ["README.md"]),
        .target(name: "ExampleSupport", dependencies: [.product(name: "Cotangent", package: "Cotangent")]),
        .target(
            name: "DigitsSupport", dependencies: ["ExampleSupport", .product(name: "Cotangent", package: "Cotangent")]),
    ],
    swiftLanguageModes: [.v6]
)
