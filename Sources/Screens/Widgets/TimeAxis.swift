import Foundation

/// A row of ticks with times, at round distances (1, 2 or 5 times a power of ten).
public struct TimeAxis: Widget {
  /// Seconds at the left and right edge.
  public var window: ClosedRange<Double>

  /// An axis for this time.
  public init(window: ClosedRange<Double>) { self.window = window }

  /// The ticks' distance in seconds, for labels of up to `labelColumns` columns; nil where there is no room.
  public func step(width: Int, labelColumns: Int = 12) -> Double? {
    let length = window.upperBound - window.lowerBound
    guard width > 0, length > 0, length.isFinite else { return nil }
    let least = length / Double(width) * Double(labelColumns)
    let power = pow(10, floor(log10(least)))
    guard power > 0, power.isFinite else { return nil }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least }
  }

  /// A time with as many decimals as ticks `step` seconds apart need to differ.
  static func label(_ time: Double, step: Double, largest: Double) -> String {
    let units: [(factor: Double, name: String)] = [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
    let unit = units.first { largest >= $0.factor } ?? units[3]
    let decimals = min(9, max(0, Int((-log10(step / unit.factor) - 1e-9).rounded(.up))))
    return "\(Format.fixed(time / unit.factor, decimals: decimals)) \(unit.name)"
  }

  /// Draws within `rect` alone, at any size.
  public func draw(into surface: inout Surface, in rect: Rect) {
    guard let step = step(width: rect.width) else { return }
    let largest = max(abs(window.lowerBound), abs(window.upperBound))
    // Beyond this the ticks cannot be told apart in a Double.
    guard largest / step < 1e12 else { return }
    surface.withClip(rect) { surface in
      surface.horizontalLine(x: rect.x, y: rect.y, length: rect.width, role: .grid)
      let perCell = (window.upperBound - window.lowerBound) / Double(rect.width)
      var number = (window.lowerBound / step).rounded(.up)
      var free = rect.x
      while number * step <= window.upperBound {
        let x = rect.x + min(rect.width, Int((number * step - window.lowerBound) / perCell + 1e-6))
        let text = Self.label(number * step, step: step, largest: largest)
        if x >= free, x + 1 + text.columns <= rect.maxX {
          surface.put(surface.glyphs.vertical, x: x, y: rect.y, role: .grid)
          surface.text(text, x: x + 1, y: rect.y, role: .dim)
          free = x + text.columns + 2
        }
        number += 1
      }
    }
  }
}
