import CotangentBLAS

/// Which place has won each window of a max pooling: what its gradient needs.
final class PoolingWinners {
    private let plan: PoolingPlan
    /// A byte for each window, where its places can be counted by one: which of them has won.
    private let codes: Storage?
    /// Where the winner lies in the input's plane.
    private let places: Tensor?

    init(_ plan: PoolingPlan, byCode: Bool) {
        self.plan = plan
        // In a run on shapes alone a tensor has no memory.
        let byCode = byCode && !AbstractRun.isActive
        codes = byCode ? Storage(byteCount: plan.planes * plan.outputCount) : nil
        places = byCode ? nil : Tensor(uninitialized: Shape([plan.planes, plan.outputCount]), .int64)
    }

    /// Where those of the planes from `plane` on are written: nil for the form that is not kept.
    func codes(from plane: Int) -> UnsafeMutablePointer<UInt8>? {
        codes.map { $0.pointer.assumingMemoryBound(to: UInt8.self) + plane * plan.outputCount }
    }

    func positions(from plane: Int) -> UnsafeMutablePointer<Int64>? {
        places.map { $0.rawPointer.assumingMemoryBound(to: Int64.self) + plane * plan.outputCount }
    }

    /// The positions, [planes, windows].
    var positions: Tensor {
        if let places { return places }
        let result = Tensor(uninitialized: Shape([plan.planes, plan.outputCount]), .int64)
        if result.isAbstract { return result }
        let target = result.rawPointer.assumingMemoryBound(to: Int64.self)
        plan.forPlanes { _, planes in
            Kernels.maxPoolPositions(
                plan.window, planes.count, codes(from: planes.lowerBound)!,
                target + planes.lowerBound * plan.outputCount)
        }
        return result
    }

    /// The pullback: cotangents go to the winners.
    func spread(_ dy: Tensor) -> Tensor {
        guard codes != nil, !Tape.isRecording else {
            return scatterAddAlong(
                dy.reshaped(plan.planes, plan.outputCount), positions, axis: 1,
                into: Tensor.zeros([plan.planes, plan.inputCount], dtype: dy.dtype)
            ).reshaped(plan.inputShape)
        }
        let dy = dy.contiguous
        let dx = Tensor(uninitialized: plan.inputShape, plan.dtype)
        let loop = Kernels.maxPoolGradient.loop(for: plan.dtype)!
        let (from, to, size) = (dy.rawPointer, dx.rawPointer, plan.dtype.size)
        plan.forPlanes { window, planes in
            loop(
                window, planes.count, codes(from: planes.lowerBound),
                from + planes.lowerBound * plan.outputCount * size, to + planes.lowerBound * plan.inputCount * size)
        }
        withExtendedLifetime(dy.storage) {}
        return dx
    }
}
