import Diagnostics
import Programs
import Strategies

extension Plan {
  /// The schedule in slots of unit time.
  public struct Slots: Codable, Hashable, Sendable {
    /// One action with its times.
    public struct Slot: Codable, Hashable, Sendable {
      /// As `1F0`.
      public var action: String
      public var start: Double
      public var end: Double
    }

    public struct Row: Codable, Hashable, Sendable {
      public var device: Int
      /// The most microbatches whose activations (of a stage) are kept at once.
      public var inFlight: Int
      /// Peak of the device's program.
      public var activationBytes: Int
      public var slots: [Slot]

      enum CodingKeys: String, CodingKey {
        case device, slots
        case inFlight = "in_flight"
        case activationBytes = "activation_bytes"
      }
    }

    /// Idle time; fractions of all devices' time from the first start to the last end, or over the work. Counted with the given
    /// times of profiled layers, where there are such, otherwise in slots.
    public struct Bubble: Codable, Hashable, Sendable {
      public var fractionOfTotal: Double
      public var overIdeal: Double
      /// Of the longest time from a device's first start to its last end.
      public var fractionOfLongestSpan: Double
      /// The closed form in words; nil where none holds for these times.
      @Nullable public var formula: String? = nil
      @Nullable public var formulaFraction: Double? = nil
      @Nullable public var formulaOverIdeal: Double? = nil
      /// What `formulaFraction` is a fraction of: `total` or `longest_span`.
      @Nullable public var formulaWhole: String? = nil

      enum CodingKeys: String, CodingKey {
        case formula
        case fractionOfTotal = "fraction_of_total"
        case overIdeal = "over_ideal"
        case fractionOfLongestSpan = "fraction_of_longest_span"
        case formulaFraction = "formula_fraction"
        case formulaOverIdeal = "formula_over_ideal"
        case formulaWhole = "formula_whole"
      }
    }

    /// Stages of unequal cost, in the same slots; the average stage takes 3.
    public struct Stages: Codable, Hashable, Sendable {
      public var times: [Double]
      /// `sum t + (m-1) max t`; nil where stages do not follow each other on devices of their own.
      @Nullable public var formula: Double? = nil
      /// The makespan.
      public var counted: Double
      public var fractionOfTotal: Double

      enum CodingKeys: String, CodingKey {
        case times, formula, counted
        case fractionOfTotal = "fraction_of_total"
      }
    }

    /// What an action takes, and what is assumed.
    public var unitCosts: String
    public var makespan: Double
    public var longestSpan: Double
    public var bubble: Bubble
    /// Nil for a single stage.
    @Nullable public var unequalStages: Stages? = nil
    public var perDevice: [Row]

    enum CodingKeys: String, CodingKey {
      case makespan, bubble
      case unitCosts = "unit_costs"
      case longestSpan = "longest_span"
      case unequalStages = "unequal_stages"
      case perDevice = "per_device"
    }
  }

  /// The table, its bubbles and what devices keep, for the text.
  static func slotLines(_ facts: ScheduleFacts) -> [String] {
    let head =
      "schedule in slots (F forward, B backward or its halves I and W, R forward again, U update; then the microbatch)"
    let drawn = facts.table.text(width: slotWidth - 2, mostBlocks: mostBlocks)
    return [head, "  \(SlotTable.unitCosts)"] + (drawn + [""] + facts.bubbleText).map { $0.isEmpty ? "" : "  \($0)" }
      + [""] + table(facts.memoryTable)
  }

  /// As wide as people read, and no more blocks below each other than they look at.
  private static let slotWidth = 100
  private static let mostBlocks = 8
}

extension Plan.Slots {
  init(_ facts: ScheduleFacts) {
    unitCosts = SlotTable.unitCosts
    makespan = facts.timing.makespan
    longestSpan = facts.timing.longestSpan
    bubble = Bubble(
      fractionOfTotal: facts.counted.bubbleOfTotal, overIdeal: facts.counted.bubbleOverIdeal,
      fractionOfLongestSpan: facts.counted.bubbleOfLongestSpan, formula: facts.formula?.text,
      formulaFraction: facts.formula?.fractionOfTotal, formulaOverIdeal: facts.formula?.overIdeal,
      formulaWhole: facts.formula.map { $0.whole == .makespan ? "total" : "longest_span" })
    unequalStages = facts.stageTimes.map {
      Stages(times: $0.times, formula: $0.formula, counted: $0.counted, fractionOfTotal: $0.bubbleOfTotal)
    }
    perDevice = facts.timing.slots.enumerated().map { device, slots in
      Row(
        device: device, inFlight: facts.timing.inFlight[device], activationBytes: facts.activationBytes[device],
        slots: slots.map { Slot(action: $0.action.description, start: $0.start, end: $0.end) })
    }
  }
}
