import ArgumentParser
import Cotangent

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells what this machine gives, and what to do when something is off.",
        discussion: """
            Measures matrix products against the peak of the multiply-add units, on one thread and on all. Other work \
            on the machine lowers the figures: run it alone.

            EXAMPLES
              cotangent doctor
              OPENBLAS_NUM_THREADS=1 cotangent doctor
              cotangent doctor --json | jq .gflops
            """)

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        let findings = Findings.measure()
        print(json ? try findings.json() : findings.text)
    }
}
