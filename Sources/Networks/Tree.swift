/// The part of a network below a junction, in several copies: an ensemble that shares its first layers.
///
/// Every copy, a *head*, has its own initial values and sees the same samples. What is shared, the *trunk*, learns from
/// all heads. Lee et al. 2015, "Why M heads are better than one".
public struct Tree: Hashable, Sendable {
  /// What the heads learn together. `p_m` are the softmax probabilities of head m of M, y the sample's class.
  public enum Loss: String, Hashable, Sendable, CaseIterable {
    /// Each head has its own loss and the whole gradient of it, as if it were trained alone. Reported is the mean over
    /// the heads.
    case independent
    /// `-log (1/M Σ p_m(y))`: the probabilities are averaged before the loss. A head's gradient is weighted with its part of
    /// the sum, so heads that are right already learn most. With the squared error the outputs are averaged.
    case ensembleMean
    /// Multiple choice learning (Guzman-Rivera et al. 2012): for every sample only the `best` heads with the smallest
    /// loss get a gradient. Reported is the mean over those heads. With `best` = M it is ``independent``.
    ///
    /// A head's gradient is the sum over the samples that it won divided by the whole batch, not by the number that it
    /// won: that number is known only when all samples are, so it would tie data-parallel devices and microbatches to
    /// each other.
    case oracle
  }

  /// The trunk's last layer, or `input` for heads that share nothing: an ensemble of whole networks.
  public var after: String
  /// How many heads there are, M.
  public var copies: Int
  public var loss: Loss
  /// How many heads learn from a sample with ``Loss/oracle``.
  public var best: Int

  public init(after: String, copies: Int, loss: Loss = .independent, best: Int = 1) {
    self.after = after
    self.copies = copies
    self.loss = loss
    self.best = best
  }

  /// Bounds of ``copies``.
  public static let copyLimits = 1...64

  /// What the expanded network calls the layer from which the heads part.
  public static let junctionName = "junction"
  /// What the expanded network calls the layer that puts the heads' outputs side by side for the loss.
  public static let joinName = "heads"

  /// The name of head `head`'s copy of a layer, counted from 1: `linear1.2`. Its parameters are `linear1.2.weight` and so on.
  public static func name(of layer: String, head: Int) -> String { "\(layer).\(head + 1)" }
}
