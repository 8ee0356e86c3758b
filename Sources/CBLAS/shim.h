// The one place that knows which BLAS is below: Accelerate on macOS, OpenBLAS elsewhere.
#ifdef __APPLE__
#include <Accelerate/Accelerate.h>
#else
#if __has_include(<openblas/cblas.h>)
#include <openblas/cblas.h>
#else
#include <cblas.h>
#endif
#endif
