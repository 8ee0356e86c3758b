import Diagnostics

extension Report {
  /// What a trace tells about the run, as `analysis` of the report; each part is defined where it is computed
  /// (``TraceAnalysis``).
  public struct Analysis: Codable, Hashable, Sendable {
    /// The steps that path, delays, collectives and phases are about.
    public var firstStep: Int
    public var lastStep: Int
    public var windowSeconds: Double
    public var verdict: Verdict
    public var criticalPath: Path
    public var delays: Delays
    public var efficiency: Tree
    /// Per device, |C∩X| / |X| over all measured steps; null where nothing travelled.
    public var overlapRatio: [Nullable<Double>]
    /// Those that took most time first, at most ``rowLimit``.
    public var collectives: [Exchange]
    @Nullable public var straggler: LateDevice? = nil
    @Nullable public var bubble: Phases? = nil
    @Nullable public var replay: Rerun? = nil
    /// Null where nothing was tried.
    @Nullable public var trials: Tried? = nil
    public var flops: Flops

    /// Rows of every table.
    public static let rowLimit = 20

    enum CodingKeys: String, CodingKey {
      case firstStep = "first_step"
      case lastStep = "last_step"
      case windowSeconds = "window_seconds"
      case verdict
      case criticalPath = "critical_path"
      case delays, efficiency
      case overlapRatio = "overlap_ratio"
      case collectives, straggler, bubble, replay, trials, flops
    }

    /// ``CriticalPath``; the five parts add up to `window_seconds`.
    public struct Path: Codable, Hashable, Sendable {
      /// Seconds by ``CriticalPath/Part``.
      public var parts: [String: Double]
      /// Seconds per device; a transfer counts for its receiver.
      public var perDevice: [Double]
      public var byLayer: [Item]
      /// Of all devices' computing in the window.
      public var workSeconds: Double
      @Nullable public var speedupBound: Double? = nil

      enum CodingKeys: String, CodingKey {
        case parts
        case perDevice = "per_device"
        case byLayer = "by_layer"
        case workSeconds = "work_seconds"
        case speedupBound = "speedup_bound"
      }

      public struct Item: Codable, Hashable, Sendable {
        @Nullable public var layer: String? = nil
        /// A ``SpanKind``.
        public var kind: SpanKind
        public var seconds: Double
      }
    }

    /// ``DelayCosts``; the costs of all causes add up to `total_seconds`.
    public struct Delays: Codable, Hashable, Sendable {
      public var totalSeconds: Double
      /// Seconds that each device caused.
      public var perDevice: [Double]
      public var causes: [Cause]

      enum CodingKeys: String, CodingKey {
        case totalSeconds = "total_seconds"
        case perDevice = "per_device"
        case causes
      }

      public struct Cause: Codable, Hashable, Sendable {
        public var device: Int
        public var label: String
        @Nullable public var layer: String? = nil
        public var directSeconds: Double
        public var propagatedSeconds: Double

        enum CodingKeys: String, CodingKey {
          case device, label, layer
          case directSeconds = "direct_seconds"
          case propagatedSeconds = "propagated_seconds"
        }
      }
    }

    /// ``EfficiencyTree``
    public struct Tree: Codable, Hashable, Sendable {
      @Nullable public var loadBalance: Double? = nil
      @Nullable public var serialisation: Double? = nil
      @Nullable public var transfer: Double? = nil
      @Nullable public var communication: Double? = nil
      @Nullable public var parallel: Double? = nil
      @Nullable public var computationScaling: Double? = nil
      @Nullable public var global: Double? = nil

      enum CodingKeys: String, CodingKey {
        case loadBalance = "load_balance"
        case serialisation, transfer, communication, parallel
        case computationScaling = "computation_scaling"
        case global
      }
    }

