import Cotangent
import TestSupport
import Testing

/// Large factorisations raise OpenBLAS's own threads, which the whole process shares: other threads' products must not
/// see it, and nobody may wait for ever.
@Suite struct RaisedThreadsTests {
    @Test func productsBesideFactorisationsKeepTheirBits() async throws {
        var generator = PhiloxGenerator(seed: 1)
        let a = Tensor.normal([300, 300], dtype: .float64, using: &generator)
        let b = Tensor.normal([300, 4], dtype: .float64, using: &generator)
        let x = Tensor.normal([200, 300], using: &generator)
        let y = Tensor.normal([300, 100], using: &generator)
        let product = matmul(x, y)
        let batch = stack((0..<8).map { _ in a })
        let inBatch = try batch.solve(stack((0..<8).map { _ in b }))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<20 {
                        switch task % 4 {
                        case 0: if relativeDistance(matmul(a, try a.solve(b)), b) > 1e-10 { return false }
                        case 1:
                            let (q, r) = try a.qr()
                            if relativeDistance(matmul(q, r), a) > 1e-13 { return false }
                        case 2: if matmul(x, y) != product { return false }
                        // Factorisations inside the pool's chunks stay on one thread, at whatever time.
                        default: if try batch.solve(stack((0..<8).map { _ in b })) != inBatch { return false }
                        }
                    }
                    return true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
