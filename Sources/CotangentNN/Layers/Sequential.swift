import CotangentTensor

/// Layers one after another. Its parameters are named by position: "0.weight", as in PyTorch.
///
/// ```swift
/// let model = Sequential {
///     Linear(64, 128, using: &generator)
///     ReLU()
///     Linear(128, 10, using: &generator)
/// }
/// ```
/// A `Linear` or a convolution and the `ReLU` behind it run as one operation, with the same result.
public struct Sequential: Layer, ModuleContainer {
    public let layers: [any Layer]
    private let steps: [Step]

    private enum Step: Sendable {
        case layer(any Layer, index: Int)
        case withReLU(any ReLUFusing, index: Int)
    }

    public init(_ layers: [any Layer]) {
        self.layers = layers
        var steps: [Step] = []
        var index = 0
        while index < layers.count {
            if let fusing = layers[index] as? any ReLUFusing, index + 1 < layers.count, layers[index + 1] is ReLU {
                steps.append(.withReLU(fusing, index: index))
                index += 2
            } else {
                steps.append(.layer(layers[index], index: index))
                index += 1
            }
        }
        self.steps = steps
    }

    public init(@LayerBuilder _ layers: () -> [any Layer]) { self.init(layers()) }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let observer = Scope.current?.observer { return observedRun(x, observer) }
        var x = x
        for step in steps {
            switch step {
            case .layer(let layer, _): x = layer(x)
            case .withReLU(let layer, _): x = layer.withReLU(x)
            }
        }
        return x
    }

    /// Layer by layer, so that each is seen.
    private func observedRun(_ x: Tensor, _ observer: any LayerObserver) -> Tensor {
        var x = x
        for (index, layer) in layers.enumerated() {
            observer.enter("\(index)", of: self)
            x = layer(x)
            observer.leave()
        }
        return x
    }

    package var namedChildren: [(name: String, child: Any)] {
        layers.enumerated().map { ("\($0.offset)", $0.element) }
    }
}

/// A layer that can apply ReLU to its output while that is in cache.
package protocol ReLUFusing: Layer {
    func withReLU(_ x: Tensor) -> Tensor
}

/// Collects the layers of a ``Sequential``, with `if`, `switch` and `for`.
@resultBuilder
public enum LayerBuilder {
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
