import ArgumentParser
import Foundation
import Scenes

struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets", abstract: "Lists the scenes that come with the program, or prints one.")

  @Argument(help: "The scene to print.")
  var name: String?

  @Flag(help: "Lists as JSON.")
  var json = false

  func run() throws {
    if let name { return try Console.output(SceneLibrary.preset(named: name).yaml) }
    let presets = SceneLibrary.presets
    if json {
      let list = presets.map { ["name": $0.name, "about": $0.about] }
      let data = try JSONSerialization.data(withJSONObject: list, options: [.prettyPrinted, .sortedKeys])
      return try Console.output(String(decoding: data, as: UTF8.self) + "\n")
    }
    let width = presets.map(\.name.count).max() ?? 0
    for preset in presets {
      try Console.output(preset.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + preset.about + "\n")
    }
  }
}
