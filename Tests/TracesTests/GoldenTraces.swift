import Programs
import Traces

/// One microbatch through two stages, with every instant chosen by hand; the window is 0..<420.
let latePipelineTrace = TraceBatch(
  records: [
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 100),
      TraceRecord(step: 0, instruction: 1, begin: 100, end: 105, transferStart: 100),
      TraceRecord(step: 0, instruction: 2, begin: 105, end: 318, senderReady: 285, transferStart: 285, arrival: 315),
      TraceRecord(step: 0, instruction: 3, begin: 318, end: 418),
      TraceRecord(step: 0, instruction: 4, begin: 418, end: 420),
    ],
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 133, senderReady: 100, transferStart: 100, arrival: 130),
      TraceRecord(step: 0, instruction: 1, begin: 133, end: 183),
      TraceRecord(step: 0, instruction: 2, begin: 185, end: 285),
      TraceRecord(step: 0, instruction: 3, begin: 285, end: 290, transferStart: 285),
      TraceRecord(step: 0, instruction: 4, begin: 290, end: 290),
    ],
  ], dropped: [0, 0])

/// Two devices exchange gradients; device 0's message travels while device 0 computes, device 1's while it waits.
let overlappedExchangeTrace = TraceBatch(
  records: [
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 100),
      TraceRecord(step: 0, instruction: 1, begin: 100, end: 100, transferStart: 100),
      TraceRecord(step: 0, instruction: 2, begin: 100, end: 101, senderReady: 40, transferStart: 40, arrival: 90),
      TraceRecord(step: 0, instruction: 3, begin: 101, end: 101),
    ],
    [
      TraceRecord(step: 0, instruction: 0, begin: 0, end: 40),
      TraceRecord(step: 0, instruction: 1, begin: 40, end: 42, transferStart: 40),
      TraceRecord(step: 0, instruction: 2, begin: 42, end: 160, senderReady: 100, transferStart: 100, arrival: 160),
      TraceRecord(step: 0, instruction: 3, begin: 160, end: 160),
    ],
  ], dropped: [0, 0])

/// Steps of a serial program with these lengths, without gaps, from 0.
func serialTrace(_ lengths: [Int64], from start: Int64 = 0, firstStep: Int32 = 0, stops: [Int32] = []) -> TraceBatch {
  var records: [TraceRecord] = []
  var now = start
  for (step, length) in lengths.enumerated() {
    let number = firstStep + Int32(step)
    records.append(TraceRecord(step: number, instruction: 0, begin: now, end: now + length))
    now += length
    records.append(TraceRecord(step: number, instruction: 1, begin: now, end: now))
  }
  return TraceBatch(records: [records], dropped: [0], stops: stops)
}

/// Statistics of a whole trace.
func statistics(_ program: Program, _ batches: TraceBatch..., warmupSteps: Int = 0) -> RunStatistics {
  var statistics = RunStatistics(program: program, warmupSteps: warmupSteps)
  for batch in batches { statistics.consume(batch) }
  statistics.finish()
  return statistics
}
