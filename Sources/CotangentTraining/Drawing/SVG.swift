/// Writes SVG 1.1. Numbers are rounded to a hundredth of a pixel, and those that are none become 0.
struct SVG {
    enum Anchor: String {
        case start, middle, end
    }

    let width: Double
    let height: Double
    private var parts: [String]
    private var clips = 0

    /// A white sheet; `title` is what screen readers say.
    init(width: Double, height: Double, title: String) {
        (self.width, self.height) = (width.rounded(.up), height.rounded(.up))
        let (w, h) = (Self.number(self.width), Self.number(self.height))
        parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(w)\" height=\"\(h)\" viewBox=\"0 0 \(w) \(h)\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">"
        ]
        if !title.isEmpty { parts.append("<title>\(Self.escaped(title))</title>") }
        parts.append("<rect width=\"\(w)\" height=\"\(h)\" fill=\"#fff\"/>")
    }

    var text: String { (parts + ["</svg>\n"]).joined(separator: "\n") }

    mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String = "#222", width: Double = 1,
        dashes: String = ""
    ) {
        let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)].map { "\($0)=\"\(Self.number($1))\"" }
        parts.append("<line \(ends.joined(separator: " "))\(Self.stroke(stroke, width, dashes))/>")
    }

    mutating func polyline(_ points: [(x: Double, y: Double)], stroke: String, width: Double = 2, dashes: String = "") {
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        parts.append(
            "<polyline points=\"\(list)\" fill=\"none\" stroke-linejoin=\"round\"\(Self.stroke(stroke, width, dashes))/>"
        )
    }

    /// Closed rings, filled by the even-odd rule.
    mutating func rings(_ rings: [[(x: Double, y: Double)]], fill: String, stroke: String, width: Double = 1) {
        if rings.isEmpty { return }
        let path = rings.map { ring in
            "M" + ring.map { "\(Self.number($0.x)) \(Self.number($0.y))" }.joined(separator: "L") + "Z"
        }
        parts.append(
            "<path d=\"\(path.joined())\" fill=\"\(fill)\" fill-rule=\"evenodd\"\(Self.stroke(stroke, width, ""))/>")
    }

    /// What `draw` draws, as far as it lies in a rectangle.
    mutating func clipped(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ draw: (inout SVG) -> Void
    ) {
        clips += 1
        parts.append("<clipPath id=\"clip\(clips)\">")
        rectangle(x, y, width, height, fill: "#000")
        parts.append("</clipPath>\n<g clip-path=\"url(#clip\(clips))\">")
        draw(&self)
        parts.append("</g>")
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, stroke: String? = nil
    ) {
        let sides = [("x", x), ("y", y), ("width", width), ("height", height)].map { "\($0)=\"\(Self.number($1))\"" }
        parts.append(
            "<rect \(sides.joined(separator: " ")) fill=\"\(fill)\"\(stroke.map { Self.stroke($0, 1, "") } ?? "")/>")
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, fill: String, stroke: String? = nil) {
        let place = [("cx", x), ("cy", y), ("r", radius)].map { "\($0)=\"\(Self.number($1))\"" }
        parts.append(
            "<circle \(place.joined(separator: " ")) fill=\"\(fill)\"\(stroke.map { Self.stroke($0, 1, "") } ?? "")/>")
    }

    /// `y` is the base line's; `turned` by degrees about the point.
    mutating func text(
        _ content: String, _ x: Double, _ y: Double, size: Double = 13, anchor: Anchor = .start, isBold: Bool = false,
        fill: String? = nil, turned: Double = 0
    ) {
        if content.isEmpty { return }
        var attributes = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
        if size != 13 { attributes += " font-size=\"\(Self.number(size))\"" }
        if anchor != .start { attributes += " text-anchor=\"\(anchor.rawValue)\"" }
        if isBold { attributes += " font-weight=\"bold\"" }
        if let fill { attributes += " fill=\"\(fill)\"" }
        if turned != 0 {
            attributes += " transform=\"rotate(\(Self.number(turned)) \(Self.number(x)) \(Self.number(y)))\""
        }
        parts.append("<text \(attributes)>\(Self.escaped(content))</text>")
    }

    /// Squares of `side`, each of its colour; nil leaves one out. Neighbours in a row and all squares of a colour are
    /// one shape, so that pictures stay small.
    mutating func pixels(_ rows: [[String?]], _ x: Double, _ y: Double, side: Double) {
        var shapes: [String: String] = [:]
        var order: [String] = []
        for (row, colors) in rows.enumerated() {
            var start = 0
            while start < colors.count {
                let color = colors[start]
                let end = colors[start...].firstIndex { $0 != color } ?? colors.count
                if let color {
                    if shapes[color] == nil { order.append(color) }
                    shapes[color, default: ""] += "M\(start) \(row)h\(end - start)v1h-\(end - start)z"
                }
                start = end
            }
        }
        if order.isEmpty { return }
        parts.append(
            "<g transform=\"translate(\(Self.number(x)) \(Self.number(y))) scale(\(Self.number(side)))\" shape-rendering=\"crispEdges\">"
        )
        for color in order { parts.append("<path d=\"\(shapes[color]!)\" fill=\"\(color)\"/>") }
        parts.append("</g>")
    }

    private static func stroke(_ color: String, _ width: Double, _ dashes: String) -> String {
        " stroke=\"\(color)\"" + (width == 1 ? "" : " stroke-width=\"\(number(width))\"")
            + (dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\"")
    }

    /// "1", "0.5", "-12.25".
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let hundredths = Int((min(max(value, -1e9), 1e9) * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        var digits = "\(whole)"
        if rest > 0 { digits += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)" }
        return hundredths < 0 ? "-" + digits : digits
    }

    /// Text as XML has it; what XML cannot hold becomes U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// About how wide a text is: an upper bound for the usual fonts, of which DejaVu Sans is the widest.
    static func width(of text: String, size: Double = 13) -> Double {
        var width = 0.0
        for scalar in text.unicodeScalars {
            switch scalar {
            case "i", "j", "l", "I", "t", "f", "r", ".", ",", ":", ";", "'", "|", "!", "(", ")", "[", "]", " ", "-":
                width += 0.4
            case "m", "w", "M", "W", "@", "%", "—": width += 0.98
            case "A"..."Z", "+", "=", "<", ">", "−", "×": width += 0.8
            case "\u{300}"..."\u{36F}": break
            case "\u{1100}"...: width += scalar.value > 0x2E80 ? 1.05 : 0.8
            default: width += 0.64
            }
        }
        return width * size
    }

    /// `text`, or its beginning and "…" where it is wider than `limit`.
    static func shortened(_ text: String, to limit: Double, size: Double = 13) -> String {
        if width(of: text, size: size) <= limit { return text }
        var result = text
        while !result.isEmpty, width(of: result + "…", size: size) > limit { result.removeLast() }
        return result + "…"
    }
}
