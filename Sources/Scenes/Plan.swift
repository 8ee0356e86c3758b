import Diagnostics
import Foundation
import Machines
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
    /// What the engine's kernels need while they work; nil where it was not asked, and the total leaves it out.
    @Nullable public var workspace: Int? = nil
    public var total: Int
    /// What cannot be exceeded, however early messages come.
    public var atMost: Int

    enum CodingKeys: String, CodingKey {
      case parameters, gradients, optimizer, activations, buffers, workspace, total
      case atMost = "at_most"
    }
  }

  /// One line of the communication by formula: collectives of one kind and purpose, or single messages.
  public struct Term: Codable, Hashable, Sendable {
    public var purpose: String
    /// `ring all-reduce`
    public var name: String
    /// How many of them.
    public var count: Int
    /// The closed form in words with its numbers, `2n(P-1) = 2·4,330·3 = 25,980 words`.
    public var formula: String
    public var expectedBytes: Int
    /// Counted from the program's messages.
    public var bytes: Int
    public var messages: Int
    /// By closed form; nil where there is none.
    @Nullable public var expectedMessages: Int? = nil
    /// Devices that take part in each; nil where it is not one number.
    @Nullable public var devices: Int? = nil

    enum CodingKeys: String, CodingKey {
      case purpose, name, count, formula, bytes, messages, devices
      case expectedBytes = "expected_bytes"
      case expectedMessages = "expected_messages"
    }
  }

  /// Who holds what of one layer.
  public struct Ownership: Codable, Hashable, Sendable {
    /// A box that a device computes for one microbatch: half-open ranges.
    public struct Part: Codable, Hashable, Sendable {
      public var device: Int
      public var microbatch: Int
      public var n: [Int]
      public var k: [Int]
      public var h: [Int]
      public var w: [Int]
      /// Which part of the sum over the inputs it is, from 0, and of how many.
      public var summand: Int
      public var summands: Int
      /// Words fetched from each other device; nil for microbatches after a device's first, which repeat it.
      @Nullable public var fetchedWords: [String: Int]? = nil

      enum CodingKeys: String, CodingKey {
        case device, microbatch, n, k, h, w, summand, summands
        case fetchedWords = "fetched_words"
      }
    }

    public var layer: String
    /// `n=2 h=2`, or `whole`.
    public var split: String
    public var devices: [Int]
    /// Words of parameters that each of `devices` holds.
    public var heldWords: [Int]
    /// Devices that add up gradients together.
    public var reductions: [[Int]]
    /// `1 row above, 1 below`; empty without a halo.
    public var halo: String
    public var parts: [Part]

    enum CodingKeys: String, CodingKey {
      case layer, split, devices, reductions, halo, parts
      case heldWords = "held_words"
    }
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
  /// The same by kind and purpose, and what belongs to no collective.
  public var terms: [Term]
  /// A device's exchanges of gradients in their order; empty where there is at most one.
  public var exchanges: [Exchange]
  /// How long a step takes by a simulation, and the clock of the run that is simulated; nil where nobody did.
  @Nullable public private(set) var predictedStepSeconds: Double? = nil
  @Nullable public private(set) var predictedClock: String? = nil
  /// What of them nothing hides, predicted; nil where times or the link are not known.
  @Nullable public var exposedExchangeSeconds: Double? = nil
  /// One entry per layer.
  public var ownership: [Ownership]
  /// A table of all layers' owners, and the picture of one layer, for the text.
  var picture: [String] = []
  public var perDevice: [Device]
  /// When each action runs if all stages take the same time; nil for a program without a schedule.
  @Nullable public var slots: Slots? = nil
  /// The same drawn, for the text.
  var slotDrawing: [String] = []
  /// One entry per stage of an asynchronous pipeline; empty for all others.
  public var weights: [Weights]
  /// What the verifier found; empty for every program that may run.
  public var problems: [String]
  public var assumptions: [String]

  enum CodingKeys: String, CodingKey {
    case schema, scene, strategy, batch, microbatches, slots, collectives, terms, exchanges, ownership, weights
    case problems, assumptions
    case predictedStepSeconds = "predicted_step_seconds"
    case predictedClock = "predicted_clock"
    case exposedExchangeSeconds = "exposed_exchange_seconds"
    case parameterCount = "parameter_count"
    case flopsPerSample = "flops_per_sample"
    case bytesPerStep = "bytes_per_step"
    case expectedBytesPerStep = "expected_bytes_per_step"
    case messagesPerStep = "messages_per_step"
    case matrixBytes = "matrix_bytes"
    case byPurpose = "by_purpose"
    case perDevice = "per_device"
  }

  /// Takes everything from a program.
  ///
  /// - Parameters:
  ///   - layer: the node whose owners the text draws; nil takes the one with the most to see.
  ///   - workspaceWords: what the engine's kernels need on each device; nil where it was not asked.
  ///   - layerCosts: what layers cost, in any unit, for the times of stages; nil takes their arithmetic.
  ///   - machine: what lies between the devices; nil where it is not known.
  ///   - findings: what the verifier found, where it was asked already; nil asks it.
  public init(
    _ program: Program, scene: String, layer: Int? = nil, workspaceWords: [Int]? = nil, layerCosts: [Double]? = nil,
    machine: Machine? = nil, findings: [Diagnostic]? = nil
  ) {
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
    var sent = program.devices.map { _ in 0 }
    var received = sent
    var messagesSent = sent
    var purposes = Dictionary(uniqueKeysWithValues: Purpose.allCases.map { ($0.rawValue, 0) })
    for message in program.messages.entries {
      matrix[message.from][message.to] += message.bytes
      sent[message.from] += message.bytes
      received[message.to] += message.bytes
      messagesSent[message.from] += 1
      purposes[message.purpose.rawValue, default: 0] += message.bytes
    }
    matrixBytes = matrix
    byPurpose = purposes
    collectives = program.collectives.entries.map {
      Collective(
        label: "\($0.kind.rawValue) of \($0.label)", algorithm: $0.algorithm, devices: $0.devices,
        expectedBytes: 4 * $0.expectedWords, formula: $0.formula)
    }
    terms = program.communicationTerms.map(Term.init)
    (exchanges, exposedExchangeSeconds) = Self.exchanges(of: program, machine: machine)
    let owners = LayerOwnership.all(program)
    ownership = owners.map(Ownership.init)
    picture = Self.picture(owners, layer: layer)
    perDevice = program.devices.indices.map { device in
      Device(
        program, device: device, sent: sent[device], received: received[device], messages: messagesSent[device],
        workspaceWords: workspaceWords.flatMap { $0.indices.contains(device) ? $0[device] : nil })
    }
    weights = Weights.all(program)
    if let facts = ScheduleFacts(program, layerCosts: layerCosts) {
      slots = Slots(facts)
      slotDrawing = Self.slotLines(facts)
    }
    problems = (findings ?? Verifier(program).check()).map(\.description)
    assumptions = program.assumptions
  }

  /// Puts a simulation's word beside what follows from formulas.
  ///
  /// - Parameters:
  ///   - clock: whose time the run is told in that was simulated, as `wall`.
  ///   - assumptions: what the prediction rests on.
  public mutating func predict(stepSeconds: Double, clock: String, assumptions: [String]) {
    predictedStepSeconds = stepSeconds
    predictedClock = clock
    self.assumptions += assumptions.map { "predicted step: \($0)" }
  }

  /// One JSON document with a final line break.
  public func json() throws -> String { try JSONText.document(self) }
}

extension Plan.Device {
  init(_ program: Program, device: Int, sent: Int, received: Int, messages: Int, workspaceWords: Int?) {
    self.device = device
    schedule = program.schedule.devices[device].map(\.description).joined(separator: " ")
    instructions = program.listing(of: device).split(separator: "\n").map(String.init)
    let peak = PeakMemory(
      of: program.devices[device], messages: program.messages, workspaceWords: workspaceWords)
    func bytes(_ kind: BufferKind) -> Int { peak.byKind[kind] ?? 0 }
    peakBytes = Plan.Memory(
      parameters: bytes(.parameters), gradients: bytes(.gradients), optimizer: bytes(.optimizer),
      activations: bytes(.activations), buffers: bytes(.buffers),
      workspace: peak.byKind[.workspace], total: peak.total,
      atMost: PeakMemoryBound(
        of: program.devices[device], messages: program.messages, workspaceWords: workspaceWords
      ).total)
    bytesSent = sent
    bytesReceived = received
    messagesSent = messages
  }
}
