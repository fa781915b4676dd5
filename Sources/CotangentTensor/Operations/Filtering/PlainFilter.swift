/// The lecture's formula as it stands, one plane [height, width] in float64 with nothing made fast: what `convolve`
/// and `correlate` are held against.
package func plainConvolution(
    _ image: [[Double]], _ kernel: [[Double]], extent: FilterExtent = .same, border: FilterBorder = .zero,
    flipping: Bool = true
) -> [[Double]] {
    let (height, width) = (image.count, image[0].count)
    let (rows, columns) = (kernel.count, kernel[0].count)
    func value(_ m: Int, _ n: Int) -> Double {
        let (row, column) = (border.source(of: m, length: height), border.source(of: n, length: width))
        return row < 0 || column < 0 ? 0 : image[row][column]
    }
    // With I(m − i) the result begins where the kernel's first element meets the image's first; with I(m + i), where
    // its last one does.
    func range(_ length: Int, _ size: Int) -> Range<Int> {
        let (first, last) = flipping ? (0, length + size - 1) : (1 - size, length)
        switch extent {
        case .full: return first..<last
        case .same:
            let start = flipping ? (size - 1) / 2 : -((size - 1) / 2)
            return start..<start + length
        case .valid: return first + size - 1..<last - size + 1
        }
    }
    return range(height, rows).map { m in
        range(width, columns).map { n in
            var sum = 0.0
            for i in 0..<rows {
                for j in 0..<columns {
                    sum += (flipping ? value(m - i, n - j) : value(m + i, n + j)) * kernel[i][j]
                }
            }
            return sum
        }
    }
}
