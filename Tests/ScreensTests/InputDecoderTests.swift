import Screens
import Testing

/// Bytes as terminals send them, and the events that they are.
@Suite struct InputDecoderTests {
  /// The events of bytes that are read in one go, and after nothing more has come.
  private func events(_ text: String, named: [[UInt8]: Key] = [:]) -> [Event] {
    var decoder = InputDecoder(named: named)
    decoder.feed(Array(text.utf8))
    var events: [Event] = []
    while let event = decoder.next() { events.append(event) }
    if let event = decoder.giveUp() { events.append(event) }
    #expect(!decoder.isIncomplete)
    return events
  }

  private func keys(_ text: String, named: [[UInt8]: Key] = [:]) -> [Key] {
    events(text, named: named).compactMap { if case .key(let key) = $0 { key } else { nil } }
  }

  @Test func charactersAndControlCharacters() {
    #expect(
      keys("aé界 \r\t\u{7f}\u{8}\u{3}\u{1c}") == [
        .character("a"), .character("é"), .character("界"), .space, .enter, .tab, .backspace, .backspace, .control("c"),
        .control("\\"),
      ])
    // Control characters of the second kind, and what is no UTF-8, type nothing.
    #expect(keys("\u{9b}x") == [.character("x")])
    var decoder = InputDecoder()
    decoder.feed([0xff, 0xc3, 0x28, 0xe7, 0x95, 0x41, 0x80])
    #expect(decoder.next() == .key(.character("(")))
    #expect(decoder.next() == .key(.character("A")))
    #expect(decoder.next() == nil && !decoder.isIncomplete)
  }

  @Test func bytesBeyondASCIIFollowTheCharacterSet() {
    let latin = (128...255).map { Unicode.Scalar($0 as UInt32) }
    var decoder = InputDecoder(upperHalf: latin)
    decoder.feed([0xe9, 0x9b])
    #expect(decoder.next() == .key(.character("é")))
    #expect(decoder.next() == nil)
  }

  @Test(
    arguments: [
      ("\u{1b}[A", .up), ("\u{1b}OA", .up), ("\u{1b}[1;1B", .down), ("\u{1b}[H", .home), ("\u{1b}[1~", .home),
      ("\u{1b}[8~", .end), ("\u{1b}OF", .end), ("\u{1b}[3~", .delete), ("\u{1b}[5~", .pageUp), ("\u{1b}[Z", .backTab),
      ("\u{1b}OP", .function(1)), ("\u{1b}[15~", .function(5)), ("\u{1b}[24~", .function(12)),
      ("\u{1b}[[C", .function(3)),
      ("\u{1b}", .escape),
    ] as [(String, Key)])
  func keysThatTerminalsHaveInCommon(bytes: String, key: Key) { #expect(keys(bytes) == [key]) }

  /// Application mode sends ESC O and a letter for each key of the numeric keypad.
  @Test func theNumericKeypadIsWhatIsPrintedOnIt() {
    let sent = "pqrstuvwxyjklmnoX".map { "\u{1b}O\($0)" }.joined()
    #expect(keys(sent + "\u{1b}OM") == "0123456789*+,-./=".map(Key.character) + [.enter])
    // The VT100's description calls some of these function keys.
    let named: [[UInt8]: Key] = [Array("\u{1b}Ot".utf8): .function(5), Array("\u{1b}OP".utf8): .function(1)]
    #expect(keys("\u{1b}Ot\u{1b}OP", named: named) == [.character("4"), .function(1)])
  }

  @Test func aDescriptionNamesFurtherSequences() {
    let named: [[UInt8]: Key] = [
      Array("\u{1b}[224z".utf8): .function(1), Array("\u{1b}A".utf8): .up, Array("\u{1b}0A".utf8): .home,
      Array("\u{8}".utf8): .left,
    ]
    #expect(
      keys("\u{1b}[224z\u{1b}A\u{1b}0Ax\u{8}", named: named) == [.function(1), .up, .home, .character("x"), .backspace])
  }

  /// Whatever nobody knows is left out whole: nothing of it acts as a key.
  @Test(arguments: [
    "\u{1b}[1;5A", "\u{1b}[1;2Q", "\u{1b}[38;5;196q", "\u{1b}[?62;22c", "\u{1b}[12;40R", "\u{1b}[I", "\u{1b}[O",
    "\u{1b}[200;1~",
    "\u{1b}[27;5;113~", "\u{1b}[113;5u", "\u{1b}O5P", "\u{1b}]11;rgb:0/0/0\u{7}", "\u{1b}]0;quit\u{1b}\\",
    "\u{1b}P1$rq\u{1b}\\",
    "\u{1b}_Gqqq\u{1b}\\", "\u{1b}q", "\u{1b}é", "\u{1b}\r", "\u{1b}[3$", "\u{1b}[3^", "\u{1b}[<35;3;4M",
    "\u{1b}[<0;3;4m",
    "\u{1b}[", "\u{1b}O", "\u{1b}[1;", "\u{1b}]0;never ends",
  ])
  func unknownSequencesAreLeftOut(bytes: String) {
    #expect(events(bytes) == [])
    guard bytes.count > 2, !["$", ";", "s"].contains(bytes.last) else { return }
    #expect(events(bytes + "q") == [.key(.character("q"))], "\(bytes.debugDescription)")
  }

  @Test func sequencesThatAreBrokenOffTakeNothingWithThem() {
    #expect(keys("\u{1b}[1;\u{1b}[B\u{1b}\u{1b}x") == [.down, .escape])
    #expect(keys("\u{1b}[12\u{3}") == [.control("c")])
    #expect(keys("\u{1b}[" + String(repeating: "1", count: 100)).allSatisfy { $0 == .character("1") })
  }

  @Test func theMouseIsReadInBothForms() {
    #expect(events("\u{1b}[<0;11;6M\u{1b}[<0;11;6m") == [.mouse(Mouse(.left, at: Point(x: 10, y: 5)))])
    #expect(events("\u{1b}[<65;1;1M") == [.mouse(Mouse(.wheelDown, at: Point(x: 0, y: 0)))])
    #expect(events("\u{1b}[M !!") == [.mouse(Mouse(.left, at: Point(x: 0, y: 0)))])
    #expect(events("\u{1b}[<0;0;0M\u{1b}[<;;M\u{1b}[<99999999999999999999;1;1M") == [])
  }

  /// Over a slow line every byte can come by itself.
  @Test func keysComeByteByByte() {
    var decoder = InputDecoder()
    for byte in "\u{1b}[3".utf8 {
      decoder.feed([byte])
      #expect(decoder.next() == nil && decoder.isIncomplete)
    }
    decoder.feed("~".utf8)
    #expect(decoder.next() == .key(.delete))
    #expect(!decoder.isIncomplete)
  }

  /// When the rest comes later than anybody waits, it is the rest all the same, and not three keys.
  @Test func theRestOfATornKeyIsNoText() {
    var decoder = InputDecoder()
    decoder.feed([0x1b])
    #expect(decoder.next() == nil)
    #expect(decoder.giveUp() == .key(.escape))
    decoder.feed("[3~".utf8)
    #expect(decoder.next() == .key(.delete))
    #expect(decoder.next() == nil)
    // Typed by hand the characters come one by one.
    decoder.feed([0x1b])
    #expect(decoder.giveUp() == .key(.escape))
    decoder.feed("[".utf8)
    decoder.feed("A".utf8)
    #expect(decoder.next() == .key(.character("[")))
    #expect(decoder.next() == .key(.character("A")))
  }

  @Test func aPasteIsOneEvent() {
    #expect(
      events("a\u{1b}[200~x\nq\u{1b}[A\u{1b}[201~b") == [
        .key(.character("a")), .paste("x\nq\u{1b}[A"), .key(.character("b")),
      ])
    #expect(events("\u{1b}[200~\u{1b}[201~") == [.paste("")])
    // In pieces, the end torn apart.
    var decoder = InputDecoder()
    for byte in "\u{1b}[200~xé\u{1b}[201".utf8 {
      decoder.feed([byte])
      #expect(decoder.next() == nil)
    }
    #expect(decoder.isPasting)
    decoder.feed("~".utf8)
    #expect(decoder.next() == .paste("xé"))
    // Without an end it is over when nothing follows.
    decoder.feed("\u{1b}[200~lost".utf8)
    #expect(decoder.next() == nil)
    #expect(decoder.giveUp() == .paste("lost"))
    #expect(!decoder.isIncomplete)
  }

  @Test func aPasteIsKeptWithinBounds() {
    var decoder = InputDecoder()
    decoder.feed("\u{1b}[200~".utf8)
    for _ in 0..<40 {
      decoder.feed([UInt8](repeating: 97, count: InputDecoder.longestPaste / 32))
      #expect(decoder.next() == nil)
    }
    decoder.feed("\u{1b}[201~".utf8)
    guard case .paste(let text) = decoder.next() else {
      Issue.record("no paste")
      return
    }
    #expect(text.utf8.count == InputDecoder.longestPaste)
  }

  @Test func aFieldTakesAPasteAsOneLine() {
    #expect("\n a\r\n\tb \n\u{1b}[2Jc\u{0}\n".pastedLine == " a b [2Jc")
    var field = TextField("ad")
    field.handle(.left)
    field.insert("b\nc")
    #expect(field.text == "ab cd" && field.cursor == 4)
    field.insert(String(repeating: "x", count: 2 * TextField.longest))
    #expect(field.characters.count == TextField.longest)
    field.handle(.character("y"))
    #expect(field.characters.count == TextField.longest)
  }

  /// Random bytes end in finitely many events, and nothing stays behind.
  @Test func anyBytesAreTakenApart() {
    var state: UInt64 = 20
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let pieces = ["\u{1b}", "[", "O", "<", ";", "200~", "201~", "M", "\u{1b}]", "\u{1b}P", "q", "é", "\u{7}"].map {
      Array($0.utf8)
    }
    var decoder = InputDecoder(named: [Array("\u{1b}[[[".utf8): .up])
    for _ in 0..<20_000 {
      decoder.feed(random(4) == 0 ? [UInt8(random(256))] : pieces[random(pieces.count)])
      while decoder.next() != nil {}
      if random(20) == 0 {
        _ = decoder.giveUp()
        #expect(!decoder.isIncomplete)
      }
    }
  }
}
