/* What the command line of uqd-view says. */
#ifndef UQD_VIEWER_SESSION_SETTINGS_H
#define UQD_VIEWER_SESSION_SETTINGS_H

#include "message.h"
#include "session/terminal.h"

#include <stdint.h>
#include <stdio.h>
#include <uqd/uqd.h>

#define SETTINGS_MAX_FILES 64

struct settings {
    char *const *files; /* n_files of them, at least one */
    int n_files;
    const char *reference; /* NULL if not given, as are the other texts */
    const char *script;
    const char *talk;  /* to begin with */
    const char *font;  /* a file, or "builtin" */
    int width, height; /* of the window, 0: default */
    enum terminal_mode terminal;
    int no_daemon;
    int forget; /* nothing is remembered, nor brought back */
    uint64_t seed;
    enum uqd_mode mode;
    uint32_t threads;
    uint32_t daemon_timeout; /* milliseconds of silence, 0: for ever */
    size_t cache;            /* bytes of memory for pictures */
};

/* The help or the version was asked for, and is printed. */
enum { SETTINGS_PRINTED = 1 };

/* Fills the settings. 0, SETTINGS_PRINTED, or -1 with a message if the usage is wrong. */
int settings_parse(struct settings *settings, int argc, char **argv, struct message *message);

/* options_print_text for this program; its manual page has all commands and keys. */
int settings_print_text(int argc, char **argv);

#endif
