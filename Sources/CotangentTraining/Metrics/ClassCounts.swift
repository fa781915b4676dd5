import CotangentTensor

/// How figures of classes become one.
public enum ClassAverage: String, Sendable, CaseIterable {
    /// That of class 1, of two; traps where there are more.
    case binary
    /// Their mean. Classes that occur neither among the labels nor among the predictions do not count.
    case macro
    /// Over all samples, whatever their class: with one class a sample the accuracy.
    case micro
    /// Their mean, weighted by how many samples have each class.
    case weighted
}

/// For each class how often it was found, predicted and there.
struct ClassCounts: Sendable, Equatable {
    private(set) var found: [Int] = []
    private(set) var predicted: [Int] = []
    private(set) var actual: [Int] = []
    private var classes: Int?

    /// More would need a number of classes that is a mistake rather than a task.
    private static let largestClass = 1 << 20

    mutating func add(_ name: String, _ decisions: Decisions) {
        grow(name, decisions)
        for (guess, label) in zip(decisions.predicted, decisions.actual) {
            predicted[guess] += 1
            actual[label] += 1
            if guess == label { found[label] += 1 }
        }
    }

    private mutating func grow(_ name: String, _ decisions: Decisions) {
        classes = commonClassCount(name, classes, decisions.classes)
        let seen = max(decisions.predicted.max() ?? -1, decisions.actual.max() ?? -1) + 1
        if seen > Self.largestClass {
            fail(name, "class \(seen - 1): those above \(Self.largestClass - 1) are not counted")
        }
        let missing = max(classes ?? 0, seen) - found.count
        if missing <= 0 { return }
        let zeros = [Int](repeating: 0, count: missing)
        found += zeros
        predicted += zeros
        actual += zeros
    }

    /// All counts, to go on from.
    var accumulated: [Double] {
        get { [Double(classes ?? -1)] + (found + predicted + actual).map(Double.init) }
        set {
            guard let numbers = wholeNumbers(newValue), let first = numbers.first, numbers.count % 3 == 1 else {
                return
            }
            let count = numbers.count / 3
            // As many are kept as are known of.
            guard first <= count else { return }
            classes = first < 0 ? nil : first
            found = Array(numbers[1..<1 + count])
            predicted = Array(numbers[1 + count..<1 + 2 * count])
            actual = Array(numbers[(1 + 2 * count)...])
        }
    }

    /// The mean of a figure of each class, a fraction of integers whose 0/0 is 0.
    func average(
        _ name: String, _ average: ClassAverage?, _ fraction: (_ found: Int, _ predicted: Int, _ actual: Int) -> Double
    ) -> Double {
        let count = actual.reduce(0, +)
        if count == 0 { return .nan }
        let figures = perClass(fraction)
        switch average ?? (figures.count <= 2 ? .binary : .macro) {
        case .binary:
            if figures.count > 2 {
                fail(name, "the average is .binary, and there are \(figures.count) classes: take .macro or another")
            }
            return figures.count == 2 ? figures[1] : 0
        case .macro:
            let present = figures.indices.filter { actual[$0] > 0 || predicted[$0] > 0 }
            return present.reduce(0) { $0 + figures[$1] } / Double(present.count)
        case .micro: return fraction(found.reduce(0, +), count, count)
        case .weighted:
            return zip(figures, actual).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(count)
        }
    }

    func perClass(_ fraction: (_ found: Int, _ predicted: Int, _ actual: Int) -> Double) -> [Double] {
        found.indices.map { fraction(found[$0], predicted[$0], actual[$0]) }
    }
}

/// How many classes there are, over all batches; traps where they do not agree.
func commonClassCount(_ name: String, _ known: Int?, _ new: Int?) -> Int? {
    if let known, let new, known != new {
        fail(name, "the predictions have \(new) classes, those before had \(known)")
    }
    return new ?? known
}

/// a / b, with 0/0 as 0.
func fraction(_ a: Int, _ b: Int) -> Double { b == 0 ? 0 : Double(a) / Double(b) }

/// Counts that were written as floating point; nil where any is none, or where they are more together than such numbers
/// count: files hold them, and sums of them must not overflow.
func wholeNumbers(_ values: some Sequence<Double>) -> [Int]? {
    var result: [Int] = []
    var total = 0.0
    for value in values {
        total += value.magnitude
        guard total <= 0x1p53, let count = Int(exactly: value) else { return nil }
        result.append(count)
    }
    return result
}
