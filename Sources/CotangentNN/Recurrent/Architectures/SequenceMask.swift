import CotangentTensor

/// Which steps of padded sequences count: bool [steps, batch], true at step t of sequence n where t < lengths[n].
///
/// - Parameter lengths: of each sequence, within 0...steps.
public func sequenceMask(lengths: [Int], steps: Int) -> Tensor {
    if let index = lengths.firstIndex(where: { !(0...steps).contains($0) }) {
        return reject(
            "sequenceMask", "the length \(lengths[index]) of sequence \(index) is not within 0...\(steps), the steps",
            meant: [steps, lengths.count], .bool)
    }
    return Tensor((0..<steps).flatMap { step in lengths.map { step < $0 } }, shape: [steps, lengths.count])
}

/// The mask that a loss was given as lengths or as a mask; nil for none. Whatever does not fit [time, batch] is
/// refused.
func stepMask(_ name: String, _ lengths: [Int]?, _ mask: Tensor?, time: Int, batch: Int) -> Tensor? {
    if let mask {
        if lengths != nil { fail(name, "lengths and a mask were given: one of them is wanted") }
        guard mask.shape == [time, batch], mask.dtype == .bool else {
            return reject(
                name, "the mask is \(mask.summary), not bool [\(time), \(batch)]", meant: [time, batch], .bool)
        }
        return mask
    }
    guard let lengths else { return nil }
    guard lengths.count == batch else {
        return reject(
            name, "there are \(lengths.count) lengths for a batch of \(batch): one a sequence is wanted",
            meant: [time, batch], .bool)
    }
    return sequenceMask(lengths: lengths, steps: time)
}
