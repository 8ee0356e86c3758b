/// Rows, or columns, of a convolution whose filters repeat only every `filters` outputs.
///
/// Outputs with one filter form a *class*. Inputs, counted with their padding, are split by residues so that what one tap of a
/// class reads lies side by side: input `r` is number `r / step` of residue `r mod step`, and where a class has several
/// outputs, `step` is the distance between the inputs of two of them.
struct FilterAxis {
  let outputs: Int
  let inputs: Int
  let filters: Int
  /// The filter of output 0.
  let first: Int
  let stride: Int
  let kernel: Int
  /// Padding before input 0.
  let before: Int
  let residues: Int
  /// The most inputs of one residue.
  let inputsPerResidue: Int
  private let step: Int

  init(outputs: Int, inputs: Int, filters: Int, first: Int, stride: Int, kernel: Int, before: Int) {
    self.outputs = outputs
    self.inputs = inputs
    self.filters = filters
    self.first = first
    self.stride = stride
    self.kernel = kernel
    self.before = before
    let padded = (outputs - 1) * stride + kernel
    step = outputs > filters ? filters * stride : padded
    residues = min(step, padded)
    inputsPerResidue = (padded + step - 1) / step
  }

  /// Class `c` has outputs `c`, `c + filters`, …
  var classes: Int { min(filters, outputs) }

  func filter(ofClass index: Int) -> Int { (first + index) % filters }

  func outputs(ofClass index: Int) -> Int { outputs / filters + (index < outputs % filters ? 1 : 0) }

  /// Outputs of all classes before one.
  func outputs(beforeClass index: Int) -> Int { index * (outputs / filters) + min(index, outputs % filters) }

  /// The residue that tap `tap` of a class reads, and the number of the first output's input in it; the others follow.
  func source(ofTap tap: Int, class index: Int) -> (residue: Int, number: Int) {
    let padded = index * stride + tap
    return (padded % step, padded / step)
  }

  /// Where an input is kept; nil where no output reads that far.
  func place(ofInput index: Int) -> (residue: Int, number: Int)? {
    let padded = index + before
    return padded < (outputs - 1) * stride + kernel ? (padded % step, padded / step) : nil
  }
}
