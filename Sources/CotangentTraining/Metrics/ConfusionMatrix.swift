import CotangentTensor

/// How many samples of each class were given which class.
///
/// ```swift
/// let matrix = ConfusionMatrix(model(x), labels, classNames: ["cat", "dog", "bird"])
/// print(matrix)                                       // a table
/// try matrix.picture().write(to: "confusion.svg")
/// ```
/// Predictions and targets are those of ``Accuracy``. As a metric its value is the accuracy, the share on the diagonal.
public struct ConfusionMatrix: Metric, Equatable {
    /// What the counts are divided by.
    public enum Normalization: Sendable {
        /// The row's sum, so that the diagonal holds each class's recall.
        case actual
        /// The column's sum, so that the diagonal holds each class's precision.
        case predicted
        /// The number of samples.
        case all
    }

    public var name = "accuracy"
    public var isBetterHigher: Bool { true }
    /// `counts[a][p]`: the samples of class `a` that were given class `p`.
    public private(set) var counts: [[Int]] = []
    /// What the classes are called; those beyond the last name by their numbers.
    public var classNames: [String]
    private let threshold: Double
    private let ignoring: Int
    private var classes: Int?

    /// Its memory is the square of the number of classes.
    private static let largestCount = 1 << 13

    /// An empty matrix; samples with the label `ignoring` do not count.
    public init(classNames: [String] = [], threshold: Double = 0, ignoring: Int = -100) {
        self.classNames = classNames
        self.threshold = threshold
        self.ignoring = ignoring
    }

    /// The matrix of these predictions and targets.
    public init(
        _ predictions: Tensor, _ targets: Tensor, classNames: [String] = [], threshold: Double = 0,
        ignoring: Int = -100
    ) {
        self.init(classNames: classNames, threshold: threshold, ignoring: ignoring)
        update(predictions, targets)
    }

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        let decisions = Decisions(name, predictions, targets, threshold: threshold, ignoring: ignoring)
        classes = commonClassCount(name, classes, decisions.classes)
        let seen = max(decisions.predicted.max() ?? -1, decisions.actual.max() ?? -1) + 1
        let size = max(classes ?? 0, seen, counts.count)
        if size > Self.largestCount {
            fail("ConfusionMatrix", "there are \(size) classes, and a matrix is kept of at most \(Self.largestCount)")
        }
        if size > counts.count {
            for row in counts.indices { counts[row] += [Int](repeating: 0, count: size - counts[row].count) }
            while counts.count < size { counts.append([Int](repeating: 0, count: size)) }
        }
        for (predicted, actual) in zip(decisions.predicted, decisions.actual) { counts[actual][predicted] += 1 }
    }

    /// How many samples were taken in.
    public var count: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    public var value: Double {
        let count = count
        return count == 0 ? .nan : Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(count)
    }

    public mutating func reset() { (counts, classes) = ([], nil) }

    public var accumulated: [Double] {
        get { [Double(classes ?? -1)] + counts.joined().map(Double.init) }
        set {
            guard let numbers = wholeNumbers(newValue), let first = numbers.first else { return }
            let size = (0...Self.largestCount).first { $0 * $0 >= numbers.count - 1 } ?? 0
            guard size * size == numbers.count - 1, first <= size else { return }
            classes = first < 0 ? nil : first
            counts = (0..<size).map { Array(numbers[1 + $0 * size..<1 + ($0 + 1) * size]) }
        }
    }

    /// The counts as shares; 0 where they would be 0/0.
    public func normalized(by normalization: Normalization) -> [[Double]] {
        let count = count
        let columns = counts.indices.map { column in counts.reduce(0) { $0 + $1[column] } }
        return counts.map { row in
            let sum = row.reduce(0, +)
            return row.enumerated().map { column, value in
                switch normalization {
                case .actual: fraction(value, sum)
                case .predicted: fraction(value, columns[column])
                case .all: fraction(value, count)
                }
            }
        }
    }

    /// What class `index` is called.
    public func className(_ index: Int) -> String { index < classNames.count ? classNames[index] : "\(index)" }
}

extension ConfusionMatrix: CustomStringConvertible {
    /// A table: a row for each class that samples have, a column for each that they were given.
    public var description: String {
        let names = counts.indices.map(className)
        let head = ["actual \\ predicted"] + names
        let rows = zip(names, counts).map { name, row in [name] + row.map { "\($0)" } }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            row.enumerated().map { column, text in
                let padding = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + padding : padding + text
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