    /// ``CollectiveTiming``
    public struct Exchange: Codable, Hashable, Sendable {
      public var kind: String
      public var algorithm: String
      public var label: String
      public var purpose: String
      public var devices: Int
      public var bytes: Int
      public var count: Int
      public var waitSeconds: Double
      public var transferSeconds: Double
      public var skewSeconds: Double
      public var firstByteSeconds: Double
      /// Bytes per second.
      @Nullable public var algorithmBandwidth: Double? = nil
      @Nullable public var busBandwidth: Double? = nil
      @Nullable public var lastDevice: Int? = nil
      @Nullable public var lastShare: Double? = nil

      enum CodingKeys: String, CodingKey {
        case kind, algorithm, label, purpose, devices, bytes, count
        case waitSeconds = "wait_seconds"
        case transferSeconds = "transfer_seconds"
        case skewSeconds = "skew_seconds"
        case firstByteSeconds = "first_byte_seconds"
        case algorithmBandwidth = "algbw"
        case busBandwidth = "busbw"
        case lastDevice = "last_device"
        case lastShare = "last_share"
      }
    }

    /// ``Straggler``; null where it cannot be judged.
    public struct LateDevice: Codable, Hashable, Sendable {
      public var device: Int
      public var score: Double
      public var confidence: Straggler.Confidence
      @Nullable public var reason: Straggler.Reason? = nil
      @Nullable public var lastShare: Double? = nil
      public var steps: Int

      enum CodingKeys: String, CodingKey {
        case device, score, confidence, reason
        case lastShare = "last_share"
        case steps
      }
    }

    /// ``BubblePhases``, seconds over all devices; null without a pipeline.
    public struct Phases: Codable, Hashable, Sendable {
      public var warmUpSeconds: Double
      public var steadySeconds: Double
      public var drainSeconds: Double
      /// All devices' windows: shares of it are shares of the total time.
      public var windowSeconds: Double

      enum CodingKeys: String, CodingKey {
        case warmUpSeconds = "warm_up_seconds"
        case steadySeconds = "steady_seconds"
        case drainSeconds = "drain_seconds"
        case windowSeconds = "window_seconds"
      }
    }

    /// ``Replay``; null where none was made. Predictions of a simulation, beside its own error.
    public struct Rerun: Codable, Hashable, Sendable {
      public var stepSeconds: Double
      /// (replayed - measured) / measured, of the median of the analysed steps.
      @Nullable public var relativeError: Double? = nil
      public var idealNetworkStepSeconds: Double
      public var changes: [Change]

      enum CodingKeys: String, CodingKey {
        case stepSeconds = "step_seconds"
        case relativeError = "relative_error"
        case idealNetworkStepSeconds = "ideal_network_step_seconds"
        case changes
      }

      public struct Change: Codable, Hashable, Sendable {
        public var change: String
        public var stepSeconds: Double
        @Nullable public var speedup: Double? = nil

        enum CodingKeys: String, CodingKey {
          case change
          case stepSeconds = "step_seconds"
          case speedup
        }
      }
    }

    /// ``Trials``
    public struct Tried: Codable, Hashable, Sendable {
      /// Of what ran, predicted with the same costs as the changes.
      public var predictedStepSeconds: Double
      public var changes: [Rerun.Change]

      enum CodingKeys: String, CodingKey {
        case predictedStepSeconds = "predicted_step_seconds"
        case changes
      }
    }

    public struct Flops: Codable, Hashable, Sendable {
      /// Of all devices, forward and backward passes only.
      @Nullable public var achievedPerSecond: Double? = nil
      /// Of one device, measured by `partita bench`.
      @Nullable public var peakPerSecondPerDevice: Double? = nil
      @Nullable public var modelUtilisation: Double? = nil

      enum CodingKeys: String, CodingKey {
        case achievedPerSecond = "achieved_per_second"
        case peakPerSecondPerDevice = "peak_per_second_per_device"
        case modelUtilisation = "model_flops_utilisation"
      }
    }
  }
}
