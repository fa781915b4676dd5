import CotangentNN
import CotangentTensor

/// A convolution's filters, each as a small image: what a first layer looks for.
///
/// Filters of three input channels are in colour; of other numbers each output is a row with a gray image an input
/// channel. Each filter is stretched by its largest |weight|, so that 0 is the middle gray, black the negative end and
/// white the positive one; the sizes of two filters cannot be compared.
public struct FilterPicture: Picture {
    private let grid: ImageGrid

    /// - Parameters:
    ///   - weight: [outputs, inputs, height, width].
    ///   - limit: how many outputs are drawn at most; the caption says where there are more.
    public init(_ weight: Tensor, limit: Int = 64, title: String = "Filters") {
        guard weight.rank == 4, weight.dtype.isFloatingPoint else {
            fail("FilterPicture", "\(weight.summary): a weight [outputs, inputs, height, width] is expected")
        }
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let drawn = min(outputs, max(limit, 0))
        let w = weight.detached[0..<drawn].cast(to: .float64)
        let isColored = inputs == 3
        let size = w.count == 0 ? w : max(CotangentTensor.abs(w), axes: [1, 2, 3], keepingAxes: true)
        // A filter of zeros is gray.
        let stretched = w.count == 0 ? w : w / Tensor.where(equal(size, 0), Tensor.ones(like: size), size) * 0.5 + 0.5
        let (height, width) = (weight.shape[2], weight.shape[3])
        let notes = [
            drawn < outputs ? "the first \(drawn) of \(outputs) filters" : "",
            isColored || inputs == 1 ? "" : "a row each, with a column for each of \(inputs) inputs",
        ].filter { !$0.isEmpty }
        grid = ImageGrid(
            isColored ? stretched : stretched.reshaped(drawn * inputs, 1, height, width), names: [],
            columns: isColored || inputs <= 1 ? nil : inputs, title: title, note: notes.joined(separator: ", "))
    }

    /// The filters of a layer.
    public init(_ layer: Conv2D, limit: Int = 64, title: String = "Filters") {
        self.init(layer.weight.value, limit: limit, title: title)
    }

    public var svg: String { grid.svg }
}
