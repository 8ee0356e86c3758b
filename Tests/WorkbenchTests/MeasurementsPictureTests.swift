import Screens
import Testing
import Traces

@testable import Workbench

@Suite("Panels as text")
struct MeasurementsPictureTests {
  let pipeline = MeasurementsFixture.measurements(MeasurementsFixture.pipeline)

  @Test("A pipeline shows the cells of its schedule, its waits and the steps' borders")
  func pipelineTimeline() {
    expect(
      screen(64, 10) { drawTimeline(pipeline, TimelineView(), into: &$0, in: $1) },
      shows: """
                │step 2 (948 µs)
        ▸0 work F0────F1────late sender 1──────·B0───────────B1─────────
         0 comm ·····s·····s··················rrr·········rrr···········
         1 work ~~~~~~·F0─────F1───B0──────────B1──────────·············
         1 comm ·····rrr···rrr················s···········s·············
                │0 µs────────────────────────│500 µs────────────────────
        F forward  B backward  s send  r transfer  o runtime
        ~ late sender  ! back-pressure  · idle


        -- roles
        ........:,,,,,,,,,,,,,,,
        aaaaaaa.FFFFFFFFFFFFsssssssssssssssssssoBBBBBBBBBBBBBBBBBBBBBBBB
        ........ooooohooooohooooooooooooooooooXXXoooooooooXXXooooooooooo
        ........ssssssoFFFFFFFFFFFFBBBBBBBBBBBBBBBBBBBBBBBBooooooooooooo
        ........oooooXXXoooXXXoooooooooooooooohooooooooooohooooooooooooo
        ........:,,,,:::::::::::::::::::::::::,,,,,,::::::::::::::::::::
        F,,,,,,,,..B,,,,,,,,,..h,,,,,..X,,,,,,,,,..h,,,,,,,,
        s,,,,,,,,,,,,..p,,,,,,,,,,,,,,..o,,,,,


        """)
  }

  @Test("A selected wait is explained")
  func selectedWait() {
    var view = TimelineView()
    for _ in 0..<7 { _ = view.handle(.character("."), pipeline) }
    expect(
      screen(64, 7) { drawTimeline(pipeline, view, into: &$0, in: $1) },
      shows: """
           │step 2 (948 µs)
        ▸0 F0─────F1────late sender 1────────rB0───────────B1───────────
         1 ~~~~~~rrF0─────F1────B0───────────B1───────────··············
           │0 µs───────│200 µs──────│400 µs──────│600 µs──────│800 µs───
        device 0 waited 322 µs for the gradient of linear2's activation
        of microbatch 0 from device 1, which was computing B linear2 mb0
        F forward  B backward  s send  r transfer  o runtime
        -- roles
        ...:,,,,,,,,,,,,,,,
        aa.FFFFFFFFFFFFFsssssssssssssssssssssXBBBBBBBBBBBBBBBBBBBBBBBBBB
        ...ssssssXXFFFFFFFFFFFFFBBBBBBBBBBBBBBBBBBBBBBBBBBoooooooooooooo
        ...:,,,,::::::::,,,,,,:::::::,,,,,,:::::::,,,,,,:::::::,,,,,,:::


        F,,,,,,,,..B,,,,,,,,,..h,,,,,..X,,,,,,,,,..h,,,,,,,,
        """)
  }

  @Test("ASCII and a small panel: a row per device, the axis, the legend's begin")
  func smallTimeline() {
    expect(
      screen(26, 5, .ascii) { drawTimeline(pipeline, TimelineView(), into: &$0, in: $1) },
      shows: """
           |step 2 (948 us)
        >0 F0-F1~~~~~~~~B0----B1--
         1 ~~rF0-F1B0---B1---.....
           |0 us-------|500 us----
        F forward  B backward
        -- roles
        ...:,,,,,,,,,,,,,,,
        aa.FFFFFssssssssBBBBBBBBBB
        ...ssXFFFFFBBBBBBBBBBooooo
        ...:,,,,::::::::,,,,,,::::
        F,,,,,,,,..B,,,,,,,,,
        """)
  }

  @Test("Before a run the timeline shows the planned order")
  func plannedTimeline() {
    let empty = Measurements.empty(MeasurementsFixture.pipeline)
    expect(
      screen(50, 5) { drawTimeline(empty, TimelineView(), into: &$0, in: $1) },
      shows: """
        Nothing ran yet. A run shows here what each device
        0 F0 F1 B0 B1
        1 F0 F1 B0 B1


        -- roles
        ,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
        ..FF.FF.BB.BB
        ..FF.FF.BB.BB


        """)
  }

  @Test("Devices: a bar per device, computing's share, memory measured and by formula")
  func devices() {
    var measurements = pipeline
    measurements.peaks = [MemoryPeak(byKind: [.parameters: 2048], total: 2048)]
    expect(
      screen(64, 4) { drawDevices(measurements, into: &$0, in: $1) },
      shows: """
          time                               used     memory  by formula
        0 ████████████████████~~~~~~~~~~~  63.3 %   2.00 KiB    5.00 KiB
        1 ████████████████████~~~~~~~····  63.3 %        n/a    7.00 KiB
        █ compute  x exposed communication  ~ wait  o overhead  · idle
        -- roles
        ..TTTT...............................TTTT.....TTTTTT..TTTTTTTTTT
        ..FFFFFFFFFFFFFFFFFFFFsssssssssss.......................,,,,,,,,
        ..FFFFFFFFFFFFFFFFFFFFsssssssoooo.......................,,,,,,,,
        F,,,,,,,,..X,,,,,,,,,,,,,,,,,,,,,,..s,,,,,..h,,,,,,,,,..o,,,,,
        """)
  }

