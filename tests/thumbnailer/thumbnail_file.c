#include "thumbnail_file.h"

#include "png_file.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TIMEOUT_S = 120, MAX_WORDS = 16 };

static const char *program;

void thumbnailer_is(const char *path)
{
    program = path;
}

void thumbnailer_run(struct process_result *result, const char *const words[])
{
    const char *argv[MAX_WORDS + 2] = {program};
    for (int i = 0; i < MAX_WORDS && words[i]; i++)
        argv[i + 1] = words[i];
    if (process_run(result, argv, NULL, 0, TIMEOUT_S) < 0)
        fail_msg("%s did not start", program);
    if (result->signal)
        fail_msg("%s died by signal %d: %s", program, result->signal, result->err);
}

void thumbnailer_done(const char *const words[])
{
    struct process_result result;
    thumbnailer_run(&result, words);
    if (result.exit_code != 0 || result.err_size > 0 || result.out_size > 0)
        fail_msg("exit code %d: %s%s", result.exit_code, result.out, result.err);
    process_result_free(&result);
}

void assert_refused(struct process_result *result, int exit_code, const char *part)
{
    const char *end = strchr(result->err, '\n');
    if (result->exit_code != exit_code)
        fail_msg("exit code %d, not %d: %s", result->exit_code, exit_code, result->err);
    if (strncmp(result->err, "uqd-thumbnailer: ", 17) != 0 || !end || end[1])
        fail_msg("not one line: \"%s\"", result->err);
    if (!strstr(result->err, part))
        fail_msg("\"%s\" is not in \"%s\"", part, result->err);
    assert_int_equal(result->out_size, 0);
    process_result_free(result);
}

struct pixels thumbnail_read(const char *path)
{
    struct pixels pixels;
    struct message message;
    if (image_read(path, NULL, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    assert_int_equal(pixels_expand(&pixels, 4), 0);
    return pixels;
}

char *thumbnail_text(const char *path, const char *key)
{
    size_t file_size, size, behind;
    uint8_t *file = scratch_read(path, &file_size);
    const uint8_t *pixels = png_file_find(file, file_size, "IDAT", 0, &behind), *chunk;
    char *text = NULL;
    assert_non_null(pixels);
    for (unsigned n = 0; (chunk = png_file_find(file, file_size, "tEXt", n, &size)); n++) {
        const size_t key_size = strlen(key) + 1;
        if (size < key_size || memcmp(chunk, key, key_size) != 0)
            continue;
        assert_null(text);
        assert_true(chunk < pixels);
        text = strndup((const char *)chunk + key_size, size - key_size);
    }
    free(file);
    return text;
}

void assert_text(const char *path, const char *key, const char *text)
{
    char *found = thumbnail_text(path, key);
    if (!found || strcmp(found, text) != 0)
        fail_msg("%s: %s is \"%s\", not \"%s\"", path, key, found ? found : "missing", text);
    free(found);
}

void assert_number(const char *path, const char *key, long long number)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", number);
    assert_text(path, key, text);
}
