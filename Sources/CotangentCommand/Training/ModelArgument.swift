import Cotangent
import Foundation

/// A model as an argument names it.
enum ModelArgument {
    static func architecture(_ argument: String) throws -> Architecture {
        if argument.hasPrefix("mlp:") { return try Architecture(parsing: argument) }
        let text: String
        do { text = try Cotangent.text(contentsOf: argument) } catch {
            throw Problem(
                description: "\(error). A model is mlp:64-128-10 or the path of a JSON file: cotangent train --help.")
        }
        do { return try Architecture(parsing: text) } catch { throw Problem(description: "\(argument): \(error)") }
    }
}
