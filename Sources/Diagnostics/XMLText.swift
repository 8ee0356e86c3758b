/// Text inside an XML document, as a picture is.
public enum XMLText {
  /// What stands for `text` between tags or in an attribute; hidden scalars, which XML has no place for, are made visible.
  public static func escaped(_ text: String) -> String {
    text.visible.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
