extension String {
  /// The same text with every line ended by a line feed, whatever system it was written on. Swift takes the two characters
  /// with which Windows ends lines for one, which is no line feed.
  public var withLineFeeds: String {
    utf8.contains(UInt8(ascii: "\r")) ? replacing("\r\n", with: "\n").replacing("\r", with: "\n") : self
  }

  /// The beginning of the text on one line, for sentences that name what was given: long texts would hide the sentence.
  public var shortened: String {
    let most = 60
    let start = prefix(most + 1).map { $0.isNewline ? " / " : String($0) }
    return start.count > most ? start.prefix(most - 1).joined() + "…" : start.joined()
  }
}
