import Screens
import Testing

@Suite("Themes and roles")
struct ThemeTests {
  @Test("Each role has a letter of its own, printable ASCII")
  func letters() {
    #expect(Set(Role.allCases.map(\.letter)).count == Role.allCases.count)
    #expect(Role.allCases.allSatisfy { $0.letter.isASCII && $0.letter > " " })
    #expect(Role.heat.count == GlyphSet.ascii.shades.count && Role.heat.count == GlyphSet.unicode.shades.count)
    #expect(GlyphSet.unicode.seriesMarks.count >= Role.curves.count)
  }

  @Test("The monochrome theme has no colours and sets apart what must be found")
  func monochrome() {
    for role in Role.allCases {
      let style = Theme.monochrome.style(role)
      #expect(style.foreground == nil && style.background == nil)
    }
    for role: Role in [.selection, .inactiveSelection, .error, .title, .focusedBorder] {
      #expect(!Theme.monochrome.style(role).attributes.isEmpty)
    }
  }

  /// Relative luminance after WCAG 2.
  private func luminance(_ colour: Colour) -> Double {
    func part(_ shift: UInt32) -> Double {
      let value = Double(colour.rgb >> shift & 0xff) / 255
      // The exponent 2.4 of the standard, as 2 and a square root of a square root's square: close enough to judge.
      return value <= 0.04045 ? value / 12.92 : value * value
    }
    return 0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
  }

  @Test("Text is legible on the background the theme is for")
  func contrast() {
    for role in Role.allCases {
      if let colour = Theme.dark.style(role).foreground, Theme.dark.style(role).background == nil {
        #expect((luminance(colour) + 0.05) / 0.05 > 2.5, "\(role) on black")
        #expect(colour.basic != 4, "\(role) is blue on black")
      }
      if let colour = Theme.light.style(role).foreground, Theme.light.style(role).background == nil {
        #expect(1.05 / (luminance(colour) + 0.05) > 1.9, "\(role) on white")
      }
    }
  }

  @Test("What a device does has different looks for forward, backward and transfer in both colour themes")
  func distinct() {
    for theme in [Theme.dark, .light] {
      let roles: [Role] = [.forward, .backward, .update, .transfer, .loss, .idle]
      #expect(Set(roles.map { theme.style($0).foreground }).count == roles.count)
    }
  }
}
