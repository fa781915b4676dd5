import ArgumentParser
import Cotangent

struct Filter: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Filters an image: blurs it, sharpens it, finds its edges.",
        discussion: """
            The result is the convolution (I ∗ K)(m, n) = Σ I(m − i, n − j) K(i, j) of the image with a kernel, channel by \
            channel and of the image's size; alpha stays as it is. Values are 0 (black) to 1 (white), and what lies outside \
            of that is cut off when it is written: use --scale and --offset for kernels that give negative values.

            PPM and PGM (also as .pnm) are always read and written. PNG takes libpng and a build with the trait PNG: \
            swift run -c release --traits PNG cotangent filter …

            A kernel file has a row of numbers on each line, divided by spaces or commas. 1/9 is a number too, and # begins \
            a comment. The kernel is flipped as the formula says, unless --correlate is given.

            EXAMPLES
              cotangent filter --list
              cotangent filter flower.png sharp.png --kernel sharpen
              cotangent filter flower.png blurred.png --kernel gaussian --deviation 2
              cotangent filter flower.png smaller.png --kernel box --size 2 --step 2
              cotangent filter flower.png edges.png -k sobel-magnitude --scale 0.5
              cotangent filter flower.png slopes.png -k sobel-x --scale 0.1 --offset 0.5
              cotangent filter flower.ppm mine.ppm --kernel-file mine.txt --border zero

            EXIT STATUS
              0   the image was written, in place of a file of that name
              1   a file could not be read or written; OUT is as it was
              64  the arguments do not fit together
            """)

    @Argument(help: "The image to read: PNG, PPM or PGM.")
    var input: String?

    @Argument(help: "The image to write; its ending says how: .png, .ppm, .pgm or .pnm.")
    var output: String?

    @Option(name: [.short, .long], help: "A kernel of the gallery: see --list.")
    var kernel: String?

    @Option(help: ArgumentHelp("A text file with a kernel of your own.", valueName: "path"))
    var kernelFile: String?

    @OptionGroup(title: "OPTIONS OF KERNELS") var parameters: KernelParameters

    @Option(help: "What lies beyond the edges.")
    var border: FilterBorder = .reflect

    @Flag(help: "Turn the image gray first (0.299 R + 0.587 G + 0.114 B).")
    var gray = false

    @Flag(help: "Take the kernel as it stands: correlation instead of convolution.")
    var correlate = false

    @Option(parsing: .unconditional, help: "Multiply the result.")
    var scale = 1.0

    @Option(parsing: .unconditional, help: "Add to the result, after --scale.")
    var offset = 0.0

    @Option(help: "Keep every n-th row and column: after a blur, a smaller image.")
    var step = 1

    @Flag(help: "Print the gallery's kernels and their numbers, or those of --kernel, and do nothing else.")
    var list = false

    private var entry: GalleryKernel? { kernel.flatMap(GalleryKernel.named) }

    func validate() throws {
        if let kernel {
            guard let entry else {
                let names = GalleryKernel.all.map(\.name).joined(separator: ", ")
                throw ValidationError("There is no kernel '\(kernel)'. There are: \(names).")
            }
            try parameters.check(for: entry)
        } else {
            try parameters.checkNone()
        }
        if kernel != nil, kernelFile != nil { throw ValidationError("Give either --kernel or --kernel-file.") }
        guard (1...Int(Int32.max)).contains(step) else {
            throw ValidationError("--step \(step) must be within 1…\(Int32.max).")
        }
        if !scale.isFinite || !offset.isFinite { throw ValidationError("--scale and --offset must be finite.") }
        if list { return }
        guard input != nil, output != nil else {
            throw ValidationError("Name the image to read and the one to write: cotangent filter IN OUT --kernel NAME")
        }
        if kernel == nil, kernelFile == nil {
            throw ValidationError(
                "Name a kernel with --kernel (cotangent filter --list shows them), or give a --kernel-file.")
        }
        if correlate, entry?.make == nil, kernelFile == nil {
            throw ValidationError("--correlate changes nothing for '\(kernel!)', which has no sign.")
        }
    }

    func run() throws {
        if list {
            let kernels = entry.map { [$0] } ?? GalleryKernel.all
            return print(kernels.map { $0.description(with: parameters) }.joined(separator: "\n\n"))
        }
        do {
            try filtered(Image(path: input!)).write(to: output!)
        } catch let error as ImageError where error.reason == .withoutPNG {
            throw Problem(
                description: """
                    \(error.file): this build of cotangent has no PNG. Install libpng (apt install libpng-dev, or \
                    brew install libpng) and run
                      swift run -c release --traits PNG cotangent filter …
                    or use .ppm and .pgm files.
                    """)
        }
    }

    private func filtered(_ image: Image) throws -> Image {
        var result = gray ? image.grayscale : image
        let colours = result.pixels[0..<result.colorCount]
        var filtered: Tensor
        if let kernelFile {
            filtered = apply(try KernelFile.read(kernelFile), to: colours)
        } else if let make = entry!.make {
            filtered = apply(make(parameters), to: colours)
        } else {
            filtered = sobelMagnitude(colours, border: border)
        }
        filtered = filtered * scale + offset
        let alpha = result.pixels[result.colorCount...]
        result.pixels = concatenate([filtered, alpha])[.all, .every(step), .every(step)]
        return result
    }

    private func apply(_ kernel: Tensor, to x: Tensor) -> Tensor {
        correlate ? Cotangent.correlate(x, kernel, border: border) : convolve(x, kernel, border: border)
    }
}

extension FilterBorder: ExpressibleByArgument {}

/// What went wrong, as it is printed.
struct Problem: Error, CustomStringConvertible {
    let description: String
}
