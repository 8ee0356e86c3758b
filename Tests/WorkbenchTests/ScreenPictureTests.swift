import Foundation
import Screens
import Testing

@testable import Workbench

/// Whole screens as text: glyphs and roles, compared with the files in `Pictures`.
///
/// After an intended change of how screens look, `PARTITA_RECORD_PICTURES=1 swift test --filter ScreenPictureTests`
/// writes the files anew; look at them before committing.
struct ScreenPictureTests {
  /// Scripts by the name of the picture that they end in.
  private static let scripts: KeyValuePairs<String, String> = [
    "start": "wait 1",
    "finished": "keys r\nuntil FINISHED\nwait 2",
    "halted": "keys s\nuntil step 1 of 6\nuntil HALTED\nwait 1",
    "refused": "keys 2 right right down down right right right right",
    "layer-error": "keys down down enter enter ctrl-u\ntype 9",
    "pipeline": "keys 2 right right",
    "timeline": "keys r\nuntil FINISHED\nkeys 3 . .",
    "communication": "keys r\nuntil FINISHED\nkeys 5",
    "links": "keys r\nuntil FINISHED\nkeys 5 l",
    "links-expanded": "keys r\nuntil FINISHED\nkeys 5 l e",
    "analysis": "keys r\nuntil FINISHED\nkeys A",
    "path": "keys r\nuntil FINISHED\nkeys 3 c",
    "help": "keys ?",
    "palette": "keys :\ntype pau",
    "scenes": "keys o",
    "paused": "keys r\nwait 3\nkeys space\nwait 3",
  ]

  @Test(arguments: ["80x24", "120x40"]) func screensLookAsRecorded(_ size: String) throws {
    for (name, script) in Self.scripts {
      let scene = name.hasPrefix("links") ? WorkbenchRig.hosts : WorkbenchRig.scene()
      let end = try WorkbenchRig.play(script, size: try #require(Size(size)), scene: scene, cores: 1, clock: .wall)
      let picture = end.terminal.lastSurface.described(name: name)
      if ProcessInfo.processInfo.environment["PARTITA_RECORD_PICTURES"] != nil {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Pictures")
        try Data(picture.utf8).write(to: folder.appending(path: "\(name)-\(size).txt"))
        continue
      }
      let file = try #require(
        Bundle.module.url(forResource: "\(name)-\(size)", withExtension: "txt", subdirectory: "Pictures"), "\(name)")
      let recorded = try String(contentsOf: file, encoding: .utf8)
      #expect(picture == recorded, "\(name) at \(size) is now\n\(picture)")
    }
  }
}
