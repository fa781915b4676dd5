/// Where a function on a grid is at least as large as a level: rings around those parts of the plane, by marching squares
/// (W. Lorensen, H. Cline, "Marching cubes", 1987, in the plane), with linear interpolation along the grid's lines.
///
/// The grid is thought to have a margin of no width where the function is lower than any level, so that all rings are
/// closed and filling them by the even-odd rule fills the parts. A NaN is lower than any level too.
struct Contours {
    /// [row][column], rows upward.
    private let values: [[Double]]
    private let rows: Int
    private let columns: Int

    init(_ values: [[Double]]) {
        self.values = values
        rows = values.count
        columns = values.first?.count ?? 0
    }

    /// A crossing of a level and a line of the grid between a node and the next to its right or above it.
    private struct Edge: Hashable {
        let row: Int
        let column: Int
        let isUpward: Bool
    }

    /// The rings, in columns and rows of the grid.
    func rings(at level: Double) -> [[(x: Double, y: Double)]] {
        if rows == 0 || columns == 0 { return [] }
        // From each crossing to the next, with what is high at the left. Nodes −1 and `rows` are the margin.
        var next: [Edge: Edge] = [:]
        var order: [Edge] = []
        for row in -1..<rows {
            for column in -1..<columns {
                let corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
                let isHigh = corners.map { at($0.0, $0.1) >= level }
                let sides = [
                    Edge(row: row, column: column, isUpward: false),
                    Edge(row: row, column: column + 1, isUpward: true),
                    Edge(row: row + 1, column: column, isUpward: false),
                    Edge(row: row, column: column, isUpward: true),
                ]
                // Around the cell: a ring comes in where the corners go from high to low, and goes out where they rise.
                let entries = (0..<4).filter { isHigh[$0] && !isHigh[($0 + 1) % 4] }
                // Of a saddle, where they are two, onward around a low corner or backward around a high one.
                let isForward = entries.count == 1 || isSaddleHigh(corners, level)
                for entry in entries {
                    var exit = entry
                    repeat { exit = (exit + (isForward ? 1 : 3)) % 4 } while isHigh[exit] || !isHigh[(exit + 1) % 4]
                    next[sides[entry]] = sides[exit]
                    order.append(sides[entry])
                }
            }
        }
        var rings: [[(x: Double, y: Double)]] = []
        for start in order {
            var ring: [(x: Double, y: Double)] = []
            var edge = start
            while let following = next.removeValue(forKey: edge) {
                ring.append(place(edge, level))
                edge = following
            }
            if !ring.isEmpty { rings.append(ring) }
        }
        return rings
    }

    private func at(_ row: Int, _ column: Int) -> Double {
        guard row >= 0, column >= 0, row < rows, column < columns else { return -.infinity }
        let value = values[row][column]
        return value.isNaN ? -.infinity : value
    }

    /// Whether a cell whose corners are high and low by turns is high in its middle.
    private func isSaddleHigh(_ corners: [(Int, Int)], _ level: Double) -> Bool {
        corners.reduce(0) { $0 + at($1.0, $1.1) } / 4 >= level
    }

    private func place(_ edge: Edge, _ level: Double) -> (x: Double, y: Double) {
        let (a, b) = (
            at(edge.row, edge.column),
            edge.isUpward ? at(edge.row + 1, edge.column) : at(edge.row, edge.column + 1)
        )
        // Next to what is not finite the finite node itself.
        let share = a.isFinite && b.isFinite ? (level - a) / (b - a) : a.isFinite ? 0 : 1
        // The margin has no width.
        func held(_ place: Double, _ count: Int) -> Double { min(max(place, 0), Double(count - 1)) }
        return (
            held(Double(edge.column) + (edge.isUpward ? 0 : share), columns),
            held(Double(edge.row) + (edge.isUpward ? share : 0), rows)
        )
    }
}
