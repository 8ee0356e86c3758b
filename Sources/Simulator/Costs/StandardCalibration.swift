extension Calibration {
  /// Measured once on another machine, so that simulations mean something before `partita bench` was run.
  public static let standard = Calibration(
    machine: "a server core of 2.5 GHz", date: "2026-11-23", costs: [:], wakeNanoseconds: 8000)
}
