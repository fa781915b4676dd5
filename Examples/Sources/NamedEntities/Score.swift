import ExampleSupport

/// Precision, the share of what was found that are names; recall, the share of names that were found; and F₁, their
/// harmonic mean 2 P R / (P + R).
struct Score: CustomStringConvertible {
    private var (hits, falseAlarms, misses, rest) = (0, 0, 0, 0)

    mutating func count(_ isFound: Bool, _ isName: Bool) {
        switch (isFound, isName) {
        case (true, true): hits += 1
        case (true, false): falseAlarms += 1
        case (false, true): misses += 1
        case (false, false): rest += 1
        }
    }

    var names: Int { hits + misses }
    var others: Int { falseAlarms + rest }
    var precision: Double { hits == 0 ? 0 : Double(hits) / Double(hits + falseAlarms) }
    var recall: Double { names == 0 ? 0 : Double(hits) / Double(names) }
    var f1: Double { hits == 0 ? 0 : 2 * precision * recall / (precision + recall) }
    var description: String { [precision, recall, f1].map { fixed($0, 3, width: 8) }.joined() }
}
