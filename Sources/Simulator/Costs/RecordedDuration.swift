import Traces

/// What a recorded instruction took in nanoseconds, without its wait.
struct RecordedDuration {
  /// True for a receive that slept: it took what waking up takes, from the arrival of the message to the end.
  let isWake: Bool
  let whole: Int64
  private let withheld: Int64

  /// Without the time in which the device's thread was off its processor.
  var undisturbed: Int64 { max(0, whole - withheld) }

  /// - Parameter spinNanoseconds: how long the run's threads looked before they slept.
  init(_ record: TraceRecord, kind: SpanKind, spinNanoseconds: Int64) {
    isWake = kind == .receive && record.arrival - record.begin > spinNanoseconds
    let begin =
      switch kind {
      case .receive: max(record.begin, record.arrival)
      case .send: max(record.begin, min(record.transferStart, record.end))
      default: record.begin
      }
    whole = max(0, record.end - begin)
    withheld = record.withheld
  }
}
