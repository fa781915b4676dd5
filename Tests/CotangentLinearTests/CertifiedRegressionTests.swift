import Cotangent
import Foundation
import TestSupport
import Testing

/// NIST's certified regressions, with the digits that NumPy's `lstsq` reaches: see certified_regressions.py.
@Suite struct CertifiedRegressionTests {
    private static let sets = try! Fixtures.decoded("certified_regressions.json", as: [String: CertifiedRegression].self)
    static let names = sets.keys.sorted()

    @Test(arguments: names) func reachesNumPysDigits(_ name: String) throws {
        let set = Self.sets[name]!
        let model = try set.fit()
        let coefficients = set.degree == 0 ? model.weight.doubles : model.bias.doubles + model.weight.doubles
        let digits = certifiedDigits(coefficients, set.coefficients)
        // The table of docs/linear-models.md.
        func text(_ digits: Double) -> String { String(format: "%4.1f", digits) }
        print(
            "\(name.padding(toLength: 9, withPad: " ", startingAt: 0))\(text(digits)) digits, NumPy \(text(set.numpy["standard"]!.digits)) and with rcond=0 \(text(set.numpy["everyDirection"]!.digits))"
        )
        // The same number may get another last digit of its logarithm.
        #expect(digits >= set.numpy.values.map(\.digits).max()! - 1e-9, "\(digits)")
        #expect(digits >= set.expectedDigits, "\(digits)")
    }

    /// Standard deviations, the residual's and R². Where the fit is exact (Wampler1 and 2) they are 0 and 1.
    @Test(arguments: names) func statistics(_ name: String) throws {
        let set = Self.sets[name]!
        let statistics = try #require(try set.fit().statistics)
        let errors = set.degree == 0 ? statistics.weightErrors.doubles : statistics.biasErrors.doubles + statistics.weightErrors.doubles
        let residual = sqrt(statistics.residualVariance).item
        if set.residualDeviation == 0 {
            #expect(residual < 1e-8 && errors.allSatisfy { $0 < 1e-8 } && statistics.determination.item == 1)
        } else {
            #expect(certifiedDigits(errors, set.deviations) >= min(set.expectedDigits, 12), "\(errors)")
            #expect(certifiedDigits([residual], [set.residualDeviation]) >= min(set.expectedDigits, 12))
            #expect(certifiedDigits([statistics.determination.item], [set.r2]) >= min(set.expectedDigits, 12))
        }
    }

    /// NumPy's answer to Filip by default is of rank 10, and no digit of it is right.
    @Test func ranks() throws {
        #expect(Self.sets["Filip"]!.numpy["standard"]!.rank == 10)
        #expect(throws: Never.self) { try Self.sets["Filip"]!.fit() }
        // A power more of these x, and float64 cannot tell the columns apart any longer: said, not answered.
        let set = Self.sets["Filip"]!
        let x = PolynomialFeatures(degree: 16)(Tensor(rows: set.x))
        do {
            _ = try LinearRegression().fit(x, Tensor(set.y))
            Issue.record("a short rank was taken")
        } catch let error as FitError { #expect(error.reason == .rankShort, "\(error)") }
    }
}

struct CertifiedRegression: Decodable, Sendable {
    struct Peer: Decodable, Sendable {
        let digits: Double
        let rank: Int
    }
    let x: [[Double]]
    let y: [Double]
    let degree: Int
    let coefficients: [Double]
    let deviations: [Double]
    let residualDeviation: Double
    let r2: Double
    let numpy: [String: Peer]

    /// What float64 allows: the certified values belong to decimals, and rounding those of Filip and their powers to
    /// float64 alone costs half of the digits.
    var expectedDigits: Double { degree == 10 ? 7 : 13 }

    func fit() throws -> LinearModel {
        let x = Tensor(rows: x)
        return try LinearRegression(hasBias: degree > 0)
            .fit(degree > 1 ? PolynomialFeatures(degree: degree)(x) : x, Tensor(y))
    }
}

/// The log relative error, −log₁₀ |found − certified| / |certified|, of the number that has least; 15 at most.
private func certifiedDigits(_ found: [Double], _ certified: [Double]) -> Double {
    zip(found, certified).map { a, b in a == b ? 15 : min(15, -log10(abs(a - b) / abs(b))) }.min()!
}
