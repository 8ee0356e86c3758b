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
  let cancellation: Cancellation

  /// - Parameter cancellation: asked while checking; a check that was cancelled has looked at a part of the program only.
  public init(_ program: Program, cancellation: Cancellation = .never) {
    self.program = program
    self.cancellation = cancellation
    accesses = program.devices.map { Accesses(of: $0, messages: program.messages) }
  }

  /// Everything that is wrong, nothing when the program is sound.
  public func check() -> [Diagnostic] {
    let pairing = checkPairing()
    var findings = pairing
    let others = [
      checkLifetimes,
      // A dry run of unpaired messages would only repeat the finding.
      pairing.isEmpty ? checkProgress : { [] },
      checkGradients, checkParameters, checkDeliveries, checkVolumes, checkStatistics, checkVersions, checkBorders,
    ]
    for check in others where !cancellation.isCancelled { findings += check() }
    return findings
  }

  /// A finding at an instruction.
  func finding(_ message: String, device: Int, at position: Int, hint: String? = nil) -> Diagnostic {
    Diagnostic(
      "device \(device): \(message)\n\(program.excerpt(device: device, around: position))",
      path: "program.devices[\(device)].instructions[\(position)]", hint: hint)
  }
}
