import CCotangentKernels

/// What the process runs on: the CPU, OpenBLAS and the kernel it uses, the thread pool and the memory pool.
public enum Runtime {
    /// How many threads work on one operation, the calling one included.
    ///
    /// Starts as `OPENBLAS_NUM_THREADS` says, otherwise as the number of cores that the process may use. Results do
    /// not depend on it. May be set at any time from outside an operation; 1…256.
    public static var threadCount: Int {
        get { Int(ct_thread_count()) }
        set {
            guard (1...256).contains(newValue) else {
                fatalError("Cotangent: Runtime.threadCount: \(newValue) is not within 1...256")
            }
            ct_set_thread_count(Int32(newValue))
        }
    }

    /// What the check of OpenBLAS's kernel choice, made before `main`, found and did.
    public enum KernelChoice: String, Sendable {
        /// OpenBLAS chose a kernel that fits the CPU.
        case fits
        /// It had chosen a slower one; a fitting one was set.
        case repaired
        /// `OPENBLAS_CORETYPE` is set and stands.
        case userChoice = "user's choice"
        /// A faster kernel exists, but this build of OpenBLAS cannot be switched.
        case cannotRepair = "cannot be repaired"
        /// Not an x86-64 processor: OpenBLAS's own choice stands.
        case unknown
    }

    public static var kernelChoice: KernelChoice {
        switch ct_openblas_repair_state() {
        case CT_OPENBLAS_FITS: .fits
        case CT_OPENBLAS_REPAIRED: .repaired
        case CT_OPENBLAS_USER_CHOICE: .userChoice
        case CT_OPENBLAS_CANNOT: .cannotRepair
        default: .unknown
        }
    }

    /// The kernel ("core") that OpenBLAS chose by itself.
    public static var coreFound: String { String(cString: ct_openblas_core_found()) }
    /// The kernel in use.
    public static var coreUsed: String { String(cString: ct_openblas_core_used()) }
    /// The kernel that this CPU is best served by, or an empty string where that is not known.
    public static var coreWanted: String { String(cString: ct_openblas_core_wanted()) }
    /// OpenBLAS's version and build options.
    public static var blasConfiguration: String { String(cString: ct_openblas_config()) }
    public static var cpuName: String { String(cString: ct_cpu_name()) }
    /// The instruction-set level of the vector kernels in use: `x86-64-v4`, `x86-64-v3`, `x86-64`, `arm64`.
    public static var cpuLevel: String { String(cString: ct_cpu_level()) }

    /// The multiply-add throughput of one thread in flops a second, measured over about `seconds`.
    public static func peakFlops(_ type: Float.Type, seconds: Double = 0.1) -> Double { ct_peak_flops_f32(seconds) }
    public static func peakFlops(_ type: Double.Type, seconds: Double = 0.1) -> Double { ct_peak_flops_f64(seconds) }

    /// What the pool that tensors take their memory from holds.
    public struct Memory: Sendable {
        /// Bytes in tensors that are alive.
        public var bytesInUse: Int
        /// Bytes that are free and kept for the next tensor.
        public var bytesKept: Int
        public var peakBytesInUse: Int
        /// How often the system had to be asked for memory.
        public var systemAllocations: Int
    }

    public static var memory: Memory {
        let report = ct_memory_report()
        return Memory(
            bytesInUse: Int(report.bytes_in_use), bytesKept: Int(report.bytes_kept),
            peakBytesInUse: Int(report.peak_bytes_in_use), systemAllocations: Int(report.system_allocations))
    }

    /// Gives memory that is kept for reuse back to the system.
    public static func trimMemory() { ct_memory_trim() }

    /// Page faults of the process so far that the system served without reading a disk.
    public static var pageFaults: Int { Int(ct_page_faults()) }
}
