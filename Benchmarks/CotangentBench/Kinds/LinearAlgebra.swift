import Cotangent
import CotangentNaive

/// Systems, factors and eigenproblems of n×n matrices, and least squares of 2n equations. Fields: `operation`, `n`,
/// `dtype`, and for many matrices at once `batch`.
final class LinearAlgebraKind: Kind {
    enum Operation: String, CaseIterable {
        case solve
        case leastSquares = "lstsq"
        case cholesky, qr, svd
        case symmetricEigen = "eigh"
    }

    private let operation: Operation
    private let n, rows, batch: Int
    private let dtype: DType
    private let a, b: Tensor  // [batch, rows, n] or [rows, n]; [batch, rows, 1] or [rows]
    private let loops: any NaiveLinearAlgebra
    private var result: [Tensor] = []

    init(_ workload: Workload) throws {
        operation = try workload.choice("operation", as: Operation.self)
        (n, batch) = (try workload.integer("n"), try workload.integer("batch", or: 1))
        rows = operation == .leastSquares ? 2 * n : n
        try workload.requireReasonable(batch, rows, n)
        dtype = try workload.choice("dtype", as: FloatingPoint.self) == .float32 ? .float32 : .float64
        var generator = PhiloxGenerator(seed: 1)
        let lengths = batch == 1 ? [rows, n] : [batch, rows, n]
        let random = Tensor.normal(Shape(lengths), dtype: dtype, using: &generator)
        switch operation {
        case .cholesky:
            a = matmul(random, random.transposed) * (1 / Double(n)) + Tensor.identity(n, dtype: dtype)
        case .symmetricEigen: a = (random + random.transposed) * 0.5
        // Away from singular matrices, so that naive elimination in float32 has the digits to be compared by.
        case .solve: a = random + Tensor.identity(n, dtype: dtype) * Double(n).squareRoot() * 2
        default: a = random
        }
        b = Tensor.normal(batch == 1 ? [rows] : [batch, rows, 1], dtype: dtype, using: &generator)
        loops =
            dtype == .float32
            ? Loops<Float>(operation, n, batch, a.array(), b.array())
            : Loops<Double>(operation, n, batch, a.array(), b.array())
    }

    private enum FloatingPoint: String, CaseIterable { case float32, float64 }

    /// Golub and Van Loan's counts; those of iterations depend on the matrix.
    var flops: Double? {
        let cube = Double(batch) * Double(n) * Double(n) * Double(n)
        switch operation {
        case .solve: return 2 * cube / 3
        case .cholesky: return cube / 3
        case .qr: return 8 * cube / 3
        case .leastSquares, .svd, .symmetricEigen: return nil
        }
    }

    func run() {
        do {
            switch operation {
            case .solve: result = [try a.solve(b)]
            case .leastSquares: result = [try a.leastSquares(b).solution]
            case .cholesky: result = [try a.choleskyFactor()]
            case .qr:
                let (q, r) = try a.qr()
                result = [q, r]
            case .svd:
                let (u, s, vt) = try a.svd()
                result = [u, s, vt]
            case .symmetricEigen:
                let (values, vectors) = try a.symmetricEigen()
                result = [values, vectors]
            }
        } catch {
            fatalError("\(error)")
        }
    }

    /// By what defines the results: naive loops round more than LAPACK, and signs are free.
    func check() -> Check {
        var check = Check(
            "‖A x − b‖, ‖Aᵀ(A x − b)‖, ‖product of the factors − A‖ within 10 n ε (10⁻⁷ at least) of ‖b‖, ‖Aᵀ b‖, ‖A‖")
        run()
        let tolerance = 10 * Double(n) * (dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne)
        func compare(_ x: Tensor, _ y: Tensor) {
            check.compareNorms(x.floats, y.floats) { $0 * Swift.max(tolerance, 1e-7) }
        }
        switch operation {
        case .solve: compare(matmul(a, result[0]), b)
        // The residual is orthogonal to the columns, as far as rounding in b and in Aᵀ b goes.
        case .leastSquares: compare(matmul(a.transposed, matmul(a, result[0])), matmul(a.transposed, b))
        case .cholesky: compare(matmul(result[0], result[0].transposed), a)
        case .qr: compare(matmul(result[0], result[1]), a)
        case .svd: compare(matmul(result[0] * result[1], result[2]), a)
        case .symmetricEigen: compare(matmul(result[1] * result[0], result[1].transposed), a)
        }
        return check
    }

