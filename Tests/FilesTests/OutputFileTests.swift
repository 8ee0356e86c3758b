import Diagnostics
import Files
import Foundation
import Testing

/// Files are written whole or not at all, and stay what they are.
@Suite struct OutputFileTests {
  private func write(_ text: String, to path: String) throws {
    let file = try OutputFile(path)
    file.write(text)
    try file.finish()
  }

  @Test func aFileKeepsItsModeAndAppearsAtTheEnd() throws {
    let folder = try Folder()
    try folder.put("old", "f")
    chmod(folder("f"), 0o600)
    let file = try OutputFile(folder("f"))
    file.write("new")
    #expect(folder.text("f") == "old")
    try file.finish()
    #expect(folder.text("f") == "new")
    #expect(folder.status("f").st_mode & 0o777 == 0o600)
    #expect(folder.names == ["f"])
  }

  @Test func whatIsNotFinishedLeavesNothing() throws {
    let folder = try Folder()
    try folder.put("old", "f")
    do {
      let file = try OutputFile(folder("f"))
      file.write("new")
    }
    #expect(folder.names == ["f"])
    #expect(folder.text("f") == "old")
  }

  @Test func linksStayAndWhatTheyLeadToIsWritten() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder("d"), withIntermediateDirectories: true)
    try folder.put("old", "d/f")
    try folder.link("near", to: "d/f")
    try folder.link("far", to: "near")
    try folder.link("dangling", to: "d/later")
    try write("new", to: folder("far"))
    try write("made", to: folder("dangling"))
    #expect(folder.text("d/f") == "new")
    #expect(folder.text("d/later") == "made")
    for name in ["near", "far", "dangling"] { #expect(folder.status(name).st_mode & S_IFMT == S_IFLNK) }
    try folder.link("a", to: "b")
    try folder.link("b", to: "a")
    let problem = #expect(throws: DiagnosticList.self) { try OutputFile(folder("a")) }
    #expect(problem?.description.contains("circles") == true)
  }

  @Test func otherNamesOfAFileSeeWhatIsWritten() throws {
    let folder = try Folder()
    try folder.put("a longer old text", "f")
    link(folder("f"), folder("other"))
    try write("new", to: folder("f"))
    #expect(folder.text("other") == "new")
    #expect(folder.status("f").st_ino == folder.status("other").st_ino)
    #expect(folder.names == ["f", "other"])
  }

  @Test func pipesAndOpenFilesAreWrittenAsTheyAre() throws {
    let folder = try Folder()
    mkfifo(folder("pipe"), 0o600)
    // Open for both, so that neither side waits for the other.
    let reader = open(folder("pipe"), O_RDWR)
    try write("through", to: folder("pipe"))
    var bytes = [UInt8](repeating: 0, count: 7)
    #expect(read(reader, &bytes, 7) == 7)
    #expect(String(decoding: bytes, as: UTF8.self) == "through")
    #expect(folder.status("pipe").st_mode & S_IFMT == S_IFIFO)
    close(reader)
    try folder.put("first ", "log")
    let log = open(folder("log"), O_WRONLY | O_APPEND)
    try write("second", to: "/dev/fd/\(log)")
    close(log)
    #expect(folder.text("log") == "first second")
  }

  @Test func aFullDeviceAndWrongPlacesAreTold() throws {
    let folder = try Folder()
    let full = try OutputFile("/dev/full")
    full.write("x")
    let failure = #expect(throws: FileFailure.self) { try full.finish() }
    #expect(failure?.description == "cannot write '/dev/full': No space left on device")
    for (path, reason) in [
      (folder("no/f"), "No such file"), (folder.path, "is a directory"), (folder("new/"), "directory"),
    ] {
      let problem = #expect(throws: DiagnosticList.self) { try OutputFile(path, option: "-o") }
      #expect(problem?.description.hasPrefix("error: -o: cannot write '\(path)': ") == true)
      #expect(problem?.description.contains(reason) == true)
    }
    #expect(folder.names.isEmpty)
  }

  @Test func gzAsksForGzip() throws {
    let folder = try Folder()
    let text = String(repeating: "{\"a\":1},\n", count: 50_000)
    try write(text, to: folder("t.json.gz"))
    #expect(folder.status("t.json.gz").st_size < 10_000)
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", folder("t.json.gz")]
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(String(decoding: data, as: UTF8.self) == text)
  }

  @Test func spellingsOfOneFileHaveOneIdentity() throws {
    let folder = try Folder()
    try folder.put("x", "f")
    try folder.link("l", to: "f")
    link(folder("f"), folder("hard"))
    let identity = FileIdentity(folder("f"))
    #expect(identity != nil)
    for name in ["l", "hard", "./f", "../\(folder.path.split(separator: "/").last!)/f"] {
      #expect(FileIdentity(folder(name)) == identity, "\(name)")
    }
    #expect(FileIdentity(folder("new")) == FileIdentity(folder("./new")))
    #expect(FileIdentity(folder("new")) != FileIdentity(folder("newer")))
    #expect(FileIdentity("/dev/null") == nil)
    #expect(FileIdentity("-", dash: 1) == FileIdentity.standardOutput)
  }

  @Test func pipesAreRead() throws {
    let folder = try Folder()
    mkfifo(folder("pipe"), 0o600)
    let path = folder("pipe")
    let text = String(repeating: "0123456789", count: 20_000)
    Thread {
      let writer = FileHandle(forWritingAtPath: path)
      try? writer?.write(contentsOf: Data(text.utf8))
      try? writer?.close()
    }.start()
    #expect(String(decoding: try InputFile.read(path), as: UTF8.self) == text)
    #expect(try InputFile.read("/dev/zero", limit: 100_000).count > 100_000)
    let problem = #expect(throws: DiagnosticList.self) { try InputFile.read(folder("none")) }
    #expect(problem?.all.first?.message == "there is no file '\(folder("none"))'")
    #expect(throws: DiagnosticList.self) { try InputFile.read(folder.path) }
  }
}
