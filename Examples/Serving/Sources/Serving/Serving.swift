import ArgumentParser

@main
struct Serving: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers over HTTP what a trained model says of rows of numbers.",
        discussion: """
            The model is a file that `cotangent train` writes:
              cotangent train digits.csv -t label -m mlp:64-128-10 -o digits.safetensors
              Serving digits.safetensors
              curl localhost:8080/predict -d '{"rows": [[0, 0, 5, …]]}'
            """,
        subcommands: [Serve.self, Load.self, Latency.self], defaultSubcommand: Serve.self)
}
