import Foundation

extension String {
  /// A path whose leading `~/` is the user's home. A shell replaces it at the start of a word alone: in `--option=~/file`, in
  /// a scene and on screen it arrives as it is.
  public var withHome: String {
    guard self == "~" || hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"], !home.isEmpty else {
      return self
    }
    return home + dropFirst()
  }
}
