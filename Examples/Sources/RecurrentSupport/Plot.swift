import Foundation

/// A line of a plot: one value for each x = 1, 2, 3, …
public struct Curve {
    public let name: String
    public let values: [Double]

    public init(_ name: String, _ values: [Double]) {
        self.name = name
        self.values = values
    }
}

/// Curves over their index as SVG, the y axis logarithmic from `smallest` up; what lies below is not drawn.
///
/// Colours are those of Okabe and Ito, which colour-blind people can tell apart; each line has dashes of its own too.
public func logarithmicPlot(
    _ curves: [Curve], title: String, xLabel: String, yLabel: String, smallest: Double
) -> String {
    let (width, height) = (820.0, 440.0)
    let (left, right, top, bottom) = (76.0, 600.0, 46.0, 384.0)
    let styles = [
        ("#000000", ""), ("#E69F00", "7 3"), ("#56B4E9", ""), ("#0072B2", "7 3"), ("#009E73", ""), ("#D55E00", "2 3"),
    ]
    let count = curves.map(\.values.count).max() ?? 1
    let low = log10(smallest).rounded(.down)
    let high = max(low + 1, log10(curves.flatMap(\.values).filter(\.isFinite).max() ?? 1).rounded(.up))
    func x(_ step: Double) -> Double { left + (right - left) * (step - 1) / Double(max(count - 1, 1)) }
    func y(_ exponent: Double) -> Double { bottom - (bottom - top) * (exponent - low) / (high - low) }
    func text(_ content: String, _ x: Double, _ y: Double, _ attributes: String = "") -> String {
        "<text x=\"\(fixed(x, 1))\" y=\"\(fixed(y, 1))\" \(attributes)>\(content)</text>"
    }
    func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ attributes: String) -> String {
        let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)].map { "\($0)=\"\(fixed($1, 1))\"" }
        return "<line \(ends.joined(separator: " ")) \(attributes)/>"
    }

    var parts = [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(width)) \(Int(height))\" width=\"\(Int(width))\" height=\"\(Int(height))\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">",
        "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        text(title, left, 26, "font-size=\"16\" font-weight=\"bold\""),
        text(xLabel, (left + right) / 2, height - 14, "text-anchor=\"middle\""),
        text(
            yLabel, 20, (top + bottom) / 2, "text-anchor=\"middle\" transform=\"rotate(-90 20 \((top + bottom) / 2))\""),
    ]
    let spacing = max(1, ((high - low) / 8).rounded())
    for exponent in stride(from: high, through: low, by: -spacing) {
        parts.append(line(left, y(exponent), right, y(exponent), "stroke=\"#ddd\""))
        parts.append(text("10" + superscript(Int(exponent)), left - 8, y(exponent) + 4, "text-anchor=\"end\""))
    }
    for share in 0...5 {
        let step = max(1, (Double(count * share) / 5).rounded())
        parts.append(line(x(step), bottom, x(step), bottom + 5, "stroke=\"#222\""))
        parts.append(text("\(Int(step))", x(step), bottom + 20, "text-anchor=\"middle\""))
    }
    parts.append(line(left, bottom, right, bottom, "stroke=\"#222\""))
    parts.append(line(left, top, left, bottom, "stroke=\"#222\""))
    for (index, curve) in curves.enumerated() {
        let (color, dashes) = styles[index % styles.count]
        let stroke = "fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" stroke-dasharray=\"\(dashes)\""
        let points = curve.values.enumerated().filter { $1 >= smallest }.map { step, value in
            "\(fixed(x(Double(step + 1)), 1)),\(fixed(y(log10(value)), 1))"
        }
        parts.append("<polyline points=\"\(points.joined(separator: " "))\" \(stroke)/>")
        let place = top + 14 + Double(index) * 24
        parts.append(line(right + 20, place, right + 52, place, stroke))
        parts.append(text(curve.name, right + 60, place + 5))
    }
    return (parts + ["</svg>\n"]).joined(separator: "\n")
}

/// Writes a plot, or ends the program with what is in the way.
public func save(_ plot: String, to path: String) {
    do { try plot.write(toFile: path, atomically: true, encoding: .utf8) } catch {
        print("\(path) cannot be written: \(error.localizedDescription)")
        exit(1)
    }
}

/// Digits that every renderer sets as they are, where shifted text is set in several ways.
private func superscript(_ number: Int) -> String {
    let digits: [Character: Character] = [
        "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
    return String("\(number)".map { digits[$0]! })
}
