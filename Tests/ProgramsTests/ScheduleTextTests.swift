import Diagnostics
import Testing

@testable import Programs

@Suite struct ScheduleTextTests {
  @Test func schedulesRoundTrip() throws {
    let text = "0F0 0F1 0B0 0I1 0W1 0R2 0X 0U\n12F3 1U"
    #expect(try Schedule(parsing: text).description == text)
  }

  @Test func everyWrongWordIsLocated() {
    do throws(DiagnosticList) {
      _ = try Schedule(parsing: "0F0 F1 0U\n1F 1Q2")
      Issue.record("accepted")
    } catch {
      let places = error.all.compactMap(\.location).map { [$0.line, $0.column] }
      #expect(places == [[1, 5], [2, 1], [2, 4]])
    }
  }
}
