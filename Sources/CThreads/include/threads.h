#ifndef CTHREADS_H
#define CTHREADS_H

#include <stdbool.h>
#include <stdint.h>

/// Keeps the calling thread on one processor: the one at `index` among those that it may use now. False where the system offers
/// no such thing or refuses it.
bool threads_bind(int32_t index);

#endif
