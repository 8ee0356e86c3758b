import CBLAS

/// The one place that calls BLAS. Every device has a thread of its own, so each call uses one.
enum MatrixProduct {
  /// A matrix in row-major order whose rows begin `stride` words apart, possibly read as its transpose.
  struct Operand {
    var words: UnsafePointer<Float>
    var stride: Int
    var isTransposed = false

    init(_ words: UnsafePointer<Float>, stride: Int, transposed: Bool = false) {
      self.words = words
      self.stride = stride
      isTransposed = transposed
    }
  }

  /// `result = left · right`, or with `accumulate` `result += left · right`; `left` is `rows × inner` and `right`
  /// `inner × columns` after their transposition.
  static func multiply(
    _ left: Operand, _ right: Operand, rows: Int, columns: Int, inner: Int, into result: UnsafeMutablePointer<Float>,
    stride: Int, accumulate: Bool
  ) {
    guard rows > 0, columns > 0 else { return }
    guard inner > 0 else {
      if !accumulate { for row in 0..<rows { (result + row * stride).update(repeating: 0, count: columns) } }
      return
    }
    _ = oneThread
    cblas_sgemm(
      CblasRowMajor, left.isTransposed ? CblasTrans : CblasNoTrans, right.isTransposed ? CblasTrans : CblasNoTrans,
      Size(rows), Size(columns), Size(inner), 1, left.words, Size(left.stride), right.words, Size(right.stride),
      accumulate ? 1 : 0, result, Size(stride))
  }

  #if canImport(Accelerate)
    private typealias Size = __LAPACK_int
    private static let oneThread: Void = { BLASSetThreading(BLAS_THREADING_SINGLE_THREADED) }()
  #else
    private typealias Size = blasint
    private static let oneThread: Void = openblas_set_num_threads(1)
  #endif
}