    var textbook: LoopForm {
        form {
            self.loops.runTextbook()
        } smaller: {
            $0.runTextbook()
        }
    }
    var plain: LoopForm {
        form {
            self.loops.runPlain()
        } smaller: {
            $0.runPlain()
        }
    }

    /// Jacobi's sweeps over 1000 rows would take minutes: those over 100 rows are timed, and scaled by the cube of the
    /// length. More rows take a few sweeps more, so that favours the loops.
    private func form(
        _ run: @escaping () -> Void, smaller: @escaping (any NaiveLinearAlgebra) -> Void
    ) -> LoopForm {
        guard operation == .svd || operation == .symmetricEigen, n > 200 else { return LoopForm(run) }
        let small = 100
        let part = a[0..<small, 0..<small]
        let loops: any NaiveLinearAlgebra =
            dtype == .float32
            ? Loops<Float>(operation, small, 1, part.array(), []) : Loops<Double>(operation, small, 1, part.array(), [])
        let ratio = Double(n) / Double(small)
        return LoopForm(parts: [LoopForm.Part(scale: ratio * ratio * ratio) { smaller(loops) }])
    }
}

/// The naive forms of one workload.
private protocol NaiveLinearAlgebra: AnyObject {
    func runTextbook()
    func runPlain()
}

private final class Loops<T: BinaryFloatingPoint & TensorElement>: NaiveLinearAlgebra {
    private let operation: LinearAlgebraKind.Operation
    private let n, batch: Int
    private let a, b: [T]
    /// Copies that the plain loops work in.
    private var work, other: [T]
    private var right, scratch: [T]

    init(_ operation: LinearAlgebraKind.Operation, _ n: Int, _ batch: Int, _ a: [T], _ b: [T]) {
        (self.operation, self.n, self.batch, self.a, self.b) = (operation, n, batch, a, b)
        (work, other, right) = (a, a, b)
        scratch = [T](repeating: 0, count: 2 * n)
    }

    // Concrete types, or the loops would not be compiled for them.
    func runTextbook() {
        if let loops = self as? Loops<Float> {
            loops.textbook()
        } else if let loops = self as? Loops<Double> {
            loops.textbook()
        }
    }

    func runPlain() {
        if let loops = self as? Loops<Float> {
            loops.plain()
        } else if let loops = self as? Loops<Double> {
            loops.plain()
        }
    }

    @inline(__always)
    fileprivate func textbookLoops() {
        switch operation {
        case .solve:
            for index in 0..<batch {
                let matrix = batch == 1 ? a : Array(a[index * n * n..<(index + 1) * n * n])
                let x = Textbook.solve(matrix, batch == 1 ? b : Array(b[index * n..<(index + 1) * n]), n: n)
                right.replaceSubrange(index * n..<(index + 1) * n, with: x)
            }
        case .leastSquares: right = Textbook.leastSquares(a, b, m: 2 * n, n: n)
        case .cholesky: work = Textbook.cholesky(a, n: n)
        case .qr: (work, other) = Textbook.qr(a, m: n, n: n)
        case .svd: work = Textbook.svd(a, m: n, n: n).u
        case .symmetricEigen: work = Textbook.symmetricEigen(a, n: n).vectors
        }
    }

    @inline(__always)
    fileprivate func plainLoops() {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                work.withUnsafeMutableBufferPointer { work in
                    other.withUnsafeMutableBufferPointer { other in
                        right.withUnsafeMutableBufferPointer { right in
                            scratch.withUnsafeMutableBufferPointer { scratch in
                                let (w, o, s) = (work.baseAddress!, other.baseAddress!, scratch.baseAddress!)
                                w.update(from: a.baseAddress!, count: a.count)
                                if let r = right.baseAddress, let b = b.baseAddress {
                                    r.update(from: b, count: right.count)
                                }
                                switch operation {
                                case .solve:
                                    for index in 0..<batch {
                                        Plain.solve(w + index * n * n, right.baseAddress! + index * n, n: n)
                                    }
                                case .leastSquares: Plain.leastSquares(w, right.baseAddress!, o, s, m: 2 * n, n: n)
                                case .cholesky: Plain.cholesky(w, n: n)
                                case .qr: Plain.qr(w, o, s, m: n, n: n)
                                case .svd: Plain.svd(w, s, o, m: n, n: n)
                                case .symmetricEigen: Plain.symmetricEigen(w, o, n: n)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension Loops where T == Float {
    fileprivate func textbook() { textbookLoops() }
    fileprivate func plain() { plainLoops() }
}

extension Loops where T == Double {
    fileprivate func textbook() { textbookLoops() }
    fileprivate func plain() { plainLoops() }
}
