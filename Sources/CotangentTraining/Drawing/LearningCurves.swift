/// A run's loss and metrics epoch by epoch: in training a whole line, in validation a broken one; the best epoch is
/// marked.
///
/// Figures that were taken in some epochs only are joined across the others.
public struct LearningCurves: Picture {
    private let charts: [LineChart]
    private let title: String

    /// - Parameter lossScale: of the loss; metrics have linear axes.
    public init(_ history: History, title: String = "Learning curves", lossScale: AxisScale = .linear) {
        self.title = title
        var names: [String] = []
        for figure in history.epochs.flatMap({ $0.training + $0.validation }) where !names.contains(figure.name) {
            names.append(figure.name)
        }
        let best = history.epochs.last(where: \.isBest)
        charts = names.map { name in
            // Without points where another figure has some: a legend serves all.
            func curve(_ kind: String, _ color: Int, _ figures: (EpochReport) -> [NamedValue]) -> LineChart.Series? {
                let points = history.epochs.compactMap { epoch in
                    figures(epoch).first { $0.name == name }.map { LineChart.Point(Double(epoch.epoch), $0.value) }
                }
                let isTaken = history.epochs.contains { !figures($0).isEmpty }
                return isTaken ? .init(kind, points: points, color: color, isDashed: color == 1) : nil
            }
            let curves = [curve("training", 0) { $0.training }, curve("validation", 1) { $0.validation }]
            var chart = LineChart(
                curves.compactMap { $0 }, xLabel: "epoch", yLabel: name, yScale: name == "loss" ? lossScale : .linear)
            chart.mark = best.map { LineChart.Mark(Double($0.epoch), "best: epoch \($0.epoch)") }
            return chart
        }
    }

    public var svg: String {
        let (width, height, head) = (440.0, 300.0, 40.0)
        let columns = max(1, min(charts.count, 2))
        let legend = charts.map(\.legendWidth).max() ?? 0
        let rows = (charts.count + columns - 1) / columns
        var svg = SVG(
            width: max(Double(columns) * width + legend, SVG.width(of: title, size: 16) + 60),
            height: head + max(Double(rows) * height, 40), title: title)
        svg.text(title, 24, 26, size: 16, isBold: true)
        if charts.isEmpty { svg.text("no epochs yet", 24, 60) }
        for (index, chart) in charts.enumerated() {
            var chart = chart
            // One legend at the right serves all.
            let isLegendHere = index % columns == columns - 1 || index == charts.count - 1
            if !(isLegendHere && index < columns) {
                for curve in chart.series.indices { chart.series[curve].name = "" }
            }
            chart.draw(
                on: &svg, x: Double(index % columns) * width, y: head + Double(index / columns) * height, width: width,
                height: height)
        }
        return svg.text
    }
}
