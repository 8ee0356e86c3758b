/// Comma-separated values (RFC 4180).
public enum CSVText {
  /// One field, quoted where it must be, with nothing hidden in it but line breaks.
  public static func field(_ text: String) -> String {
    let text = text.visibleLines
    return text.contains { "\",\n\r".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }

  /// A line with its end.
  public static func row(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\n" }
}
