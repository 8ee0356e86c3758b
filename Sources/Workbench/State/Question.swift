/// A question in a dialog. Its first answer is marked and changes nothing.
public struct Question: Hashable, Sendable {
  /// One answer, with the letter that gives it.
  public struct Answer: Hashable, Sendable {
    public var title: String
    public var key: Character
    /// What is done then.
    public var effects: [Effect]
    /// Whether the scene is saved first, under a name that may have to be asked for.
    public var savesFirst = false
  }

  public var title: String
  public var text: String
  public var answers: [Answer]
  /// The marked answer.
  public var selection = 0
  /// Whether it is about leaving the program: who wishes to leave once more does.
  public var isLeaving = false

  init(_ title: String, _ text: String, answers: [Answer]) {
    self.title = title
    self.text = text
    self.answers = answers
  }
}

extension Question {
  private static func stay(_ title: String = "stay") -> Answer { Answer(title: title, key: "n", effects: []) }

  /// Whether the program is left although something is lost; nil where nothing is.
  static func leaving(_ state: WorkbenchState) -> Question? {
    var losses: [String] = []
    if state.isEdited { losses.append("The edits of \(state.scene.name) are not saved.") }
    if let run = state.run, !run.state.isOver {
      losses.append(
        "A training is under way, step \(run.doneSteps) of \(run.totalSteps). Leaving ends it and prints its report.")
    }
    guard !losses.isEmpty else { return nil }
    var answers = [stay()]
    if state.isEdited {
      answers.append(Answer(title: "save first", key: "s", effects: [.quit(.quit)], savesFirst: true))
    }
    answers.append(Answer(title: state.isEdited ? "leave anyway" : "leave", key: "y", effects: [.quit(.quit)]))
    var question = Question("Leave?", losses.joined(separator: "\n"), answers: answers)
    question.isLeaving = true
    return question
  }

  /// Whether another scene takes the place of an edited one.
  static func opening(_ name: String, over state: WorkbenchState, effects: [Effect]) -> Question {
    Question(
      "Open \(name)?", "The edits of \(state.scene.name) are not saved; undo would bring them back.",
      answers: [
        stay(), Answer(title: "save first", key: "s", effects: effects, savesFirst: true),
        Answer(title: "open", key: "y", effects: effects),
      ])
  }

  /// Whether a file is replaced.
  static func replacing(_ order: SaveOrder, _ obstacle: SaveObstacle) -> Question {
    var order = order
    order.replaces = true
    let reason =
      switch obstacle {
      case .exists: "\(order.path) exists already."
      case .changed: "\(order.path) exists already, and has changed since it was opened here."
      case .commented:
        "\(order.path) exists already, and has comments: they are no part of the scene and would be lost."
      }
    return Question(
      "Replace the file?", reason,
      answers: [stay("keep it"), Answer(title: "replace it", key: "y", effects: [.saveScene(order)])])
  }
}
