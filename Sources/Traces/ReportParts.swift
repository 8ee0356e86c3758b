import Diagnostics
import Programs

extension Report {
  /// Durations of the measured steps: a median and its spread, never a single mean.
  public struct StepSeconds: Codable, Hashable, Sendable {
    @Nullable public var median: Double? = nil
    @Nullable public var p10: Double? = nil
    @Nullable public var p90: Double? = nil

    public init(median: Double?, p10: Double?, p90: Double?) {
      self.median = median
      self.p10 = p10
      self.p90 = p90
    }
  }

  /// How each head of a tree does on the test set.
  public struct Heads: Codable, Hashable, Sendable {
    /// Share of 1 that the head alone classifies right, per head.
    public var accuracy: [Double]
    /// `[head][class]`: the samples of a class for which the head has the smallest loss.
    public var wins: [[Int]]

    public init(accuracy: [Double], wins: [[Int]]) {
      self.accuracy = accuracy
      self.wins = wins
    }
  }

  /// Measured steps in which nobody disturbed the run (``UndisturbedSteps``).
  public struct Undisturbed: Codable, Hashable, Sendable {
    public var steps: Int
    /// Their median; null where they are too few (``UndisturbedSteps/medianSeconds``).
    @Nullable public var stepSeconds: Double? = nil

    public init(_ steps: UndisturbedSteps) {
      self.steps = steps.count
      stepSeconds = steps.medianSeconds
    }

    enum CodingKeys: String, CodingKey {
      case steps
      case stepSeconds = "step_seconds"
    }
  }

  /// Where one device's time went; the five parts add up to `windowSeconds` (``Breakdown``).
  public struct Device: Codable, Hashable, Sendable {
    public var device: Int
    @Nullable public var windowSeconds: Double? = nil
    @Nullable public var computeSeconds: Double? = nil
    @Nullable public var exposedCommunicationSeconds: Double? = nil
    @Nullable public var waitSeconds: Double? = nil
    @Nullable public var overheadSeconds: Double? = nil
    @Nullable public var idleSeconds: Double? = nil
    /// In any of the five parts: the device's thread was off its processor although it could have run, because other
    /// programs or the host of a virtual machine had it. Measured on the wall clock alone.
    @Nullable public var withheldSeconds: Double? = nil
    /// How fast its processor was in the mean, as a share of its full speed (``TraceRecord/gauge``); null where nobody gauged it.
    @Nullable public var processorSpeed: Double? = nil
    /// Of its work in the last measured step, from the first work of any device in that step (``Totals/LastStep``).
    @Nullable public var firstStartSeconds: Double? = nil
    @Nullable public var lastEndSeconds: Double? = nil
    /// Seconds by ``WaitCause``; they add up to `waitSeconds`.
    @Nullable public var waits: [String: Double]? = nil
    @Nullable public var bytesSent: Int? = nil
    @Nullable public var bytesReceived: Int? = nil
    @Nullable public var messagesSent: Int? = nil
    public var peakBytes: PeakBytes
    /// The same by formula (`PeakMemory`): a walk over the program, and the workspace that its kernels ask for.
    @Nullable public var expectedPeakBytes: PeakBytes? = nil

    enum CodingKeys: String, CodingKey {
      case device
      case windowSeconds = "window_seconds"
      case computeSeconds = "compute_seconds"
      case exposedCommunicationSeconds = "exposed_communication_seconds"
      case waitSeconds = "wait_seconds"
      case overheadSeconds = "overhead_seconds"
      case idleSeconds = "idle_seconds"
      case withheldSeconds = "withheld_seconds"
      case processorSpeed = "processor_speed"
      case firstStartSeconds = "first_start_seconds"
      case lastEndSeconds = "last_end_seconds"
      case waits
      case bytesSent = "bytes_sent"
      case bytesReceived = "bytes_received"
      case messagesSent = "messages_sent"
      case peakBytes = "peak_bytes"
      case expectedPeakBytes = "expected_peak_bytes"
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
    @Nullable public var parameters: Int? = nil
    @Nullable public var gradients: Int? = nil
    @Nullable public var optimizer: Int? = nil
    @Nullable public var activations: Int? = nil
    @Nullable public var buffers: Int? = nil
    /// What kernels need while they work.
    @Nullable public var workspace: Int? = nil
    @Nullable public var total: Int? = nil

    public init(
      parameters: Int?, gradients: Int?, optimizer: Int?, activations: Int?, buffers: Int?, workspace: Int? = nil,
      total: Int?
    ) {
      self.parameters = parameters
      self.gradients = gradients
      self.optimizer = optimizer
      self.activations = activations
      self.buffers = buffers
      self.workspace = workspace
      self.total = total
    }

    /// Nothing measured.
    public static let unknown = PeakBytes(
      parameters: nil, gradients: nil, optimizer: nil, activations: nil, buffers: nil, workspace: nil, total: nil)

    /// The peak by formula; the workspace is nil where no executor was asked for it, and the total then leaves it out.
    public init(_ formula: PeakMemory) {
      func bytes(_ kind: BufferKind) -> Int { formula.byKind[kind] ?? 0 }
      self.init(
        parameters: bytes(.parameters), gradients: bytes(.gradients), optimizer: bytes(.optimizer),
        activations: bytes(.activations), buffers: bytes(.buffers), workspace: formula.byKind[.workspace],
        total: formula.total)
    }

