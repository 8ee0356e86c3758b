import Diagnostics
import Networks

/// The tree of a network as fields, and back.
public enum TreeSettings {
  /// The fields; none without a tree.
  public static func fields(of network: Network) -> [SettingField] {
    guard let tree = network.tree else { return [] }
    let roots = ["input"] + Graph.names(of: network.layers).dropLast()
    var fields = [
      SettingField(
        "tree.after", label: "tree after", tree.after, .choice(roots), hint: "the last layer that all heads share"),
      SettingField(
        "tree.copies", label: "copies", "\(tree.copies)", .integer(Tree.copyLimits),
        hint: "heads below it, each with its own values"),
      SettingField(
        "tree.loss", label: "heads' loss", tree.loss.rawValue, .choice(Tree.Loss.allCases.map(\.rawValue)),
        hint: "each its own, of the averaged prediction, or for the best heads alone"),
    ]
    if tree.loss == .oracle {
      fields.append(
        SettingField(
          "tree.best", label: "best", "\(tree.best)", .integer(1...max(1, tree.copies)),
          hint: "how many heads learn from a sample"))
    }
    return fields
  }

  /// The network with one field of its tree changed.
  ///
  /// - Throws: what cannot be read as a value of that field.
  public static func setting(_ key: String, _ text: String, in network: Network) throws(FieldProblem) -> Network {
    guard var tree = network.tree else { throw FieldProblem("the network has no tree") }
    let text = text.trimmingBlanks
    switch key {
    case "tree.after": tree.after = text
    case "tree.copies":
      tree.copies = try WholeNumbers(Tree.copyLimits).typed(text)
      tree.best = min(tree.best, tree.copies)
    case "tree.loss":
      guard let loss = Tree.Loss(rawValue: text) else {
        throw FieldProblem("one of \(Tree.Loss.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      tree.loss = loss
      if loss != .oracle { tree.best = 1 }
    case "tree.best": tree.best = try WholeNumbers(1...tree.copies).typed(text)
    default: throw FieldProblem("a tree has no field \(key)")
    }
    var changed = network
    changed.tree = tree
    return changed
  }
}

extension Network {
  /// Lets the network part below a layer (-1 for its input), or join again where it parts there already.
  ///
  /// - Returns: false where no layer comes after that one.
  public mutating func toggleTree(after index: Int) -> Bool {
    let names = Graph.names(of: layers)
    guard index + 1 < names.count else { return false }
    let root = index < 0 ? "input" : names[index]
    if tree?.after == root {
      tree = nil
    } else if tree != nil {
      tree?.after = root
    } else {
      tree = Tree(after: root, copies: 4)
    }
    return true
  }
}
