import Programs

/// Where the versions of one stage's weights lie: as many arrays of parameters as there are versions in use at a time.
///
/// The schedule is fixed, so which version is read last when is known, and a device that would copy weights on their first
/// write while it runs ("copy on write") needs no counters here: an update makes the next version in an array that nobody
/// reads any more, or in place where the version before is not read again. The newest version ends in array 0.
struct WeightSlots {
  /// What an update does: it reads `source` and writes `target`.
  struct Renewal: Hashable {
    var source = 0
    var target = 0
    /// Where a copy of the source is kept first, because the update is in place and the next step reads that version.
    var kept: Int?
  }

  /// Arrays of parameters.
  private(set) var count = 1
  private var slots: [Action: Int] = [:]
  private var renewals: [Action: Renewal] = [:]

  /// One array, updated in place: for what has one version.
  init() {}

  /// - Parameter actions: Of the stage, in the order of a device.
  init(_ actions: [Action], versions: WeightVersions) {
    var lastReads: [Int: Int] = [:]
    for (position, action) in actions.enumerated() {
      if let version = versions.used[action] { lastReads[version] = position }
    }
    /// The array of each version that is still of use.
    var places: [Int: Int] = [:]
    for age in 0...versions.carried { places[-age] = age }
    count = versions.carried + 1
    var newest = 0
    let lastUpdate = actions.lastIndex { $0.kind == .update }
    for (position, action) in actions.enumerated() {
      if let version = versions.used[action] { slots[action] = places[version] }
      guard action.kind == .update else { continue }
      let source = places[newest]!
      let isLast = position == lastUpdate
      places = places.filter { version, _ in
        version == newest || (lastReads[version] ?? -1) > position
      }
      let isRead = (lastReads[newest] ?? -1) > position
      var renewal = Renewal(source: source, target: source)
      if isLast, versions.carried > 0, source == 0 {
        renewal = Renewal(source: 0, target: 0, kept: 1)
      } else if isLast {
        renewal.target = 0
      } else if isRead {
        renewal.target = (0...).first { slot in !places.values.contains(slot) }!
        count = max(count, renewal.target + 1)
      }
      if renewal.target == source { places[newest] = renewal.kept }
      newest += 1
      places[newest] = renewal.target
      renewals[action] = renewal
    }
  }

  /// The array that a forward or backward reads.
  func slot(of action: Action) -> Int { slots[action] ?? 0 }

  /// What an update reads and writes.
  func renewal(at update: Action) -> Renewal { renewals[update] ?? Renewal() }
}

extension Layout {
  /// Per stage, where the versions of its weights lie.
  var weightSlots: [WeightSlots] {
    (0..<stageCount).map { stage in
      guard let versions = partitioning.versions,
        let order = partitioning.schedule.devices.first(where: { $0.contains { $0.stage == stage } })
      else { return WeightSlots() }
      return WeightSlots(order.filter { $0.stage == stage }, versions: versions)
    }
  }
}

extension ProgramLowering {
  /// The array of its stage's weights that a forward, or its repetition, reads. Backward reads the same.
  func slot(of action: Action) -> Int { slots[action.stage].slot(of: action) }
}

extension DeviceBuilder {
  /// Copies an array of parameters to another that keeps this version.
  mutating func keep(_ parameter: Index<Buffer>, in other: Index<Buffer>, _ action: Action) {
    let words = 0..<program.buffers[parameter].words
    let copy = program.copies.append(
      Copy(
        count: .init(n: 1, k: 1, h: 1, w: words.count), source: Region(buffer: parameter, words: words),
        destination: Region(buffer: other, words: words), defines: false, purpose: .parameters))
    emit(.copy(copy), in: action)
  }
}
