import Cotangent
import Foundation

/// A kernel that the command line names.
struct GalleryKernel: Sendable {
    let name: String
    let summary: String
    let options: [KernelParameters.Name]
    /// nil for the gradient's magnitude, which is no kernel.
    let make: (@Sendable (KernelParameters) -> Tensor)?

    static let all: [GalleryKernel] = [
        GalleryKernel("identity", "The image itself.", [.size]) { FilterKernel.identity(size: $0.size ?? 3) },
        GalleryKernel("box", "The mean of a square.", [.size]) { FilterKernel.box($0.size ?? 3) },
        GalleryKernel("gaussian", "A smooth blur.", [.deviation, .radius]) {
            FilterKernel.gaussian(deviation: $0.deviation ?? 1, radius: $0.radius)
        },
        GalleryKernel("motion", "The blur of a camera that moved.", [.length, .angle]) {
            FilterKernel.motion(length: $0.length ?? 9, angle: $0.angle ?? 0)
        },
        GalleryKernel("sharpen", "The image less its Laplacian.") { _ in FilterKernel.sharpen() },
        GalleryKernel("unsharp", "Unsharp masking: plus what a Gaussian takes away.", [.amount, .deviation, .radius]) {
            FilterKernel.unsharp(amount: $0.amount ?? 1, deviation: $0.deviation ?? 1, radius: $0.radius)
        },
        GalleryKernel("sobel-x", "How fast it grows brighter to the right.") { _ in FilterKernel.sobelX() },
        GalleryKernel("sobel-y", "How fast it grows brighter downward.") { _ in FilterKernel.sobelY() },
        GalleryKernel("scharr-x", "The same with weights that turn better.") { _ in FilterKernel.scharrX() },
        GalleryKernel("scharr-y", "The same with weights that turn better, downward.") { _ in FilterKernel.scharrY() },
        GalleryKernel("prewitt-x", "The same with even weights.") { _ in FilterKernel.prewittX() },
        GalleryKernel("prewitt-y", "The same with even weights, downward.") { _ in FilterKernel.prewittY() },
        GalleryKernel("laplacian", "How far the four neighbours lie above a pixel.") { _ in FilterKernel.laplacian() },
        GalleryKernel("laplacian-8", "How far the eight neighbours lie above a pixel.") { _ in
            FilterKernel.laplacian(neighbours: 8)
        },
        GalleryKernel("emboss", "A relief lit from the upper left.") { _ in FilterKernel.emboss() },
        GalleryKernel(
            name: "sobel-magnitude", summary: "How steep it is, whichever way: √(sobel-x² + sobel-y²).", options: [],
            make: nil),
    ]

    private init(
        _ name: String, _ summary: String, _ options: [KernelParameters.Name] = [],
        make: @escaping @Sendable (KernelParameters) -> Tensor
    ) {
        self.init(name: name, summary: summary, options: options, make: make)
    }

    private init(
        name: String, summary: String, options: [KernelParameters.Name], make: (@Sendable (KernelParameters) -> Tensor)?
    ) {
        self.name = name
        self.summary = summary
        self.options = options
        self.make = make
    }

    /// By its name, which may be written like the library's, sobelX.
    static func named(_ name: String) -> GalleryKernel? {
        func plain(_ name: String) -> String { name.lowercased().filter { $0 != "-" && $0 != "_" } }
        return all.first { plain($0.name) == plain(name) }
    }

    /// Name, meaning, options, and the numbers in columns.
    func description(with parameters: KernelParameters) -> String {
        var lines = ["\(name): \(summary)"]
        if !options.isEmpty { lines[0] += " " + options.map { "--\($0.rawValue)" }.joined(separator: ", ") }
        guard let make else { return lines[0] }
        let kernel = make(parameters)
        let texts = kernel.floats.map(Self.text)
        let width = texts.map(\.count).max()!
        for row in 0..<kernel.shape[0] {
            let cells = texts[row * kernel.shape[1]..<(row + 1) * kernel.shape[1]]
            lines.append(
                "  " + cells.map { String(repeating: " ", count: width - $0.count) + $0 }.joined(separator: " "))
        }
        return lines.joined(separator: "\n")
    }

    /// Four decimals where there are any.
    private static func text(_ value: Float) -> String {
        if let integer = Int(exactly: value) { return "\(integer)" }
        return String(format: "%.4f", Swift.abs(value) < 0.00005 ? 0 : value)
    }
}
