import Diagnostics
import Programs
import Screens
import Strategies
import Traces

/// What the compiler says about a scene, as lines: the plan by formula, or the refusal with its hint.
enum PlanSummary {
  static func lines(_ compilation: Compilation) -> [Line] {
    switch compilation {
    case .plan(let plan): lines(plan)
    case .refused(let problems): refusal(problems)
    }
  }

  /// How long a step is expected to take and, where exactly this was run, how long it took, and how long where nobody disturbed
  /// it. Without a calibration of this machine it is the cost model's word, and called so.
  static func prediction(_ state: WorkbenchState) -> [Line] {
    let run = state.shownRun.flatMap { state.isEditedSinceRun ? nil : $0 }
    guard let plan = state.compilation.plan, let forecast = run?.forecast ?? state.forecast else { return [] }
    guard let expected = forecast.expectedSeconds else { return modelled(plan, forecast) }
    let line = Line("predicted step ", role: .dim) + Line(Format.time(expected))
    guard run != nil, let totals = state.shown?.totals, let measured = totals.stepSeconds(quantile: 0.5), measured > 0
    else { return [line] }
    func held(against seconds: Double) -> Line {
      let error = expected / seconds - 1
      return Line(Format.time(seconds)) + Line(", error ", role: .dim)
        + Line("\(error < 0 ? "" : "+")\(Format.percent(error))", role: abs(error) <= 0.1 ? .good : .warning)
    }
    var lines = [line + Line(", measured ", role: .dim) + held(against: measured)]
    if let calm = totals.undisturbedSteps(knownGauge: forecast.gaugeNanoseconds), let seconds = calm.medianSeconds {
      lines.append(
        Line("  in \(calm.count) of \(totals.steps) steps undisturbed ", role: .dim) + held(against: seconds))
    }
    return lines
  }

  private static func refusal(_ problems: [Diagnostic]) -> [Line] {
    problems.flatMap { problem in
      // What is wrong with the network stands at its layers too; paths there would only repeat the name.
      let place = problem.path.flatMap { $0.hasPrefix("network") ? nil : " (\($0))" } ?? ""
      // Marks below a line of the strategy's text stand where they are meant.
      var lines = problem.message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      lines[0] = "✗ \(lines[0])\(place)"
      return lines.map { Line($0, role: .error) }
        + (problem.hint.map { [Line("hint: \($0)", role: .dim)] } ?? [])
    }
  }

  private static func lines(_ plan: ScenePlan) -> [Line] {
    let program = plan.program
    var lines = [
      Line("by formula: ", role: .dim)
        + Line(
          "\(Format.traffic(program.expectedBytesPerStep)) in \(Format.count(plan.messagesPerStep)) messages per step")
    ]
    lines.append(memory(plan))
    if let bubble = plan.bubble {
      lines.append(Line("bubble \(Format.percent(bubble.fractionOfTotal)) of total time = \(bubble.text)"))
    }
    lines += ownership(plan)
    lines += program.assumptions.map { Line("note: \($0)", role: .dim) }
    lines += schedule(plan)
    return lines
  }

  private static func modelled(_ plan: ScenePlan, _ forecast: Forecast) -> [Line] {
    let rate = forecast.stepSeconds > 0 ? Double(plan.program.batch) / forecast.stepSeconds : nil
    return [
      Line("predicted (model): ", role: .dim) + Line("step \(Format.time(forecast.stepSeconds))", role: .accent)
        + Line(", \(Format.rate(rate, of: "samples"))")
    ]
  }

  private static func memory(_ plan: ScenePlan) -> Line {
    let peaks = plan.facts.memory.map(\.total)
    let distinct = Set(peaks)
    if distinct.count == 1, let peak = peaks.first { return Line("peak memory \(Format.memory(peak)) per device") }
    let known = peaks.compactMap { $0 }
    if peaks.count > 4, known.count == peaks.count, let least = known.min(), let most = known.max() {
      let (low, high) = (Format.memory(least), Format.memory(most))
      return Line("peak memory \(low == high ? low : "\(low) to \(high)") per device")
    }
    let listed = peaks.map { Format.memory($0) }.joined(separator: ", ")
    return Line("peak memory \(listed) on devices 0 to \(peaks.count - 1)")
  }

  /// Which devices have which part of which layers; neighbours with the same split share a line.
  private static func ownership(_ plan: ScenePlan) -> [Line] {
    let partitioning = plan.partitioning
    let names = plan.program.graph.nodes.map(\.name)
    let isStaged = Set(partitioning.stages).count > 1
    var lines: [Line] = []
    var first = 0
    while first < names.count {
      var last = first
      while last + 1 < names.count, partitioning.splits[last + 1] == partitioning.splits[first],
        partitioning.stages[last + 1] == partitioning.stages[first]
      { last += 1 }
      let range = first == last ? names[first] : "\(names[first])…\(names[last])"
      let stage = isStaged ? "stage \(partitioning.stages[first])  " : ""
      lines.append(Line("\(stage)\(range)  ") + Line("\(partitioning.splits[first])", role: .accent))
      first = last + 1
    }
    return lines
  }

  private static func schedule(_ plan: ScenePlan) -> [Line] {
    [Line("schedule (stage, action, microbatch):", role: .dim)]
      + plan.program.schedule.devices.prefix(16).enumerated().map { device, actions in
        Line("\(device): ", role: .dim) + Line(actions.prefix(200).map(\.description).joined(separator: " "))
      }
  }
}
