import CotangentTensor

/// How the next token is chosen from a model's logits.
///
/// ```swift
/// Sampling.greedy                                   // always the likeliest
/// Sampling(temperature: 0.8)                        // a little bolder than the model itself is
/// Sampling(temperature: 1.2, topK: 40, topP: 0.95)
/// ```
/// The cuts apply in this order: temperature, `topK`, `topP`. What is left is scaled so that it adds up to 1.
public struct Sampling: Sendable, Hashable {
    /// T of softmax(logits / T): below 1 the likely become likelier, above 1 rarer tokens come up. With 0 the likeliest
    /// is taken, the first of equals.
    public var temperature: Double
    /// Only the k likeliest tokens (Fan, Lewis, Dauphin, 2018). Of equals the first count.
    public var topK: Int?
    /// Only the nucleus: the fewest likeliest tokens whose probabilities add up to p or more (Holtzman et al., "The
    /// curious case of neural text degeneration", 2020).
    public var topP: Double?

    public init(temperature: Double = 1, topK: Int? = nil, topP: Double? = nil) {
        guard temperature >= 0 else { fail("Sampling", "the temperature \(temperature) is negative") }
        if let topK, topK < 1 { fail("Sampling", "topK \(topK): one token at least must be left") }
        if let topP, !(topP > 0 && topP <= 1) { fail("Sampling", "topP \(topP) is not within 0...1, 0 excluded") }
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
    }

    public static var greedy: Sampling { Sampling(temperature: 0) }

    /// The probabilities that tokens are drawn with: [..., tokens] → float64 [..., tokens].
    ///
    /// A logit of −∞ excludes a token; NaN, +∞ or a row of nothing but −∞ traps.
    public func probabilities(_ logits: Tensor) -> Tensor {
        guard logits.rank >= 1, logits.dtype.isFloatingPoint, let count = logits.shape.last, count > 0 else {
            return reject(
                "Sampling", "the logits are \(logits.summary), not floating-point [..., tokens]", meant: logits.shape,
                .float64)
        }
        let x = logits.detached.cast(to: .float64)
        let largest = max(x, axes: [-1], keepingAxes: true)
        if x.isAbstract || x.count == 0 { return x }
        if let row = largest.doubles.firstIndex(where: { !$0.isFinite }) {
            fail("Sampling", "the largest logit of row \(row) of \(logits.summary) is \(largest.doubles[row])")
        }
        if temperature == 0 { return oneHot(argmax(x, axis: -1), classes: count, dtype: .float64) }
        let all = softmax((x - largest) / temperature)
        if topK == nil, topP == nil { return all }
        var values = all.doubles
        for start in stride(from: 0, to: values.count, by: count) { cut(&values[start..<start + count]) }
        return Tensor(values, shape: logits.shape)
    }

    /// One token for each row: [..., tokens] → int64 [...]. Each takes one number of the generator; greedy, none.
    public func draw(from logits: Tensor, using generator: inout PhiloxGenerator) -> Tensor {
        let probabilities = probabilities(logits)
        let shape = Shape(Array(logits.shape.dropLast()))
        if probabilities.isAbstract { return Tensor(abstract: shape, .int64) }
        if temperature == 0 { return argmax(probabilities, axis: -1) }
        let values = probabilities.doubles
        let count = logits.shape[logits.rank - 1]
        let tokens = stride(from: 0, to: values.count, by: count).map {
            Self.draw(values[$0..<$0 + count], using: &generator)
        }
        return Tensor(tokens, shape: shape)
    }

    /// Leaves of one row what `topK` and `topP` allow.
    private func cut(_ row: inout ArraySlice<Double>) {
        let order = row.indices.sorted { (row[$1], $0) < (row[$0], $1) }
        var kept = Swift.min(topK ?? order.count, order.count)
        var sum = order[..<kept].reduce(0) { $0 + row[$1] }
        if let topP {
            let limit = topP * sum
            sum = 0
            kept =
                order[..<kept].firstIndex { token in
                    sum += row[token]
                    return sum >= limit
                }.map { $0 + 1 } ?? kept
        }
        for token in order[..<kept] { row[token] /= sum }
        for token in order[kept...] { row[token] = 0 }
    }

    private static func draw(_ row: ArraySlice<Double>, using generator: inout PhiloxGenerator) -> Int {
        // 53 random bits: within 0..<1.
        let place = Double(generator.next() >> 11) * 0x1p-53
        var below = 0.0
        var last = row.startIndex
        for token in row.indices where row[token] > 0 {
            below += row[token]
            last = token
            if place < below { break }
        }
        // Where rounding leaves the sum short of 1, the last token that is possible.
        return last - row.startIndex
    }
}
