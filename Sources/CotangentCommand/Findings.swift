import Cotangent
import Foundation

/// What the doctor found.
struct Findings: Encodable {
    struct Throughput: Encodable {
        /// GFLOP/s of the multiply-add units of one thread.
        var peak: Double
        /// GFLOP/s of sgemm (dgemm) at n = 1024 on one thread, and on all.
        var oneThread: Double
        var allThreads: Double
        var shareOfPeak: Double { oneThread / peak }
    }

    var cpu = Runtime.cpuName
    var level = Runtime.cpuLevel
    var openblas = Runtime.blasConfiguration
    var coreFound = Runtime.coreFound
    var coreUsed = Runtime.coreUsed
    var coreWanted = Runtime.coreWanted
    var choice = Runtime.kernelChoice.rawValue
    var threads = Runtime.threadCount
    var cores = ProcessInfo.processInfo.activeProcessorCount
    var float32: Throughput
    var float64: Throughput
    var advice: [String] = []

    static func measure() -> Findings {
        var findings = Findings(
            float32: Throughput(peak: Runtime.peakFlops(Float.self) / 1e9, oneThread: 0, allThreads: 0),
            float64: Throughput(peak: Runtime.peakFlops(Double.self) / 1e9, oneThread: 0, allThreads: 0))
        let threads = Runtime.threadCount
        findings.float32.allThreads = gemm(.float32)
        findings.float64.allThreads = gemm(.float64)
        Runtime.threadCount = 1
        findings.float32.oneThread = gemm(.float32)
        findings.float64.oneThread = gemm(.float64)
        Runtime.threadCount = threads
        findings.advice = findings.diagnose()
        return findings
    }

    /// GFLOP/s of the best of several products.
    private static func gemm(_ dtype: DType) -> Double {
        let n = 1024
        var generator = PhiloxGenerator(seed: 1)
        let a = Tensor.normal([n, n], dtype: dtype, using: &generator)
        let b = Tensor.normal([n, n], dtype: dtype, using: &generator)
        var c = Tensor.zeros([n, n], dtype: dtype)
        let clock = ContinuousClock()
        let best = (0..<8).map { _ in clock.measure { matmul(a, b, into: &c) } }.min()!
        return 2 * Double(n * n * n) / (best / .seconds(1)) / 1e9
    }

    private func diagnose() -> [String] {
        var advice: [String] = []
        switch Runtime.kernelChoice {
        case .cannotRepair:
            advice.append(
                "OpenBLAS uses its \(coreUsed) kernels; this CPU is served better by \(coreWanted), and this build of OpenBLAS cannot be switched from inside. Start the program with OPENBLAS_CORETYPE=\(coreWanted), or install OpenBLAS 0.3.25 or newer."
            )
        case .userChoice where coreUsed != coreWanted && float32.shareOfPeak < 0.7:
            advice.append(
                "OPENBLAS_CORETYPE asks for \(coreUsed), which reaches \(percent(float32.shareOfPeak)) of the peak here; \(coreWanted) fits this CPU. Unset the variable to have it chosen."
            )
        default:
            if float32.shareOfPeak < 0.7 {
                advice.append(
                    "sgemm reaches \(percent(float32.shareOfPeak)) of the multiply-add peak. If nothing else runs on this machine, try OPENBLAS_CORETYPE (SkylakeX, Haswell, Zen) and report the better one."
                )
            }
        }
        if threads > cores {
            advice.append(
                "\(threads) threads share \(cores) cores: set OPENBLAS_NUM_THREADS=\(cores) or leave it unset.")
        } else if threads < cores {
            advice.append(
                "\(threads) of \(cores) cores are used: OPENBLAS_NUM_THREADS or Runtime.threadCount sets the number.")
        }
        return advice
    }

    var text: String {
        """
        CPU           \(cpu), \(cores) cores, vector kernels for \(level)
        OpenBLAS      \(openblas)
        core          found \(coreFound), used \(coreUsed) (\(choice))
        threads       \(threads)
        float32       \(line(float32))
        float64       \(line(float64))

        \(advice.isEmpty ? "All is well." : advice.map { "→ " + $0 }.joined(separator: "\n"))
        """
    }

    private func line(_ t: Throughput) -> String {
        "n = 1024: \(number(t.oneThread)) GFLOP/s on one thread (\(percent(t.shareOfPeak)) of the peak, \(number(t.peak))), \(number(t.allThreads)) on \(threads)"
    }

    private func number(_ value: Double) -> String { String(format: "%.0f", value) }
    private func percent(_ value: Double) -> String { String(format: "%.0f %%", value * 100) }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
