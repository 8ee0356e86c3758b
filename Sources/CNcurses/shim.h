// The one place that knows where the wide-character ncurses is: the system's own on macOS, ncursesw elsewhere.
// Below: what Swift cannot import, which is ncurses' macros and variables and the variadic or macro parts of POSIX.
#ifndef CNCURSES_SHIM_H
#define CNCURSES_SHIM_H

#define NCURSES_WIDECHAR 1
#define _XOPEN_SOURCE_EXTENDED 1
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

// Extended colours came with ncurses 6.1; older ones count in shorts, which the themes stay below.
#if defined(NCURSES_VERSION_PATCH) && NCURSES_VERSION_PATCH >= 20180127
#define CN_EXTENDED_COLOURS 1
#endif

/// Takes the character set from the environment and tells whether it is UTF-8. Only LC_CTYPE is set: a decimal
/// comma from LC_NUMERIC would change how C libraries read numbers.
static inline bool cn_locale_is_utf8(void) {
  setlocale(LC_CTYPE, "");
  const char *name = nl_langinfo(CODESET);
  return name != NULL && (strcmp(name, "UTF-8") == 0 || strcmp(name, "utf8") == 0 || strcmp(name, "utf-8") == 0);
}

/// A screen on standard input and output; NULL where the terminal is not known. Never exits.
static inline SCREEN *cn_open(const char *type) { return newterm(type, stdout, stdin); }

/// Bytes as they come, without echo. Curses draws only: keys are read and decoded outside of it.
static inline void cn_set_modes(void) {
  raw();
  noecho();
  nonl();
  intrflush(stdscr, FALSE);
  leaveok(stdscr, FALSE);
  typeahead(-1);
}

static inline int cn_rows(void) { return LINES; }
static inline int cn_columns(void) { return COLS; }
static inline int cn_colours(void) { return COLORS; }
static inline int cn_pairs(void) { return COLOR_PAIRS; }

/// Takes the screen for blank, after it was cleared by other means; the next cn_show sends all that is not.
static inline void cn_trust_blank_screen(void) {
  WINDOW *windows[3] = {curscr, newscr, stdscr};
  for (int index = 0; index < 3; index++) clearok(windows[index], FALSE);
  werase(curscr);
  touchwin(stdscr);
}

/// Asks the terminal's driver for its size and has curses follow. False where the driver does not know.
static inline bool cn_follow_size(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return false;
  if (size.ws_row != LINES || size.ws_col != COLS) resizeterm(size.ws_row, size.ws_col);
  return true;
}

/// Starts colours with the terminal's own as the default ones.
static inline bool cn_start_colours(void) {
  if (!has_colors() || start_color() == ERR) return false;
  use_default_colors();
  return true;
}

static inline void cn_set_colour(int index, int red, int green, int blue) {
#ifdef CN_EXTENDED_COLOURS
  init_extended_color(index, red, green, blue);
#else
  init_color((short)index, (short)red, (short)green, (short)blue);
#endif
}

/// Colour -1 is the terminal's own.
static inline void cn_set_pair(int pair, int foreground, int background) {
#ifdef CN_EXTENDED_COLOURS
  init_extended_pair(pair, foreground, background);
#else
  init_pair((short)pair, (short)foreground, (short)background);
#endif
}

static inline attr_t cn_bold(void) { return A_BOLD; }
static inline attr_t cn_reverse(void) { return A_REVERSE; }
static inline attr_t cn_underline(void) { return A_UNDERLINE; }
static inline attr_t cn_dim(void) { return A_DIM; }

/// Puts one scalar into curses' picture of the screen.
static inline void cn_put(int row, int column, uint32_t scalar, attr_t attributes, short pair) {
  wchar_t text[2] = {(wchar_t)scalar, 0};
  cchar_t cell;
  if (setcchar(&cell, text, attributes, pair, NULL) == OK) mvadd_wch(row, column, &cell);
}

static inline void cn_erase(void) { werase(stdscr); }

/// Sends the changes; the cursor at a place, or hidden where the row is negative.
static inline void cn_show(int row, int column) {
  curs_set(row < 0 ? 0 : 1);
  if (row >= 0) move(row, column);
  refresh();
}

/// Has the next cn_show send everything.
static inline void cn_distrust_screen(void) { clearok(curscr, TRUE); }

/// A string capability of the terminal; NULL where it has none.
static inline const char *cn_capability(const char *name) {
  const char *value = tigetstr((char *)name);
  return value == (const char *)-1 ? NULL : value;
}

/// Whether colour numbers are 24-bit values.
static inline bool cn_has_direct_colour(void) { return tigetflag((char *)"RGB") > 0 && COLORS >= 0x1000000; }

/// The character of one byte in the locale's character set; WEOF as 0xffffffff where it has none.
static inline uint32_t cn_character(int byte) {
  wint_t character = btowc(byte);
  return character == WEOF ? 0xffffffffu : (uint32_t)character;
}

typedef void (*cn_handler)(int, siginfo_t *, void *);

/// Installs a handler that runs on the alternate stack where there is one. Interrupted calls are not restarted.
static inline int cn_handle(int number, cn_handler handler) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, NULL);
}

static inline void cn_default(int number) { signal(number, SIG_DFL); }
/// Lets a signal through that the thread has blocked, as the one is whose handler runs.
static inline void cn_unblock(int number) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, number);
  pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}
static inline void cn_ignore(int number) { signal(number, SIG_IGN); }
static inline bool cn_is_ignored(const struct sigaction *action) { return action->sa_handler == SIG_IGN; }

#endif
