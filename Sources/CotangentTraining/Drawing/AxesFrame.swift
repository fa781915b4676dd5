/// The room between two axes, in pixels.
struct AxesFrame {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    var width: Double { right - left }
    var height: Double { bottom - top }

    func x(_ share: Double) -> Double { left + width * share }
    func y(_ share: Double) -> Double { bottom - height * share }

    /// The numbers along the left side, with lines through the room where `hasGrid`, and otherwise short ones outside.
    func drawY(_ axis: Axis, on svg: inout SVG, hasGrid: Bool) {
        for tick in axis.ticks {
            guard let share = axis.share(tick.value) else { continue }
            if hasGrid {
                svg.line(left, y(share), right, y(share), stroke: "#ddd")
            } else {
                svg.line(left - 5, y(share), left, y(share))
            }
            svg.text(tick.label, left - 8, y(share) + 4, anchor: .end)
        }
    }

    /// The numbers along the lower side.
    func drawX(_ axis: Axis, on svg: inout SVG) {
        for tick in axis.ticks {
            guard let share = axis.share(tick.value) else { continue }
            svg.line(x(share), bottom, x(share), bottom + 5)
            svg.text(tick.label, x(share), bottom + 20, anchor: .middle)
        }
    }

    /// The lower and the left side themselves.
    func drawSides(on svg: inout SVG) {
        svg.line(left, bottom, right, bottom)
        svg.line(left, top, left, bottom)
    }
}
