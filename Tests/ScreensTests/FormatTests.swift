import Screens
import Testing

@Suite("Format")
struct FormatTests {
  @Test(
    "Durations",
    arguments: [
      (0, "0 s"), (1e-9, "1 ns"), (8.5e-7, "850 ns"), (9.996e-7, "1.00 µs"), (1.23e-5, "12.3 µs"), (0.0123, "12.3 ms"),
      (0.9996, "1.00 s"), (1.5, "1.50 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (125, "2 min 05 s"),
      (3720, "1 h 02 min"), (-0.002, "-2.00 ms"), (.nan, "n/a"), (.infinity, "n/a"), (1e300, "1.00e300 s"),
    ] as [(Double, String)])
  func time(seconds: Double, expected: String) { #expect(Format.time(seconds) == expected) }

  @Test(
    "Memory by 1024",
    arguments: [
      (0, "0 B"), (512, "512 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (1_572_864, "1.50 MiB"),
      (1_048_000, "1023 KiB"), (1_048_200, "1.00 MiB"),
      (10_480, "10.2 KiB"), (1 << 40, "1.00 TiB"), (Int.max, "8192 PiB"),
    ] as [(Int, String)])
  func memory(bytes: Int, expected: String) { #expect(Format.memory(bytes) == expected) }

  @Test("Traffic, rates and counts by 1000")
  func decimal() {
    #expect(Format.traffic(0) == "0 B")
    #expect(Format.traffic(999) == "999 B")
    #expect(Format.traffic(1_860_000) == "1.86 MB")
    #expect(Format.bandwidth(1.86e9) == "1.86 GB/s")
    #expect(Format.speed(92.1e9) == "92.1 GFLOP/s")
    #expect(Format.operations(4e12) == "4.00 TFLOP")
    #expect(Format.count(950) == "950")
    #expect(Format.count(1_860_000) == "1.86 M")
    #expect(Format.count(999_999) == "1.00 M")
    #expect(Format.rate(1200, of: "samples") == "1.20 k samples/s")
    #expect(Format.rate(12, of: "steps") == "12 steps/s")
    #expect(Format.rate(0.5, of: "steps") == "0.50 steps/s")
    #expect(Format.count(1e30) == "1.00e30")
  }

  @Test("What is not known is n/a, never 0")
  func unknown() {
    let none: Double? = nil
    let whole: Int? = nil
    for text in [
      Format.time(none), Format.memory(none), Format.memory(whole), Format.traffic(none), Format.bandwidth(none),
      Format.count(none), Format.count(whole), Format.percent(none), Format.times(none), Format.number(none),
      Format.fixed(none, decimals: 2), Format.speed(none), Format.operations(none), Format.rate(none, of: "steps"),
    ] {
      #expect(text == Format.unknown)
    }
  }

  @Test("Shares, factors and bare numbers")
  func numbers() {
    #expect(Format.percent(0.1234) == "12.3 %")
    #expect(Format.percent(1) == "100.0 %")
    #expect(Format.times(1.834) == "1.83×")
    #expect(Format.times(0.5) == "0.500×")
    #expect(Format.number(0.01234) == "0.0123")
    #expect(Format.number(123.4) == "123")
    #expect(Format.number(2.5, digits: 2) == "2.5")
    #expect(Format.number(1.5e-7) == "1.50e-7")
    #expect(Format.number(-9_999_999) == "-1.00e7")
    #expect(Format.number(0) == "0")
  }

  @Test(
    "Fixed decimals",
    arguments: [
      (1.005, 1, "1.0"), (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (-1.26, 1, "-1.3"), (12, 0, "12"), (0.007, 3, "0.007"),
    ] as [(Double, Int, String)])
  func fixed(value: Double, decimals: Int, expected: String) {
    #expect(Format.fixed(value, decimals: decimals) == expected)
  }
}
