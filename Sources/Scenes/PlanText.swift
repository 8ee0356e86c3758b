extension Plan {
  /// For people: sections separated by empty lines, with a final line break.
  public var text: String {
    var sections = [heading, schedule]
    sections += perDevice.map { device in ["program of device \(device.device)"] + device.instructions }
    sections += [communication, memory, verdict]
    if !assumptions.isEmpty { sections.append(["assumptions"] + assumptions.map { "  \($0)" }) }
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var heading: [String] {
    [
      "\(scene) · \(strategy.split(separator: "\n").joined(separator: " / "))",
      "\(count(perDevice.count, "device")) · batch \(batch) · \(count(microbatches, "microbatch", "microbatches"))",
      "\(count(parameterCount, "parameter")) · \(flopsPerSample) floating-point operations per sample, forward and backward",
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
    let purposes = byPurpose.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    lines += purposes.map { "  \($0.key.replacing("_", with: " ")): \($0.value) bytes" }
    lines += collectives.map {
      "  \($0.label): \($0.algorithm), devices \($0.devices.map(String.init).joined(separator: " ")), "
        + "\($0.expectedBytes) bytes (\($0.formula) words)"
    }
    guard bytesPerStep > 0 else { return lines }
    return lines + ["", "bytes from (row) to (column)"] + Self.table(matrixRows)
  }

  private var matrixRows: [[String]] {
    [[""] + matrixBytes.indices.map(String.init)]
      + matrixBytes.enumerated().map { from, row in ["\(from)"] + row.map { $0 == 0 ? "·" : "\($0)" } }
  }

  private var memory: [String] {
    let head = ["device", "parameters", "gradients", "optimizer", "activations", "buffers", "total"]
    let rows = perDevice.map { device in
      let peak = device.peakBytes
      return [
        device.device, peak.parameters, peak.gradients, peak.optimizer, peak.activations, peak.buffers, peak.total,
      ]
      .map(String.init)
    }
    return ["peak memory by formula, in bytes"] + Self.table([head] + rows)
  }

  private var verdict: [String] {
    problems.isEmpty ? ["verifier: the program is sound"] : ["verifier: \(count(problems.count, "problem"))"] + problems
  }

  /// Columns aligned to the right.
  private static func table(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      "  " + zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
    }
  }

  private func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }
}
