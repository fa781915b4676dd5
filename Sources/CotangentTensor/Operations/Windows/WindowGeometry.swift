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
    package let output: SIMD3<Int>

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
        func resolve(_ size: SpatialSize, _ name: String, _ least: Int) throws(Problem) -> SIMD3<Int> {
            guard let resolved = size.resolved(rank: rank, rest: 1) else {
                throw Problem(message: "\(name) \(size) does not fit \(rank) spatial ax\(rank == 1 ? "is" : "es")")
            }
            guard resolved.min() >= least, resolved.max() <= Self.largest else {
                throw Problem(message: "\(name) \(size) must be at least \(least) along each axis")
            }
            return resolved
        }
        let kernel = try resolve(kernel, "the kernel size", 1)
        let stride = try resolve(stride, "the stride", 1)
        let dilation = try resolve(dilation, "the dilation", 1)
        let extent = dilation &* (kernel &- 1) &+ 1
        guard let (before, after) = padding.resolved(rank: rank, input: input, extent: extent, stride: stride) else {
            throw Problem(message: "the padding \(padding) does not fit \(rank) spatial axes")
        }
        guard before.min() >= 0, after.min() >= 0, before.max() <= Self.largest, after.max() <= Self.largest else {
            throw Problem(message: "the padding \(padding) must not be negative")
        }
        let room = input &+ before &+ after &- extent
        guard room.min() >= 0 else {
            func list(_ lengths: SIMD3<Int>) -> String {
                "[\((3 - rank..<3).map { "\(lengths[$0])" }.joined(separator: ", "))]"
            }
            let spread = dilation == SIMD3(repeating: 1) ? "" : " with dilation \(list(dilation)) spans \(list(extent)), and"
            throw Problem(
                message:
                    "a kernel of \(list(kernel))\(spread) is larger than the padded input, \(list(input &+ before &+ after))"
            )
        }
        var output = room / stride &+ 1
        if roundsUp {
            for axis in 0..<3 where room[axis] % stride[axis] != 0 {
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

    /// Beyond any memory, and far from overflow in products.
    private static let largest = 1 << 31

    /// The length that the dilated kernel covers.
    package var extent: SIMD3<Int> { dilation &* (kernel &- 1) &+ 1 }

    /// How many elements a channel of the input, one of the output and the kernel have.
    package var inputCount: Int { input[0] * input[1] * input[2] }
    package var outputCount: Int { output[0] * output[1] * output[2] }
    package var kernelCount: Int { kernel[0] * kernel[1] * kernel[2] }

    /// The output's spatial lengths, `rank` of them.
    package var outputLengths: [Int] { (3 - rank..<3).map { output[$0] } }
}
