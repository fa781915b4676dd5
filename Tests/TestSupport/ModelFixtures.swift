import CotangentTensor

/// A model of Tests/Fixtures/models.json, which models.py made with PyTorch. Weights, inputs and labels come from
/// formulas: both sides compute them.
public struct ModelCase: Decodable, Sendable, CustomStringConvertible {
    /// A gradient's norm, and its products with three vectors of noise.
    public struct GradientSummary: Decodable, Sendable {
        public let norm: Double
        public let products: [Double]
    }

    public struct ParameterCase: Decodable, Sendable {
        public let name: String
        public let shape: [Int]
        let exponent: Int
        public let gradient: GradientSummary
    }

    public let name: String
    public let options: [String: Int]
    public let inputShape: [Int]
    public let classes: Int
    public let parameters: [ParameterCase]
    public let output: [Double]
    public let outputShape: [Int]
    public let inputGradient: GradientSummary
    public let learningRate: Double
    public let losses: [Double]

    public var description: String { "\(name) \(options) \(inputShape)" }

    public static let all = try! Fixtures.decoded("models.json", as: [String: [ModelCase]].self)["models"]!

    public var input: [Double] { Self.values(inputShape.reduce(1, *), 500) }

    public var labels: [Int] { Self.noise(outputShape.reduce(1, *) / classes, 501, classes) }

    /// The values of the parameter at `index`.
    public func values(ofParameter index: Int) -> [Double] {
        let parameter = parameters[index]
        let scale = Double(sign: .plus, exponent: parameter.exponent, significand: 1)
        return Self.values(parameter.shape.reduce(1, *), index).map { $0 * scale }
    }

    /// How far a gradient is from PyTorch's, of its norm: that to the parameter at `index`, or behind them all to the
    /// input.
    public func distance(_ gradient: [Double], ofParameter index: Int) -> Double {
        let reference = index < parameters.count ? parameters[index].gradient : inputGradient
        func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        var worst = Swift.abs(norm(gradient) - reference.norm)
        for (i, expected) in reference.products.enumerated() {
            let vector = Self.values(gradient.count, 1000 + 3 * index + i)
            let product = zip(gradient, vector).reduce(0) { $0 + $1.0 * $1.1 }
            // The product of an error e with a random vector v is about ‖e‖·‖v‖/√count.
            let size = norm(vector) / Double(gradient.count).squareRoot()
            worst = Swift.max(worst, Swift.abs(product - expected) / size)
        }
        return worst.isNaN ? .infinity : worst / reference.norm
    }

    /// `values` of models.py.
    private static func values(_ count: Int, _ salt: Int) -> [Double] {
        noise(count, salt, 257).map { Double($0 - 128) / 128 }
    }

    /// `noise` of models.py.
    private static func noise(_ count: Int, _ salt: Int, _ limit: Int) -> [Int] {
        (0..<count).map { index in
            var h = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ salt &* 2_246_822_519)
            h ^= h >> 15
            h &*= 3_266_489_917
            return Int(h >> 16) % limit
        }
    }
}
