import Diagnostics
import Foundation

/// What one run amounted to, as `--json` prints it (`partita.report/1`): seconds, bytes and counts; unknown is null.
///
/// Whatever has no `per_step` in its name and is no single step's is a sum over the measured steps, `steps` minus
/// `warmup_steps`: so `window_seconds`, `bytes_sent`, `matrix_bytes` and `by_purpose` belong together.
public struct Report: Codable, Hashable, Sendable {
  public static let schema = "partita.report/1"

  public var schema = Report.schema
  public var scene: String
  public var strategy: String
  public var devices: Int
  public var clock: Clock
  /// Processor cores of the machine.
  @Nullable public var cores: Int? = nil
  /// More worker threads than cores on the wall clock: the timeline shows the operating system's scheduling too.
  public var oversubscribed: Bool
  public var batch: Int
  public var microbatches: Int
  public var seed: UInt64
  /// Steps that were run.
  public var steps: Int
  /// Steps at the start that the measurements below leave out.
  public var warmupSteps: Int
  @Nullable public var samplesPerSecond: Double? = nil
  public var stepSeconds: StepSeconds
  /// The measured steps in which every device had a processor for itself and at its full speed; null where nobody looked.
  @Nullable public var undisturbed: Undisturbed? = nil
  /// Mean loss of each step's batch before its update, one per step, warm-up included; null where nothing was computed.
  @Nullable public var loss: [Nullable<Double>]? = nil
  @Nullable public var trainAccuracy: Double? = nil
  @Nullable public var testAccuracy: Double? = nil
  /// Of a tree's heads together on the test set, which is `test_accuracy` too; null without a tree.
  @Nullable public var ensembleAccuracy: Double? = nil
  /// The part of the test set for which any head of a tree is right; null without a tree.
  @Nullable public var oracleAccuracy: Double? = nil
  /// The same while training, over the last epoch's steps.
  @Nullable public var trainOracleAccuracy: Double? = nil
  /// Null without a tree.
  @Nullable public var heads: Heads? = nil
  public var parameterCount: Int
  public var flopsPerSample: Int
  public var perDevice: [Device]
  public var communication: Communication
  /// What each direction of a link carried, the busiest first; empty where devices share memory, null where nothing was
  /// measured or the machine is not known.
  @Nullable public var links: [LinkUse]? = nil
  public var bubble: Bubble
  public var efficiency: Efficiency
  /// What speed-up and computation scaling compare with; null where none was run.
  @Nullable public var serialReference: SerialReference? = nil
  /// The simulator's word on the same run.
  @Nullable public var predicted: Prediction? = nil
  /// What the trace tells; null where no step was measured.
  @Nullable public var analysis: Analysis? = nil
  public var assumptions: [String]

  enum CodingKeys: String, CodingKey {
    case schema, scene, strategy, devices, clock, cores, oversubscribed, batch, microbatches, seed, steps
    case warmupSteps = "warmup_steps"
    case samplesPerSecond = "samples_per_second"
    case stepSeconds = "step_seconds"
    case undisturbed, loss
    case trainAccuracy = "train_accuracy"
    case testAccuracy = "test_accuracy"
    case ensembleAccuracy = "ensemble_accuracy"
    case oracleAccuracy = "oracle_accuracy"
    case trainOracleAccuracy = "train_oracle_accuracy"
    case heads
    case parameterCount = "parameter_count"
    case flopsPerSample = "flops_per_sample"
    case perDevice = "per_device"
    case communication, links, bubble, efficiency
    case serialReference = "serial_reference"
    case predicted, analysis, assumptions
  }

  /// The losses as numbers, none where nothing was computed; nil for one that was not finite.
  public var losses: [Double?] { loss?.map(\.wrappedValue) ?? [] }

  /// The first step, counted from 1, whose loss was no finite number; nil for a training that did not diverge.
  public var divergedStep: Int? { losses.firstIndex { $0 == nil }.map { $0 + 1 } }

  /// One JSON document with sorted keys and a final line break.
  public func json() throws -> String { try JSONText.document(self) }

  /// Reads what ``json()`` wrote.
  public init(json: String) throws { self = try JSONDecoder().decode(Report.self, from: Data(json.utf8)) }
}
