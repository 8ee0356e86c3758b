// The one place that knows where the wide-character ncurses is: the system's own on macOS, ncursesw elsewhere.
#define NCURSES_WIDECHAR 1
#define _XOPEN_SOURCE_EXTENDED 1
#include <locale.h>
#include <ncurses.h>
