import CotangentData
import CotangentNN
import CotangentTensor

/// Saves a run as it goes: how often, and how many are kept.
///
/// ```swift
/// trainer.checkpoints = Checkpoints(folder: "run", everySteps: 500)
/// try trainer.resume()                   // goes on where an earlier process stopped; false where there is nothing
/// try trainer.fit(loader, validation: held, epochs: 100)
/// ```
///
/// The folder belongs to one run. "step-000000500.safetensors" is the run behind step 500, "best.safetensors" the run
/// behind its best epoch. A file appears whole: a process that is killed at any moment leaves the checkpoints before. A
/// full disk or a folder that cannot be written ends the run with an error that says so, and leaves them too.
public struct Checkpoints: Sendable {
    public var folder: String
    /// Between two epochs' ends, where nil saves at these alone.
    public var everySteps: Int?
    /// How many of the last ones are kept.
    public var keepingLast: Int
    /// Whether the best epoch's is kept as well.
    public var keepingBest: Bool
    /// What is written beside: strings by name.
    public var metadata: [String: String]

    public init(
        folder: String, everySteps: Int? = nil, keepingLast: Int = 3, keepingBest: Bool = true,
        metadata: [String: String] = [:]
    ) {
        guard everySteps ?? 1 > 0, keepingLast > 0 else {
            fail("Checkpoints", "everySteps \(everySteps ?? 1) and keepingLast \(keepingLast) must be positive")
        }
        self.folder = folder
        self.everySteps = everySteps
        self.keepingLast = keepingLast
        self.keepingBest = keepingBest
        self.metadata = metadata
    }

    /// The paths of those that are there, the latest first; empty where there is no such folder.
    ///
    /// - Throws: ``CheckpointError`` where the folder cannot be read.
    public func paths() throws(CheckpointError) -> [String] {
        guard exists(folder) else { return [] }
        let names: [String]
        do { names = try entries(ofFolder: folder) } catch {
            throw CheckpointError(file: folder, message: error.message)
        }
        return names.compactMap { name in Self.step(of: name).map { ($0, name) } }
            .sorted { $0.0 > $1.0 }.map { "\(folder)/\($0.1)" }
    }

    /// The path of the best epoch's.
    public var bestPath: String { "\(folder)/best.safetensors" }

    private func path(step: Int) -> String {
        let digits = "\(step)"
        return "\(folder)/step-\(String(repeating: "0", count: max(0, 9 - digits.count)))\(digits).safetensors"
    }

    /// 500 for "step-000000500.safetensors".
    private static func step(of name: String) -> Int? {
        guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
        return Int(name.dropFirst("step-".count).dropLast(".safetensors".count))
    }
}

extension Checkpoints {
    /// Refuses a folder whose checkpoints this run, which stands at `step`, would mix with its own.
    func requireNoneAfter(step: Int) throws(CheckpointError) {
        guard let latest = try paths().first, latest > path(step: step) else { return }
        throw CheckpointError(
            file: latest,
            message:
                "the folder has checkpoints of a run that went further than step \(step), where this one begins: call resume() to go on with it, or take another folder"
        )
    }

    /// What the moment asks for, made by `make` where it asks.
    func save(_ moment: CheckpointMoment, step: Int, _ make: () -> Checkpoint) throws {
        switch moment {
        case .step:
            if let everySteps, step % everySteps == 0 { try keep(make(), step) }
        case .epoch(let isBest):
            let checkpoint = make()
            try keep(checkpoint, step)
            if isBest, keepingBest { try checkpoint.write(to: bestPath) }
        case .end(.interrupted):
            try keep(make(), step)
        case .end:
            break
        }
    }

    private func keep(_ checkpoint: Checkpoint, _ step: Int) throws {
        do { try makeFolder(folder) } catch { throw CheckpointError(file: folder, message: error.message) }
        try checkpoint.write(to: path(step: step))
        for old in try paths().dropFirst(keepingLast) {
            do { try removeFile(old) } catch { throw CheckpointError(file: old, message: error.message) }
        }
    }

    /// Takes away what processes that were killed while writing have left.
    func removeParts() {
        for name in (try? entries(ofFolder: folder)) ?? []
        where name.hasSuffix(".part") && (name.hasPrefix("step-") || name.hasPrefix("best.safetensors")) {
            try? removeFile("\(folder)/\(name)")
        }
    }
}

extension Trainer {
    /// Called where model, optimizers and ``state`` agree.
    func save(_ moment: CheckpointMoment) throws {
        try checkpointing?(moment)
        try checkpoints?.save(moment, step: progress.step) { checkpoint(metadata: checkpoints!.metadata) }
    }

    /// Goes back to the latest of ``checkpoints``, where there is one: call it before ``fit(_:epochs:)``.
    ///
    /// - Returns: whether there was one.
    /// - Throws: what reading it or ``restore(_:)-(Checkpoint)`` throws. Then nothing has been changed.
    @discardableResult
    public func resume() throws -> Bool {
        guard let checkpoints else { fail("Trainer.resume", "set `checkpoints` before: it says where they are") }
        checkpoints.removeParts()
        guard let latest = try checkpoints.paths().first else { return false }
        try restore(Checkpoint(path: latest))
        return true
    }
}
