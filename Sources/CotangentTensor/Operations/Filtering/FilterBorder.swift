/// How much of a filter's result is wanted, along each axis: for a signal of n and a kernel of k elements
public enum FilterExtent: Sendable, Hashable, CaseIterable {
    /// n + k − 1 elements: wherever kernel and signal meet.
    case full
    /// n elements: the result lies on the signal, the kernel's middle on each element.
    case same
    /// n − k + 1 elements: where the kernel lies wholly on the signal. The border does not matter.
    case valid
}

/// What a filter finds beyond the ends of a signal a b c d or the edges of an image.
public enum FilterBorder: String, Sendable, Hashable, CaseIterable {
    /// `0 0 0 0 | a b c d | 0 0 0 0`. SciPy's `fill` and `constant`.
    case zero
    /// `d c b a | a b c d | d c b a`: about the edge, so the outermost element is met twice. SciPy's `symm` (signal)
    /// and `reflect` (ndimage), NumPy's `symmetric`.
    case reflect
    /// `. d c b | a b c d | c b a .`: about the outermost element, which is met once. SciPy's `mirror` (ndimage),
    /// NumPy's and PyTorch's `reflect`.
    case mirror
    /// `a a a a | a b c d | d d d d`. SciPy's `nearest`, NumPy's `edge`.
    case replicate
    /// `a b c d | a b c d | a b c d`. SciPy's and NumPy's `wrap`.
    case wrap

    /// Which of `length` elements stands at `index`, within 0..<length or not; −1 for none. However far outside.
    func source(of index: Int, length: Int) -> Int {
        func modulo(_ period: Int) -> Int {
            let rest = index % period
            return rest < 0 ? rest + period : rest
        }
        switch self {
        case .zero: return (0..<length).contains(index) ? index : -1
        case .reflect:
            let place = modulo(2 * length)
            return place < length ? place : 2 * length - 1 - place
        case .mirror:
            if length == 1 { return 0 }
            let place = modulo(2 * length - 2)
            return place < length ? place : 2 * length - 2 - place
        case .replicate: return Swift.min(Swift.max(index, 0), length - 1)
        case .wrap: return modulo(length)
        }
    }
}

/// How many rows and columns a filter needs before and after a plane, and what they hold.
struct FilterMargins: Sendable, Equatable {
    var before: SIMD2<Int>
    var after: SIMD2<Int>
    var border: FilterBorder

    /// No margins.
    static let none = FilterMargins(before: SIMD2(), after: SIMD2(), border: .zero)

    /// What gives `extent` for the product sums Σ K(i) I(m + i − before): of a correlation, or of a convolution whose
    /// kernel was turned. An even kernel has its middle, ⌊(k − 1)/2⌋, in its own order, so that the two differ.
    init(_ extent: FilterExtent, kernel: SIMD2<Int>, turned: Bool, border: FilterBorder) {
        self.border = border
        switch extent {
        case .full: (before, after) = (kernel &- 1, kernel &- 1)
        case .same:
            let (small, large) = ((kernel &- 1) / 2, kernel / 2)
            (before, after) = turned ? (large, small) : (small, large)
        case .valid: (before, after) = (SIMD2(), SIMD2())
        }
    }

    init(before: SIMD2<Int>, after: SIMD2<Int>, border: FilterBorder) {
        self.before = before
        self.after = after
        self.border = border
    }

    /// All places that a kernel of this size meets, with zeros around.
    static func full(kernel: SIMD2<Int>) -> FilterMargins {
        FilterMargins(before: kernel &- 1, after: kernel &- 1, border: .zero)
    }

    var isNone: Bool { before == SIMD2() && after == SIMD2() }
}
