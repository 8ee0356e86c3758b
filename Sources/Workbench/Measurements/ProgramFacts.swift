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
  /// Bytes per step of each collective, counted from the program's messages.
  public let collectiveBytes: [Int]

  /// Takes the facts from a program.
  public init(_ program: Program) {
    self.init(InstructionCatalogue(program))
  }

  /// Takes the facts from a program that is already catalogued.
  public init(_ catalogue: InstructionCatalogue) {
    let program = catalogue.program
    self.catalogue = catalogue
    memory = program.devices.map { MemoryPeak(PeakMemory(of: $0, messages: program.messages)) }
    var expected: [Purpose: Int] = [:]
    for collective in program.collectives.entries {
      expected[collective.purpose, default: 0] += 4 * collective.expectedWords
    }
    var bytes = Array(repeating: Array(repeating: 0, count: program.devices.count), count: program.devices.count)
    var messages = bytes
    var collectives = Array(repeating: 0, count: program.collectives.count)
    for message in program.messages.entries {
      bytes[message.from][message.to] += message.bytes
      messages[message.from][message.to] += 1
      if let collective = message.collective {
        collectives[collective.position] += message.bytes
      } else {
        expected[message.purpose, default: 0] += message.bytes
      }
    }
    expectedBytes = expected
    matrixBytes = bytes
    matrixMessages = messages
    collectiveBytes = collectives
  }

  /// The program itself.
  public var program: Program { catalogue.program }
  /// How many devices there are, working or not.
  public var deviceCount: Int { program.devices.count }
  /// Bytes that all devices together send in a step by formula.
  public var expectedBytesPerStep: Int { program.expectedBytesPerStep }
}
