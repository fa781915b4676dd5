/// The cotangents of a stretch of a tape while it is played.
package struct Cotangents {
    let mark: Int
    private var values: ContiguousArray<Tensor?>

    init(mark: Int, count: Int) {
        self.mark = mark
        values = ContiguousArray(repeating: nil, count: count)
    }

    /// Of node `index`, where it has any.
    package subscript(index: Int) -> Tensor? {
        index >= mark && index - mark < values.count ? values[index - mark] : nil
    }

    mutating func take(_ index: Int) -> Tensor? {
        guard index - mark < values.count else { return nil }
        let value = values[index - mark]
        values[index - mark] = nil
        return value
    }

    /// Adds a contribution to node `node`, or drops it where the node lies below the mark.
    mutating func add(_ contribution: Tensor, to node: Int32) {
        let index = Int(node) - mark
        if index < 0 { return }
        if values[index] == nil {
            values[index] = contribution
        } else if Tape.isRecording || !values[index]!.addInPlace(contribution) {
            values[index] = values[index]! + contribution
        }
    }

    mutating func extend(to node: Int) {
        while mark + values.count < node { values.append(nil) }
    }

    mutating func shrink(to node: Int) {
        if mark + values.count > node { values.removeLast(mark + values.count - node) }
    }
}
