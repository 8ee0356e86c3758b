import Screens
import Testing

@Suite("Charts, timelines and heat maps as text")
struct ChartPictureTests {
  @Test("Curves are dots with marks, and a gap where a value is missing")
  func chartBraille() {
    let screen = Sample.drawn(Sample.chart, 40, 9).described(name: "chartBraille")
    #expect(
      screen == """
        == chartBraille 40x9 no cursor
        * loss  + test
         2.50┤⠑⠦⣄
             │  ⠈⠫⢖⠤⣀
             │     ⠑⠤⡉⠒⠤
             │       ⠈⠒⢄⡀
             │          ⠈⠉⠒⠒⠤⢄⣀  +⠉⠑⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤+
        0.500┤                 ⠉⠑*⠒⠢⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀*
             └──────────────────────────────────
              0              step              7
        -- roles
        uuuuuu..vvvvvv
        .,,,,:vvv
        .....:..uvvvv
        .....:.....uuvvv
        .....:.......uuuu
        .....:..........uuuuuuu..vvvvvvvvvvvvvvv
        ,,,,,:.................uuuuuuuuuuuuuuuuu
        .....:::::::::::::::::::::::::::::::::::
        ......,..............,,,,..............,
        -- legend: . text, , dim, : grid, u curve1, v curve2

        """)
  }

  @Test("Curves are marks in ASCII")
  func chartASCII() {
    let screen = Sample.drawn(Sample.chart, 40, 9, .ascii).described(name: "chartASCII")
    #expect(
      screen == """
        == chartASCII 40x9 no cursor
        * loss  + test
         2.50++++
             |  *++++
             |    ***+++
             |       *****
             |            *****  +++++++++++++++
        0.500+                 *****************
             +----------------------------------
              0              step              7
        -- roles
        uuuuuu..vvvvvv
        .,,,,:vvv
        .....:..uvvvv
        .....:....uuuvvv
        .....:.......uuuuu
        .....:............uuuuu..vvvvvvvvvvvvvvv
        ,,,,,:.................uuuuuuuuuuuuuuuuu
        .....:::::::::::::::::::::::::::::::::::
        ......,..............,,,,..............,
        -- legend: . text, , dim, : grid, u curve1, v curve2

        """)
  }

  @Test("A logarithmic chart leaves out zero")
  func chartLogarithmic() {
    let screen = Sample.drawn(Sample.logarithmicChart, 30, 8, .ascii).described(name: "chartLogarithmic")
    #expect(
      screen == """
        == chartLogarithmic 30x8 no cursor
          100+**
          log|  ***
             |     ****
             |         ****
             |
        0.100+                       *
             +------------------------
              0                      4
        -- roles
        ..,,,:uu
        ..,,,:..uuu
        .....:.....uuuu
        .....:.........uuuu
        .....:
        ,,,,,:.......................u
        .....:::::::::::::::::::::::::
        ......,......................,
        -- legend: . text, , dim, : grid, u curve1

        """)
  }

  @Test("A timeline shows labels where they fit and glyphs elsewhere")
  func timeline() {
    let screen = Sample.drawn(Sample.timeline, 50, 3).described(name: "timeline")
    #expect(
      screen == """
        == timeline 50x3 cursor 37,0
        device 0 F0───────F1──────···········B0───────────
        device 1 ssssssssF0──────BBBBBBBBBBBBBU···········
                 │0 ms───────────────│10 ms───────────────
        -- roles
        aaaaaaaa.FFFFFFFFFFFFFFFFFoooooooooooBBBBBBBBBBBBB
        .........ssssssssFFFFFFFFBBBBBBBBBBBBBUooooooooooo
        .........:,,,,::::::::::::::::,,,,,:::::::::::::::
        -- attributes
        .........rrrrrrrrrrrrrrrr............*************
        .........rrrrrrrrrrrrrrrrrrrrrrrrrrrrr

        -- legend: . text, , dim, a accent, : grid, F forward, B backward, U update, s waitSender, o idle

        """)
  }

  @Test("A timeline in ASCII")
  func timelineASCII() {
    let screen = Sample.drawn(Sample.timeline, 50, 3, .ascii).described(name: "timelineASCII")
    #expect(
      screen == """
        == timelineASCII 50x3 cursor 37,0
        device 0 F0-------F1------...........B0-----------
        device 1 ssssssssF0------BBBBBBBBBBBBBU...........
                 |0 ms---------------|10 ms---------------
        -- roles
        aaaaaaaa.FFFFFFFFFFFFFFFFFoooooooooooBBBBBBBBBBBBB
        .........ssssssssFFFFFFFFBBBBBBBBBBBBBUooooooooooo
        .........:,,,,::::::::::::::::,,,,,:::::::::::::::
        -- attributes
        .........rrrrrrrrrrrrrrrr............*************
        .........rrrrrrrrrrrrrrrrrrrrrrrrrrrrr

        -- legend: . text, , dim, a accent, : grid, F forward, B backward, U update, s waitSender, o idle

        """)
  }

  @Test("A heat map shades and writes")
  func heatMap() {
    let screen = Sample.drawn(Sample.heatMap, 36, 4).described(name: "heatMap")
    #expect(
      screen == """
        == heatMap 36x4 cursor 15,3
        from\\to d0     d1     d2
        d0        -    █ 8 MB · 1 MB
        d1      ▒ 4 MB   -    ░ 2 MB
        d2        0 B  ▓ 6 MB   -
        -- roles
        ,,,,,,,.TT.....TT.....TT
        TT.............f......b
        TT......d.............c
        TT.............e
        -- attributes



        ...............rrrrrr
        -- legend: . text, , dim, T title, b heat1, c heat2, d heat3, e heat4, f heat5

        """)
  }

  @Test("A narrow heat map keeps the pattern")
  func heatMapNarrow() {
    let screen = Sample.drawn(Sample.heatMap, 14, 4).described(name: "heatMapNarrow")
    #expect(
      screen == """
        == heatMapNarrow 14x4 cursor 10,3
        from\\to 0 1 2
        d0        █ ·
        d1      ▒   ░
        d2        ▓
        -- roles
        ,,,,,,,.T.T.T
        TT........f.b
        TT......d...c
        TT........e
        -- attributes



        ..........r
        -- legend: . text, , dim, T title, b heat1, c heat2, d heat3, e heat4, f heat5

        """)
  }
}
