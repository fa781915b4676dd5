import ArgumentParser

@main
struct CotangentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cotangent",
        abstract: "Neural networks in Swift, on OpenBLAS and LAPACK.",
        discussion: """
            Completion for your shell: cotangent --generate-completion-script bash (or zsh, fish).
            """,
        version: "0.1.0",
        subcommands: [
            Train.self, Evaluate.self, Predict.self, Summary.self, Convert.self, Filter.self, Doctor.self,
        ])
}
