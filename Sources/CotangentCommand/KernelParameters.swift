import ArgumentParser

/// Options that belong to some kernels of the gallery.
struct KernelParameters: ParsableArguments {
    @Option(help: "box, identity: the kernel's side.")
    var size: Int?

    @Option(help: "gaussian, unsharp: σ in pixels.")
    var deviation: Double?

    @Option(help: "gaussian, unsharp: how far the kernel reaches. (default: 3 deviations)")
    var radius: Int?

    @Option(parsing: .unconditional, help: "unsharp: how much.")
    var amount: Double?

    @Option(help: "motion: in pixels.")
    var length: Double?

    @Option(parsing: .unconditional, help: "motion: in degrees, counterclockwise from the right.")
    var angle: Double?

    /// One of the options.
    enum Name: String, CaseIterable {
        case size, deviation, radius, amount, length, angle
    }

    /// A kernel has no more rows than this.
    static let largestSize = 999

    private var given: [Name] {
        Name.allCases.filter {
            switch $0 {
            case .size: size != nil
            case .deviation: deviation != nil
            case .radius: radius != nil
            case .amount: amount != nil
            case .length: length != nil
            case .angle: angle != nil
            }
        }
    }

    func checkNone() throws {
        if let name = given.first {
            throw ValidationError("--\(name.rawValue) is for kernels of the gallery: name one with --kernel.")
        }
    }

    /// What the gallery would not take, since it traps.
    func check(for kernel: GalleryKernel) throws {
        if let name = given.first(where: { !kernel.options.contains($0) }) {
            let own = kernel.options.map { "--\($0.rawValue)" }.joined(separator: ", ")
            throw ValidationError(
                "--\(name.rawValue) does not belong to kernel '\(kernel.name)', which takes \(own.isEmpty ? "no options" : own)."
            )
        }
        if let size {
            guard (1...Self.largestSize).contains(size), kernel.name == "box" || size % 2 == 1 else {
                let kind = kernel.name == "box" ? "a number" : "an odd number"
                throw ValidationError("--size \(size) must be \(kind) within 1…\(Self.largestSize).")
            }
        }
        if let deviation, !(deviation > 0 && deviation <= 150) {
            throw ValidationError("--deviation \(deviation) must be above 0 and at most 150.")
        }
        if let radius, !(0...Self.largestSize / 2).contains(radius) {
            throw ValidationError("--radius \(radius) must be within 0…\(Self.largestSize / 2).")
        }
        if let amount, !amount.isFinite { throw ValidationError("--amount \(amount) must be finite.") }
        if let length, !(1...Double(Self.largestSize)).contains(length) {
            throw ValidationError("--length \(length) must be within 1…\(Self.largestSize).")
        }
        if let angle, !angle.isFinite { throw ValidationError("--angle \(angle) must be finite.") }
    }
}
