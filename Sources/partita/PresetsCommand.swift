import ArgumentParser
import Foundation
import Scenes

struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets", abstract: "Lists the scenes, machines and links that come with the program, or prints one.")

  @Argument(help: "The scene, machine or link to print.")
  var name: String?

  @Flag(help: "Lists as JSON.")
  var json = false

  func run() throws {
    if let name { return try Console.output(Self.text(named: name)) }
    let lists: [(kind: String, entries: [(name: String, about: String)])] = [
      ("scenes", SceneLibrary.presets.map { ($0.name, $0.about) }),
      ("machines", MachineLibrary.machines.map { ($0.name, $0.about) }),
      ("links", MachineLibrary.links.map { ($0.name, "\($0.about): \($0.link)") }),
    ]
    if json {
      let list = lists.flatMap { list in
        list.entries.map { ["name": $0.name, "about": $0.about, "kind": String(list.kind.dropLast())] }
      }
      let data = try JSONSerialization.data(withJSONObject: list, options: [.prettyPrinted, .sortedKeys])
      return try Console.output(String(decoding: data, as: UTF8.self) + "\n")
    }
    let width = lists.flatMap { $0.entries.map { $0.name.count } }.max() ?? 0
    for (kind, entries) in lists {
      // The scenes stand first and without a heading, as they always have.
      if kind != "scenes" { try Console.output("\n\(kind)\n") }
      for (name, about) in entries {
        try Console.output(name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + about + "\n")
      }
    }
  }

  /// The file of a scene or machine, or the entry of a link.
  private static func text(named name: String) throws -> String {
    if let scene = SceneLibrary.presets.first(where: { $0.name == name }) { return scene.yaml }
    if let machine = MachineLibrary.machines.first(where: { $0.name == name }) { return machine.yaml }
    if let link = MachineLibrary.links.first(where: { $0.name == name }) {
      return "\(name):\n  link: \"\(link.link)\"\n  about: \(link.about)\n  source: \(link.source)\n"
    }
    return try SceneLibrary.preset(named: name).yaml
  }
}
