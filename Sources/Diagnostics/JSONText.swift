import Foundation

/// JSON as people and scripts read it: nothing in a document is hidden, so that it may be sent to a terminal as it is.
public enum JSONText {
  /// A document with sorted keys and a final line break.
  ///
  /// - Throws: a value that JSON has no form for.
  public static func document(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return escapingHidden(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
  }

  /// Text in quotation marks.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.isHidden: result += escape(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Hidden scalars other than a document's own line breaks can only stand in its texts.
  private static func escapingHidden(_ document: String) -> String {
    guard document.unicodeScalars.contains(where: { $0.isHidden && $0 != "\n" }) else { return document }
    var result = String.UnicodeScalarView()
    for scalar in document.unicodeScalars {
      if scalar.isHidden, scalar != "\n" {
        result.append(contentsOf: escape(scalar).unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// `\u001b`; two of them for a scalar beyond sixteen bits.
  private static func escape(_ scalar: Unicode.Scalar) -> String {
    UTF16.encode(scalar).map { unit in
      unit.map { value in
        let digits = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    } ?? ""
  }
}
