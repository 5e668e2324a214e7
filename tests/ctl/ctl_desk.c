#include "ctl_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_ARGUMENTS = 16 };

/* ---- The desk ------------------------------------------------------------------------------ */

int ctl_desk_setup(void **state)
{
    struct ctl_desk *ctl = calloc(1, sizeof *ctl);
    assert_non_null(ctl);
    desk_open(&ctl->desk);
    assert_int_equal(chdir(ctl->desk.dir), 0);
    setenv("DBUS_SESSION_BUS_ADDRESS", ctl->desk.address, 1);
    sample_make(&ctl->sample, &ctl->desk, 40, 30, 3);
    ctl_desk_write("a.uqd", ctl->sample.data, ctl->sample.size);
    *state = ctl;
    return 0;
}

int ctl_desk_setup_daemon(void **state)
{
    static const char *const arguments[] = {"--threads", "1", NULL};
    const int result = ctl_desk_setup(state);
    struct ctl_desk *ctl = *state;
    desk_start(&ctl->desk, arguments);
    return result;
}

int ctl_desk_teardown(void **state)
{
    struct ctl_desk *ctl = *state;
    assert_int_equal(chdir("/"), 0);
    sample_free(&ctl->sample);
    desk_close(&ctl->desk);
    free(ctl);
    return 0;
}

void ctl_desk_write(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* ---- Running ------------------------------------------------------------------------------- */

void ctl_run(struct process_result *result, const char *const arguments[])
{
    const char *argv[MAX_ARGUMENTS + 2] = {UQDCTL};
    for (unsigned i = 0; arguments[i]; i++) {
        assert_true(i < MAX_ARGUMENTS);
        argv[1 + i] = arguments[i];
    }
    assert_int_equal(process_run(result, argv, NULL, 0, PATIENCE_MS / 1000), 0);
}

char *ctl_output(const char *const arguments[])
{
    struct process_result result;
    ctl_run(&result, arguments);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("%s: exit code %d: %s", arguments[0], result.exit_code, result.err);
    char *output = strdup(result.out);
    process_result_free(&result);
    return output;
}

void ctl_fails(int exit_code, const char *text, const char *const arguments[])
{
    struct process_result result;
    ctl_run(&result, arguments);
    assert_int_equal(result.exit_code, exit_code);
    assert_int_equal(result.out_size, 0);
    assert_int_equal(strncmp(result.err, "uqdctl: ", 8), 0);
    assert_contains(result.err, text);
    assert_ptr_equal(strchr(result.err, '\n'), result.err + result.err_size - 1);
    assert_null(strstr(result.err, "Error."));
    process_result_free(&result);
}

void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in: %s", part, text);
}
