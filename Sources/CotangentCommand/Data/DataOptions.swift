import ArgumentParser
import Cotangent

/// Where samples and what is to be learnt of them stand.
struct DataOptions: ParsableArguments {
    @Argument(
        help: """
            The samples: a CSV file (.csv, .tsv; - for standard input), NumPy's .npz or .npy, or IDX as MNIST has it \
            (.idx, …-ubyte; .gz in a build with the trait Zlib). To predict from, JSON as well (.json, .jsonl or -).
            """,
        completion: .file(extensions: ["csv", "tsv", "npz", "npy", "idx", "json", "jsonl"]))
    var data: String

    @Option(
        name: [.short, .long], parsing: .singleValue,
        help: ArgumentHelp(
            """
            The column to predict, or the array of an .npz file; several for regression of several. Words or whole \
            numbers are classes if the model has an output for each.
            """, valueName: "name"))
    var target: [String] = []

    @Option(
        help: ArgumentHelp(
            "The columns to predict from, divided by commas; all but the target by default. Of an .npz file, the array.",
            valueName: "names"))
    var inputs: String?

    @Option(
        help: ArgumentHelp("The file of labels or targets that belongs to an IDX or .npy file.", valueName: "path"),
        completion: .file())
    var labels: String?

    // Unconditional, as below: what is taken may begin with a dash.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The rows to take, from 1: 1-1437, 1438-, -100.", valueName: "range"))
    var rows: RowRange?

    @Option(
        parsing: .unconditional,
        help: "What becomes of missing values in CSV: refuse, mean, median, drop, or a number.")
    var missing = "refuse"

    func missingValues() throws -> CSV.MissingValues {
        switch missing {
        case "refuse": return .refused
        case "mean": return .mean
        case "median": return .median
        case "drop": return .droppingRows
        default:
            guard let value = Double(missing) else {
                throw ValidationError("--missing \(missing) is none of refuse, mean, median, drop, nor a number.")
            }
            return .value(value)
        }
    }
}
