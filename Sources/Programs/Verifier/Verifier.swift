import Diagnostics

/// Proves before a run that a program can run: messages pair, nobody waits in a cycle, buffers live as they should, gradients
/// are complete before their update, parameters are all renewed and saved once, layers compute with the version of the
/// weights that they are to use, steps that run into each other leave each other's buffers alone, and the bytes are those of
/// the formula.
///
/// Checks are independent; a program with several faults gets a diagnostic for each, with the device, the instruction and
/// the place marked `<-- here`.
public struct Verifier {
  let program: Program
  /// Per device.
  let accesses: [Accesses]

  public init(_ program: Program) {
    self.program = program
    accesses = program.devices.map { Accesses(of: $0, messages: program.messages) }
  }

  /// Everything that is wrong, nothing when the program is sound.
  public func check() -> [Diagnostic] {
    let pairing = checkPairing()
    let lifetimes = checkLifetimes()
    // A dry run of unpaired messages would only repeat the finding.
    let progress = pairing.isEmpty ? checkProgress() : []
    return pairing + lifetimes + progress + checkGradients() + checkParameters() + checkDeliveries() + checkVolumes()
      + checkStatistics() + checkVersions() + checkBorders()
  }

  /// A finding at an instruction.
  func finding(_ message: String, device: Int, at position: Int, hint: String? = nil) -> Diagnostic {
    Diagnostic(
      "device \(device): \(message)\n\(program.excerpt(device: device, around: position))",
      path: "program.devices[\(device)].instructions[\(position)]", hint: hint)
  }
}
