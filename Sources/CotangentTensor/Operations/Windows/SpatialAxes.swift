extension Tensor {
    /// The axes of [batch, channels, spatial…] behind the channels: one to three; nil for anything else than floating
    /// point of that form, and where one of them is empty.
    var spatialAxes: [Int]? {
        guard (3...5).contains(rank), dtype.isFloatingPoint else { return nil }
        let axes = Array(2..<rank)
        return axes.allSatisfy { shape[$0] > 0 } ? axes : nil
    }

    /// What is wrong where there are none.
    var spatialProblem: String {
        "the input is \(summary): floating point [batch, channels, spatial…] is expected, with one to three spatial axes, none of them empty"
    }
}
