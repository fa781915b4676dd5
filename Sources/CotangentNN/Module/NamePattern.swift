/// Whether `name` is of `pattern`, in which `*` stands for any characters, dots too, and `?` for one: "body.*",
/// "*.bias", "body.?.weight".
package func matches(_ name: String, pattern: String) -> Bool {
    let (name, pattern) = (Array(name.unicodeScalars), Array(pattern.unicodeScalars))
    var (i, j) = (0, 0)
    // Where to go on when what follows the last star does not fit: one character further.
    var retry: (name: Int, pattern: Int)?
    while i < name.count {
        if j < pattern.count, pattern[j] == "*" {
            retry = (i, j + 1)
            j += 1
        } else if j < pattern.count, pattern[j] == "?" || pattern[j] == name[i] {
            (i, j) = (i + 1, j + 1)
        } else if let (start, star) = retry {
            retry = (start + 1, star)
            (i, j) = (start + 1, star)
        } else {
            return false
        }
    }
    return pattern[j...].allSatisfy { $0 == "*" }
}
