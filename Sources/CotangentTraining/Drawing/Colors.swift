/// Red, green and blue, each 0…1.
struct Color: Equatable {
    var red: Double
    var green: Double
    var blue: Double

    /// Of "#RRGGBB", as "#0072B2".
    init(_ hex: UInt32) {
        red = Double(hex >> 16 & 255) / 255
        green = Double(hex >> 8 & 255) / 255
        blue = Double(hex & 255) / 255
    }

    init(red: Double, green: Double, blue: Double) { (self.red, self.green, self.blue) = (red, green, blue) }

    /// "#0072b2"; what lies outside 0…1 is the nearer end, NaN 0.
    var hex: String {
        "#"
            + [red, green, blue].map { share in
                let value = share > 0 ? Int((min(share, 1) * 255).rounded()) : 0
                return (value < 16 ? "0" : "") + String(value, radix: 16)
            }.joined()
    }

    /// Whether white text reads better on it than dark text.
    var isDark: Bool { 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 }

    /// `share` of the way to `other`.
    func mixed(with other: Color, _ share: Double) -> Color {
        Color(
            red: red + (other.red - red) * share, green: green + (other.green - green) * share,
            blue: blue + (other.blue - blue) * share)
    }
}

/// The colours of pictures, which colour-blind people tell apart: Okabe and Ito's (2008), without their yellow, which
/// is too light for lines on white.
enum Palette {
    static let lines: [(color: String, dashes: String)] = [
        ("#000000", ""), ("#E69F00", "7 3"), ("#56B4E9", ""), ("#0072B2", "7 3"), ("#009E73", ""), ("#D55E00", "2 3"),
        ("#CC79A7", "9 3 2 3"),
    ]
    /// For curves whose dashes mean something.
    static let solid = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
    static let positive = Color(0x0072B2)
    static let negative = Color(0xD55E00)
    /// For what is not a number.
    static let missing = "#bbbbbb"

    private static let stops = [0xFFFFFF, 0xC6DBEF, 0x6BAED6, 0x2171B5, 0x08306B].map { Color($0) }

    /// From white at 0 to dark blue at 1, ever darker.
    static func sequential(_ share: Double) -> Color {
        let place = min(max(share, 0), 1) * Double(stops.count - 1)
        let index = min(Int(place), stops.count - 2)
        return stops[index].mixed(with: stops[index + 1], place - Double(index))
    }

    /// Red at −1, white at 0, blue at 1.
    static func diverging(_ share: Double) -> Color {
        Color(0xFFFFFF).mixed(with: share < 0 ? Color(0xA63E00) : Color(0x00507F), min(Swift.abs(share), 1))
    }
}
