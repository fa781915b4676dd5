/// A confusion matrix as a table whose cells are the darker, the larger the share of their row: a dark diagonal is
/// good.
public struct ConfusionMatrixPicture: Picture {
    private let matrix: ConfusionMatrix
    private let normalization: ConfusionMatrix.Normalization?
    private let title: String

    /// - Parameter normalization: what cells say in place of counts: shares, in per cent.
    public init(
        _ matrix: ConfusionMatrix, normalizedBy normalization: ConfusionMatrix.Normalization? = nil,
        title: String = "Confusion matrix"
    ) {
        (self.matrix, self.normalization, self.title) = (matrix, normalization, title)
    }

    public var svg: String {
        let count = matrix.counts.count
        let side = count <= 12 ? 48.0 : count <= 30 ? 36 : count <= 64 ? 18 : max(2, 1200 / Double(count))
        let hasNumbers = side >= 36
        let names = (0..<count).map { SVG.shortened(matrix.className($0), to: 130, size: 12) }
        let longest = names.map { SVG.width(of: $0, size: 12) }.max() ?? 0
        // Names that do not fit above one another stand upright below the columns.
        let isUpright = longest > side - 4
        let (left, top) = (44 + longest, 44.0)
        let length = Double(count) * side
        let below = isUpright ? longest + 14 : 22
        var svg = SVG(
            width: max(left + length + 20, left + SVG.width(of: title, size: 16) + 20, 220),
            height: top + length + below + 30, title: title)
        svg.text(title, left, 26, size: 16, isBold: true)
        if count == 0 { svg.text("no samples yet", left, top + 16) }
        let shares = matrix.normalized(by: normalization ?? .actual)
        svg.pixels(
            shares.map {
                $0.map { $0 == 0 ? nil : Palette.sequential(normalization == .all ? $0 * Double(count) : $0).hex }
            },
            left, top, side: side)
        let thinning = max(1, Int((14 / side).rounded(.up)))
        for row in 0..<count {
            if side >= 18 {
                svg.line(left, top + Double(row) * side, left + length, top + Double(row) * side, stroke: "#ddd")
                svg.line(left + Double(row) * side, top, left + Double(row) * side, top + length, stroke: "#ddd")
            }
            if row % thinning == 0 {
                let middle = (Double(row) + 0.5) * side
                svg.text(names[row], left - 8, top + middle + 4, size: 12, anchor: .end)
                if isUpright {
                    svg.text(names[row], left + middle + 4, top + length + 8, size: 12, anchor: .end, turned: -90)
                } else {
                    svg.text(names[row], left + middle, top + length + 18, size: 12, anchor: .middle)
                }
            }
            if hasNumbers { drawNumbers(row, shares[row], on: &svg, left, top + Double(row) * side, side) }
        }
        if count > 0 {
            svg.rectangle(left, top, length, length, fill: "none", stroke: "#222")
            svg.text("predicted", left + length / 2, top + length + below + 16, anchor: .middle)
            svg.text("actual", 18, top + length / 2, anchor: .middle, turned: -90)
        }
        return svg.text
    }

    private func drawNumbers(
        _ row: Int, _ shares: [Double], on svg: inout SVG, _ left: Double, _ top: Double, _ side: Double
    ) {
        for (column, share) in shares.enumerated() where matrix.counts[row][column] > 0 {
            let text = normalization == nil ? "\(matrix.counts[row][column])" : NumberLabel.fixed(100 * share, 0) + "%"
            let size = min(13, 13 * (side - 4) / SVG.width(of: text))
            let color = Palette.sequential(normalization == .all ? share * Double(shares.count) : share)
            svg.text(
                text, left + (Double(column) + 0.5) * side, top + side / 2 + size / 3, size: size, anchor: .middle,
                fill: color.isDark ? "#fff" : nil)
        }
    }
}

extension ConfusionMatrix {
    /// The matrix as a picture, with counts in its cells or, normalised, shares in per cent.
    public func picture(normalizedBy normalization: Normalization? = nil, title: String = "Confusion matrix")
        -> ConfusionMatrixPicture
    {
        ConfusionMatrixPicture(self, normalizedBy: normalization, title: title)
    }
}
