import ArgumentParser

/// The model that a command is about.
struct ModelFile: ParsableArguments {
    @Argument(help: "A file that `cotangent train` wrote.")
    var model: String

    /// - Throws: `ValidationError`, with what is wrong with the file.
    func predictor() throws -> Predictor {
        do { return try Predictor(path: model) } catch {
            throw ValidationError((error as? Refusal)?.message ?? "\(error)")
        }
    }
}
