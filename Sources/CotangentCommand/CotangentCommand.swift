import ArgumentParser

@main
struct CotangentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cotangent",
        abstract: "Neural networks in Swift, on OpenBLAS and LAPACK.",
        version: "0.1.0",
        subcommands: [Doctor.self, Filter.self])
}
