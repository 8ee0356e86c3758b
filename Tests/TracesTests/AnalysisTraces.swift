import Programs
import Testing
import Traces

/// Three devices in a row, each of which computes and hands on: 100 ns, 50 ns and 10 ns of work, transfers that take no time.
func chainProgram() throws -> Program {
  var builder = try ProgramBuilder(devices: 3)
  let first = builder.message(0, 1, purpose: .activations, node: 0, microbatch: 0)
  let second = builder.message(1, 2, purpose: .activations, node: 1, microbatch: 0)
  builder.forward(0, node: 0, microbatch: 0)
  builder.devices[0].append(.send(first), lane: .communication, action: 0)
  builder.devices[1].append(.receive(first), lane: .communication, action: 0)
  builder.forward(1, node: 1, microbatch: 0)
  builder.devices[1].append(.send(second), lane: .communication, action: 0)
  builder.devices[2].append(.receive(second), lane: .communication, action: 0)
  builder.forward(2, node: 1, microbatch: 0)
  return builder.program(microbatches: 1)
}

let chainTrace = TraceBatch(
  records: [
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 100),
      TraceRecord(step: 0, instruction: 1, begin: 100, end: 100, senderReady: 100, transferStart: 100),
      TraceRecord(step: 0, instruction: 2, begin: 100, end: 100),
    ],
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 100, senderReady: 100, transferStart: 100, arrival: 100),
      TraceRecord(step: 0, instruction: 1, begin: 100, end: 150),
      TraceRecord(step: 0, instruction: 2, begin: 150, end: 150, senderReady: 150, transferStart: 150),
      TraceRecord(step: 0, instruction: 3, begin: 150, end: 150),
    ],
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 150, senderReady: 150, transferStart: 150, arrival: 150),
      TraceRecord(step: 0, instruction: 1, begin: 150, end: 160),
      TraceRecord(step: 0, instruction: 2, begin: 160, end: 160),
    ],
  ], dropped: [0, 0, 0])

/// GPipe over two devices with two microbatches and transfers that take no time; device 0 waits before both backward passes.
let twoMicrobatchTrace = TraceBatch(
  records: [
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 10),
      TraceRecord(step: 0, instruction: 1, begin: 10, end: 10, senderReady: 10, transferStart: 10),
      TraceRecord(step: 0, instruction: 2, begin: 10, end: 20),
      TraceRecord(step: 0, instruction: 3, begin: 20, end: 20, senderReady: 20, transferStart: 20),
      TraceRecord(step: 0, instruction: 4, begin: 20, end: 50, senderReady: 50, transferStart: 50, arrival: 50),
      TraceRecord(step: 0, instruction: 5, begin: 50, end: 60),
      TraceRecord(step: 0, instruction: 6, begin: 60, end: 70, senderReady: 70, transferStart: 70, arrival: 70),
      TraceRecord(step: 0, instruction: 7, begin: 70, end: 80),
      TraceRecord(step: 0, instruction: 8, begin: 80, end: 80),
    ],
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 10, senderReady: 10, transferStart: 10, arrival: 10),
      TraceRecord(step: 0, instruction: 1, begin: 10, end: 20),
      TraceRecord(step: 0, instruction: 2, begin: 20, end: 20, senderReady: 20, transferStart: 20, arrival: 20),
      TraceRecord(step: 0, instruction: 3, begin: 20, end: 30),
      TraceRecord(step: 0, instruction: 4, begin: 30, end: 50),
      TraceRecord(step: 0, instruction: 5, begin: 50, end: 50, senderReady: 50, transferStart: 50),
      TraceRecord(step: 0, instruction: 6, begin: 50, end: 70),
      TraceRecord(step: 0, instruction: 7, begin: 70, end: 70, senderReady: 70, transferStart: 70),
      TraceRecord(step: 0, instruction: 8, begin: 70, end: 70),
    ],
  ], dropped: [0, 0])

/// The two messages of the exchange as one collective of 10 words.
func collectiveExchangeProgram(kind: Collective.Kind = .allReduce) throws -> Program {
  var program = try exchangeProgram()
  let collective = program.collectives.append(
    Collective(
      kind: kind, algorithm: "direct", devices: [0, 1], words: 10, purpose: .gradients, expectedWords: 20,
      formula: "nP(P-1)", label: "gradients of 2 layers"))
  for index in program.messages.indices { program.messages[index].collective = collective }
  return program
}

/// The analysed steps of a whole trace.
func analysed(_ program: Program, _ batch: TraceBatch, warmupSteps: Int = 0) throws -> AnalysedSteps {
  let all = statistics(program, batch, warmupSteps: warmupSteps)
  return try #require(AnalysedSteps(all.recent.steps, catalogue: all.catalogue))
}
