import CotangentTensor

/// An input that a model cannot take.
public struct ShapeError: Error, Sendable, Equatable, CustomStringConvertible {
    public let inputShape: Shape
    /// The name in the model of the layer that refused, where it is known: "body.0". Where the model's own code behind a
    /// layer refused, that layer's.
    public let layer: String?
    /// The operation, what it was given, and what it expects.
    public let message: String

    public let description: String

    package init(_ inputShape: Shape, _ message: String, _ place: LayerPlace? = nil) {
        self.inputShape = inputShape
        self.message = message
        layer = place.flatMap { $0.layer.isEmpty ? nil : $0.layer }
        let origin = layer.map { place?.isAfter == true ? ", after layer '\($0)'" : ", layer '\($0)'" } ?? ""
        description = "input \(inputShape)\(origin): \(message)"
    }
}

extension Layer {
    /// The shape that the model gives for an input of `inputShape`, all axes included, the batch's too.
    ///
    /// The model runs on shapes alone, in inference: nothing is computed, which takes some microseconds whatever the
    /// sizes. It may look at shapes in its own code, but not at values.
    ///
    /// ```swift
    /// // A service refuses a bad request, where calling the model would end the process.
    /// do { try model.validate(inputShape: request.shape) } catch { return .badRequest("\(error)") }
    /// ```
    /// - Throws: ``ShapeError``, which names the layer and what it expects.
    @discardableResult
    public func validate(inputShape: Shape, dtype: DType = .float32) throws(ShapeError) -> Shape {
        try shapesOnly(self, inputShape, dtype, LayerTrace(self))
    }
}

/// Runs a model on shapes alone and returns its output's.
func shapesOnly(_ model: some Layer, _ inputShape: Shape, _ dtype: DType, _ trace: LayerTrace) throws(ShapeError)
    -> Shape
{
    guard isPlausible(inputShape) else {
        throw ShapeError(inputShape, "lengths must not be negative, nor the elements more than 2⁴⁰")
    }
    let run = AbstractRun()
    let output = run.run(observer: trace) { model(Tensor(abstract: inputShape, dtype)) }
    if let (message, place) = run.problem { throw ShapeError(inputShape, message, place) }
    return output.shape
}

/// Whether the elements can be counted, with room for what layers make of them: a bad request may ask for anything.
private func isPlausible(_ shape: Shape) -> Bool {
    var count = 1
    for length in shape {
        guard length >= 0 else { return false }
        let (product, overflow) = count.multipliedReportingOverflow(by: max(length, 1))
        if overflow || product > 1 << 40 { return false }
        count = product
    }
    return true
}
