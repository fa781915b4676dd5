import CCotangentKernels
import CotangentBLAS

/// How a direct convolution is cut: panels of positions, and parts of the source's channels, whose box stays in cache.
struct DirectCut {
    let filter: DirectFilter
    let panels: [ct_panel]
    /// Source channels of one part.
    let channels: Int
    /// Elements from one channel of a box to the next, rows of a box, and their length.
    let plane: Int
    let rows: Int
    let width: Int
    /// Where in a box each tap of each channel looks.
    let offsets: [Int32]
    /// Whether the vectors of a row begin with the row. Otherwise they run on from row to row, over the places between
    /// the rows' ends, which are computed for nothing: better where rows fill their last vector badly.
    let isByRow: Bool
    /// Whether the source is read where it is, without a box.
    let isInPlace: Bool

    private static let lanes = 16

    /// - Parameters:
    ///   - channels: of the source.
    ///   - boxBytes: what a box may take.
    ///   - positionBytes: what one position of the other operand takes, and all of them may.
    ///   - units: how many panels there should be at least.
    init(
        _ filter: DirectFilter, channels: Int, parts: Int, boxBytes: Int, positions most: Int, units: Int,
        elementSize: Int, inPlace: Bool = false
    ) {
        self.filter = filter
        let positions = filter.positions
        let part = max(1, (channels + parts - 1) / parts)
        // A long row is cut into equal parts of whole vectors.
        let columns: Int
        if positions[2] <= 1024 {
            columns = positions[2]
        } else {
            let pieces = (positions[2] + 511) / 512
            columns = ((positions[2] + pieces - 1) / pieces + 15) & ~15
        }
        let width = columns + filter.extra[2]
        let slices = filter.extra[0] * filter.remainders[0] * filter.remainders[1]
        let rowBytes = part * slices * width * elementSize
        var height = max(1, min(positions[1], most / width, boxBytes / rowBytes - filter.extra[1]))
        height = min(height, max(1, (positions[1] + units - 1) / units))
        let blocks = (positions[1] + height - 1) / height
        height = (positions[1] + blocks - 1) / blocks
        let boxRows = height + filter.extra[1]
        isInPlace = inPlace
        let plane =
            inPlace
            ? filter.source[0] * filter.source[1] * filter.source[2]
            : withUnsafePointer(to: filter.box(at: .zero, boxRows, width)) { Int(ct_band_count($0)) }
        var offsets: [Int32] = []
        offsets.reserveCapacity(part * filter.taps.count)
        for channel in 0..<part {
            for tap in filter.taps {
                let slice =
                    (tap.depth * filter.remainders[0] + tap.remainder[0]) * filter.remainders[1] + tap.remainder[1]
                offsets.append(Int32(channel * plane + (slice * boxRows + tap.place[0]) * width + tap.place[1]))
            }
        }
        panels = Panels.cut(positions, rows: height, columns: columns)
        self.channels = part
        self.plane = plane
        rows = boxRows
        self.width = width
        self.offsets = offsets
        let byRow = height * ((columns + 15) / 16)
        let through = ((height - 1) * width + columns + 15) / 16
        isByRow = columns >= Self.lanes && 25 * byRow <= 26 * through
    }

    /// Elements of a box, and of what is read behind it.
    var boxCount: Int { (channels * plane + Int(CT_BAND_SLACK) + 15) & ~15 }

    func box(of panel: ct_panel) -> ct_band {
        filter.box(
            at: SIMD3(panel.depth, panel.row, panel.column) &* filter.move &+ filter.origin, rows, width)
    }

    /// Vectors of a panel.
    func vectors(of panel: ct_panel) -> Int {
        isByRow
            ? panel.rows * ((panel.columns + 15) / 16) : ((panel.rows - 1) * width + panel.columns + 15) / 16
    }

    /// The most vectors that a panel has.
    var mostVectors: Int { vectors(of: panels[0]) }

    /// Where the vectors of a panel stand in a box.
    ///
    /// - Parameter overlapping: the last vector of a row ends with it, and so overlaps the one before. Otherwise it goes
    ///   past the row's end.
    func writePlaces(of panel: ct_panel, overlapping: Bool, pitch: Int, _ places: UnsafeMutablePointer<Int32>) {
        guard isByRow else {
            for v in 0..<vectors(of: panel) { places[v] = Int32(v * Self.lanes) }
            return
        }
        var v = 0
        for row in 0..<panel.rows {
            for column in stride(from: 0, to: panel.columns, by: Self.lanes) {
                let start = overlapping ? min(column, panel.columns - Self.lanes) : column
                places[v] = Int32(row * pitch + start)
                v += 1
            }
        }
    }
}
