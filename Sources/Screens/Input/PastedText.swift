extension String {
  /// A pasted text as one line: line ends and tabs between words become one blank, other control characters are left out.
  public var pastedLine: String {
    var result = ""
    var gap = false
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator:
        if ["\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) { gap = true }
      default:
        if gap, !result.isEmpty, scalar != " ", result.last != " " { result.unicodeScalars.append(" ") }
        gap = false
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
