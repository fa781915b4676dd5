import CotangentTensor
import Testing

/// Where the first NaN or infinity stands, at lengths around the vector width, a loop's block (4,096) and a chunk (65,536).
@Suite struct FiniteTests {
    private static let counts = [0, 1, 7, 8, 9, 16, 17, 1000, 4096, 4097, 65_535, 65_536, 65_537, 200_000]

    @Test(arguments: [DType.float32, .float64], counts) func theFirstPlaceIsFound(_ dtype: DType, _ count: Int) {
        let largest = dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
        let clean = (0..<count).map { $0 % 3 == 0 ? largest : $0 % 3 == 1 ? -largest : 0 }
        #expect(Tensor(clean).cast(to: dtype).firstNonFinite == nil)
        for place in Set([0, count / 2, count - 1]) where count > 0 {
            for bad in [Double.nan, .infinity, -.infinity, -Double.nan] {
                var values = clean
                values[place] = bad
                values[count - 1] = bad
                let x = Tensor(values).cast(to: dtype)
                #expect(x.firstNonFinite == place && x.hasNonFinite, "\(bad) at \(place) of \(count)")
            }
        }
    }

    @Test func viewsAreLookedThroughInTheirOwnOrder() {
        let x = Tensor(rows: [[0.0, 1, .nan], [.infinity, 4, 5]])
        #expect(x.firstNonFinite == 2)
        #expect(x.transposed.firstNonFinite == 1)
        #expect(x[0..., 1].firstNonFinite == nil)
        #expect(x[1, 0...].firstNonFinite == 0)
        #expect(Tensor([1, 2]).firstNonFinite == nil && Tensor([true]).firstNonFinite == nil)
    }
}
