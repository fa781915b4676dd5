import CCotangentKernels
import CotangentBLAS
import CotangentTensor
import Testing

/// Philox4x32-10 and what is made of it.
@Suite struct RandomTests {
    /// The known answers of Random123 (kat_vectors, "philox4x32 10"): counter, key, result.
    @Test func knownAnswers() {
        let cases: [(block: UInt64, stream: UInt64, key: UInt64, words: [UInt32])] = [
            (0, 0, 0, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            (.max, .max, .max, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                0x85a3_08d3_243f_6a88, 0x0370_7344_1319_8a2e, 0x299f_31d0_a409_3822,
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ]
        for (block, stream, key, words) in cases {
            var found = [UInt32](repeating: 0, count: 4)
            ct_philox_bits(key, stream, block, 1, &found)
            #expect(found == words)
        }
    }

    /// The documented transforms of the first known answer: stream 0 of key 0.
    @Test func transformsOfTheKnownAnswer() {
        let words: [UInt32] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        var generator = PhiloxGenerator(seed: 0)
        #expect(generator.next() == 0xe169_c58d_6627_e8d5)
        generator = PhiloxGenerator(seed: 0)
        let uniform = Tensor.uniform([4], in: -1...3, using: &generator)
        let expected: [Double] = words.map { Double(Float(-1 + 4 * Double($0 >> 8) * 0x1p-24)) }
        #expect(uniform.doubles == expected)
        generator = PhiloxGenerator(seed: 0)
        // Box and Muller: √(−2 log u) (cos 2πv, sin 2πv)
        let normal = Tensor.normal([4], using: &generator).doubles
        for pair in 0..<2 {
            let length = normal[2 * pair] * normal[2 * pair] + normal[2 * pair + 1] * normal[2 * pair + 1]
            // u lies within 2⁻²⁴ of the word as a fraction, whichever bits are dropped.
            let u = Double(words[2 * pair]) * 0x1p-32
            let found = exp(Tensor(scalar: -length / 2)).item
            #expect(Swift.abs(found - u) < 2e-7)
        }
    }

    @Test func sameSeedSameNumbers() {
        var (a, b, c) = (PhiloxGenerator(seed: 5), PhiloxGenerator(seed: 5), PhiloxGenerator(seed: 6))
        let x = Tensor.normal([100], using: &a)
        #expect(x == Tensor.normal([100], using: &b))
        #expect(x != Tensor.normal([100], using: &c))
        // The next draw is another stream.
        #expect(x != Tensor.normal([100], using: &a))
        #expect(a.stream == 2)
        // Two integers hold the state.
        var restored = PhiloxGenerator(key: a.key, stream: 1)
        #expect(Tensor.normal([100], using: &restored) == Tensor.normal([100], using: &b))
        #expect(restored == a)
    }

    /// A longer draw begins as a shorter one does: an element depends on key, stream and position alone.
    @Test func numbersDoNotDependOnTheCount() {
        for dtype in [DType.float32, .float64] {
            func draw(_ count: Int) -> (Tensor, Tensor) {
                var generator = PhiloxGenerator(seed: 3)
                return (
                    Tensor.uniform([count], dtype: dtype, using: &generator),
                    Tensor.normal([count], dtype: dtype, using: &generator)
                )
            }
            let long = draw(1000)
            for count in [1, 2, 3, 7, 31, 32, 33, 127] {
                let short = draw(count)
                #expect(short.0 == long.0[..<count])
                #expect(short.1 == long.1[..<count])
            }
        }
    }

    @Test func uniformIsUniform() {
        var generator = PhiloxGenerator(seed: 11)
        for dtype in [DType.float32, .float64] {
            let n = 200_000
            let x = Tensor.uniform([n], in: 2...5, dtype: dtype, using: &generator).cast(to: .float64)
            #expect(min(x).item >= 2)
            #expect(max(x).item < 5)
            // Standard errors: 3/√12n = 0.0019 for the mean, √(81/180n) = 0.0015 for the variance.
            #expect(Swift.abs(mean(x).item - 3.5) < 0.01)
            #expect(Swift.abs(variance(x).item - 0.75) < 0.008)
            // χ² over 30 classes: mean 29, deviation 7.6
            var counts = [Double](repeating: 0, count: 30)
            for value in x.doubles { counts[Int((value - 2) * 10)] += 1 }
            let expected = Double(n) / 30
            let statistic: Double = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
            #expect(statistic < 70)
        }
    }

    @Test func normalIsNormal() {
        var generator = PhiloxGenerator(seed: 12)
        for dtype in [DType.float32, .float64] {
            let n = 200_000
            let x = Tensor.normal([n], mean: -1, deviation: 2, dtype: dtype, using: &generator).cast(to: .float64)
            let z = (x + 1) / 2
            // Standard errors with n = 200,000: 0.0022, 0.0032, 0.0055 (√(15/n) = 0.0087 about), 0.022
            #expect(Swift.abs(mean(z).item) < 0.011)
            #expect(Swift.abs(variance(z).item - 1) < 0.016)
            #expect(Swift.abs(mean(pow(z, 3)).item) < 0.05)
            #expect(Swift.abs(mean(pow(z, 4)).item - 3) < 0.12)
            // Φ at −1, 0, 1, 2
            for (limit, share) in [(-1.0, 0.158655), (0, 0.5), (1, 0.841345), (2, 0.977250)] {
                let found = mean(less(z, limit).cast(to: .float64)).item
                #expect(Swift.abs(found - share) < 0.006)
            }
            // Neighbours (the two halves of a pair among them) are not correlated.
            #expect(Swift.abs(mean(z[..<(n - 1)] * z[1...]).item) < 0.012)
        }
    }

    @Test func bernoulliHasItsProbability() {
        var generator = PhiloxGenerator(seed: 13)
        let n = 200_000
        let x = Tensor.bernoulli([n], probability: 0.3, using: &generator)
        #expect(x.dtype == .bool)
        #expect(Swift.abs(sum(x).item / Double(n) - 0.3) < 0.006)
        #expect(sum(Tensor.bernoulli([1000], probability: 0, using: &generator)).item == 0)
        #expect(sum(Tensor.bernoulli([1000], probability: 1, using: &generator)).item == 1000)
    }

    @Test func permutationHoldsEveryIndexOnce() {
        var generator = PhiloxGenerator(seed: 14)
        let p = Tensor.permutation(1000, using: &generator)
        #expect(p.dtype == .int64)
        #expect(sort(p).values.ints == Array(0..<1000))
        #expect(p.ints != Array(0..<1000))
        #expect(Tensor.permutation(0, using: &generator).shape == [0])
    }

    @Test func splitGeneratorsAreIndependent() {
        var parent = PhiloxGenerator(seed: 15)
        var (a, b) = (parent.split(), parent.split())
        let n = 100_000
        let (x, y, z) = (
            Tensor.normal([n], using: &a), Tensor.normal([n], using: &b), Tensor.normal([n], using: &parent)
        )
        for (u, v) in [(x, y), (y, z), (x, z)] { #expect(Swift.abs(mean(u * v).item) < 0.016) }
    }

    @Test func emptyDraw() {
        var generator = PhiloxGenerator(seed: 16)
        #expect(Tensor.normal([0, 3], using: &generator).count == 0)
    }
}
