import Foundation

/// The baselines: a token is as likely as it was in training, behind the same `order` tokens, 0 or 1 of them.
///
///     p(token | context) = (n(context, token) + 0.1) / (n(context) + 0.1 V)
///
/// of V different tokens. The 0.1 is for those that never came.
struct TokenFrequencies {
    private let order: Int
    private let size: Double
    private var counts: [[Int]: Double] = [:]
    private var totals: [[Int]: Double] = [:]

    /// - Parameter sequences: each begins with a start token, which is given.
    init(order: Int, of sequences: [[Int]], size: Int) {
        self.order = order
        self.size = Double(size)
        for (context, token) in sequences.flatMap(steps) {
            counts[context + [token], default: 0] += 1
            totals[context, default: 0] += 1
        }
    }

    /// Nats a token: the mean of −log p.
    func loss(of sequences: [[Int]]) -> Double {
        let losses = sequences.flatMap(steps).map { context, token in
            log((totals[context] ?? 0) + 0.1 * size) - log((counts[context + [token]] ?? 0) + 0.1)
        }
        return losses.reduce(0, +) / Double(losses.count)
    }

    private func steps(_ tokens: [Int]) -> [(context: [Int], token: Int)] {
        tokens.indices.dropFirst().map { (Array(tokens[$0 - order..<$0]), tokens[$0]) }
    }
}
