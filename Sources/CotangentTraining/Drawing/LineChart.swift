/// Curves over a pair of axes, with a legend beside them.
///
/// ```swift
/// let chart = LineChart(
///     [.init("SGD", losses), .init("Adam", others)], title: "Training", xLabel: "step", yLabel: "loss",
///     yScale: .logarithmic)
/// try chart.write(to: "losses.svg")
/// ```
/// Numbers that are none, infinite ones, and on a logarithmic axis those of 0 and below leave a gap. A point between
/// gaps is a dot. Of long series the extremes of each pixel's column are drawn.
public struct LineChart: Picture {
    /// A curve and its name.
    public struct Series: Sendable {
        public var name: String
        public var points: [Point]
        /// Which colour of the palette; by default one after the other, each with dashes of its own.
        public var color: Int?
        /// With a colour chosen: broken or whole.
        public var isDashed = false
        /// Whether the points are dots that no line joins: measurements beside a curve.
        public var hasDots = false

        /// Values over 1, 2, 3, …
        public init(_ name: String, _ values: [Double]) {
            self.name = name
            points = values.enumerated().map { Point(Double($0 + 1), $1) }
        }

        /// Points in the order in which they are joined.
        public init(
            _ name: String, points: [Point], color: Int? = nil, isDashed: Bool = false, hasDots: Bool = false
        ) {
            (self.name, self.points, self.color) = (name, points, color)
            (self.isDashed, self.hasDots) = (isDashed, hasDots)
        }
    }

    public struct Point: Sendable, Hashable {
        public var x: Double
        public var y: Double

        public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
    }

    /// A place on the x axis, and what is written beside the line there.
    public struct Mark: Sendable, Hashable {
        public var x: Double
        public var label: String

        public init(_ x: Double, _ label: String) { (self.x, self.label) = (x, label) }
    }

    public var series: [Series]
    public var title: String
    public var xLabel: String
    public var yLabel: String
    public var xScale: AxisScale
    public var yScale: AxisScale
    /// What the y axis shows; by default all values. Curves end where they leave it.
    public var yRange: ClosedRange<Double>?
    /// Whether a unit is as long on one axis as on the other, so that shapes keep their angles. For linear axes; what the
    /// axes show is widened for it.
    public var hasEqualScales = false
    /// A line across the x axis.
    public var mark: Mark?

    public init(
        _ series: [Series], title: String = "", xLabel: String = "", yLabel: String = "", xScale: AxisScale = .linear,
        yScale: AxisScale = .linear, yRange: ClosedRange<Double>? = nil
    ) {
        (self.series, self.title, self.xLabel, self.yLabel) = (series, title, xLabel, yLabel)
        (self.xScale, self.yScale, self.yRange) = (xScale, yScale, yRange)
    }

    /// The room for axes and curves; the legend comes beside it.
    private static let (width, height) = (600.0, 440.0)

    public var svg: String {
        let legend = legendWidth
        let height = max(Self.height, Double(series.count) * 24 + 90)
        var svg = SVG(
            width: max(Self.width + legend, SVG.width(of: title, size: 16) + 90), height: height,
            title: title.isEmpty ? yLabel : title)
        draw(on: &svg, x: 0, y: 0, width: Self.width, height: height)
        return svg.text
    }

    /// 0 where there is nothing to tell apart.
    var legendWidth: Double {
        let names = series.map(\.name).filter { !$0.isEmpty }
        return names.isEmpty ? 0 : 76 + (names.map { SVG.width(of: $0) }.max() ?? 0)
    }

