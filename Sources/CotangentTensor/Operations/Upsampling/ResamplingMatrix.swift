/// A sparse matrix that makes each place along one axis of an output from a few of the input's.
struct ResamplingMatrix: Sendable {
    let rows: Int
    let columns: Int
    /// The entries of row r are starts[r]..<starts[r + 1]: columns and weights.
    let starts: [Int]
    let places: [Int]
    let weights: [Double]

    private init(rows: Int, columns: Int, _ entries: (Int) -> [(place: Int, weight: Double)]) {
        var starts = [0]
        var places: [Int] = []
        var weights: [Double] = []
        starts.reserveCapacity(rows + 1)
        for row in 0..<rows {
            for entry in entries(row) where entry.weight != 0 {
                places.append(entry.place)
                weights.append(entry.weight)
            }
            starts.append(places.count)
        }
        self.init(rows: rows, columns: columns, starts: starts, places: places, weights: weights)
    }

    private init(rows: Int, columns: Int, starts: [Int], places: [Int], weights: [Double]) {
        self.rows = rows
        self.columns = columns
        self.starts = starts
        self.places = places
        self.weights = weights
    }

    /// The adjoint.
    var transposed: ResamplingMatrix {
        var starts = [Int](repeating: 0, count: columns + 1)
        for place in places { starts[place + 1] += 1 }
        for column in 0..<columns { starts[column + 1] += starts[column] }
        var next = starts
        var turned = [Int](repeating: 0, count: places.count)
        var weights = [Double](repeating: 0, count: places.count)
        for row in 0..<rows {
            for entry in self.starts[row]..<self.starts[row + 1] {
                let target = next[places[entry]]
                next[places[entry]] += 1
                turned[target] = row
                weights[target] = self.weights[entry]
            }
        }
        return ResamplingMatrix(rows: columns, columns: rows, starts: starts, places: turned, weights: weights)
    }

    /// The means of ⌊o n / m⌋ ..< ⌈(o + 1) n / m⌉.
    static func means(from n: Int, to m: Int) -> ResamplingMatrix {
        ResamplingMatrix(rows: m, columns: n) { row in
            let window = row * n / m..<((row + 1) * n + m - 1) / m
            return window.map { ($0, 1 / Double(window.count)) }
        }
    }

    /// Output o is input ⌊o · ratio⌋. The ratio is a float32, whatever the tensor's dtype, as in PyTorch: that decides
    /// where the product is close to an integer.
    static func nearest(from n: Int, to m: Int, scale: Double?) -> ResamplingMatrix {
        let ratio = scale.map { Float(1 / $0) } ?? Float(n) / Float(m)
        return ResamplingMatrix(rows: m, columns: n) { row in
            [(Swift.min(Int(Float(row) * ratio), n - 1), 1)]
        }
    }

    /// Output o lies at o (n − 1) / (m − 1) where corners are aligned, at (o + ½) n / m − ½ (but not before 0)
    /// otherwise, and is interpolated between the two inputs around that.
    static func linear(from n: Int, to m: Int, scale: Double?, alignCorners: Bool) -> ResamplingMatrix {
        let ratio =
            alignCorners
            ? (m > 1 ? Double(n - 1) / Double(m - 1) : 0) : scale.map { 1 / $0 } ?? Double(n) / Double(m)
        return ResamplingMatrix(rows: m, columns: n) { row in
            let place = alignCorners ? Double(row) * ratio : Swift.max(0, (Double(row) + 0.5) * ratio - 0.5)
            let left = Swift.min(Int(place), n - 1)
            let share = Swift.min(place - Double(left), 1)
            return left == n - 1 ? [(left, 1)] : [(left, 1 - share), (left + 1, share)]
        }
    }
}
