import Cotangent
import TestSupport
import Testing

@Suite struct PreprocessingTests {
    private let fixture = DataFixture.all

    @Test(arguments: [DType.float32, .float64]) func standardizing(_ dtype: DType) {
        let scaling = fixture.scaling
        let x = Tensor(rows: scaling.x).cast(to: dtype)
        let test = Tensor(rows: scaling.test).cast(to: dtype)
        let standardizer = Standardizer(fitting: x)
        #expect(standardizer.mean.shape == [1, 4] && standardizer.mean.dtype == dtype)
        #expect(relativeDistance(standardizer.mean.doubles, scaling.mean) < (dtype == .float32 ? 1e-6 : 1e-14))
        // Column 3 has a deviation of 0.01 around 1000, which float32 holds to 6e-5.
        for column in dtype == .float32 ? [0, 1, 2] : [0, 1, 2, 3] {
            let tolerance = dtype == .float32 ? 1e-5 : 1e-10
            #expect(abs(standardizer.deviation.doubles[column] / scaling.deviation[column] - 1) < tolerance)
            let columns = [standardizer(x), standardizer(test)].map { $0[.all, column].doubles }
            // Of column 1, which is constant, scikit-learn leaves what rounding made of the mean, 4e-16; here it is 0.
            let wanted = scaling.standardized.map { column == 1 ? ($0[1] - 4.440892098500626e-16) : $0[column] }
            #expect(relativeDistance(columns[0], wanted) < tolerance)
            #expect(relativeDistance(columns[1], scaling.standardizedTest.map { $0[column] }) < tolerance)
        }
        #expect(relativeDistance(standardizer.inverse(standardizer(x)), x) < (dtype == .float32 ? 1e-6 : 1e-14))
        #expect(standardizer.deviation.doubles[1] == 1 && standardizer(x)[.all, 1].doubles.allSatisfy { $0 == 0 })
    }

    @Test func constantsInEveryPrecision() {
        for dtype in [DType.float32, .float64] {
            for value in [0.1, 1e-8, 3e7, -7.3] {
                let standardizer = Standardizer(fitting: Tensor.full([10_001, 2], value, dtype: dtype))
                #expect(standardizer.deviation.doubles == [1, 1], "\(value)")
            }
            // And what only seems constant.
            let step = Tensor([1.0, 1.0, 1.000001]).cast(to: dtype).reshaped(3, 1)
            #expect(Standardizer(fitting: step).deviation.item < 1e-5)
        }
    }

    /// Images: a figure for each channel.
    @Test func standardizingChannels() {
        var generator = PhiloxGenerator(seed: 1)
        let x = Tensor.normal([5, 3, 4, 4], mean: 2, deviation: 3, dtype: .float64, using: &generator)
        let standardizer = Standardizer(fitting: x, axes: [0, 2, 3])
        #expect(standardizer.mean.shape == [1, 3, 1, 1])
        let y = standardizer(x)
        #expect(abs(mean(y, axes: [0, 2, 3])).doubles.allSatisfy { $0 < 1e-14 })
        #expect(abs(variance(y, axes: [0, 2, 3]) - 1).doubles.allSatisfy { $0 < 1e-13 })
    }

    @Test(arguments: [DType.float32, .float64]) func scaling(_ dtype: DType) {
        let x = Tensor(rows: fixture.scaling.x).cast(to: dtype)
        let test = Tensor(rows: fixture.scaling.test).cast(to: dtype)
        let scaler = MinMaxScaler(fitting: x, range: -1...2)
        for column in dtype == .float32 ? [0, 1, 2] : [0, 1, 2, 3] {
            let tolerance = dtype == .float32 ? 1e-5 : 1e-10
            let columns = [scaler(x), scaler(test)].map { $0[.all, column].doubles }
            #expect(relativeDistance(columns[0], fixture.scaling.scaled.map { $0[column] }) < tolerance)
            #expect(relativeDistance(columns[1], fixture.scaling.scaledTest.map { $0[column] }) < tolerance)
        }
        #expect(relativeDistance(scaler.inverse(scaler(x)), x) < (dtype == .float32 ? 1e-6 : 1e-14))
    }

    @Test(arguments: [DType.float32, .float64]) func imputing(_ dtype: DType) {
        let rows = fixture.imputing.rows.map { $0.map { $0 ?? .nan } }
        let x = Tensor(rows: rows).cast(to: dtype)
        let tolerance = dtype == .float32 ? 1e-6 : 1e-14
        #expect(
            relativeDistance(Imputer(fitting: x)(x), Tensor(rows: fixture.imputing.mean).cast(to: dtype)) < tolerance)
        let median = Imputer(fitting: x, .median)
        #expect(relativeDistance(median(x), Tensor(rows: fixture.imputing.median).cast(to: dtype)) < tolerance)
        #expect(median(Tensor.full([1, 3], Double.nan, dtype: dtype)).doubles == median.values.doubles)
        #expect(Imputer(fitting: Tensor.full([2, 1], Double.nan)).values.item.isNaN)
    }

    @Test func categories() throws {
        let fixture = fixture.categories
        let encoder = OneHotEncoder(fitting: fixture.words, unknown: .zeros)
        #expect(encoder.names == fixture.names)
        #expect(try encoder(fixture.words + ["grey"], dtype: .float64) == Tensor(rows: fixture.columns))
        let labels = try encoder.labels(fixture.words)
        #expect(oneHot(labels, classes: encoder.names.count) == (try encoder(fixture.words)))
        let strict = OneHotEncoder(names: ["b", "a"])
        #expect(try strict(["a", "b"]) == Tensor(rows: [[Float(0), 1], [1, 0]]))
        let error = #expect(throws: CategoryError.self) { try strict(["a", "c"]) }
        #expect("\(error!)".contains("row 2 is 'c', which is none of the categories 'b', 'a'"))
        #expect(throws: CategoryError.self) { try encoder.labels(["grey"]) }
        #expect(try strict([]).shape == [0, 2])
    }
}
