#include "staged.h"

#include "process.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { TIMEOUT_S = 120 };

#define LOG BUILD "/meson-logs/install-log.txt"

static uint8_t *log_before; /* NULL if there was none */
static size_t log_size;

void staged_forget_environment(void)
{
    unsetenv("UQD_MODELS");
    setenv("HOME", scratch_directory(), 1);
    setenv("XDG_DATA_HOME", scratch_directory(), 1);
    setenv("XDG_DATA_DIRS", scratch_directory(), 1);
}

/* Returns whether the program succeeds; what it says goes to standard error if not. */
static int succeeds(const char *const argv[])
{
    struct process_result result;
    const int done = process_run(&result, argv, NULL, 0, TIMEOUT_S) == 0 && result.exit_code == 0;
    if (!done)
        fprintf(stderr, "%s %s: %s%s\n", argv[0], argv[1], result.out, result.err);
    process_result_free(&result);
    return done;
}

int staged_setup(void **state)
{
    const char *const install[] = {MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", NULL};
    char root[4200];
    if (scratch_setup(state) != 0)
        return -1;
    if (access(LOG, F_OK) == 0)
        log_before = scratch_read(LOG, &log_size);
    snprintf(root, sizeof root, "%s/" STAGED, scratch_directory());
    setenv("DESTDIR", root, 1);
    const int done = succeeds(install);
    unsetenv("DESTDIR");
    staged_forget_environment();
    return done ? 0 : -1;
}

int staged_teardown(void **state)
{
    if (log_before)
        scratch_write(LOG, log_before, log_size);
    else
        remove(LOG);
    free(log_before);
    return scratch_teardown(state);
}

void staged_uninstall(void)
{
    const char *const uninstall[] = {NINJA, "-C", BUILD, "uninstall", NULL};
    assert_true(succeeds(uninstall));
}
