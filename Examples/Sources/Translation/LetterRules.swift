import Foundation

/// The baseline: every letter is said as it is said most often, by itself or between its two neighbours.
///
/// Which phonemes a letter stands for is not in the data. It is found by turns: each word is cut so that its letters'
/// parts, of none to three phonemes, are the likeliest by the counts so far, and then the parts are counted anew.
struct LetterRules {
    /// A letter, or three of them with 0 for the word's ends.
    private typealias Counts = [[Int]: [[Int]: Int]]
    private var alone: [[Int]: [Int]] = [:]
    private var between: [[Int]: [Int]] = [:]

    init(_ pairs: [Pronunciations.Pair], rounds: Int = 4) {
        // To begin with, phonemes are shared out evenly.
        var cuts = pairs.map { pair in
            let (n, m) = (pair.letters.count, pair.phonemes.count)
            return (0..<n).map { Array(pair.phonemes[($0 * m / n)..<(($0 + 1) * m / n)]) }
        }
        var counts = Counts()
        for round in 0...rounds {
            counts = [:]
            for (pair, parts) in zip(pairs, cuts) {
                for (letter, part) in zip(pair.letters, parts) { counts[[letter], default: [:]][part, default: 0] += 1 }
            }
            if round < rounds { cuts = pairs.map { Self.likeliestCut($0, counts) } }
        }
        alone = counts.mapValues(Self.mostFrequent)
        var neighbours = Counts()
        for (pair, parts) in zip(pairs, cuts) {
            for (place, part) in parts.enumerated() {
                neighbours[Self.surroundings(pair.letters, place), default: [:]][part, default: 0] += 1
            }
        }
        between = neighbours.mapValues(Self.mostFrequent)
    }

    func callAsFunction(_ letters: [Int], neighbours: Bool) -> [Int] {
        letters.indices.flatMap { place in
            (neighbours ? between[Self.surroundings(letters, place)] : nil) ?? alone[[letters[place]]] ?? []
        }
    }

    private static func surroundings(_ letters: [Int], _ place: Int) -> [Int] {
        [place > 0 ? letters[place - 1] : 0, letters[place], place + 1 < letters.count ? letters[place + 1] : 0]
    }

    private static func mostFrequent(_ parts: [[Int]: Int]) -> [Int] {
        parts.max { ($0.value, $1.key) < ($1.value, $0.key) }!.key
    }

    /// By dynamic programming over letters and phonemes.
    private static func likeliestCut(_ pair: Pronunciations.Pair, _ counts: Counts) -> [[Int]] {
        let (n, m) = (pair.letters.count, pair.phonemes.count)
        var best = [[Double]](repeating: Array(repeating: -.infinity, count: m + 1), count: n + 1)
        var sizes = [[Int]](repeating: Array(repeating: 0, count: m + 1), count: n + 1)
        best[0][0] = 0
        for i in 0..<n {
            let parts = counts[[pair.letters[i]]]!
            let total = Double(parts.values.reduce(0, +))
            for start in 0...m where best[i][start] > -.infinity {
                for end in start...min(start + 3, m) {
                    let count = Double(parts[Array(pair.phonemes[start..<end])] ?? 0)
                    let value = best[i][start] + log((count + 0.1) / (total + 1))
                    if value > best[i + 1][end] { (best[i + 1][end], sizes[i + 1][end]) = (value, end - start) }
                }
            }
        }
        var (parts, end): ([[Int]], Int) = ([], m)
        for i in stride(from: n, to: 0, by: -1) {
            let start = end - sizes[i][end]
            parts.append(Array(pair.phonemes[start..<end]))
            end = start
        }
        return parts.reversed()
    }
}

private func < (a: (Int, [Int]), b: (Int, [Int])) -> Bool {
    a.0 == b.0 ? a.1.lexicographicallyPrecedes(b.1) : a.0 < b.0
}
