import CotangentTensor

/// A matrix as squares of colour, with a scale beside them: attention, correlations, any weights.
///
/// From white at the least to dark blue at the greatest value; where some are below 0, red for those, white for 0 and
/// blue above. NaN is gray. Matrices of more than 256 rows or columns are drawn as the means of neighbouring elements.
public struct HeatMap: Picture {
    private let rows: Int
    private let columns: Int
    private let values: [Double]
    /// How many rows and columns an element drawn stands for.
    private let block: Int
    public var title: String
    public var xLabel: String
    public var yLabel: String
    /// Written beside the rows and below the columns; one each, or none.
    public var rowNames: [String]
    public var columnNames: [String]

    /// The matrix [rows, columns], drawn from the top; a tensor of other rank traps.
    ///
    /// Attention is [queries, keys]: a row for each step that attends, a column for each that is attended to.
    public init(
        _ matrix: Tensor, title: String = "", xLabel: String = "", yLabel: String = "", rowNames: [String] = [],
        columnNames: [String] = []
    ) {
        if matrix.rank != 2 { fail("HeatMap", "\(matrix.summary): a matrix [rows, columns] is expected") }
        let (allRows, allColumns) = (matrix.shape[0], matrix.shape[1])
        let all = matrix.doubles
        let block = max(1, (max(allRows, allColumns) + 255) / 256)
        self.block = block
        rows = (allRows + block - 1) / block
        columns = (allColumns + block - 1) / block
        var means: [Double] = []
        for row in stride(from: 0, to: allRows, by: block) {
            for column in stride(from: 0, to: allColumns, by: block) {
                var (sum, count) = (0.0, 0)
                for i in row..<min(row + block, allRows) {
                    for j in column..<min(column + block, allColumns) {
                        sum += all[i * allColumns + j]
                        count += 1
                    }
                }
                means.append(sum / Double(count))
            }
        }
        values = means
        (self.title, self.xLabel, self.yLabel) = (title, xLabel, yLabel)
        (self.rowNames, self.columnNames) = (block == 1 ? rowNames : [], block == 1 ? columnNames : [])
    }

    public var svg: String {
        let side = max(2, min(36, 480 / Double(max(rows, columns, 1))))
        let finite = values.filter(\.isFinite).map { min(max($0, -1e307), 1e307) }
        var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        // From 0 where that is near.
        if low > 0, low < high / 2 { low = 0 }
        let ends = low < 0 ? (-max(-low, high), max(-low, high)) : (low, high)
        let labels = [ends.0, ends.1].map(NumberLabel.figure)
        let (width, height) = (side * Double(columns), side * Double(rows))
        let left = 20 + (yLabel.isEmpty ? 0 : 24) + widest(rowNames)
        let top = title.isEmpty ? 20.0 : 44
        let below = (side >= 8 ? widest(columnNames) : 0) + (xLabel.isEmpty ? 0 : 24) + (block > 1 ? 20 : 0) + 16
        let barHeight = max(height, 90)
        var svg = SVG(
            width: max(
                left + width + 50 + (labels.map { SVG.width(of: $0, size: 12) }.max() ?? 0),
                left + SVG.width(of: title, size: 16) + 20),
            height: top + max(height + below, barHeight + 24), title: title)
        svg.text(title, left, 26, size: 16, isBold: true)
        let colors = values.map { color($0, low, high) }
        svg.pixels(
            (0..<rows).map { row in colors[row * columns..<(row + 1) * columns].map { $0 } }, left, top, side: side)
        svg.rectangle(left, top, width, height, fill: "none", stroke: "#777")
        if side >= 8 {
            let size = min(12, side)
            for (index, name) in rowNames.prefix(rows).enumerated() {
                svg.text(short(name), left - 6, top + (Double(index) + 0.5) * side + size / 3, size: size, anchor: .end)
            }
            for (index, name) in columnNames.prefix(columns).enumerated() {
                svg.text(
                    short(name), left + (Double(index) + 0.5) * side + size / 3, top + height + 6, size: size,
                    anchor: .end, turned: -90)
            }
        }
        var base = top + height + below - 10
        if block > 1 {
            svg.text("each square the mean of \(block) × \(block)", left, base, size: 12)
            base -= 20
        }
        svg.text(xLabel, left + width / 2, base, anchor: .middle)
        svg.text(yLabel, 18, top + height / 2, anchor: .middle, turned: -90)
        if !finite.isEmpty { drawScale(on: &svg, ends, labels, left + width + 18, top, barHeight) }
        return svg.text
    }

    private func short(_ name: String) -> String { SVG.shortened(name, to: 120, size: 12) }
    private func widest(_ names: [String]) -> Double {
        names.isEmpty ? 0 : 6 + (names.map { SVG.width(of: short($0), size: 12) }.max() ?? 0)
    }

    private func color(_ value: Double, _ low: Double, _ high: Double) -> String {
        if value.isNaN { return Palette.missing }
        if low < 0 { return Palette.diverging(value / max(-low, high)).hex }
        return Palette.sequential(high > low ? (value - low) / (high - low) : value > 0 ? 1 : 0).hex
    }

    private func drawScale(
        on svg: inout SVG, _ ends: (Double, Double), _ labels: [String], _ x: Double, _ top: Double, _ height: Double
    ) {
        let steps = 32
        for step in 0..<steps {
            let share = 1 - (Double(step) + 0.5) / Double(steps)
            let value = ends.0 + (ends.1 - ends.0) * share
            // They overlap, so that nothing shines through between them.
            let (y, rest) = (top + height * Double(step) / Double(steps), height * Double(steps - step) / Double(steps))
            svg.rectangle(x, y, 16, rest, fill: color(value, ends.0, ends.1))
        }
        svg.rectangle(x, top, 16, height, fill: "none", stroke: "#777")
        svg.text(labels[1], x + 22, top + 10, size: 12)
        if ends.0 < 0 { svg.text("0", x + 22, top + height / 2 + 4, size: 12) }
        if ends.1 > ends.0 { svg.text(labels[0], x + 22, top + height, size: 12) }
    }
}
