import Diagnostics
import Foundation
import Networks
import Programs
import Strategies

/// What a scene's strategy comes to, before anything runs: schedule, programs, messages and memory by formula.
public struct Plan: Codable, Hashable, Sendable {
  /// One device's program and its memory.
  public struct Device: Codable, Hashable, Sendable {
    public var device: Int
    /// Actions in their order, as `1F0 1F1 1B0`.
    public var schedule: String
    /// One line per instruction.
    public var instructions: [String]
    public var peakBytes: Memory
    public var bytesSent: Int
    public var bytesReceived: Int
    public var messagesSent: Int

    enum CodingKeys: String, CodingKey {
      case device, schedule, instructions
      case peakBytes = "peak_bytes"
      case bytesSent = "bytes_sent"
      case bytesReceived = "bytes_received"
      case messagesSent = "messages_sent"
    }
  }

  /// Peak bytes by purpose; `total` is the peak of the sum.
  public struct Memory: Codable, Hashable, Sendable {
    public var parameters: Int
    public var gradients: Int
    public var optimizer: Int
    public var activations: Int
    public var buffers: Int
    public var total: Int
  }

  /// One operation of several devices together.
  public struct Collective: Codable, Hashable, Sendable {
    public var label: String
    public var algorithm: String
    public var devices: [Int]
    public var expectedBytes: Int
    /// The closed form in words.
    public var formula: String

    enum CodingKeys: String, CodingKey {
      case label, algorithm, devices, formula
      case expectedBytes = "expected_bytes"
    }
  }

  public static let schema = "partita.plan/1"

  public var schema = Plan.schema
  public var scene: String
  public var strategy: String
  public var batch: Int
  public var microbatches: Int
  public var parameterCount: Int
  public var flopsPerSample: Int
  public var bytesPerStep: Int
  public var expectedBytesPerStep: Int
  public var messagesPerStep: Int
  /// `[from][to]`, per step.
  public var matrixBytes: [[Int]]
  /// Bytes per step.
  public var byPurpose: [String: Int]
  public var collectives: [Collective]
  public var perDevice: [Device]
  /// What the verifier found; empty for every program that may run.
  public var problems: [String]
  public var assumptions: [String]

  enum CodingKeys: String, CodingKey {
    case schema, scene, strategy, batch, microbatches, collectives, problems, assumptions
    case parameterCount = "parameter_count"
    case flopsPerSample = "flops_per_sample"
    case bytesPerStep = "bytes_per_step"
    case expectedBytesPerStep = "expected_bytes_per_step"
    case messagesPerStep = "messages_per_step"
    case matrixBytes = "matrix_bytes"
    case byPurpose = "by_purpose"
    case perDevice = "per_device"
  }

  public init(_ program: Program, scene: String) {
    self.scene = scene
    strategy = program.strategy
    batch = program.batch
    microbatches = program.microbatches
    parameterCount = program.graph.parameterCount
    flopsPerSample = program.graph.flopsPerSample
    bytesPerStep = program.bytesPerStep
    expectedBytesPerStep = program.expectedBytesPerStep
    messagesPerStep = program.messages.count
    var matrix = program.devices.map { _ in program.devices.map { _ in 0 } }
    var purposes = Dictionary(uniqueKeysWithValues: Purpose.allCases.map { ($0.rawValue, 0) })
    for message in program.messages.entries {
      matrix[message.from][message.to] += message.bytes
      purposes[message.purpose.rawValue, default: 0] += message.bytes
    }
    matrixBytes = matrix
    byPurpose = purposes
    collectives = program.collectives.entries.map {
      Collective(
        label: "\($0.kind.rawValue) of \($0.label)", algorithm: $0.algorithm, devices: $0.devices,
        expectedBytes: 4 * $0.expectedWords, formula: $0.formula)
    }
    perDevice = program.devices.indices.map { device in
      Device(program, device: device, sent: matrix[device].reduce(0, +), received: matrix.reduce(0) { $0 + $1[device] })
    }
    problems = Verifier(program).check().map(\.description)
    assumptions = program.assumptions
  }

  /// One JSON document with a final line break.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}

extension Plan.Device {
  init(_ program: Program, device: Int, sent: Int, received: Int) {
    self.device = device
    schedule = program.schedule.devices[device].map(\.description).joined(separator: " ")
    instructions = program.listing(of: device).split(separator: "\n").map(String.init)
    let peak = PeakMemory(of: program.devices[device], messages: program.messages)
    func bytes(_ kind: BufferKind) -> Int { peak.byKind[kind] ?? 0 }
    peakBytes = Plan.Memory(
      parameters: bytes(.parameters), gradients: bytes(.gradients), optimizer: bytes(.optimizer),
      activations: bytes(.activations), buffers: bytes(.buffers), total: peak.total)
    bytesSent = sent
    bytesReceived = received
    messagesSent = program.messages.entries.count { $0.from == device }
  }
}
