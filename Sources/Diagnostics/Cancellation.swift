/// Whether work that goes on is still wanted. Long work asks in its outer loops, often enough to end within a fraction of a second.
///
/// The asking side decides what counts: a flag that another thread sets, a deadline, a newer request.
///
///     let flag = Atomic(false)
///     let compiler = Compiler(graph: …, cancellation: Cancellation { flag.load(ordering: .relaxed) })
public struct Cancellation: Sendable {
  private let isAsked: @Sendable () -> Bool

  /// - Parameter isAsked: true from some moment on; called from whichever thread works, and quick.
  public init(_ isAsked: @escaping @Sendable () -> Bool) { self.isAsked = isAsked }

  /// For work that nobody ends.
  public static let never = Cancellation { false }

  public var isCancelled: Bool { isAsked() }

  /// - Throws: ``DiagnosticList/cancelled`` where the work is no longer wanted.
  public func check() throws(DiagnosticList) { if isCancelled { throw .cancelled } }
}

extension DiagnosticList {
  /// What cancelled work throws. It says nothing about the work's input.
  public static let cancelled = DiagnosticList("cancelled before it was done")

  /// Whether somebody ended the work that threw this.
  public var isCancellation: Bool { self == .cancelled }
}
