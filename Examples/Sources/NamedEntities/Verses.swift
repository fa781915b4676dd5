import Cotangent
import ExampleSupport

/// A word as the network is given it, in lower case, and whether it is a name.
struct Word {
    /// As it was printed.
    let text: String
    /// In lower case, without a possessive 's.
    let key: String
    /// nil where a sentence begins: there everything has a capital, which says nothing.
    var isName: Bool?
}

/// A verse, and the chapter that it is from: "Ge34" of "Ge34:20 And Hamor and Shechem his son came …".
struct Verse {
    let chapter: String
    var words: [Word]
}

/// All verses, their names labelled by the capitals inside of sentences.
///
/// A capital behind a comma may also begin what somebody says: "God said, Let there be light". Behind a comma or a colon
/// it makes a name of those words alone that are written with a capital more often than without where no mark precedes
/// them, or, where that never happens, are never written without. "I" and "O" are no names.
func labelledVerses() throws -> [Verse] {
    var verses: [Verse] = []
    for line in try text(contentsOf: dataPath("kjv-pentateuch.txt")).split(separator: "\n") {
        let reference = line.prefix { $0 != " " }
        let words = Tokenizer.words.split(String(line.dropFirst(reference.count + 1))).map { text in
            let lower = text.lowercased()
            return Word(text: text, key: lower.hasSuffix("'s") ? String(lower.dropLast(2)) : lower)
        }
        verses.append(Verse(chapter: String(reference.prefix { $0 != ":" }), words: words))
    }

    /// How often a word has a capital and how often none, where a word precedes it and where a mark does.
    struct Count { var (capital, small, smallBehindMark) = (0, 0, 0) }
    var counts: [String: Count] = [:]
    for verse in verses {
        for (before, word) in zip(verse.words, verse.words.dropFirst()) where !before.endsSentence {
            if word.hasCapital {
                if before.isWord { counts[word.key, default: Count()].capital += 1 }
            } else if before.isWord {
                counts[word.key, default: Count()].small += 1
            } else {
                counts[word.key, default: Count()].smallBehindMark += 1
            }
        }
    }
    func isUsuallyName(_ key: String) -> Bool {
        let count = counts[key] ?? Count()
        if count.capital + count.small > 0 { return count.capital > count.small }
        return count.smallBehindMark == 0
    }
    for index in verses.indices {
        let words = verses[index].words
        for (place, word) in words.enumerated().dropFirst() where !words[place - 1].endsSentence {
            verses[index].words[place].isName =
                word.hasCapital && !["i", "o"].contains(word.key)
                && (words[place - 1].isWord || isUsuallyName(word.key))
        }
    }
    return verses
}

extension Word {
    var isWord: Bool { text.first!.isLetter }
    var hasCapital: Bool { text.first!.isUppercase }
    var endsSentence: Bool { [".", "?", "!"].contains(text) }
}
