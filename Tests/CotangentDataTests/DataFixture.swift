import Cotangent
import TestSupport

/// What scikit-learn, PyTorch, SciPy and Python's csv module make of data: see Fixtures/data.py.
struct DataFixture: Decodable, Sendable {
    struct Split: Decodable, Sendable {
        let count: Int
        let train: Double?
        let test: Double
        let sizes: [Int]
    }

    struct Stratified: Decodable, Sendable {
        let labels: [Int]
        let test: Double
        let counts: [[Int]]
    }

    struct Folds: Decodable, Sendable {
        let count: Int
        let k: Int
        let folds: [[Int]]
    }

    struct StratifiedFolds: Decodable, Sendable {
        let labels: [Int]
        let k: Int
        /// By fold, of the classes −1, 3 and 7.
        let counts: [[Int]]
    }

    struct Scaling: Decodable, Sendable {
        let x: [[Double]]
        let test: [[Double]]
        let mean: [Double]
        let deviation: [Double]
        let standardized: [[Double]]
        let standardizedTest: [[Double]]
        let scaled: [[Double]]
        let scaledTest: [[Double]]
    }

    struct Imputing: Decodable, Sendable {
        /// nil where the value is missing.
        let rows: [[Double?]]
        let mean: [[Double]]
        let median: [[Double]]
    }

    struct Categories: Decodable, Sendable {
        let words: [String]
        let names: [String]
        /// Of the words and one that is unknown.
        let columns: [[Double]]
    }

    struct Rotation: Decodable, Sendable {
        let shape: [Int]
        let degrees: [Double]
        let images: [Double]
        let turned: [Double]
        let filled: [Double]
    }

    struct CSVFile: Decodable, Sendable {
        let separator: String
        let text: String
        let words: [String]
        let x: [Double]
        let y: [Double]
    }

    let splits: [Split]
    let partialSplits: [Split]
    let stratified: [Stratified]
    let folds: [Folds]
    let stratifiedFolds: [StratifiedFolds]
    let scaling: Scaling
    let imputing: Imputing
    let categories: Categories
    let rotations: [Rotation]
    let csv: [CSVFile]

    static let all = try! Fixtures.decoded("data.json", as: DataFixture.self)
}
