/// Words, numbers and punctuation marks, as ``Tokenizer/words`` says.
func splitWords(_ text: String) -> [String] {
    var tokens: [String] = []
    tokens.reserveCapacity(text.utf8.count / 5)
    var word = ""
    var last: Character = " "
    // An apostrophe, point or comma behind a word: the character that follows tells whether it is inside.
    var pending: Character?
    for character in text {
        if character.isLetter || character.isNumber {
            if let mark = pending {
                if joins(last, mark, character) {
                    word.append(mark)
                } else {
                    tokens.append(word)
                    tokens.append(String(mark))
                    word = ""
                }
                pending = nil
            }
            word.append(character)
            last = character
            continue
        }
        if !word.isEmpty, pending == nil, mayJoin(character) {
            pending = character
            continue
        }
        if !word.isEmpty {
            tokens.append(word)
            word = ""
        }
        if let mark = pending { tokens.append(String(mark)) }
        pending = nil
        if !character.isWhitespace { tokens.append(String(character)) }
    }
    if !word.isEmpty { tokens.append(word) }
    if let mark = pending { tokens.append(String(mark)) }
    return tokens
}

private func mayJoin(_ mark: Character) -> Bool { mark == "'" || mark == "’" || mark == "." || mark == "," }

private func joins(_ before: Character, _ mark: Character, _ after: Character) -> Bool {
    mark == "'" || mark == "’" || before.isNumber && after.isNumber
}

/// The tokens with the spaces that English puts between them.
func joinWords(_ tokens: [String]) -> String {
    var text = ""
    var isGlued = true
    var followsClock = false
    var openQuotes: Set<String> = []
    for token in tokens {
        var isQuote = token == "\"" || token == "'"
        let closes = isQuote && openQuotes.contains(token)
        // Seven days' journey: behind an s an apostrophe rather than an opening quote.
        let isPossessive = token == "'" && !closes && text.last == "s"
        if isPossessive { isQuote = false }
        if isQuote { openQuotes.formSymmetricDifference([token]) }
        let isAttached = isGlued || closes || isPossessive || closing.contains(token) || gluing.contains(token)
        // "4:16", but "said: go".
        if !isAttached, !(followsClock && token.first?.isNumber == true) { text += " " }
        followsClock = token == ":" && text.last?.isNumber == true
        text += token
        isGlued = isQuote && !closes || opening.contains(token) || gluing.contains(token)
    }
    return text
}

/// No space in front.
private let closing: Set<String> = [".", ",", ";", ":", "!", "?", ")", "]", "}", "%", "…", "’", "”", "»"]
/// No space behind.
private let opening: Set<String> = ["(", "[", "{", "“", "‘", "«", "$", "€", "£", "#", "@"]
/// None on either side.
private let gluing: Set<String> = ["-", "‐", "–", "—", "/", "_"]
