#include "digits.h"

// A C compiler embeds a file at once; a Swift array literal of this length takes half a minute to compile.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const uint8_t text[] = {
#embed "digits.csv"
};

int64_t digits_count(void) { return sizeof text; }

uint8_t digits_byte(int64_t index) {
  return index >= 0 && index < digits_count() ? text[index] : 0;
}