    /// Bytes of one kind; nil where not known.
    public func bytes(_ kind: BufferKind) -> Int? {
      switch kind {
      case .parameters: parameters
      case .gradients: gradients
      case .optimizer: optimizer
      case .activations: activations
      case .buffers: buffers
      case .workspace: workspace
      }
    }
  }

  /// What travelled, counted from executed sends, beside what the closed forms say.
  public struct Communication: Codable, Hashable, Sendable {
    /// Of all devices; a fraction only where steps differed.
    @Nullable public var bytesPerStep: Double? = nil
    public var expectedBytesPerStep: Int
    @Nullable public var messagesPerStep: Double? = nil
    /// `[from][to]`
    @Nullable public var matrixBytes: [[Int]]? = nil
    /// Bytes by ``Programs/Purpose``.
    @Nullable public var byPurpose: [String: Int]? = nil

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
    /// All time in which a stage neither computes nor communicates, filling and draining included, divided by the time of all
    /// devices that have a stage; null without a pipeline.
    @Nullable public var fractionOfTotal: Double? = nil
    /// The closed form for the schedule, as `(p-1)/(m+p-1)` for GPipe and 1F1B (``BubbleFormula``); null where none holds for
    /// these times.
    @Nullable public var formula: Double? = nil

    enum CodingKeys: String, CodingKey {
      case fractionOfTotal = "fraction_of_total"
      case formula
    }
  }

  /// POP's efficiency tree with useful time = compute, and speedup.
  public struct Efficiency: Codable, Hashable, Sendable {
    /// t(1) / t(P), medians of the step; null without a serial reference.
    @Nullable public var speedup: Double? = nil
    /// Strong efficiency: speedup / P.
    @Nullable public var strong: Double? = nil
    /// avg(useful) / max(useful)
    @Nullable public var loadBalance: Double? = nil
    /// max(useful) / T
    @Nullable public var communication: Double? = nil
    /// avg(useful) / T, the product of the two.
    @Nullable public var parallel: Double? = nil

    enum CodingKeys: String, CodingKey {
      case speedup, strong
      case loadBalance = "load_balance"
      case communication, parallel
    }
  }

  /// The simulator's word on a measured run.
  public struct Prediction: Codable, Hashable, Sendable {
    @Nullable public var stepSeconds: Double? = nil
    /// (predicted - measured) / measured, of the median step.
    @Nullable public var relativeError: Double? = nil
    /// The same of the median undisturbed step (``Report/undisturbed``): predictions are for processors that nobody else uses.
    @Nullable public var undisturbedRelativeError: Double? = nil
    /// What ``relativeError`` is made of; null without a replay of the measured steps.
    @Nullable public var errorParts: ErrorParts? = nil

    /// Shares of the measured step that add up to ``relativeError``.
    public struct ErrorParts: Codable, Hashable, Sendable {
      /// The instructions took other times than was predicted.
      public var times: Double
      /// Other programs or the host of a virtual machine had the processors; 0 or negative, as no prediction knows of it, and
      /// null where nobody measured it, as on other clocks.
      @Nullable public var withheld: Double? = nil
      /// Processors were slower than they can be, as where another guest of a virtual machine's host uses the same core: what the
      /// run's undisturbed steps are shorter than its median, beyond what was withheld. Null where no median of
      /// undisturbed steps is known; it is then a part of ``times``.
      @Nullable public var slowed: Double? = nil
      /// The simulator makes of the recorded durations another step than was measured.
      public var simulation: Double
    }

    /// Unknown error where no step was measured.
    ///
    /// - Parameters:
    ///   - measured: the median step.
    ///   - undisturbed: the median of the undisturbed steps.
    public init(stepSeconds predicted: Double, measured: Double?, undisturbed: Double? = nil) {
      stepSeconds = predicted
      relativeError = measured.map { (predicted - $0) / $0 }
      undisturbedRelativeError = undisturbed.map { (predicted - $0) / $0 }
    }

    enum CodingKeys: String, CodingKey {
      case stepSeconds = "step_seconds"
      case relativeError = "relative_error"
      case undisturbedRelativeError = "undisturbed_relative_error"
      case errorParts = "error_parts"
    }

    /// Explains the error by steps that were measured and run again: what they show, each as a share, is taken for the whole
    /// run's.
    mutating func explain(by repeated: Replay.Repeated, of steps: AnalysedSteps) {
      guard let error = relativeError, steps.medianSeconds > 0, repeated.stepSeconds > 0 else { return }
      let simulation = repeated.stepSeconds / steps.medianSeconds - 1
      let withheld = repeated.undisturbedStepSeconds.map { $0 / repeated.stepSeconds - 1 }
      // Undisturbed over measured: (predicted / measured) / (predicted / undisturbed).
      let slowed = undisturbedRelativeError.map { (1 + error) / (1 + $0) - 1 - (withheld ?? 0) }
      errorParts = ErrorParts(
        times: error - simulation - (withheld ?? 0) - (slowed ?? 0), withheld: withheld, slowed: slowed,
        simulation: simulation)
    }
  }
}
