import Diagnostics

extension Verifier {
  /// Where versions of the weights are declared, every forward and backward finds the one that it is to use, every update
  /// makes the one that the microbatch's number says, and the step ends with the newest version where the next one begins.
  ///
  /// The walk follows a device's sequential order. Lanes cannot change what it finds: reading and renewing of one buffer keep
  /// their order across lanes too (``LaneDependencies``).
  func checkVersions() -> [Diagnostic] {
    guard program.mode == .training, let versions = program.versions else { return [] }
    return program.devices.flatMap { device -> [Diagnostic] in
      var walk = VersionWalk(device, of: program, versions)
      for position in device.instructions.indices { walk.visit(position) }
      let findings = walk.problems.map { finding($0.message, device: device.device, at: $0.position) }
      return findings
        + walk.leftovers().map {
          Diagnostic(
            "device \(device.device): \($0)", path: "program.devices[\(device.device)]",
            hint: "the next step begins with the newest version there")
        }
    }
  }
}

/// Which version each kept parameter of one device has, instruction by instruction.
private struct VersionWalk {
  private(set) var problems: [(position: Int, message: String)] = []

  /// Words of the array that owns them.
  private struct Place: Hashable {
    var root: Index<Buffer>
    var words: Range<Int>
  }

  private let program: Program
  private let device: DeviceProgram
  private let versions: WeightVersions
  private var held: [Place: HeldParameter] = [:]
  /// No entry where nothing of use is left.
  private var version: [Place: Int] = [:]

  init(_ device: DeviceProgram, of program: Program, _ versions: WeightVersions) {
    self.program = program
    self.device = device
    self.versions = versions
    for parameter in device.parameters
    where program.graph.nodes[parameter.node].parameters[parameter.ordinal].isLearned {
      let place = place(of: parameter.buffer)
      held[place] = parameter
      if parameter.slot <= versions.carried { version[place] = -parameter.slot }
    }
  }

  mutating func visit(_ position: Int) {
    switch device.instructions[position] {
    case .forward(let index), .backward(let index), .backwardInput(let index), .backwardWeight(let index):
      read(device.operations[index], position)
    case .update(let index):
      let update = device.updates[index]
      renew(update.parameter, from: update.source ?? update.parameter, position)
    case .copy(let index):
      let copy = device.copies[index]
      guard device.buffers[copy.destination.buffer].kind == .parameters else { return }
      let (target, source) = (
        device.words(of: copy.destination, count: copy.count.count),
        device.words(of: copy.source, count: copy.count.count)
      )
      for place in places(in: target) {
        let first = place.words.lowerBound - target.words.lowerBound + source.words.lowerBound
        version[place] = version[Place(root: source.root, words: first..<first + place.words.count)]
      }
    default: break
    }
  }

  /// What the next step would not find where it looks.
  func leftovers() -> [String] {
    held.filter { $0.value.slot <= versions.carried }.sorted { $0.value.buffer.position < $1.value.buffer.position }
      .compactMap { place, parameter in
        let (wanted, found) = (versions.updates - parameter.slot, version[place])
        guard found != wanted else { return nil }
        let name = device.buffers[parameter.buffer].name
        return "‹\(name)› has \(Self.text(found)) at the step's end instead of \(Self.text(wanted))"
      }
  }

  private mutating func read(_ operation: Operation, _ position: Int) {
    guard !operation.parameters.isEmpty else { return }
    guard let action = action(position), let wanted = versions.used[action] else {
      problems.append((position, "uses weights of which no version is declared"))
      return
    }
    for buffer in operation.parameters {
      let found = version[place(of: buffer)]
      guard found != wanted else { continue }
      let name = device.buffers[buffer].name
      problems.append(
        (position, "\(action) uses ‹\(name)› of \(Self.text(found)) instead of \(Self.text(wanted))"))
    }
  }

  private mutating func renew(_ parameter: Index<Buffer>, from source: Index<Buffer>, _ position: Int) {
    let (target, before) = (device.words(of: parameter), device.words(of: source))
    let made = action(position)?.microbatch.flatMap { microbatch in
      versions.update.indices.contains(microbatch) ? versions.update[microbatch] + 1 : nil
    }
    for place in places(in: target) {
      let first = place.words.lowerBound - target.words.lowerBound + before.words.lowerBound
      let old = version[Place(root: before.root, words: first..<first + place.words.count)]
      version[place] = old.map { $0 + 1 }
      guard let new = version[place], new == made else {
        let name = device.buffers[held[place]!.buffer].name
        problems.append(
          (position, "makes \(Self.text(old.map { $0 + 1 })) of ‹\(name)› instead of \(Self.text(made))"))
        continue
      }
    }
  }

  private func action(_ position: Int) -> Action? {
    let actions = program.schedule.devices[device.device]
    let number = device.actions[position]
    return actions.indices.contains(number) ? actions[number] : nil
  }

  private func place(of buffer: Index<Buffer>) -> Place {
    let (root, words) = device.words(of: buffer)
    return Place(root: root, words: words)
  }

  /// The kept parameters that lie in a region, in order.
  private func places(in region: (root: Index<Buffer>, words: Range<Int>)) -> [Place] {
    held.keys.filter {
      $0.root == region.root && region.words.lowerBound <= $0.words.lowerBound
        && $0.words.upperBound <= region.words.upperBound
    }.sorted { $0.words.lowerBound < $1.words.lowerBound }
  }

  private static func text(_ version: Int?) -> String { version.map { "version \($0)" } ?? "no known version" }
}
