/// The steps in the order in which one direction takes them.
///
/// Forward the number of sequences at work falls from step to step. Backward it grows: a sequence begins at its end.
struct StepWalk {
    let plan: SequencePlan
    let isReverse: Bool

    var steps: Int { plan.steps }

    private func time(_ step: Int) -> Int { isReverse ? plan.steps - 1 - step : step }

    /// How many sequences are at work in the walk's step; 0 before the first and behind the last one.
    func count(_ step: Int) -> Int { (0..<steps).contains(step) ? plan.rowCounts[time(step)] : 0 }

    /// The step's first row.
    func offset(_ step: Int) -> Int { plan.offsets[time(step)] }

    /// The rows of some steps, which are neighbours.
    func rows(_ steps: Range<Int>) -> Range<Int> {
        let (first, last) =
            isReverse ? (steps.upperBound - 1, steps.lowerBound) : (steps.lowerBound, steps.upperBound - 1)
        return offset(first)..<offset(last) + count(last)
    }

    /// Calls `body` with the parts of `sequences` that are at work in `step`: those that were at work in the step
    /// before, and those that begin.
    @inline(__always)
    func parts(_ step: Int, _ sequences: Range<Int>, _ body: (_ sequences: Range<Int>, _ begin: Bool) -> Void) {
        let going = sequences.clamped(to: 0..<count(step))
        let border = count(step - 1)
        let old = going.clamped(to: 0..<border)
        if !old.isEmpty { body(old, false) }
        if going.upperBound > border {
            let new = Swift.max(going.lowerBound, border)..<going.upperBound
            if !new.isEmpty { body(new, true) }
        }
    }
}
