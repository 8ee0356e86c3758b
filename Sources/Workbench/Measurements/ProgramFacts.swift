import Machines
import Programs
import Traces

/// What is known of a program before it runs: devices, schedule, bytes by formula and memory by formula.
public struct ProgramFacts: Sendable {
  /// The program with the names of its instructions.
  public let catalogue: InstructionCatalogue
  /// Peak memory of each device by formula.
  public let memory: [MemoryPeak]
  /// Bytes that all devices together send in a step by formula: collectives' closed forms, box volumes of the rest.
  public let expectedBytes: [Purpose: Int]
  /// Bytes per step from device to device, counted from the program's messages, `[from][to]`.
  public let matrixBytes: [[Int]]
  /// Messages per step from device to device, counted from the program's messages, `[from][to]`.
  public let matrixMessages: [[Int]]
  /// What travels in a step by kind of collective, with closed forms.
  public let terms: [CommunicationTerm]
  /// Which physical links the messages pass; nil where the machine is not known.
  public let links: LinkMap?
  /// What each channel carries in a step.
  public let traffic: CarriedTraffic

  /// Takes the facts from a program.
  ///
  /// - Parameters:
  ///   - workspaceWords: what the executor's kernels need beside the program's buffers, per device; nil where not known.
  ///   - machine: what lies between the devices; nil where not known.
  public init(_ program: Program, workspaceWords: [Int]? = nil, machine: Machine? = nil) {
    self.init(InstructionCatalogue(program), workspaceWords: workspaceWords, machine: machine)
  }

  /// Takes the facts from a program that is already catalogued.
  public init(_ catalogue: InstructionCatalogue, workspaceWords: [Int]? = nil, machine: Machine? = nil) {
    let program = catalogue.program
    self.catalogue = catalogue
    memory = program.devices.enumerated().map { position, device in
      let workspace = workspaceWords.flatMap { $0.indices.contains(position) ? $0[position] : nil }
      return MemoryPeak(PeakMemory(of: device, messages: program.messages, workspaceWords: workspace))
    }
    var expected: [Purpose: Int] = [:]
    for collective in program.collectives.entries {
      expected[collective.purpose, default: 0] += 4 * collective.expectedWords
    }
    var bytes = Array(repeating: Array(repeating: 0, count: program.devices.count), count: program.devices.count)
    var messages = bytes
    for message in program.messages.entries {
      bytes[message.from][message.to] += message.bytes
      messages[message.from][message.to] += 1
      if message.collective == nil { expected[message.purpose, default: 0] += message.bytes }
    }
    expectedBytes = expected
    matrixBytes = bytes
    matrixMessages = messages
    terms = program.communicationTerms
    links = machine.map { LinkMap(program.channels.entries, on: $0) }
    traffic = CarriedTraffic(expectedOf: program)
  }

  /// The program itself.
  public var program: Program { catalogue.program }
  /// How many devices there are, working or not.
  public var deviceCount: Int { program.devices.count }
  /// Bytes that all devices together send in a step by formula.
  public var expectedBytesPerStep: Int { program.expectedBytesPerStep }
}
