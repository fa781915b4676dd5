/// The pieces of a curve that are drawn.
enum CurveRuns {
    typealias Point = LineChart.Point

    /// Runs of points without gaps (nil), cut where they leave 0…1 upward or downward, and thinned to what `columns`
    /// pixels can show.
    static func inside(_ points: [Point?], columns: Double) -> [[Point]] {
        points.split(separator: nil).flatMap { clipped(thinned($0.map { $0! }, columns)) }
    }

    /// Of the points that fall into one column of pixels the first, lowest, highest and last, in their order.
    private static func thinned(_ run: [Point], _ columns: Double) -> [Point] {
        if Double(run.count) < 4 * columns { return run }
        var result: [Point] = []
        var start = 0
        while start < run.count {
            let column = (run[start].x * columns).rounded(.down)
            let end = run[start...].firstIndex { ($0.x * columns).rounded(.down) != column } ?? run.count
            let lowest = (start..<end).min { run[$0].y < run[$1].y }!
            let highest = (start..<end).max { run[$0].y < run[$1].y }!
            result += Set([start, lowest, highest, end - 1]).sorted().map { run[$0] }
            start = end
        }
        return result
    }

    private static func clipped(_ run: [Point]) -> [[Point]] {
        // As wide as rounding.
        let range = -1e-9...1 + 1e-9
        var runs: [[Point]] = []
        var current: [Point] = []
        for (index, point) in run.enumerated() {
            if index > 0, let (a, b) = segment(run[index - 1], point) {
                if current.isEmpty { current = [a] }
                current.append(b)
            } else if range.contains(point.y) {
                current.append(point)
            }
            if !range.contains(point.y), !current.isEmpty {
                runs.append(current)
                current = []
            }
        }
        return current.isEmpty ? runs : runs + [current]
    }

    /// The part of a segment within 0…1; nil where it has none, or only an end.
    private static func segment(_ a: Point, _ b: Point) -> (Point, Point)? {
        let (low, high) = (min(a.y, b.y), max(a.y, b.y))
        if high < 0 || low > 1 { return nil }
        func at(_ y: Double) -> Point { Point(a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)), y) }
        func moved(_ point: Point) -> Point { point.y < 0 ? at(0) : point.y > 1 ? at(1) : point }
        return (moved(a), moved(b))
    }
}
