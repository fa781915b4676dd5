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
            name: "Digits", dependencies: ["DigitsSupport", "RecurrentSupport"],
            exclude: ["README.md", "curves.svg", "confusion.svg", "misread.svg"]),
        .executableTarget(
            name: "DigitsCNN", dependencies: ["DigitsSupport", "RecurrentSupport"],
            exclude: ["README.md", "curves.svg", "confusion.svg", "misread.svg"]),
        .executableTarget(
            name: "Regularization", dependencies: ["DigitsSupport", "RecurrentSupport"],
            exclude: ["README.md", "edges.svg"]),
        .executableTarget(name: "CharacterModel", dependencies: ["RecurrentSupport"]),
        .executableTarget(
            name: "VanishingGradients", dependencies: ["RecurrentSupport"], exclude: ["README.md", "gradients.svg"]),
        .executableTarget(
            name: "AddingProblem", dependencies: ["RecurrentSupport"], exclude: ["README.md", "errors.svg"]),
        .executableTarget(name: "NamedEntities", dependencies: ["RecurrentSupport"], exclude: ["README.md"]),
        .executableTarget(name: "Languages", dependencies: ["RecurrentSupport"], exclude: ["README.md"]),
        .executableTarget(
            name: "Translation", dependencies: ["RecurrentSupport"], exclude: ["README.md", "attention.svg"]),
        .executableTarget(name: "Music", dependencies: ["RecurrentSupport"], exclude: ["README.md"]),
        .executableTarget(
            name: "TimeSeries", dependencies: ["RecurrentSupport"], exclude: ["README.md", "forecasts.svg"]),
        .executableTarget(
            name: "GAN", dependencies: ["DigitsSupport", "RecurrentSupport"],
            exclude: ["README.md", "samples.svg", "distance.svg"]),
        .executableTarget(
            name: "UNet", dependencies: ["DigitsSupport", "RecurrentSupport"], exclude: ["README.md", "masks.svg"]),
        .executableTarget(
            name: "Filters", dependencies: ["DigitsSupport", "RecurrentSupport"],
            exclude: ["README.md", "flower.png", "strokes.svg", "learnt.svg"]),
        .executableTarget(
            name: "GradientDescent", dependencies: ["RecurrentSupport"],
            exclude: ["README.md", "valleys.svg", "rates.svg", "batches.svg"]),
        .executableTarget(
            name: "LinearMaps", dependencies: ["RecurrentSupport"],
            exclude: ["README.md", "plane.svg", "space.svg", "linnerud.svg", "diabetes.svg"]),
        .executableTarget(
            name: "Regression", dependencies: ["RecurrentSupport"], exclude: ["README.md", "curves.svg"]),
        .executableTarget(name: "ManyClasses", dependencies: ["RecurrentSupport"], exclude: ["README.md"]),
        .target(name: "RecurrentSupport", dependencies: [.product(name: "Cotangent", package: "Cotangent")]),
        .target(name: "DigitsSupport", dependencies: [.product(name: "Cotangent", package: "Cotangent")]),
    ],
    swiftLanguageModes: [.v6]
)
