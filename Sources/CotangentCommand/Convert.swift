import ArgumentParser
import Cotangent

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns NumPy's .npz into .safetensors and back.",
        discussion: """
            Names, shapes and values stay; what the formats store in fewer bits than Cotangent computes in (float16, bfloat16, \
            small integers) is widened. A safetensors file's metadata has no place in .npz and is left out.

            EXAMPLES
              cotangent convert weights.npz weights.safetensors
              cotangent convert model.safetensors model.npz
              cotangent convert model.safetensors half.safetensors --storing bfloat16

            EXIT STATUS
              0   OUT was written, in place of a file of that name
              1   a file could not be read or written; OUT is as it was
              64  the arguments do not fit together
            """)

    enum Storage: String, ExpressibleByArgument, CaseIterable { case float32, float16, bfloat16 }

    @Argument(help: "The file to read.", completion: .file(extensions: ["npz", "safetensors"]))
    var input: String

    @Argument(help: "The file to write.", completion: .file(extensions: ["npz", "safetensors"]))
    var output: String

    @Option(help: "How float32 is stored in .safetensors.")
    var storing: Storage = .float32

    func validate() throws {
        if output.hasSuffix(".npz"), storing != .float32 {
            throw ValidationError("--storing \(storing.rawValue) is for .safetensors.")
        }
    }

    func run() throws {
        let file = try TensorFile(path: input)
        if output.hasSuffix(".npz") {
            try NPZ(arrays: file.tensors).write(to: output)
        } else if output.hasSuffix(".safetensors") {
            let type: StoredDType =
                switch storing {
                case .float32: .float32
                case .float16: .float16
                case .bfloat16: .bfloat16
                }
            try Safetensors(tensors: file.tensors, metadata: file.metadata).write(to: output, storing: type)
        } else {
            throw Problem(description: "\(output): the name must end in .npz or .safetensors.")
        }
    }
}
