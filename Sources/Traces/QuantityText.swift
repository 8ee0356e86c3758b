import Diagnostics
import Foundation

/// A duration for people, three significant digits: `1.3 ms` (SI prefixes).
public func durationText(_ nanoseconds: Int64) -> String {
  let value = Double(nanoseconds)
  return switch abs(nanoseconds) {
  case ..<1_000: "\(nanoseconds) ns"
  case ..<1_000_000: "\(significant(value / 1e3)) µs"
  case ..<1_000_000_000: "\(significant(value / 1e6)) ms"
  default: "\(significant(value / 1e9)) s"
  }
}

/// The same of seconds, however many; `n/a` for what is no number.
public func secondsText(_ seconds: Double) -> String {
  guard seconds.isFinite else { return "n/a" }
  // Beyond what nanoseconds in 64 bits can say.
  return abs(seconds) < 9e9 ? durationText(Int64(saturating: seconds * 1e9)) : String(format: "%.3g s", seconds)
}

/// An amount of memory for people, by powers of 1024: `12.5 KiB`.
public func memoryText(_ bytes: Double) -> String {
  bytesText(bytes, base: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"])
}

/// Bytes that move for people, by powers of 1000 as bandwidths are: `12.8 kB`.
public func trafficText(_ bytes: Double) -> String {
  bytesText(bytes, base: 1000, units: ["B", "kB", "MB", "GB", "TB", "PB"])
}

private func bytesText(_ bytes: Double, base: Double, units: [String]) -> String {
  var value = bytes
  var unit = 0
  while abs(value) >= base, unit < units.count - 1 {
    value /= base
    unit += 1
  }
  return "\(significant(value)) \(units[unit])"
}

/// Three significant digits, more before the point where needed, no trailing zeros: `0.125`, `12.5`, `1234`.
func significant(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "n/a" }
  let digits = max(0, 2 - Int(log10(abs(value)).rounded(.down)))
  var text = String(format: "%.\(digits)f", value)
  if text.contains(".") {
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
  }
  return text
}

/// `units` · 10^-`places` exactly, without trailing zeros: 12345 to 3 places is `12.345`.
func decimal(_ units: Int64, places: Int) -> String {
  let sign = units < 0 ? "-" : ""
  let digits = String(units.magnitude)
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  let whole = padded.dropLast(places)
  var fraction = padded.suffix(places)
  while fraction.last == "0" { fraction.removeLast() }
  return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
}

/// A share of 1 as whole percent, with one place below ten: `41 %`, `3.2 %`.
public func percentText(_ share: Double) -> String {
  guard share.isFinite else { return "n/a" }
  let percent = share * 100
  return abs(percent) < 9.95 && percent != percent.rounded()
    ? String(format: "%.1f %%", percent) : String(format: "%.0f %%", percent)
}

/// A difference as a share, with its sign: `+12.3 %`; `n/a` where it is unknown.
public func signedPercentText(_ share: Double?) -> String {
  guard let share, share.isFinite else { return "n/a" }
  // Not `-0.0 %` for what a sum has lost.
  return String(format: "%+.1f %%", abs(share) < 5e-4 ? 0 : 100 * share)
}

/// `1 device`, `2 devices`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
