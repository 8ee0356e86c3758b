/// A table of key bindings: the one source of what keys do, of the footer, the help and the written key list.
///
/// A binding belongs to a context, such as `timeline` or `dialog`; the program says which contexts are active, the
/// innermost first, and the first that binds a key decides.
public struct KeyMap<Command: Hashable & Sendable>: Sendable {
  /// One command and the keys for it.
  public struct Binding: Sendable {
    /// The keys, the first one for the footer.
    public var keys: [Key]
    /// What the keys do.
    public var command: Command
    /// One or two words for the footer, as `zoom in`.
    public var title: String
    /// A sentence for the help; the title where there is none.
    public var help: String
    /// Where the keys count.
    public var context: String
    /// Whether the footer shows it.
    public var isInFooter: Bool

    /// Binds keys to a command in a context; `help` is the title where nil.
    public init(
      _ keys: [Key], _ command: Command, _ title: String, help: String? = nil, context: String, footer: Bool = true
    ) {
      self.keys = keys
      self.command = command
      self.title = title
      self.help = help ?? title
      self.context = context
      isInFooter = footer
    }
  }

  /// All bindings, in the order in which they are shown.
  public var bindings: [Binding]

  /// A table of these bindings.
  public init(_ bindings: [Binding]) { self.bindings = bindings }

  /// What the key does where these contexts are active, the innermost first.
  public func command(for key: Key, in contexts: [String]) -> Command? {
    for context in contexts {
      if let found = bindings.first(where: { $0.context == context && $0.keys.contains(key) }) { return found.command }
    }
    return nil
  }

  /// The keys that reach a command in any context, in table order.
  public func keys(for command: Command) -> [Key] {
    bindings.filter { $0.command == command }.flatMap(\.keys)
  }

  /// The first binding of a command, for its title and keys in a palette.
  public func binding(for command: Command) -> Binding? {
    bindings.first { $0.command == command }
  }

  /// The bindings that count now: those of the active contexts whose keys an inner context does not take all.
  public func active(in contexts: [String]) -> [Binding] {
    var taken: Set<Key> = []
    var result: [Binding] = []
    for context in contexts {
      let here = bindings.filter { $0.context == context }
      for binding in here {
        var visible = binding
        visible.keys.removeAll { taken.contains($0) }
        if !visible.keys.isEmpty { result.append(visible) }
      }
      taken.formUnion(here.flatMap(\.keys))
    }
    return result
  }

  /// What a footer shows: key and title, innermost context first.
  public func footer(in contexts: [String]) -> KeyFooter {
    KeyFooter(
      active(in: contexts).filter(\.isInFooter).compactMap { binding in
        binding.keys.first.map { KeyFooter.Entry(keys: [$0], title: binding.title) }
      })
  }

  /// What the help shows: one section for each active context, in order.
  public func help(in contexts: [String]) -> [HelpOverlay.Section] {
    let active = active(in: contexts)
    return contexts.compactMap { context in
      let lines = active.filter { $0.context == context }.map { HelpOverlay.Entry(keys: $0.keys, text: $0.help) }
      return lines.isEmpty ? nil : HelpOverlay.Section(title: context, entries: lines)
    }
  }

  /// The contexts in the order in which they first appear.
  public var contexts: [String] {
    var seen: Set<String> = []
    return bindings.map(\.context).filter { seen.insert($0).inserted }
  }

  /// The whole table as Markdown, one table for each context.
  public func markdown(headingLevel: Int = 3) -> String {
    contexts.map { context in
      let rows = bindings.filter { $0.context == context }.map { binding in
        let keys = binding.keys.map { "`\($0.label() == "|" ? "\\|" : $0.label())`" }.joined(separator: " ")
        return "| \(keys) | \(binding.help) |"
      }
      let heading = String(repeating: "#", count: max(1, headingLevel))
      return "\(heading) \(context)\n\n| Keys | What they do |\n| --- | --- |\n" + rows.joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  /// Keys that are bound twice within one context, as `context: key`; none in a sound table.
  public var conflicts: [String] {
    contexts.flatMap { context in
      var seen: Set<Key> = []
      return bindings.filter { $0.context == context }.flatMap(\.keys)
        .filter { !seen.insert($0).inserted }
        .map { "\(context): \($0)" }
    }
  }
}
