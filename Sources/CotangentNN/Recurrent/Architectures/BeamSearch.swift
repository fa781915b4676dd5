import CotangentTensor

extension EncoderDecoder {
    /// For each source, int64 [time, batch], up to `width` sequences of the best that a beam search finds, the best
    /// first.
    ///
    /// At every step all sequences at hand are continued by all tokens, and the `width` likeliest are kept. Those that
    /// end are put aside; the search of a source is over when none of its others can still come before them. A width of
    /// 1 is the greedy search, one of all sequences an exhaustive one.
    ///
    /// - Parameters:
    ///   - lengths: how many tokens of each source count, within 1...time; all by default.
    ///   - lengthPenalty: α of the score log p / ((5 + length) / 6)^α, where the end token counts too. Probabilities
    ///     fall with every token; an α above 0 gives longer sequences their chance (Wu et al., "Google's neural machine
    ///     translation system", 2016, who take 0.6 to 1).
    ///   - maximumLength: of a result, the end token included.
    public func beamSearch(
        _ source: Tensor, lengths: [Int]? = nil, width: Int, lengthPenalty: Double = 0, maximumLength: Int
    ) -> [[Hypothesis]] {
        guard width > 0, maximumLength > 0 else {
            fail("beamSearch", "a width of \(width) and a maximum length of \(maximumLength): both must be positive")
        }
        var sources = encode(source, lengths: lengths)
        var beams = (0..<source.shape[1]).map { _ in
            Beam(width: width, penalty: lengthPenalty, maximumLength: maximumLength, end: endToken)
        }
        // Of each row that the decoder runs, the source.
        var owners = Array(beams.indices)
        var last = [Int](repeating: startToken, count: owners.count)
        while !owners.isEmpty {
            let (logits, next) = step(Tensor(last), sources)
            let logProbabilities = logSoftmax(logits.cast(to: .float64)).doubles
            var parents: [Int] = []
            last = []
            var first = 0
            var kept: [Int] = []
            for (index, count) in runs(owners) {
                let size = targetVocabularySize
                let rows = logProbabilities[first * size..<(first + count) * size]
                for (parent, token) in beams[index].advance(rows) {
                    parents.append(first + parent)
                    last.append(token)
                    kept.append(index)
                }
                first += count
            }
            // What is looked at moves only where the rows' sources change.
            sources.memory = kept == owners ? next.memory : next.memory?.selecting(parents)
            sources.state = next.state.selecting(parents)
            owners = kept
        }
        return beams.map(\.results)
    }

    /// Equal neighbours: each once, with how many there are.
    private func runs(_ values: [Int]) -> [(value: Int, count: Int)] {
        values.reduce(into: []) { runs, value in
            if runs.last?.value == value { runs[runs.count - 1].count += 1 } else { runs.append((value, 1)) }
        }
    }
}

/// The search for one source: which sequences are at hand, and which have ended.
struct Beam {
    private let width: Int
    /// What log p is divided by, by length.
    private let penalties: [Double]
    private let maximumLength: Int
    private let end: Int
    private var live: [(tokens: [Int], logProbability: Double)] = [([], 0)]
    private var finished: [Hypothesis] = []

    init(width: Int, penalty: Double, maximumLength: Int, end: Int) {
        self.width = width
        penalties = pow(Tensor((0...maximumLength).map { (5 + Double($0)) / 6 }), penalty).doubles
        self.maximumLength = maximumLength
        self.end = end
    }

    /// The best `width` that have ended.
    var results: [Hypothesis] { Array(finished.prefix(width)) }

    /// Continues all sequences at hand by the log-probabilities of all tokens, [sequences · tokens], and returns what
    /// goes on: the sequence's place so far, and its new token. Empty when the search is over.
    mutating func advance(_ logProbabilities: ArraySlice<Double>) -> [(parent: Int, token: Int)] {
        let count = logProbabilities.count / live.count
        let scores = logProbabilities.enumerated().map { live[$0 / count].logProbability + $1 }
        if let bad = scores.firstIndex(where: \.isNaN) {
            fail("beamSearch", "the log-probability of token \(bad % count) is NaN")
        }
        let length = live[0].tokens.count + 1
        var next: [(tokens: [Int], logProbability: Double)] = []
        var continued: [(parent: Int, token: Int)] = []
        for place in largest(scores) {
            let (parent, token) = (place / count, place % count)
            let isEnd = token == end
            let tokens = isEnd ? live[parent].tokens : live[parent].tokens + [token]
            if isEnd || length == maximumLength {
                let score = scores[place] / penalties[length]
                finished.append(
                    Hypothesis(tokens: tokens, logProbability: scores[place], score: score, isComplete: isEnd))
            } else {
                next.append((tokens, scores[place]))
                continued.append((parent, token))
            }
        }
        // Stable by the order in which they ended.
        finished = finished.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
            .map(\.element)
        live = next
        if let first = live.first, finished.count >= width {
            // The most that a live one can come to: the penalty is monotonic in the length.
            let most = first.logProbability / Swift.max(penalties[length + 1], penalties[maximumLength])
            if most <= finished[width - 1].score { live = [] }
        }
        return live.isEmpty ? [] : continued
    }

    /// The places of the `width` largest that are possible at all, in order; of equals the first ones.
    private func largest(_ scores: [Double]) -> [Int] {
        var best: [Int] = []
        for (place, score) in scores.enumerated() where score > -.infinity {
            if best.count == width {
                if score <= scores[best[width - 1]] { continue }
                best.removeLast()
            }
            best.insert(place, at: best.lastIndex { scores[$0] >= score }.map { $0 + 1 } ?? 0)
        }
        return best
    }
}
