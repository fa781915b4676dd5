import Cotangent

/// A convolutional network that has learnt to read the digits x [count, 64] as y.
func digitReader(_ x: Tensor, _ y: Tensor, epochs: Int, using random: inout PhiloxGenerator) -> DigitReader {
    let model = Sequential {
        Conv2D(1, 16, kernelSize: 3, padding: 1, using: &random)
        ReLU()
        Conv2D(16, 32, kernelSize: 3, padding: 1, using: &random)
        ReLU()
        MaxPool2D(kernelSize: 2)
        Dropout(rate: 0.25)
        Flatten()
        Linear(512, 64, using: &random)
        ReLU()
        Dropout(rate: 0.5)
        Linear(64, 10, using: &random)
    }
    let optimizer = AdamW(model, learningRate: 0.003)
    for _ in 0..<epochs {
        for (x, y) in batches(of: 32, x.reshaped(-1, 1, 8, 8), y, shuffledBy: &random) {
            let (_, gradients) = valueAndGradients(of: model, using: &random) { crossEntropy(model(x), y) }
            optimizer.update(with: gradients)
        }
    }
    return DigitReader(model: model)
}

struct DigitReader {
    let model: Sequential

    /// The share of the images [count, 64] that are read as their labels.
    func accuracy(_ x: Tensor, _ y: Tensor) -> Double { Accuracy()(model(x.reshaped(-1, 1, 8, 8)), y) }
}

/// How far two images of one class are apart, on average: the root of the mean squared distance, which is √2 times that
/// to the class's mean.
func spread(_ x: Tensor, _ y: Tensor) -> Double {
    let classes = oneHot(y, classes: 10)  // [count, 10]
    let means = matmul(classes.transposed, x) / sum(classes, axes: [0]).expandingAxis(1)  // [10, 64]
    return (2 * mean(sum(square(x - gather(means, y)), axes: [1])).item).squareRoot()
}
