import CotangentTensor
import Testing

@Suite struct AnomalyTests {
    private func found(_ body: () -> Void) -> AnomalyError? {
        do {
            try detectingAnomalies(body)
            return nil
        } catch { return error as? AnomalyError }
    }

    @Test func forwardNamesTheOperation() throws {
        let error = try #require(found { _ = gradient(at: Tensor([1.0, -1])) { sum(exp(log($0) * 2)) } })
        #expect(error.pass == .forward)
        #expect(error.operation == "log")
        #expect(!error.cameFromInput)
        #expect(error.layer == nil)
        #expect(
            error.description
                == "forward pass: the operation 'log' first gave a NaN or an infinity; its inputs were finite")
    }

    @Test func backwardNamesTheOperation() throws {
        // √0 is fine, its derivative is not.
        let error = try #require(found { _ = gradient(at: Tensor([4.0, 0])) { sum(sqrt($0) * 3) } })
        #expect(error.pass == .backward)
        #expect(error.operation == "sqrt")
        #expect(!error.cameFromInput)
    }

    @Test func dataThatIsNotFiniteIsToldApart() throws {
        let error = try #require(found { _ = gradient(at: Tensor([1.0, .nan])) { sum($0 * 2) } })
        #expect(error.pass == .forward)
        #expect(error.operation == "input" || error.cameFromInput)
        let bad = Tensor([1.0, .infinity])
        let second = try #require(found { _ = gradient(at: Tensor([1.0, 2])) { sum($0 * bad) } })
        #expect(second.operation == "multiply")
        #expect(second.cameFromInput)
        let joined = try #require(found { _ = gradient(at: Tensor([1.0, 2])) { sum(concatenate([$0, bad])) } })
        #expect(joined.operation == "concatenate")
        #expect(joined.cameFromInput)
    }

    @Test func aCleanRunPasses() throws {
        let dx = try detectingAnomalies { gradient(at: Tensor([1.0, 2])) { sum(square($0)) } }
        #expect(dx == Tensor([2.0, 4]))
        // Outside of its body nothing is looked at.
        #expect(gradient(at: Tensor([0.0])) { sum(sqrt($0)) }.item == .infinity)
    }
}
