/// A parameter, its gradient and, where the optimizer wants them, its moments.
final class PlainParameter {
    let value: Floats
    let gradient: Floats
    private lazy var firstMoment = Floats(count: value.count)
    private lazy var secondMoment = Floats(count: value.count)

    init(_ initial: [Float]) {
        value = Floats(initial)
        gradient = Floats(count: initial.count)
    }

    func update(_ optimizer: NaiveOptimizer, step: Int) {
        switch optimizer {
        case .sgd(let learningRate):
            Plain.sgd(value.start, gradient: gradient.start, count: value.count, learningRate: learningRate)
        case .adam(let learningRate):
            Plain.adam(
                value.start, gradient: gradient.start, firstMoment: firstMoment.start,
                secondMoment: secondMoment.start, count: value.count, step: step, learningRate: learningRate)
        }
    }
}

/// Zeroed memory that lives as long as this.
final class Floats {
    let start: UnsafeMutablePointer<Float>
    let count: Int
    var array: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }

    init(count: Int) {
        self.count = count
        start = .allocate(capacity: count)
        start.initialize(repeating: 0, count: count)
    }

    convenience init(_ values: [Float]) {
        self.init(count: values.count)
        start.update(from: values, count: count)
    }

    deinit { start.deallocate() }
}

func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
    var result = [Float](repeating: 0, count: rows * columns)
    for i in 0..<rows {
        for j in 0..<columns { result[j * rows + i] = matrix[i * columns + j] }
    }
    return result
}
