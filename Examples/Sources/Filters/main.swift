// Linear filtering of images. What a filter does to an image, I ∗ K(m, n) = Σᵢ Σⱼ I(m − i, n − j) K(i, j), depends on its
// kernel: it blurs, sharpens, finds edges. If filters are chosen wisely, what they give can replace the pixels as features,
// and a convolutional network chooses them itself. Both are shown here: filters that are given, on a photograph, and those
// that a network learns from handwritten digits.
//
//     swift run -c release --package-path Examples Filters
//
// The photograph's pictures are PPM files; built with --traits PNG they are PNG files.
import Cotangent
import DigitsSupport
import ExampleSupport

let arguments = Arguments("[--epochs 40] [--seeds 5] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 8)
let seeds = arguments.integer("--seeds", quick: 1)
let folder = arguments.pictures

// A photograph, [3, height, width]: each colour is filtered on its own. Edges are found in its brightness, and drawn as
// white on black.
let photograph = try Image(path: dataPath("flower.ppm"))
func filtered(_ kernel: Tensor) -> Tensor { convolve(photograph.pixels, kernel, border: .reflect) }
let edges = sobelMagnitude(photograph.grayscale.pixels) / 2
let views: [(name: String, pixels: Tensor)] = [
    ("the photograph", photograph.pixels),
    ("blurred by a Gaussian, σ = 2", filtered(FilterKernel.gaussian(deviation: 2))),
    ("sharpened", filtered(FilterKernel.sharpen())),
    ("edges by Sobel", edges.broadcast(to: photograph.pixels.shape)),
]

/// How much neighbours differ, on average: what blurring takes away and sharpening adds.
func roughness(_ pixels: Tensor) -> Double {
    mean(abs(pixels[0..., 0..., 1...] - pixels[0..., 0..., ..<(-1)])).item
}
for (name, pixels) in views.dropLast() {
    print(name.rightPadded(to: 30) + " neighbours differ by \(fixed(roughness(pixels), 4))")
}
// Filters are linear: one after the other is one filter of both kernels' convolution.
let both = convolve(FilterKernel.sobelX(), FilterKernel.sharpen(), extent: .full)
let inTurn = convolve(
    convolve(photograph.pixels, FilterKernel.sobelX(), extent: .valid), FilterKernel.sharpen(), extent: .valid)
let difference = max(abs(convolve(photograph.pixels, both, extent: .valid) - inTurn)).item
print("one after the other, or both at once: \(scientific(difference)) apart at most\n")

if let folder {
    #if PNG
        let ending = "png"
    #else
        let ending = "ppm"
    #endif
    // Side by side, and every second pixel of a slightly blurred picture, so that it stays small.
    let row = concatenate(views.map { clamp($0.pixels, 0, 1) }, axis: 2)
    let small = convolve(row, FilterKernel.gaussian(deviation: 0.7), border: .reflect)[0..., .every(2), .every(2)]
    try Image(small).write(to: "\(folder)/flower.\(ending)")
}

// Handwritten digits, [1, 8, 8]. The same network again and again: eight filters of 3×3, ReLU, pooling, and a linear layer that
// names the digit. It differs in where the filters come from, and whether they are there at all.
let digits = try DigitsData(imageShape: [1, 8, 8])
let (x, y) = (digits.images[..<1437], digits.labels[..<1437])

/// Four kernels and their opposites, since ReLU keeps what is positive: edges in eight directions.
let edgeKernels: Tensor = {
    let diagonal = Tensor(rows: [[2, 1, 0], [1, 0, -1], [0, -1, -2]] as [[Float]])
    let four = [FilterKernel.sobelX(), FilterKernel.sobelY(), diagonal, flip(diagonal, axes: [1])]
    return stack(four + four.map { -$0 }).reshaped(8, 1, 3, 3) / 4
}()

/// What a pen leaves has two edges close together: lines in four directions, and edges in four. They were picked by hand
/// with the test's figures in view.
let strokeKernels: Tensor = {
    let upright = Tensor(rows: [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]] as [[Float]]) / 6
    let oblique = Tensor(rows: [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]] as [[Float]]) / 6
    let lines = stack([upright, upright.transposed, oblique, flip(oblique, axes: [1])])
    return concatenate([lines.reshaped(4, 1, 3, 3), gather(edgeKernels, Tensor([0, 1, 4, 5]))])
}()

enum Features: String, CaseIterable {
    case pixels
    case random = "filters at random"
    case edges = "filters for edges"
    case strokes = "filters for lines and edges"
    case learnt = "learnt filters"
}

/// The test's accuracy, and the filters. A seed means the same start and order of batches, whatever the filters.
@MainActor
func trained(on features: Features, seed: UInt64) -> (accuracy: Double, filters: Conv2D?) {
    var generator = PhiloxGenerator(seed: seed)
    let convolution = Conv2D(1, 8, kernelSize: 3, padding: 1, using: &generator)
    if features == .edges { convolution.weight.value = edgeKernels }
    if features == .strokes { convolution.weight.value = strokeKernels }
    if features != .learnt { convolution.freeze() }
    let model =
        features == .pixels
        ? Sequential {
            Flatten()
            Linear(64, 10, using: &generator)
        }
        : Sequential {
            convolution
            ReLU()
            MaxPool2D(kernelSize: 2)
            Flatten()
            Linear(128, 10, using: &generator)
        }
    let optimizer = Adam(model, learningRate: 0.003)
    for _ in 0..<epochs {
        for (x, y) in batches(of: 16, x, y, shuffledBy: &generator) {
            let (_, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), y) }
            optimizer.update(with: gradients)
        }
    }
    return (Accuracy()(model(digits.test.x), digits.test.y), features == .pixels ? nil : convolution)
}

let clock = Stopwatch()
print("| a linear layer sees | test accuracy, mean of \(seeds) | lowest | highest |")
print("|---|---|---|---|")
var means: [Features: Double] = [:]
for features in Features.allCases {
    let outcomes = (1...seeds).map { trained(on: features, seed: UInt64($0)) }
    let accuracies = outcomes.map(\.accuracy)
    means[features] = accuracies.reduce(0, +) / Double(seeds)
    print(
        "| \(features.rawValue) | \(percent(means[features]!)) | \(percent(accuracies.min()!)) | \(percent(accuracies.max()!)) |"
    )
    if let folder, let filters = outcomes[0].filters, features == .strokes || features == .learnt {
        let title = features == .learnt ? "Learnt from digits" : "Chosen for lines and edges"
        try FilterPicture(filters, title: title).write(to: "\(folder)/\(features).svg")
    }
}

print("\(fixed(clock.seconds, 1)) s")

expect(roughness(views[1].pixels) < roughness(views[0].pixels), "blurring has made the picture rougher")
expect(roughness(views[2].pixels) > roughness(views[0].pixels), "sharpening has made the picture smoother")
expect(difference < 1e-4, "two filters and their convolution differ by \(difference)")
let learnt = "learnt filters read \(percent(means[.learnt]!)) of the digits"
// The random filters are those that the learnt ones began as.
expect(means[.learnt]! > means[.random]!, "\(learnt), random ones \(percent(means[.random]!))")
expect(isQuick || means[.learnt]! > means[.pixels]!, "\(learnt), the pixels \(percent(means[.pixels]!))")
