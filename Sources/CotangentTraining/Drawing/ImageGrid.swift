import CotangentTensor

/// Images side by side, gray or in colour.
public struct ImageGrid: Picture {
    /// Rows of colours, for each image.
    private let images: [[[String?]]]
    private let columns: Int
    private let names: [String]
    private let title: String
    private let note: String

    /// Images [count, height, width] or [count, 1 or 3 channels, height, width], with 0 black and 1 white; what lies
    /// outside is the nearer of both, NaN black.
    ///
    /// - Parameters:
    ///   - names: written below the images: classes, predictions; one each, or none.
    ///   - columns: how many stand beside one another; by default about as many as rows.
    public init(_ images: Tensor, names: [String] = [], columns: Int? = nil, title: String = "") {
        self.init(images, names: names, columns: columns, title: title, note: "")
    }

    init(_ images: Tensor, names: [String], columns: Int?, title: String, note: String) {
        let x = images.rank == 3 ? images.expandingAxis(1) : images
        guard x.rank == 4, x.shape[1] == 1 || x.shape[1] == 3 else {
            fail("ImageGrid", "\(images.summary): [count, height, width] or [count, 1 or 3, height, width] is expected")
        }
        if let columns, columns < 1 { fail("ImageGrid", "\(columns) columns: at least 1 is needed") }
        let (count, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
        let values = x.doubles
        self.images = (0..<count).map { image in
            (0..<height).map { row in
                (0..<width).map { column in
                    func value(_ channel: Int) -> Double {
                        values[((image * channels + channel) * height + row) * width + column]
                    }
                    let last = channels - 1
                    return Color(red: value(0), green: value(last / 2), blue: value(last)).hex
                }
            }
        }
        self.columns = columns ?? max(1, Int(Double(count).squareRoot().rounded(.up)))
        (self.names, self.title, self.note) = (names, title, note)
    }

    public var svg: String {
        let (height, width) = (images.first?.count ?? 0, images.first?.first?.count ?? 0)
        // Pixels of whole size, so that all look alike.
        let side = max(1, min(12, (96 / Double(max(height, width, 1))).rounded(.down)))
        let (cellWidth, cellHeight) = (side * Double(width) + 8, side * Double(height) + 8 + (names.isEmpty ? 0 : 18))
        let rows = (images.count + columns - 1) / columns
        let top = title.isEmpty ? 12.0 : 42
        var svg = SVG(
            width: max(
                24 + Double(min(columns, images.count)) * cellWidth,
                max(SVG.width(of: title, size: 16), SVG.width(of: note, size: 12)) + 32),
            height: top + Double(rows) * cellHeight + 8 + (note.isEmpty ? 0 : 20), title: title)
        svg.text(title, 16, 26, size: 16, isBold: true)
        for (index, image) in images.enumerated() {
            let (x, y) = (16 + Double(index % columns) * cellWidth, top + Double(index / columns) * cellHeight)
            svg.pixels(image, x, y, side: side)
            svg.rectangle(
                x - 0.5, y - 0.5, side * Double(width) + 1, side * Double(height) + 1, fill: "none", stroke: "#999")
            if index < names.count {
                svg.text(
                    SVG.shortened(names[index], to: cellWidth - 2, size: 12), x + side * Double(width) / 2,
                    y + side * Double(height) + 14, size: 12, anchor: .middle)
            }
        }
        svg.text(note, 16, top + Double(rows) * cellHeight + 14, size: 12)
        return svg.text
    }
}
