import CCotangentKernels
import CotangentBLAS

/// A convolution of source planes with a set of taps: of x with the kernel, or of dy with those of its elements that
/// one class of inputs sees.
struct DirectFilter {
    struct Tap {
        /// Which element of the kernel.
        let element: Int
        /// Where in the box of the source it looks: slice of depth, remainders and places along height and width.
        let depth: Int
        let remainder: SIMD2<Int>
        let place: SIMD2<Int>
    }

    let taps: [Tap]
    /// Lengths of a plane of the source, and how many positions there are.
    let source: SIMD3<Int>
    let positions: SIMD3<Int>
    /// Position p looks at the source from p · move + origin on.
    let move: SIMD3<Int>
    let origin: SIMD3<Int>
    /// Steps between a box's slices, rows and columns, how many more of them than positions it has, and by how many
    /// remainders modulo the step its rows and columns are set apart.
    let step: SIMD3<Int>
    let extra: SIMD3<Int>
    let remainders: SIMD2<Int>
    /// Lengths of a plane of the target, in which position p stands at p · targetStep + targetOrigin.
    let target: SIMD3<Int>
    let targetStep: SIMD3<Int>
    let targetOrigin: SIMD3<Int>

    init(forward shape: ConvolutionShape) {
        let w = shape.window
        (source, positions, target) = (w.input, w.output, w.output)
        (move, origin) = (w.stride, .zero &- w.before)
        step = SIMD3(w.dilation[0], w.stride[1], w.stride[2])
        let reach = w.dilation &* (w.kernel &- 1)
        extra = SIMD3(w.kernel[0], reach[1] / w.stride[1], reach[2] / w.stride[2])
        remainders = SIMD2(Swift.min(reach[1] + 1, w.stride[1]), Swift.min(reach[2] + 1, w.stride[2]))
        (targetStep, targetOrigin) = (SIMD3(repeating: 1), .zero)
        var taps: [Tap] = []
        for d in 0..<w.kernel[0] {
            for h in 0..<w.kernel[1] {
                for x in 0..<w.kernel[2] {
                    let at = SIMD2(h * w.dilation[1], x * w.dilation[2])
                    let stride = SIMD2(w.stride[1], w.stride[2])
                    taps.append(Tap(element: taps.count, depth: d, remainder: at % stride, place: at / stride))
                }
            }
        }
        self.taps = taps
    }

    /// One filter for each class of inputs, those with equal (index + padding) modulo the stride.
    static func inputGradients(_ shape: ConvolutionShape) -> [DirectFilter] {
        let w = shape.window
        var filters: [DirectFilter] = []
        for d in 0..<w.stride[0] {
            for h in 0..<w.stride[1] {
                for x in 0..<w.stride[2] {
                    if let filter = DirectFilter(inputGradient: w, SIMD3(d, h, x)) { filters.append(filter) }
                }
            }
        }
        return filters
    }

    /// Of input i = s t + r − before, for the remainders r: output (t · s + r − k · dilation) / s for each element k of the
    /// kernel for which that is whole. nil where there is no such input.
    private init?(inputGradient w: WindowGeometry, _ residue: SIMD3<Int>) {
        var first = SIMD3<Int>.zero
        var counts = SIMD3<Int>.zero
        var shifts: [[(element: Int, shift: Int)]] = []
        var lowest = SIMD3<Int>.zero
        var extra = SIMD3<Int>.zero
        for axis in 0..<3 {
            let (s, r) = (w.stride[axis], residue[axis])
            let offset = w.before[axis] - r
            first[axis] = offset <= 0 ? -(-offset / s) : (offset + s - 1) / s
            let end = w.input[axis] - 1 + offset
            counts[axis] = end < 0 ? 0 : end / s + 1 - first[axis]
            let all = (0..<w.kernel[axis]).filter { (r - $0 * w.dilation[axis]) % s == 0 }
            shifts.append(all.map { ($0, (r - $0 * w.dilation[axis]) / s) })
            lowest[axis] = shifts[axis].map(\.shift).min() ?? 0
            extra[axis] = (shifts[axis].map(\.shift).max() ?? 0) - lowest[axis]
        }
        if counts.min() <= 0 { return nil }
        (source, positions, target) = (w.output, counts, w.input)
        (move, step) = (SIMD3(repeating: 1), SIMD3(repeating: 1))
        origin = first &+ lowest
        self.extra = extra &+ SIMD3(1, 0, 0)
        remainders = SIMD2(1, 1)
        targetStep = w.stride
        targetOrigin = first &* w.stride &+ residue &- w.before
        var taps: [Tap] = []
        for d in shifts[0] {
            for h in shifts[1] {
                for x in shifts[2] {
                    taps.append(
                        Tap(
                            element: (d.element * w.kernel[1] + h.element) * w.kernel[2] + x.element,
                            depth: d.shift - lowest[0], remainder: .zero,
                            place: SIMD2(h.shift - lowest[1], x.shift - lowest[2])))
                }
            }
        }
        self.taps = taps
    }
}
