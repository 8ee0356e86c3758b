#ifndef CDIGITS_H
#define CDIGITS_H

#include <stdint.h>

/// Bytes of the embedded text file `digits.csv`.
int64_t digits_count(void);

/// The byte at `index`, 0 outside the file.
uint8_t digits_byte(int64_t index);

#endif
