import Foundation
import Programs
import Simulator

/// Seconds that `work` takes, and its result.
func timed<Result>(_ work: () throws -> Result) rethrows -> (Result, Double) {
  let clock = ContinuousClock()
  let begin = clock.now
  let result = try work()
  let seconds =
    Double((clock.now - begin).components.attoseconds) / 1e18 + Double((clock.now - begin).components.seconds)
  return (result, seconds)
}

/// Prepares and simulates a program, with and without records.
func measure(_ program: Program, steps: Int) throws {
  let (simulation, preparing) = timed { Simulation(program) }
  let (costs, pricing) = timed { CostTable(program) { _, _ in 1_000_000 } }
  let link = LinkModel(latencyPicoseconds: 20_000_000, bytesPerSecond: 1e9)
  let (outcome, silent) = try timed { try simulation.run(costs, link: link, steps: steps) }
  var records = 0
  let (_, recording) = try timed {
    try simulation.run(costs, link: link, steps: steps) { records += $0.records.reduce(0) { $0 + $1.count } }
  }
  let count = Double(outcome.instructions)
  print(
    String(
      format: "%@: %d instructions in %d steps, prepared in %.2f s, priced in %.2f s", program.strategy,
      outcome.instructions, steps, preparing, pricing))
  print(
    String(
      format: "  without records %.3f s (%.1f million instructions per second), with records %.3f s (%.1f)", silent,
      count / silent / 1e6, recording, count / recording / 1e6))
}

if CommandLine.arguments.dropFirst().first == "preview" {
  try PreviewBenchmark.run(rounds: CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 20)
  exit(0)
}

try measure(SyntheticProgram.pipeline(stages: 16, microbatches: 32), steps: 100)
try measure(SyntheticProgram.pipeline(stages: 64, microbatches: 1024), steps: 3)
try measure(SyntheticProgram.ring(devices: 64, wordsPerChunk: 1000), steps: 20)
try measure(SyntheticProgram.ring(devices: 1024, wordsPerChunk: 1000), steps: 1)