  @Test("Expanded, the devices' numbers stand in tables")
  func expandedDevices() {
    expect(
      screen(84, 20, .ascii) { drawDevices(pipeline, into: &$0, in: $1, expanded: true) },
      shows: """
          time                                                   used     memory  by formula
        0 ################################x~~~~~~~~~~~~~~~~~~  63.3 %        n/a    5.00 KiB
        1 ################################x~~~~~~~~~~~~......  63.3 %        n/a    7.00 KiB
        # compute  x exposed communication  ~ wait  o overhead  . idle

        time, mean of 2 measured steps
        device  compute  exposed    wait  overhead    idle  late sender  back-pressure
             0   63.3 %    2.1 %  34.0 %     0.6 %   0.0 %       322 us            0 s
             1   63.3 %    2.1 %  22.3 %     0.6 %  11.7 %       212 us            0 s

        communication
        device  sent/step  received/step  messages/step  overlap
             0    2.00 kB        2.00 kB              2   50.0 %
             1    2.00 kB        2.00 kB              2   50.0 %

        peak memory by formula
        device     total    params  grads  optim.  activ.  buffers  worksp.
             0  5.00 KiB  5.00 KiB    0 B     0 B     0 B      0 B      n/a
             1  7.00 KiB  7.00 KiB    0 B     0 B     0 B      0 B      n/a

        -- roles
        ..TTTT...................................................TTTT.....TTTTTT..TTTTTTTTTT
        ..FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFXssssssssssssssssss.......................,,,,,,,,
        ..FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFXssssssssssssoooooo.......................,,,,,,,,
        F,,,,,,,,..X,,,,,,,,,,,,,,,,,,,,,,..s,,,,,..h,,,,,,,,,..o,,,,,

        TTTTTTTTTTTTTTTTTTTTTTTTTTTTTT
        TTTTTT..TTTTTTT..TTTTTTT....TTTT..TTTTTTTT....TTTT..TTTTTTTTTTT..TTTTTTTTTTTTT



        TTTTTTTTTTTTT
        TTTTTT..TTTTTTTTT..TTTTTTTTTTTTT..TTTTTTTTTTTTT..TTTTTTT



        TTTTTTTTTTTTTTTTTTTTTT
        TTTTTT.....TTTTT....TTTTTT..TTTTT..TTTTTT..TTTTTT..TTTTTTT..TTTTTTT
        ........,,,,,,,,..,,,,,,,,....,,,.....,,,.....,,,......,,,......,,,
        ........,,,,,,,,..,,,,,,,,....,,,.....,,,.....,,,......,,,......,,,

        """)
  }

  @Test("Communication: the matrix beside the totals by purpose, equal to the formula")
  func communication() {
    let measurements = MeasurementsFixture.measurements(MeasurementsFixture.exchange(devices: 3))
    expect(
      screen(76, 12) { drawCommunication(measurements, CommunicationView(), into: &$0, in: $1, expanded: true) },
      shows: """
        2.40 kB per step = formula  6 messages
        bytes 0       1       2          purpose    bytes/step  by formula
        0             █ 400 B █ 400 B    gradients     2.40 kB  = formula
        1     █ 400 B         █ 400 B
        2     █ 400 B █ 400 B

        purpose    sent as            devices  words by formula               messa…
        gradients  direct all-reduce        3  nP(P-1) = 100·3·2 = 600 words       6




        -- roles
        .................ggggggggg,,,,,,,,,,,,
        ,,,,,.T.......T.......T..........TTTTTTT....TTTTTTTTTT..TTTTTTTTTT
        T.............f.......f.................................ggggggggg
        T.....f...............f
        T.....f.......f

        TTTTTTT....TTTTTTT............TTTTTTT..TTTTTTTTTTTTTTTT...............TTTTTT





        """)
  }

  @Test("Learning: curves with the epochs' begins, and the newest values")
  func learning() {
    var measurements = pipeline
    measurements.learning = MeasurementsFixture.learning
    expect(
      screen(70, 9, .ascii) { drawLearning(measurements, LearningView(), into: &$0, in: $1) },
      shows: """
        step 30 of 40  epoch 3  loss 0.0667  rate 0.100  train 90.0 %
        test 75.0 %
        * loss                                     * train %  + test %
             2+*                                   90+                  ******
              | *                                    |      ************     +
              | *****                                |******
        0.0667+      ****************************  40++
              +-----------|-----------|----------    +------------------------
               0         step, | epoch         29     10        step        30
        -- roles
        .......,,,,,,,,,,,,,,.,,,,,,,......,,,,,,,.....,,,,,,,,......,
        ,,,,,
        uuuuuu.....................................wwwwwwwww..xxxxxxxx
        .....,:u...................................,,:..................wwwwww
        ......:.u....................................:......wwwwwwwwwwww.....x
        ......:.uuuuu................................:wwwwww
        ,,,,,,:......uuuuuuuuuuuuuuuuuuuuuuuuuuuu..,,:x
        ......::::::::::::a:::::::::::a::::::::::....:::::::::::::::::::::::::
        .......,.........,,,,,,,,,,,,,.........,,.....,,........,,,,........,,
        """)
  }
}
