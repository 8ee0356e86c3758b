extension Report {
  /// Durations of the measured steps: a median and its spread, never a single mean.
  public struct StepSeconds: Codable, Hashable, Sendable {
    @Nullable public var median: Double?
    @Nullable public var p10: Double?
    @Nullable public var p90: Double?

    public init(median: Double?, p10: Double?, p90: Double?) {
      self.median = median
      self.p10 = p10
      self.p90 = p90
    }
  }

  /// Where one device's time went; the five parts add up to `windowSeconds` (``Breakdown``).
  public struct Device: Codable, Hashable, Sendable {
    public var device: Int
    @Nullable public var windowSeconds: Double?
    @Nullable public var computeSeconds: Double?
    @Nullable public var exposedCommunicationSeconds: Double?
    @Nullable public var waitSeconds: Double?
    @Nullable public var overheadSeconds: Double?
    @Nullable public var idleSeconds: Double?
    /// Of its work in the last measured step, from the first work of any device in that step (``Totals/LastStep``).
    @Nullable public var firstStartSeconds: Double?
    @Nullable public var lastEndSeconds: Double?
    /// Seconds by ``WaitCause``; they add up to `waitSeconds`.
    @Nullable public var waits: [String: Double]?
    @Nullable public var bytesSent: Int?
    @Nullable public var bytesReceived: Int?
    @Nullable public var messagesSent: Int?
    public var peakBytes: PeakBytes

    enum CodingKeys: String, CodingKey {
      case device
      case windowSeconds = "window_seconds"
      case computeSeconds = "compute_seconds"
      case exposedCommunicationSeconds = "exposed_communication_seconds"
      case waitSeconds = "wait_seconds"
      case overheadSeconds = "overhead_seconds"
      case idleSeconds = "idle_seconds"
      case firstStartSeconds = "first_start_seconds"
      case lastEndSeconds = "last_end_seconds"
      case waits
      case bytesSent = "bytes_sent"
      case bytesReceived = "bytes_received"
      case messagesSent = "messages_sent"
      case peakBytes = "peak_bytes"
    }

    /// Seconds of one of the five parts.
    public func seconds(_ activity: Activity) -> Double? {
      switch activity {
      case .compute: computeSeconds
      case .communication: exposedCommunicationSeconds
      case .wait: waitSeconds
      case .overhead: overheadSeconds
      case .idle: idleSeconds
      }
    }
  }

  /// The most memory that was in use, by purpose; `total` is the peak of the sum, not the sum of the peaks.
  public struct PeakBytes: Codable, Hashable, Sendable {
    @Nullable public var parameters: Int?
    @Nullable public var gradients: Int?
    @Nullable public var optimizer: Int?
    @Nullable public var activations: Int?
    @Nullable public var buffers: Int?
    @Nullable public var total: Int?

    public init(
      parameters: Int?, gradients: Int?, optimizer: Int?, activations: Int?, buffers: Int?, total: Int?
    ) {
      self.parameters = parameters
      self.gradients = gradients
      self.optimizer = optimizer
      self.activations = activations
      self.buffers = buffers
      self.total = total
    }

    /// Nothing measured.
    public static let unknown = PeakBytes(
      parameters: nil, gradients: nil, optimizer: nil, activations: nil, buffers: nil, total: nil)
  }

  /// What travelled, counted from executed sends, beside what the closed forms say.
  public struct Communication: Codable, Hashable, Sendable {
    /// Of all devices; a fraction only where steps differed.
    @Nullable public var bytesPerStep: Double?
    public var expectedBytesPerStep: Int
    @Nullable public var messagesPerStep: Double?
    /// `[from][to]`
    @Nullable public var matrixBytes: [[Int]]?
    /// Bytes by ``Programs/Purpose``.
    @Nullable public var byPurpose: [String: Int]?

    enum CodingKeys: String, CodingKey {
      case bytesPerStep = "bytes_per_step"
      case expectedBytesPerStep = "expected_bytes_per_step"
      case messagesPerStep = "messages_per_step"
      case matrixBytes = "matrix_bytes"
      case byPurpose = "by_purpose"
    }
  }

  /// The pipeline's bubble as a share of the total time of all devices (not of the ideal time).
  public struct Bubble: Codable, Hashable, Sendable {
    /// Late-sender waits on pipeline edges over all devices, divided by devices × window; null without a pipeline.
    @Nullable public var fractionOfTotal: Double?
    /// `(p-1)/(m+p-1)` for GPipe and 1F1B; null for schedules without a closed form here.
    @Nullable public var formula: Double?

    enum CodingKeys: String, CodingKey {
      case fractionOfTotal = "fraction_of_total"
      case formula
    }
  }

  /// POP's efficiency tree with useful time = compute, and speedup.
  public struct Efficiency: Codable, Hashable, Sendable {
    /// t(1) / t(P), medians of the step; null without a serial reference.
    @Nullable public var speedup: Double?
    /// avg(useful) / max(useful)
    @Nullable public var loadBalance: Double?
    /// max(useful) / T
    @Nullable public var communication: Double?
    /// avg(useful) / T, the product of the two.
    @Nullable public var parallel: Double?

    enum CodingKeys: String, CodingKey {
      case speedup
      case loadBalance = "load_balance"
      case communication, parallel
    }
  }

  /// The simulator's word on a measured run.
  public struct Prediction: Codable, Hashable, Sendable {
    @Nullable public var stepSeconds: Double?
    /// (predicted - measured) / measured, of the median step.
    @Nullable public var relativeError: Double?

    /// Unknown error where no step was measured.
    public init(stepSeconds predicted: Double, measured: Double?) {
      stepSeconds = predicted
      relativeError = measured.map { (predicted - $0) / $0 }
    }

    enum CodingKeys: String, CodingKey {
      case stepSeconds = "step_seconds"
      case relativeError = "relative_error"
    }
  }
}
