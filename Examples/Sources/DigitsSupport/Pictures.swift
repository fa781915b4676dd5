import Cotangent

/// Draws how a network learnt, and what it says of the test: curves.svg, confusion.svg and misread.svg.
public func draw(_ history: History, _ logits: Tensor, _ test: (x: Tensor, y: Tensor), into folder: String) throws {
    try LearningCurves(history, lossScale: .logarithmic).write(to: "\(folder)/curves.svg")
    try ConfusionMatrix(logits, test.y).picture(title: "The last 360 digits").write(to: "\(folder)/confusion.svg")

    let (said, meant) = (argmax(logits, axis: -1).ints, test.y.ints)
    let misread = meant.indices.filter { said[$0] != meant[$0] }
    // Dark ink on white.
    let images = 1 - gather(test.x, Tensor(misread)).reshaped(-1, 8, 8)
    try ImageGrid(
        images, names: misread.map { "\(meant[$0]), read \(said[$0])" }, columns: 8,
        title: "Misread: \(misread.count) of \(meant.count)"
    ).write(to: "\(folder)/misread.svg")
}
