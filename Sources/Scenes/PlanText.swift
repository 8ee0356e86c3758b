import Diagnostics

extension Plan {
  /// For people: sections separated by empty lines, with a final line break.
  public var text: String {
    var sections = [heading, schedule, slotDrawing, weightLines].filter { !$0.isEmpty }
    sections += perDevice.map { device in ["program of device \(device.device)"] + device.instructions }
    sections += [picture, communication, exchangeLines, memory, verdict].filter { !$0.isEmpty }
    if !assumptions.isEmpty { sections.append(["assumptions"] + assumptions.map { "  \($0)" }) }
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var heading: [String] {
    [
      "\(scene.visible) · \(strategy.split(separator: "\n").joined(separator: " / "))",
      "\(count(perDevice.count, "device")) · batch \(batch) · \(count(microbatches, "microbatch", "microbatches"))",
      "\(count(parameterCount, "parameter")) · \(flopsPerSample) floating-point operations per sample, forward and backward",
    ] + prediction
  }

  private var prediction: [String] {
    guard let predictedStepSeconds, let predictedClock else { return [] }
    return [
      "predicted step \(Self.milliseconds(predictedStepSeconds)) by a simulation of a run that the \(predictedClock) clock times"
    ]
  }

  private var schedule: [String] {
    ["schedule (stage, action, microbatch: F forward, B backward, X exchange of gradients, U update)"]
      + perDevice.map { "  device \($0.device)  \($0.schedule)" }
  }

  private var communication: [String] {
    var lines = [
      "communication per step",
      "  \(bytesPerStep) bytes in \(count(messagesPerStep, "message")), \(expectedBytesPerStep) bytes by formula",
    ]
    lines += terms.map { term in
      let each =
        term.devices.flatMap { devices in
          term.messages % (devices * term.count) == 0 ? term.messages / (devices * term.count) : nil
        }
      var line = "  \(term.purpose.replacing("_", with: " ")): \(term.name)"
      if term.count > 1, term.devices != nil { line += ", \(term.count) times" }
      line += ": \(term.formula) (\(term.expectedBytes) bytes), \(count(term.messages, "message"))"
      if let expected = term.expectedMessages {
        line += expected == term.messages ? " as by formula" : " (\(expected) by formula)"
      }
      if let each { line += ", \(each) per device\(term.count > 1 ? " each time" : "")" }
      if term.bytes != term.expectedBytes { line += "; the program sends \(term.bytes) bytes" }
      return line
    }
    guard bytesPerStep > 0 else { return lines }
    return lines + ["", "bytes from (row) to (column)"] + Self.table(matrixRows)
  }

  private var matrixRows: [[String]] {
    [[""] + matrixBytes.indices.map(String.init)]
      + matrixBytes.enumerated().map { from, row in ["\(from)"] + row.map { $0 == 0 ? "·" : "\($0)" } }
  }

  private var memory: [String] {
    let head = [
      "device", "parameters", "gradients", "optimizer", "activations", "buffers", "workspace", "total", "at most",
    ]
    let rows = perDevice.map { device -> [String] in
      let peak = device.peakBytes
      let kinds = [peak.parameters, peak.gradients, peak.optimizer, peak.activations, peak.buffers]
      return ["\(device.device)"] + kinds.map(String.init)
        + [peak.workspace.map(String.init) ?? "n/a", String(peak.total), String(peak.atMost)]
    }
    return ["peak memory by formula, in bytes (at most: however early messages come)"]
      + Self.table([head] + rows)
  }

  private var verdict: [String] {
    problems.isEmpty ? ["verifier: the program is sound"] : ["verifier: \(count(problems.count, "problem"))"] + problems
  }

  /// Columns aligned to the right.
  static func table(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      "  " + zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
    }
  }

  private func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }
}
