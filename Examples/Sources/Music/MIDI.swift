import Foundation

/// A melody as a standard MIDI file of one track: 480 ticks a quarter, so 240 for an eighth.
///
/// (MIDI Manufacturers Association, "Standard MIDI Files 1.0".)
func midi(_ notes: [Note], metre: String, quartersAMinute tempo: Int = 120) -> Data {
    var track: [UInt8] = []
    // A time is written in groups of seven bits, the first ones first, all but the last with the highest bit set.
    func time(_ ticks: Int) -> [UInt8] {
        var groups = [UInt8(ticks & 0x7F)]
        var rest = ticks >> 7
        while rest > 0 {
            groups.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
            rest >>= 7
        }
        return groups
    }
    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(value >> (8 * $0) & 0xFF) }
    }

    let parts = metre.split(separator: "/").map { Int($0)! }
    track += [0, 0xFF, 0x51, 3] + bytes(60_000_000 / tempo, 3)
    track += [0, 0xFF, 0x58, 4, UInt8(parts[0]), UInt8(parts[1].trailingZeroBitCount), 24, 8]
    var pause = 0
    for note in notes {
        let ticks = 240 * note.length
        guard let pitch = note.pitch else {
            pause += ticks
            continue
        }
        // On, and off a little early, so that repeated notes are heard as such.
        track += time(pause) + [0x90, UInt8(pitch), 90] + time(ticks - 20) + [0x80, UInt8(pitch), 0]
        pause = 20
    }
    track += time(pause) + [0xFF, 0x2F, 0]
    let header = Array("MThd".utf8) + bytes(6, 4) + bytes(0, 2) + bytes(1, 2) + bytes(480, 2)
    return Data(header + Array("MTrk".utf8) + bytes(track.count, 4) + track)
}
