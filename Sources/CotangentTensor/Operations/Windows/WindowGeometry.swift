/// How a window moves over an input: the one place where kernel size, stride, padding and dilation are checked and the
/// output's size is found, for convolutions of every form and for pooling.
///
/// There are always three spatial axes (depth, height, width); of an image or a signal the first ones are 1 long.
package struct WindowGeometry: Sendable, Hashable {
    /// How many of the axes are meant: 1 to 3.
    package let rank: Int
    package let input: SIMD3<Int>
    package let kernel: SIMD3<Int>
    package let stride: SIMD3<Int>
    package let before: SIMD3<Int>
    package let after: SIMD3<Int>
    package let dilation: SIMD3<Int>
    package private(set) var output: SIMD3<Int>

    /// What was asked for cannot be: the message names the numbers.
    package struct Problem: Error {
        package let message: String
    }

    /// - Parameters:
    ///   - input: the spatial lengths, 1 to 3 of them.
    ///   - roundsUp: whether a window that begins inside of the input and ends past its padding counts (PyTorch's
    ///     ceil mode).
    package init(
        input lengths: some RandomAccessCollection<Int>, kernel: SpatialSize, stride: SpatialSize, padding: Padding,
        dilation: SpatialSize, roundsUp: Bool = false
    ) throws(Problem) {
        let rank = lengths.count
        var input = SIMD3<Int>(repeating: 1)
        for (axis, length) in lengths.enumerated() { input[3 - rank + axis] = length }
        func resolve(_ size: SpatialSize, _ name: String) throws(Problem) -> SIMD3<Int> {
            try Self.resolve(size, name, rank, least: 1, rest: 1)
        }
        let kernel = try resolve(kernel, "the kernel size")
        let stride = try resolve(stride, "the stride")
        let dilation = try resolve(dilation, "the dilation")
        let extent = dilation &* (kernel &- 1) &+ 1
        guard let (before, after) = padding.resolved(rank: rank, input: input, extent: extent, stride: stride) else {
            throw Problem(message: Self.misfit("the padding \(padding)", rank))
        }
        try Self.check(padding, before, after)
        let room = input &+ before &+ after &- extent
        // Rounding up, a window may end less than a stride past the padding.
        guard (roundsUp ? room &+ stride &- 1 : room).min() >= 0 else {
            func list(_ lengths: SIMD3<Int>) -> String {
                "[\((3 - rank..<3).map { "\(lengths[$0])" }.joined(separator: ", "))]"
            }
            let spread =
                dilation == SIMD3(repeating: 1) ? "" : " with dilation \(list(dilation)) spans \(list(extent)), and"
            throw Problem(
                message:
                    "a kernel of \(list(kernel))\(spread) is larger than the padded input, \(list(input &+ before &+ after))"
            )
        }
        var output = room / stride &+ 1
        if roundsUp {
            for axis in 0..<3 where room[axis] > 0 && room[axis] % stride[axis] != 0 {
                // A window must begin inside of the input or the padding before it.
                if output[axis] * stride[axis] < input[axis] + before[axis] { output[axis] += 1 }
            }
        }
        self.rank = rank
        self.input = input
        self.kernel = kernel
        self.stride = stride
        self.before = before
        self.after = after
        self.dilation = dilation
        self.output = output
    }

    /// The window of the convolution whose adjoint takes an input of `lengths` to an output that is `outputPadding`
    /// longer than the shortest possible.
    init(
        transposing lengths: some RandomAccessCollection<Int>, kernel: SpatialSize, stride: SpatialSize,
        padding: Padding, outputPadding: SpatialSize, dilation: SpatialSize
    ) throws(Problem) {
        let rank = lengths.count
        let steps = try Self.resolve(stride, "the stride", rank, least: 1, rest: 1)
        let spread = try Self.resolve(dilation, "the dilation", rank, least: 1, rest: 1)
        let sizes = try Self.resolve(kernel, "the kernel size", rank, least: 1, rest: 1)
        let extra = try Self.resolve(outputPadding, "the output padding", rank, least: 0, rest: 0)
        let extent = spread &* (sizes &- 1) &+ 1
        guard let (before, after) = padding.resolvedSides(rank: rank) else {
            throw Problem(message: Self.misfit("the padding \(padding)", rank) + " of a transposed convolution")
        }
        try Self.check(padding, before, after)
        guard all(extra .< pointwiseMax(steps, spread)) else {
            throw Problem(
                message:
                    "the output padding \(outputPadding) must be less than the stride \(stride) or the dilation \(dilation)"
            )
        }
        var whole: [Int] = []
        for (axis, length) in zip(3 - rank..<3, lengths) {
            let size = (length - 1) * steps[axis] + extent[axis] + extra[axis] - before[axis] - after[axis]
            guard length > 0, size > 0 else {
                throw Problem(
                    message: "a length of \(length) with padding \(padding) gives an output of length \(size)")
            }
            whole.append(size)
        }
        try self.init(input: whole, kernel: kernel, stride: stride, padding: padding, dilation: dilation)
        // An output padding of the stride or more leaves room for windows that do not count.
        for (axis, length) in zip(3 - rank..<3, lengths) { output[axis] = length }
    }

    private static func resolve(
        _ size: SpatialSize, _ name: String, _ rank: Int, least: Int, rest: Int
    ) throws(Problem) -> SIMD3<Int> {
        guard let resolved = size.resolved(rank: rank, rest: rest) else {
            throw Problem(message: misfit("\(name) \(size)", rank))
        }
        guard resolved.min() >= least else {
            throw Problem(message: "\(name) \(size) must be at least \(least) along each axis")
        }
        guard resolved.max() <= largest else {
            throw Problem(message: "\(name) \(size) must be at most \(largest) along each axis")
        }
        return resolved
    }

    private static func misfit(_ what: String, _ rank: Int) -> String {
        "\(what) does not fit \(rank) spatial ax\(rank == 1 ? "is" : "es")"
    }

    private static func check(_ padding: Padding, _ before: SIMD3<Int>, _ after: SIMD3<Int>) throws(Problem) {
        guard before.min() >= 0, after.min() >= 0 else {
            throw Problem(message: "the padding \(padding) must not be negative")
        }
        guard before.max() <= largest, after.max() <= largest else {
            throw Problem(message: "the padding \(padding) must be at most \(largest) on each side")
        }
    }

    /// Beyond any memory, and far from overflow in products.
    private static let largest = 1 << 31

    /// The length that the dilated kernel covers.
    package var extent: SIMD3<Int> { dilation &* (kernel &- 1) &+ 1 }

    /// How many elements a channel of the input, one of the output and the kernel have.
    package var inputCount: Int { input[0] * input[1] * input[2] }
    package var outputCount: Int { output[0] * output[1] * output[2] }
    package var kernelCount: Int { kernel[0] * kernel[1] * kernel[2] }

    /// The spatial lengths of the axes that count.
    package var inputLengths: [Int] { lengths(input) }
    package var outputLengths: [Int] { lengths(output) }
    package var kernelLengths: [Int] { lengths(kernel) }

    private func lengths(_ all: SIMD3<Int>) -> [Int] { (3 - rank..<3).map { all[$0] } }
}
