import Cotangent
import Foundation
import Testing

@Suite struct CheckpointFileTests {
    /// A run that stops within an epoch, behind its last step or at the end goes on as another object from its folder,
    /// and ends in the same bits.
    @Test(arguments: [1, 2]) func aStoppedRunGoesOn(accumulation: Int) throws {
        let whole = CheckpointRun(accumulation: accumulation)
        try whole.fit()
        let steps = (7 + accumulation - 1) / accumulation
        try withFolder { folder in
            for step in [1, steps, steps + 2, 4 * steps] {
                let first = CheckpointRun(accumulation: accumulation)
                first.trainer.checkpoints = Checkpoints(folder: "\(folder)/\(step)")
                first.onStep { [trainer = first.trainer] in if $0.step == step { trainer.stop() } }
                try first.fit()
                let second = CheckpointRun(accumulation: accumulation)
                second.trainer.checkpoints = first.trainer.checkpoints
                #expect(try second.trainer.resume())
                #expect(second.trainer.state == first.trainer.state)
                #expect(second.trainer.state.step == step)
                try second.fit()
                #expect(second.bits == whole.bits, "step \(step)")
            }
        }
    }

    @Test func aFileHoldsAllOfIt() throws {
        let run = CheckpointRun()
        run.onStep { [trainer = run.trainer] in if $0.step == 10 { trainer.stop() } }
        try run.fit()
        var checkpoint = run.trainer.checkpoint(metadata: ["note": "é\n"])
        checkpoint.state.lossSum = -0.0
        checkpoint.state.seed = .max
        checkpoint.state.history.epochs[0].training[0].value = .infinity
        checkpoint.state.metrics["more"] = [-.infinity, .leastNonzeroMagnitude, 0.1 + 0.2]
        try withFolder { folder in
            try checkpoint.write(to: "\(folder)/c.safetensors")
            let read = try Checkpoint(path: "\(folder)/c.safetensors")
            #expect(read == checkpoint)
            #expect(read.state.lossSum.sign == .minus)
            // Plain tensors under the model's names.
            let file = try Safetensors(path: "\(folder)/c.safetensors")
            #expect(try file.tensor(named: "model.0.weight") == checkpoint.weights["0.weight"])
        }
    }

    @Test func theLastOnesAndTheBestAreKept() throws {
        try withFolder { folder in
            let run = CheckpointRun()
            let checkpoints = Checkpoints(folder: "\(folder)/a/run", everySteps: 5, keepingLast: 2)
            run.trainer.checkpoints = checkpoints
            #expect(try checkpoints.paths().isEmpty && run.trainer.resume() == false)
            try run.fit(epochs: 3)
            // 7 steps an epoch: saved at 5, 7, 10, 14, 15, 20, 21.
            #expect(
                try checkpoints.paths().map { $0.split(separator: "/").last! }
                    == ["step-000000021.safetensors", "step-000000020.safetensors"])
            let best = try Checkpoint(path: checkpoints.bestPath)
            let bestEpoch = run.trainer.state.bestEpoch
            #expect(best.state.epoch == bestEpoch && best.state.history.epochs.last?.isBest == true)
            // A fresh run does not mix with it.
            let other = CheckpointRun()
            other.trainer.checkpoints = checkpoints
            let error = #expect(throws: CheckpointError.self) { try other.fit(epochs: 1) }
            #expect(error?.message.contains("call resume() to go on with it") == true)
        }
    }

    @Test func whatDoesNotFitChangesNothing() throws {
        let run = CheckpointRun()
        try run.fit(epochs: 1)
        let checkpoint = run.trainer.checkpoint()
        let other = CheckpointRun()
        let before = other.trainer.checkpoint()
        var wrong = checkpoint
        wrong.state.plateau = nil
        #expect(throws: TrainingError.self) { try other.trainer.restore(wrong) }
        #expect(other.trainer.checkpoint() == before)
        wrong = checkpoint
        wrong.optimizers[0].kind = "SGD"
        #expect(throws: OptimizerStateError.self) { try other.trainer.restore(wrong) }
        #expect(other.trainer.checkpoint() == before)
        wrong.optimizers = []
        #expect(throws: TrainingError.self) { try other.trainer.restore(wrong) }
        wrong = checkpoint
        wrong.weights["0.weight"] = nil
        #expect(throws: SnapshotError.self) { try other.trainer.restore(wrong) }
        #expect(other.trainer.checkpoint() == before)
        try other.trainer.restore(checkpoint)
        #expect(other.trainer.checkpoint() == checkpoint)
    }

    @Test func filesOfOtherKindsAreRefused() throws {
        try withFolder { folder in
            let path = "\(folder)/weights.safetensors"
            try CheckpointRun().trainer.model.write(to: path)
            let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
            #expect(error?.description == "\(path): the file holds tensors, but is no checkpoint of a training run")
            #expect(throws: FormatError.self) { try Checkpoint(path: "\(folder)/none.safetensors") }
            // No run takes as many steps, and more of them would overflow.
            var checkpoint = CheckpointRun().trainer.checkpoint()
            checkpoint.state.step = 1 << 62
            try checkpoint.write(to: path)
            let other = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
            #expect(other?.message == "'step' in the trainer's state is a number, and a count is wanted")
        }
    }

    /// Every prefix, and every byte changed, of the metadata's part gives an error or a checkpoint, never a trap.
    @Test func damagedFilesThrow() throws {
        let run = CheckpointRun()
        try run.fit(epochs: 1)
        try withFolder { folder in
            let path = "\(folder)/c.safetensors"
            try run.trainer.checkpoint().write(to: path)
            let whole = Array(try Data(contentsOf: URL(filePath: path)))
            let header = 8 + Int(whole[0]) + Int(whole[1]) << 8 + Int(whole[2]) << 16
            var refused = 0
            for place in stride(from: 0, to: header, by: 7) {
                var bytes = whole
                bytes[place] ^= UInt8(1 + place % 255)
                try Data(bytes).write(to: URL(filePath: path))
                do { _ = try Checkpoint(path: path) } catch { refused += 1 }
            }
            #expect(refused > 100)
            for count in stride(from: 0, to: whole.count, by: 311) {
                try Data(whole[..<count]).write(to: URL(filePath: path))
                #expect(throws: FormatError.self) { try Checkpoint(path: path) }
            }
        }
    }

    @Test func interruptsFinishTheStep() throws {
        let run = CheckpointRun()
        let signal = run.trainer.stopSignal
        run.onStep {
            if $0.step != 9 { return }
            // It goes to whichever thread takes signals.
            kill(getpid(), SIGINT)
            while !signal.isRequested { usleep(100) }
        }
        try stoppingOnInterrupt(run.trainer.stopSignal) { try run.fit() }
        #expect(run.trainer.state.step == 9)
    }
}
