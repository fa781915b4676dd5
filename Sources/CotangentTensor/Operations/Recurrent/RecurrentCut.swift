import CotangentBLAS

/// How a recurrence is cut into chunks for the pool: by its shape alone.
///
/// Sequences do not need each other, so where the weights U fit into a core's cache, each chunk takes some sequences through
/// all steps, and nobody waits. Otherwise each step is cut into blocks of hidden units: a core reads its part of U
/// alone.
struct RecurrentCut {
    /// The sequences of each chunk; one range of all where units are cut.
    let sequences: [Range<Int>]
    /// The hidden units of each chunk of a step; nil where sequences are cut.
    let units: [Range<Int>]?

    init(gates: Int, hidden: Int, output: Int, plan: SequencePlan, isProjected: Bool, bytes: Int) {
        let weights = gates * hidden * output
        if weights * bytes > Self.cached, !isProjected {
            sequences = [0..<plan.batch]
            units = Self.parts(hidden, of: (hidden + Self.block - 1) / Self.block, multiple: 16)
            return
        }
        let work = 2 * plan.rowCount * weights
        let count = max(1, min(plan.batch / Self.leastSequences, work / Self.leastWork, Self.mostChunks))
        sequences = Self.parts(plan.batch, of: count, multiple: 1)
        units = nil
    }

    /// Half of the second-level cache of the machines in view.
    private static let cached = 1 << 19
    private static let block = 64
    private static let leastSequences = 4
    private static let mostChunks = 16
    /// Flops: what is worth the wake of a second thread.
    private static let leastWork = 200_000

    /// About `count` nearly equal parts of 0..<length, whose starts are multiples of `multiple`.
    static func parts(_ length: Int, of count: Int, multiple: Int) -> [Range<Int>] {
        let size = ((length + count - 1) / count + multiple - 1) / multiple * multiple
        return stride(from: 0, to: length, by: max(size, 1)).map { $0..<min($0 + size, length) }
    }
}
