import Screens
import Testing

@Suite("Widgets as text")
struct WidgetPictureTests {
  @Test("A paragraph wraps at spaces and keeps empty lines")
  func paragraphWraps() {
    let screen = Sample.drawn(Sample.help, 30, 6).described(name: "paragraphWraps")
    #expect(
      screen == """
        == paragraphWraps 30x6 no cursor
        A pipeline passes microbatches
        from stage to stage.

        Its bubble shrinks with their
        number.

        -- roles






        -- legend: . text

        """)
  }

  @Test("A list marks its selection and shows a scroll bar")
  func listScrollsToSelection() {
    let screen = Sample.drawn(Sample.list, 20, 4).described(name: "listScrollsToSelection")
    #expect(
      screen == """
        == listScrollsToSelection 20x4 cursor 0,2
          serial           █
          data parallel    █
        ▸ pipeline         █
          spatial          │
        -- roles
        ...................,
        ...................,
        ###################,
        ...................,
        -- legend: . text, , dim, # selection

        """)
  }

  @Test("A table aligns columns and tints the selected row")
  func tableAligns() {
    let screen = Sample.drawn(Sample.table, 32, 4).described(name: "tableAligns")
    #expect(
      screen == """
        == tableAligns 32x4 cursor 0,2
          layer   shape     params
          conv1   16x28x28     160
        ▸ conv2   32x14x14  4.64 k
          linear  10           n/a
        -- roles
        ..TTTTT...TTTTT.....TTTTTT

        ################################
        ..aaaaaa...............,,,
        -- legend: . text, , dim, T title, a accent, # selection

        """)
  }

  @Test("A narrow table leaves out columns from the right")
  func tableNarrow() {
    let screen = Sample.drawn(Sample.table, 20, 3).described(name: "tableNarrow")
    #expect(
      screen == """
        == tableNarrow 20x3 cursor 0,2
          layer   shape
          conv1   16x28x28 █
        ▸ conv2   32x14x14 │
        -- roles
        ..TTTTT...TTTTT
        ...................,
        ###################,
        -- legend: . text, , dim, T title, # selection

        """)
  }

  @Test("A gauge is right to an eighth of a cell")
  func gauge() {
    let screen = Sample.drawn(Sample.gauge, 30, 1).described(name: "gauge")
    #expect(
      screen == """
        == gauge 30x1 no cursor
        device 0 ████████▋····· 62.0 %
        -- roles
        .........ggggggggg:::::
        -- legend: . text, : grid, g good

        """)
  }

  @Test("An unknown gauge says n/a")
  func gaugeUnknown() {
    let screen = Sample.drawn(Sample.unknownGauge, 30, 1).described(name: "gaugeUnknown")
    #expect(
      screen == """
        == gaugeUnknown 30x1 no cursor
        device 1 ················· n/a
        -- roles
        .........:::::::::::::::::
        -- legend: . text, : grid

        """)
  }

  @Test("A stacked bar has a glyph for each part and a legend that keeps them together")
  func stackedBar() {
    let screen = Sample.drawn(Sample.stack, 40, 3).described(name: "stackedBar")
    #expect(
      screen == """
        == stackedBar 40x3 no cursor
        FFFFFFFFFFBBBBBBBBBBBBBBBBBBxxxx........
        F forward  B backward  x transfer
        . idle
        -- roles
        FFFFFFFFFFBBBBBBBBBBBBBBBBBBXXXXoooooooo
        F..........B...........X
        o
        -- legend: . text, F forward, B backward, X transfer, o idle

        """)
  }

  @Test("Bars share a scale")
  func barChart() {
    let screen = Sample.drawn(Sample.bars, 24, 4).described(name: "barChart")
    #expect(
      screen == """
        == barChart 24x4 no cursor
        0   ██████▍·········  12
        1   ████████████████  30
        2+  ███▎············   6
        all ················ n/a
        -- roles
        ....aaaaaaa:::::::::
        ....aaaaaaaaaaaaaaaa
        ....aaaa::::::::::::
        ....::::::::::::::::
        -- legend: . text, a accent, : grid

        """)
  }

  @Test("A sparkline leaves a gap for what is not known")
  func sparkline() {
    let screen = Sample.drawn(Sample.sparkline, 8, 1).described(name: "sparkline")
    #expect(
      screen == """
        == sparkline 8x1 no cursor
          ▁▂ ▄█▆
        -- roles
        .uuu.uuu
        -- legend: . text, u curve1

        """)
  }

  @Test("A form shows the hint of the selected field and the errors of all")
  func form() {
    let screen = Sample.drawn(Sample.form, 40, 4).described(name: "form")
    #expect(
      screen == """
        == form 40x4 cursor 0,0
        ▸ devices       4  1 to 1024
          microbatches  6
            ✗ 64 samples do not split into 6
          schedule      1F1B
        -- roles
        ################...,,,,,,,,,

        ....EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE

        -- legend: . text, , dim, # selection, E error

        """)
  }

  @Test("An edited field has the cursor")
  func formEdited() {
    let screen = Sample.drawn(Sample.editedForm, 40, 4).described(name: "formEdited")
    #expect(
      screen == """
        == formEdited 40x4 cursor 18,1
          devices       4
        ▸ microbatches  12
            ✗ 64 samples do not split into 6
          schedule      1F1B
        -- roles

        ################iiiiiiiiiiiiiiiiiiiiiiii
        ....EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE

        -- legend: . text, # selection, i input, E error

        """)
  }

  @Test("A dialog is centred and brackets the selected answer")
  func dialog() {
    let screen = Sample.drawn(Sample.dialog, 40, 7).described(name: "dialog")
    #expect(
      screen == """
        == dialog 40x7 cursor 19,4

           ┌ ▸ Quit? ───────────────────────┐
           │ The run has not been saved.    │
           │                                │
           │  save   quit  [stay]           │
           └────────────────────────────────┘

        -- roles

        ...=aaaaaaaaa========================
        ...=................................=
        ...=................................=
        ...=...............######...........=
        ...==================================

        -- legend: . text, = focusedBorder, a accent, # selection

        """)
  }

  @Test("A menu with a filter has the cursor in the filter")
  func menu() {
    let screen = Sample.drawn(Sample.menu, 30, 7).described(name: "menu")
    #expect(
      screen == """
        == menu 30x7 cursor 5,1
           ┌ ▸ Command ───────────┐
           │r                     │
           │  run                 │
           │▸ rewind              │
           │                      │
           └──────────────────────┘

        -- roles
        ...=aaaaaaaaaaa============
        ...=iiiiiiiiiiiiiiiiiiiiii=
        ...=......................=
        ...=######################=
        ...=......................=
        ...========================

        -- legend: . text, = focusedBorder, a accent, # selection, i input

        """)
  }

  @Test("A footer shows keys and titles")
  func footer() {
    let screen = Sample.drawn(Sample.footer, 40, 1).described(name: "footer")
    #expect(
      screen == """
        == footer 40x1 no cursor
        q quit  F1 help  ↑/↓ select
        -- roles
        k.,,,,..kk.,,,,..kkk.,,,,,,
        -- legend: . text, , dim, k key

        """)
  }

  @Test("A narrow footer leaves out whole entries")
  func footerNarrow() {
    let screen = Sample.drawn(Sample.footer, 20, 1).described(name: "footerNarrow")
    #expect(
      screen == """
        == footerNarrow 20x1 no cursor
        q quit  F1 help
        -- roles
        k.,,,,..kk.,,,,
        -- legend: . text, , dim, k key

        """)
  }

  @Test("The help groups keys by context")
  func overlay() {
    let screen = Sample.drawn(Sample.overlay, 48, 8).described(name: "overlay")
    #expect(
      screen == """
        == overlay 48x8 cursor 1,1
        ┌ ▸ Keys ─────────────────────────────────────┐
        │ timeline                                    │
        │   w +                 zoom in               │
        │                                             │
        │ everywhere                                  │
        │   Ctrl-L              draw the screen again │
        └─────────────────────────────────────────────┘

        -- roles
        =aaaaaaaa======================================
        =.TTTTTTTT....................................=
        =...kkk.......................................=
        =.............................................=
        =.TTTTTTTTTT..................................=
        =...kkkkkk....................................=
        ===============================================

        -- legend: . text, T title, = focusedBorder, a accent, k key

        """)
  }

  @Test("Tabs bracket the shown one")
  func tabs() {
    let screen = Sample.drawn(Sample.tabs, 30, 1).described(name: "tabs")
    #expect(
      screen == """
        == tabs 30x1 no cursor
         1 Compose [2 Run] 3 Why
        -- roles
        ,,,,,,,,,,,aaaaaaa,,,,,,,
        -- legend: . text, , dim, a accent

        """)
  }

  @Test("Narrow tabs keep the shown one in sight")
  func tabsNarrow() {
    let screen = Sample.drawn(Sample.tabs, 12, 1).described(name: "tabsNarrow")
    #expect(
      screen == """
        == tabsNarrow 12x1 no cursor
        pose [2 Run]
        -- roles
        ,,,,,aaaaaaa
        -- legend: . text, , dim, a accent

        """)
  }

  @Test("The last resort names both sizes")
  func tooSmall() {
    let screen = Sample.drawn(Sample.tooSmall, 20, 3).described(name: "tooSmall")
    #expect(
      screen == """
        == tooSmall 20x3 no cursor
        too small: 20x3
        needed: 80x24
        q quits
        -- roles
        !!!!!!!!!!!!!!!
        !!!!!!!!!!!!!
        !!!!!!!
        -- legend: . text, ! warning

        """)
  }
}
