#define _GNU_SOURCE
#include "threads.h"

// Sets of processors are macros, which Swift cannot call. macOS has no binding of threads to processors.
#ifdef __linux__
#include <sched.h>

bool threads_bind(int32_t index) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return false;
  for (int processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &allowed) || index-- > 0) continue;
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(processor, &own);
    return sched_setaffinity(0, sizeof own, &own) == 0;
  }
  return false;
}

#else

bool threads_bind(int32_t index) { return false; }

#endif