    /// Draws into a part of a sheet; the legend comes to its right.
    func draw(on svg: inout SVG, x: Double, y: Double, width: Double, height: Double) {
        let (xs, ys) = (
            series.flatMap { $0.points.filter(isDrawn).map(\.x) }, series.flatMap { $0.points.filter(isDrawn).map(\.y) }
        )
        func yAxisAndFrame(_ range: ClosedRange<Double>?) -> (Axis, AxesFrame) {
            let axis = Axis(ys, yScale, range: range, count: Int(height / 50))
            let labels = axis.ticks.map { SVG.width(of: $0.label) }.max() ?? 0
            return (
                axis,
                AxesFrame(
                    left: x + 16 + labels + (yLabel.isEmpty ? 0 : 24), right: x + width - 20,
                    top: y + (title.isEmpty ? 20 : 46), bottom: y + height - (xLabel.isEmpty ? 30 : 56))
            )
        }
        var (yAxis, frame) = yAxisAndFrame(yRange)
        var xRange: ClosedRange<Double>?
        if hasEqualScales, xScale == .linear, yScale == .linear, let wide = Extent(xs), let high = Extent(ys) {
            let unit = max(wide.length / frame.width, high.length / frame.height)
            (yAxis, frame) = yAxisAndFrame(high.widened(to: unit * frame.height))
            // The numbers beside a wider axis may take more room.
            xRange = wide.widened(to: unit * frame.width)
        }
        let xAxis = Axis(xs, xScale, range: xRange, isTight: true, count: Int(frame.width / 80))
        svg.text(title, frame.left, y + 26, size: 16, isBold: true)
        svg.text(xLabel, (frame.left + frame.right) / 2, y + height - 14, anchor: .middle)
        svg.text(yLabel, x + 18, (frame.top + frame.bottom) / 2, anchor: .middle, turned: -90)
        drawAxes(on: &svg, xAxis, yAxis, frame)
        for (index, curve) in series.enumerated() {
            let (color, dashes) = style(index)
            draw(curve, color, dashes, on: &svg, xAxis, yAxis, frame)
            if curve.name.isEmpty { continue }
            let place = frame.top + 14 + Double(index) * 24
            if curve.hasDots {
                svg.circle(frame.right + 36, place, 3, fill: color)
            } else {
                svg.line(frame.right + 20, place, frame.right + 52, place, stroke: color, width: 2, dashes: dashes)
            }
            svg.text(curve.name, frame.right + 60, place + 5)
        }
    }

    private func isDrawn(_ point: Point) -> Bool {
        point.x.isFinite && point.y.isFinite && (xScale == .linear || point.x > 0) && (yScale == .linear || point.y > 0)
    }

    private func style(_ index: Int) -> (color: String, dashes: String) {
        if let color = series[index].color {
            let count = Palette.solid.count
            return (Palette.solid[((color % count) + count) % count], series[index].isDashed ? "6 4" : "")
        }
        return Palette.lines[index % Palette.lines.count]
    }

    private func drawAxes(on svg: inout SVG, _ xAxis: Axis, _ yAxis: Axis, _ frame: AxesFrame) {
        frame.drawY(yAxis, on: &svg, hasGrid: true)
        if let mark, let share = xAxis.share(mark.x), (0...1).contains(share) {
            let place = frame.x(share)
            // Above the curves, and not beyond the axis.
            let half = SVG.width(of: mark.label, size: 12) / 2
            let middle = max(frame.left + half, min(frame.right - half, place))
            svg.line(place, frame.top, place, frame.bottom, stroke: "#777", dashes: "3 3")
            svg.text(mark.label, middle, frame.top - 5, size: 12, anchor: .middle)
        }
        frame.drawX(xAxis, on: &svg)
        frame.drawSides(on: &svg)
    }

    private func draw(
        _ curve: Series, _ color: String, _ dashes: String, on svg: inout SVG, _ xAxis: Axis, _ yAxis: Axis,
        _ frame: AxesFrame
    ) {
        let shares = curve.points.map { point -> Point? in
            guard let x = xAxis.share(point.x), let y = yAxis.share(point.y) else { return nil }
            return Point(x, y)
        }
        let runs =
            curve.hasDots
            ? [shares.compactMap { $0 }.filter { (0...1).contains($0.y) }]
            : CurveRuns.inside(shares, columns: frame.width)
        for run in runs {
            let places = run.map { (x: frame.x($0.x), y: frame.y($0.y)) }
            if curve.hasDots || places.count == 1 {
                for place in places { svg.circle(place.x, place.y, 3, fill: color) }
            } else {
                svg.polyline(places, stroke: color, dashes: dashes)
            }
        }
    }
}

/// From the least of some numbers to the greatest, with a margin.
private struct Extent {
    private let middle: Double
    let length: Double

    /// nil where there are no two numbers, or none between which there is a finite distance.
    init?(_ values: [Double]) {
        guard let low = values.min(), let high = values.max(), ((high - low) * 1.1).isNormal else { return nil }
        middle = low + (high - low) / 2
        length = (high - low) * 1.1
    }

    func widened(to length: Double) -> ClosedRange<Double> { middle - length / 2...middle + length / 2 }
}
