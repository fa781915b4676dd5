import Cotangent
import ExampleSupport

/// A tune in ABC notation: X:, T:, M: and so on, and then its notes, "C2 E2 G4|c8|]".
struct Tune {
    var title: String
    /// "6/8"
    var metre: String
    /// Notes, rests, bar lines and the double bar: "C2", "^F", "z2", "|", "|]".
    var tokens: [String]

    /// All tunes of a file. Lines that begin with % are remarks, a letter and a colon begin a field.
    static func all(path: String) throws -> [Tune] {
        var tunes: [Tune] = []
        for line in try text(contentsOf: path).split(whereSeparator: \.isNewline) where !line.hasPrefix("%") {
            let value = String(line.dropFirst(2))
            switch line.prefix(2) {
            case "X:": tunes.append(Tune(title: "", metre: "", tokens: []))
            case "T:": tunes[tunes.count - 1].title = value
            case "M:": tunes[tunes.count - 1].metre = value
            case "L:", "K:": break
            default: tunes[tunes.count - 1].tokens += tokens(line)
            }
        }
        return tunes
    }

    private static func tokens(_ line: Substring) -> [String] {
        line.split(separator: " ").flatMap { group in
            var tokens: [String] = []
            var isNote = false
            for character in group {
                let startsToken = character == "|" || character.isLetter || "^_=".contains(character)
                let goesOn = tokens.last.map { character.isLetter && "^_=".contains($0.last!) } ?? false
                if startsToken && !goesOn || !isNote && character != "]" { tokens.append("") }
                tokens[tokens.count - 1].append(character)
                isNote = character != "|"
            }
            return tokens
        }
    }

    /// How many eighths a bar has: 6 of "3/4" and of "6/8".
    var barLength: Int { Self.barLength(metre) }
    static func barLength(_ metre: String) -> Int {
        let parts = metre.split(separator: "/").map { Int($0)! }
        return parts[0] * 8 / parts[1]
    }

    /// As a file, eight bars a line.
    var abc: String {
        var (notes, bars) = ("", 0)
        for token in tokens {
            let isBar = token == "|"
            if !isBar, token != "|]", !notes.isEmpty, notes.last != "|", notes.last != "\n" { notes += " " }
            notes += token
            if isBar {
                bars += 1
                if bars % 8 == 0 { notes += "\n" }
            }
        }
        return "X:1\nT:\(title)\nM:\(metre)\nL:1/8\nK:C\n\(notes)\n"
    }
}

/// What a note is: a pitch as MIDI numbers it, 60 for middle C, or a rest, and its length in eighths.
struct Note {
    let pitch: Int?
    let length: Int

    /// "^F,2": an accidental, a letter (z rests), marks for lower or higher octaves, a length; nil for anything else.
    init?(_ token: String) {
        var rest = Substring(token)
        var shift = 0
        while let first = rest.first, let step = ["^": 1, "_": -1, "=": 0][first] {
            shift += step
            rest.removeFirst()
        }
        guard let letter = rest.popFirst() else { return nil }
        let place = ["C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "A": 69, "B": 71][Character(letter.uppercased())]
        while let mark = rest.first, mark == "," || mark == "'" {
            shift += mark == "," ? -12 : 12
            rest.removeFirst()
        }
        guard let length = rest.isEmpty ? 1 : Int(rest), length > 0 else { return nil }
        self.length = length
        if letter == "z" {
            pitch = nil
        } else {
            guard let place else { return nil }
            pitch = place + shift + (letter.isLowercase ? 12 : 0)
        }
    }
}

extension Tune {
    /// The notes, bar by bar; nil where a token is none, or where the tune does not end with a double bar.
    ///
    /// An accidental counts for its own note, and every note that has one is written with it.
    func bars() -> [[Note]]? {
        guard tokens.last == "|]" else { return nil }
        var bars: [[Note]] = [[]]
        for token in tokens.dropLast() {
            if token == "|" {
                bars.append([])
            } else if let note = Note(token) {
                bars[bars.count - 1].append(note)
            } else {
                return nil
            }
        }
        return bars.contains(where: \.isEmpty) ? nil : bars
    }

    /// How many bars are not whole. The first may be an upbeat, and then the last is as much shorter.
    func brokenBars() -> Int? {
        guard let lengths = bars()?.map({ $0.reduce(0) { $0 + $1.length } }) else { return nil }
        let isSplit = lengths.count > 1 && lengths[0] + lengths[lengths.count - 1] == barLength
        let whole = isSplit ? lengths.dropFirst().dropLast() : lengths[...]
        return whole.count { $0 != barLength }
    }
}

extension Tune {
    /// The same tune some steps of the scale higher or lower, in another mode therefore: C D E is D E F a step higher.
    func moved(by steps: Int) -> Tune {
        var tune = self
        tune.tokens = tokens.map { token in
            guard let place = token.firstIndex(where: { "ABCDEFGabcdefg".contains($0) }) else { return token }
            let letters = Array("CDEFGAB")
            let letter = token[place]
            let marks = token[token.index(after: place)...].prefix { ",'".contains($0) }
            let octave = (letter.isLowercase ? 1 : 0) + marks.reduce(0) { $0 + ($1 == "," ? -1 : 1) }
            let step = 7 * octave + letters.firstIndex(of: Character(letter.uppercased()))! + steps
            let newOctave = Int((Double(step) / 7).rounded(.down))
            let newLetter = letters[step - 7 * newOctave]
            let end = token[token.index(place, offsetBy: 1 + marks.count)...]
            let name = newOctave > 0 ? newLetter.lowercased() : String(newLetter)
            let mark =
                newOctave > 0 ? String(repeating: "'", count: newOctave - 1) : String(repeating: ",", count: -newOctave)
            return token[..<place] + name + mark + end
        }
        return tune
    }
}
