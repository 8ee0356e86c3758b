import Diagnostics
import Programs
import Testing

@testable import Engine

@Suite struct FailureTests {
  @Test("one device fails, everybody is joined, the error tells where", arguments: [0, 1])
  func firstFailureWins(_ device: Int) throws {
    let program = HandBuilt.ring()
    let position = try #require(
      program.devices[device].instructions.firstIndex {
        if case .update = $0 { true } else { false }
      })
    var options = TrainingRun.Options()
    options.fault = Fault(device: device, step: 3, instruction: position)
    let (_, news) = try train(program, options: options)
    guard case .failed(let failure) = news.state else {
      Issue.record("the run ended as \(news.state)")
      return
    }
    #expect(failure.device == device)
    #expect(failure.step == 3)
    #expect(failure.instruction == position)
    let text = "\(failure)"
    #expect(text.hasPrefix("device \(device), step 3, instruction \(position): "))
    let marked = text.split(separator: "\n").filter { $0.hasSuffix("<-- here") }
    #expect(marked.count == 1 && marked[0].contains("update"))
    // Steps before the failure are kept.
    #expect(news.steps.map(\.step) == [0, 1, 2])
  }

  @Test func programsThatCannotRunAreRefused() throws {
    var program = HandBuilt.serial()
    let kept = program.devices[0].instructions.indices.filter {
      if case .load = program.devices[0].instructions[$0] { false } else { true }
    }
    let list = kept.map {
      (program.devices[0].instructions[$0], program.devices[0].lanes[$0], program.devices[0].actions[$0])
    }
    program.devices[0].replaceInstructions(list)
    let problems = #expect(throws: DiagnosticList.self) { try makeRun(program) }
    #expect("\(try #require(problems))".contains("<-- here"))
  }

  @Test func wrongSizesAreRefused() throws {
    var program = HandBuilt.serial()
    let logits = try #require(
      program.devices[0].buffers.indices.first { program.devices[0].buffers[$0].words == 12 * 3 })
    program.devices[0].buffers[logits].words -= 1
    let problems = try #require(#expect(throws: DiagnosticList.self) { try makeRun(program) })
    #expect("\(problems)".contains("has 35 words instead of 36"))
  }

  @Test func watchdogNamesTheBlockedPair() throws {
    var options = TrainingRun.Options()
    options.verifies = false
    options.watchdogSeconds = 0.05
    let (_, news) = try train(HandBuilt.deadlock(), options: options)
    guard case .failed(let failure) = news.state else {
      Issue.record("the run ended as \(news.state)")
      return
    }
    #expect(
      failure.message.hasSuffix(
        "device 0 waits for 'in' from device 1, which waits for 'in' from device 0"))
    #expect(failure.device == 0)
    #expect(failure.excerpt?.contains("<-- here") == true)
  }

  @Test("a full channel in both directions")
  func watchdogNamesMissingRoom() throws {
    var options = TrainingRun.Options()
    options.verifies = false
    options.watchdogSeconds = 0.05
    let (_, news) = try train(HandBuilt.pipeline(microbatches: 4, capacity: 1), options: options)
    guard case .failed(let failure) = news.state else {
      Issue.record("the run ended as \(news.state)")
      return
    }
    #expect(failure.message.contains("device 0 waits for room to send 'relu1.out mb3' to device 1"))
    #expect(failure.message.contains("room to send 'relu1 gradient mb1' to device 0"))
  }

  @Test func dataAndSettingsAreCheckedTogether() throws {
    let dataset = try HandBuilt.dataset(samples: 6)
    var training = HandBuilt.training(.steps(1))
    training.batch = 4
    let problems = try #require(
      #expect(throws: DiagnosticList.self) {
        try TrainingRun(
          program: HandBuilt.serial(), inference: HandBuilt.serial(), dataset: dataset, shuffle: true,
          training: training)
      })
    let text = "\(problems)"
    #expect(text.contains("batches of 12, the training for 4"))
    #expect(text.contains("a batch of 12 is larger than the 6 training samples"))
    #expect(text.contains("inference program of one device"))
  }
}
