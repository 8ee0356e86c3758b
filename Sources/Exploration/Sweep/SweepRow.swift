import Diagnostics
import Programs
import Strategies
import Traces

/// One line of a sweep: what a run or simulation came to, or why there is none. Seconds, bytes and counts; unknown is null.
public struct SweepRow: Codable, Hashable, Sendable {
  public var strategy: String
  public var devices: Int
  public var batch: Int
  /// As the program has them; null where there is none and the strategy decides.
  @Nullable public var microbatches: Int? = nil
  /// As the sweep or the scene wants them; null where the strategy decides.
  @Nullable public var microbatchesAsked: Int? = nil
  public var seed: UInt64
  public var link: String
  /// Null where nothing was run.
  @Nullable public var clock: Clock? = nil
  /// Serial training on one device that the sweep added to have something to compare with.
  public var isReference: Bool
  @Nullable public var oversubscribed: Bool? = nil
  @Nullable public var steps: Int? = nil
  @Nullable public var warmupSteps: Int? = nil
  @Nullable public var samplesPerSecond: Double? = nil
  @Nullable public var stepSeconds: Report.StepSeconds? = nil
  /// Of the measured steps those in which nobody disturbed the run; null for simulations.
  @Nullable public var undisturbed: Report.Undisturbed? = nil
  /// t(1) / t(P): serial training of the same batch on one device, by the median step; null without it.
  @Nullable public var speedup: Double? = nil
  /// Speed-up divided by devices.
  @Nullable public var efficiency: Double? = nil
  @Nullable public var bytesPerStep: Double? = nil
  @Nullable public var expectedBytesPerStep: Int? = nil
  /// Of the device that needs most, all kinds together; simulations leave kernels' workspace out.
  @Nullable public var peakBytes: Int? = nil
  /// The simulator's word on a measured run; null for simulations, which are nothing else.
  @Nullable public var predicted: Report.Prediction? = nil
  /// Why the combination cannot be, or was not run; null for every run.
  @Nullable public var refused: String? = nil
  /// What keeps a reader from comparing the line with others carelessly.
  public var notes: [String]

  enum CodingKeys: String, CodingKey {
    case strategy, devices, batch, microbatches, seed, link, clock, oversubscribed, steps, speedup, efficiency,
      predicted, undisturbed, refused, notes
    case microbatchesAsked = "microbatches_asked"
    case isReference = "is_reference"
    case warmupSteps = "warmup_steps"
    case samplesPerSecond = "samples_per_second"
    case stepSeconds = "step_seconds"
    case bytesPerStep = "bytes_per_step"
    case expectedBytesPerStep = "expected_bytes_per_step"
    case peakBytes = "peak_bytes"
  }

  /// What became of a point.
  public enum Outcome: Sendable {
    /// - Parameter predictedSeconds: the simulator's step for a measured run; nil for a simulation.
    case report(Report, predictedSeconds: Double?)
    /// Refused, failed or not reached.
    case nothing(String)
  }

  /// - Parameters:
  ///   - link: what lies between the devices, with the machine's topology.
  ///   - isReference: the sweep added the point itself.
  public init(_ point: SweepPoint, link: String, seed: UInt64, isReference: Bool, _ outcome: Outcome) {
    strategy = point.strategy.description
    devices = point.devices
    batch = point.batch
    microbatches = point.microbatches
    microbatchesAsked = point.microbatches
    self.seed = seed
    self.link = link
    self.isReference = isReference
    notes = []
    switch outcome {
    case .nothing(let reason): refused = reason
    case .report(let report, let predictedSeconds):
      microbatches = report.microbatches
      clock = report.clock
      oversubscribed = report.oversubscribed
      steps = report.steps
      warmupSteps = report.warmupSteps
      samplesPerSecond = report.samplesPerSecond
      stepSeconds = report.stepSeconds
      bytesPerStep = report.communication.bytesPerStep
      expectedBytesPerStep = report.communication.expectedBytesPerStep
      peakBytes = report.perDevice.compactMap(\.peakBytes.total).max()
      undisturbed = report.undisturbed
      predicted = predictedSeconds.map {
        Report.Prediction(
          stepSeconds: $0, measured: report.stepSeconds.median, undisturbed: report.undisturbed?.stepSeconds)
      }
      if report.oversubscribed { notes.append("oversubscribed") }
    }
  }

  /// Whether it is what speed-ups are measured against: serial training on one device, in one piece.
  var isSerial: Bool { strategy == Strategy.serial.description && devices == 1 && (microbatches ?? 1) == 1 }

  /// What rows with one line in a picture have in common. A strategy that decides its microbatches by itself may take more of
  /// them on more devices.
  var series: String {
    var text = oneLine(strategy)
    text += ", batch \(batch)"
    if let microbatchesAsked, microbatchesAsked > 1 { text += ", microbatches \(microbatchesAsked)" }
    return text + ", link \(link)"
  }
}
