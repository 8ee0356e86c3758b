import Diagnostics
import Foundation

/// How far training under a strategy was from serial training, as `verify --json` prints it (`partita.verify/1`).
public struct VerifyReport: Codable, Hashable, Sendable {
  public static let schema = "partita.verify/1"

  public var schema = VerifyReport.schema
  public var strategy: String
  public var devices: Int
  public var steps: Int
  @Nullable public var maxRelativeLossDifference: Double? = nil
  @Nullable public var maxRelativeGradientDifference: Double? = nil
  @Nullable public var maxRelativeParameterDifference: Double? = nil
  /// Parameters whose gradient is rounding alone, where the optimizer makes full steps of it: they are not compared.
  public var parametersLeftOut = 0
  public var tolerance: Double
  /// All differences are known, finite and within the tolerance.
  public var equal: Bool
  /// Of all devices, counted from executed sends.
  @Nullable public var bytesPerStep: Double? = nil
  public var expectedBytesPerStep: Int
  /// What the comparison rests on: statistics groups of batch normalisation, and more.
  public var assumptions: [String]

  enum CodingKeys: String, CodingKey {
    case schema, strategy, devices, steps
    case maxRelativeLossDifference = "max_relative_loss_difference"
    case maxRelativeGradientDifference = "max_relative_gradient_difference"
    case maxRelativeParameterDifference = "max_relative_parameter_difference"
    case parametersLeftOut = "parameters_left_out"
    case tolerance, equal
    case bytesPerStep = "bytes_per_step"
    case expectedBytesPerStep = "expected_bytes_per_step"
    case assumptions
  }

  /// Judges the three differences by `tolerance`; one that is nil or not a number is not equal.
  public init(
    strategy: String, devices: Int, steps: Int, lossDifference: Double?, gradientDifference: Double?,
    parameterDifference: Double?, tolerance: Double, bytesPerStep: Double?, expectedBytesPerStep: Int,
    assumptions: [String] = []
  ) {
    self.strategy = strategy
    self.devices = devices
    self.steps = steps
    self.tolerance = tolerance
    equal = [lossDifference, gradientDifference, parameterDifference].allSatisfy { difference in
      difference.map { $0 <= tolerance } ?? false
    }
    self.expectedBytesPerStep = expectedBytesPerStep
    self.assumptions = assumptions
    maxRelativeLossDifference = lossDifference
    maxRelativeGradientDifference = gradientDifference
    maxRelativeParameterDifference = parameterDifference
    self.bytesPerStep = bytesPerStep
  }

  /// One JSON document with sorted keys and a final line break.
  public func json() throws -> String { try JSONText.document(self) }
}
