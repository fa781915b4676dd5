import Cotangent
import Foundation
import Testing

@Suite struct FileTests {
    private let folder = try! TemporaryFolder()

    private func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    @Test func piecesAreOneFile() throws {
        let path = folder.path("a")
        let pieces: [[UInt8]] = [[1, 2], [], [UInt8](repeating: 3, count: 100_000), [4]]
        try write(to: path) { (file) throws(FileProblem) in
            for piece in pieces { try file.write(piece) }
        }
        #expect(try read(path) == Array(pieces.joined()))
        try write([9], to: path)
        #expect(try read(path) == [9])
        #expect(try folder.contents == ["a"])
    }

    @Test func anErrorLeavesTheOldFile() throws {
        let path = folder.path("a")
        try write([1, 2, 3], to: path)
        #expect(throws: FileProblem.self) {
            try write(to: path) { (file) throws(FileProblem) in
                try file.write([4, 5])
                try write([], to: folder.path("none/a"))
            }
        }
        #expect(try read(path) == [1, 2, 3])
        #expect(try folder.contents == ["a"])
    }

    @Test func linksAndPermissionsStay() throws {
        let (path, link) = (folder.path("a"), folder.path("link"))
        try write([1], to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        try write([2, 3], to: link)
        #expect(try read(path) == [2, 3])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        try write([7], to: "/dev/null")
    }

    // MARK: Mapped files

    private func bytes(of file: MappedFile) -> [UInt8] { withExtendedLifetime(file) { Array(file.bytes) } }

    @Test(arguments: [true, false]) func showsAFilesBytes(_ isMapped: Bool) throws {
        for count in [0, 1, 4096, 65_535, 65_536, 200_001] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let path = folder.path("\(count)")
            try write(bytes, to: path)
            let file = try MappedFile(path: path, isMapped: isMapped)
            #expect(self.bytes(of: file) == bytes && file.name == path)
            // Replaced and deleted, the file that was opened stays.
            try write([UInt8](repeating: 0, count: count), to: path)
            try FileManager.default.removeItem(atPath: path)
            #expect(self.bytes(of: file) == bytes)
        }
    }

    @Test func whatCannotBeMapped() throws {
        #expect(bytes(of: try MappedFile(path: "/dev/null")) == [])
        let missing = #expect(throws: FileProblem.self) { try MappedFile(path: folder.path("none")) }
        #expect(missing?.message.contains("No such file or directory") == true)
        #expect(throws: FileProblem.self) { try MappedFile(path: folder.path("")) }
        // A pipe has no size.
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let thread = Thread { try? write(bytes, to: pipe) }
        thread.start()
        #expect(self.bytes(of: try MappedFile(path: pipe)) == bytes)
    }
}
