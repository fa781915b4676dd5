#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Where progress is shown: what it understands, how wide it is, and what time it is there.
package struct Terminal {
    /// Whether a line can be drawn anew in its place. False in pipes, files and CI.
    package var redraws: Bool
    package var isUnicode: Bool
    package var hasColor: Bool
    /// In columns. Asked before each line, since windows are resized.
    package var width: () -> Int
    /// Seconds since some moment.
    package var now: () -> Double
    package var write: (String) -> Void

    package init(
        redraws: Bool, isUnicode: Bool, hasColor: Bool, width: @escaping () -> Int, now: @escaping () -> Double,
        write: @escaping (String) -> Void
    ) {
        self.redraws = redraws
        self.isUnicode = isUnicode
        self.hasColor = hasColor
        self.width = width
        self.now = now
        self.write = write
    }

    /// What variables of the environment say: `TERM`, `CI`, `NO_COLOR` (no-color.org) and the locale's, of which the
    /// first that is set counts.
    package init(
        isTerminal: Bool, environment: (String) -> String?, width: @escaping () -> Int, now: @escaping () -> Double,
        write: @escaping (String) -> Void
    ) {
        func value(_ name: String) -> String { environment(name) ?? "" }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(value).first { !$0.isEmpty } ?? ""
        let redraws = isTerminal && value("TERM") != "dumb" && ["", "0", "false"].contains(value("CI").lowercased())
        self.init(
            redraws: redraws,
            isUnicode: ["utf-8", "utf8"].contains { locale.lowercased().contains($0) },
            hasColor: redraws && value("NO_COLOR").isEmpty, width: width, now: now, write: write)
    }

    /// A file that the process has open: 2 is standard error.
    package init(descriptor: Int32) {
        let start = ContinuousClock.now
        self.init(
            isTerminal: isatty(descriptor) == 1, environment: { name in getenv(name).map { String(cString: $0) } },
            width: { columns(of: descriptor) },
            now: { (ContinuousClock.now - start) / .seconds(1) },
            write: { put($0, descriptor) })
    }
}

private func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
}

/// What cannot be shown is not: training goes on when nobody looks.
private func put(_ text: String, _ descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var written = 0
        while written < bytes.count {
            let count = write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0, errno != EINTR { return }
            written += Swift.max(count, 0)
        }
    }
}
