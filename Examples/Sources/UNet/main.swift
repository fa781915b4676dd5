// A U-Net gives each pixel of an image a class. On its way down it sees more and more of the image in less and less detail;
// on its way up it puts what it has made out back to where it was, with the details that it saw on the way down passed
// across. Here it finds handwritten digits in pieces of a photograph: the scenes are made, of real digits and a real
// picture.
//
//     swift run -c release --package-path Examples UNet
//
// What it is tested with are digits of other writers in another part of the photograph.
import Cotangent
import DigitsSupport
import ExampleSupport

let arguments = Arguments("[--epochs 16] [--seed 1] [--pictures FOLDER] [--save FILE] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 4)
var generator = PhiloxGenerator(seed: arguments.seed)

let digits = try DigitsData()
let flower = try Image(path: dataPath("flower.ppm")).grayscale.pixels[0]
let training = Scenes(
    isQuick ? 1000 : 2000, digits: digits.images[..<1437], clutter: flower[0..., ..<160], using: &generator)
let test = Scenes(400, digits: digits.test.x, clutter: flower[0..., 160...], using: &generator)
print("\(training.images.shape[0]) scenes to learn from, \(test.images.shape[0]) to test with;", terminator: " ")
print("\(percent(mean(test.masks.cast(to: .float32)).item)) of the pixels have ink")

if let path = arguments.text("--save") {
    try NPZ(arrays: [
        ("images", training.images), ("masks", training.masks), ("test_images", test.images),
        ("test_masks", test.masks),
    ]).write(to: path)
}

/// The pixels that are rightly taken for ink, of those that have some or are taken for it.
func score(_ found: Tensor, _ scenes: Scenes) -> Double { IntersectionOverUnion()(found, scenes.masks) }

// The baseline learns, too, as far as it can: its feature and its threshold are those that are best in training.
let threshold = Threshold.best(on: training)
let baseline = score(threshold(test.images), test)
print("threshold: \(threshold.name) above \(threshold.value): intersection over union \(fixed(baseline, 3))")
print("all is ink: \(fixed(score(Tensor.ones(like: test.masks), test), 3))\n")

// Three levels of 16, 32 and 64 channels. As in the paper, weights begin at a size that ReLU's many layers keep.
let model = UNet(
    inputChannels: 1, classes: 2, baseChannels: 16, depth: 3, initializer: .heNormal(), using: &generator)
print("\(model.parameterCount) parameters")

/// The class of each pixel, int64 [count, height, width].
@MainActor
func masks(_ images: Tensor) -> Tensor {
    concatenate(
        stride(from: 0, to: images.shape[0], by: 50).map {
            argmax(model(images[$0..<min($0 + 50, images.shape[0])]), axis: 1)
        })
}

let optimizer = Adam(model, learningRate: 0.004)
let clock = Stopwatch()
for epoch in 1...epochs {
    // A smaller step in the last third settles what the first two have found.
    optimizer.learningRate = 3 * epoch > 2 * epochs ? 0.001 : 0.004
    var losses: [Double] = []
    for (x, y) in batches(of: 8, training.images, training.masks, shuffledBy: &generator) {
        let (loss, gradients) = valueAndGradients(of: model) {
            crossEntropy(model(x).permuted(0, 2, 3, 1), y)  // [batch, height, width, class]
        }
        optimizer.update(with: gradients)
        losses.append(loss.item)
    }
    print("epoch \(epoch)  loss \(fixed(losses.reduce(0, +) / Double(losses.count), 4))  \(fixed(clock.seconds, 1)) s")
}

let found = masks(test.images)
let reached = score(found, test)
print("\nU-Net: intersection over union \(fixed(reached, 3)) on the test's scenes,", terminator: " ")
print("\(fixed(score(masks(training.images), training), 3)) on those that it learnt from")

if let folder = arguments.pictures {
    let shown = 0..<8
    func gray(_ masks: Tensor) -> Tensor { masks[shown].cast(to: .float32) }
    let rows = [test.images[shown].squeezed(axes: [1]), gray(test.masks), gray(threshold(test.images)), gray(found)]
    let names = ["scene", "ink", "threshold", "U-Net"]
    try ImageGrid(
        concatenate(rows), names: names.flatMap { [$0] + Array(repeating: "", count: shown.count - 1) },
        columns: shown.count, title: "Digits in clutter"
    ).write(to: "\(folder)/masks.svg")
}

expect(reached > baseline + (epochs < 16 ? 0.1 : 0.3), "the U-Net reaches \(reached), the threshold \(baseline)")
