#include "harness.h"

#include <inttypes.h>
#include <sys/stat.h>

enum { TIMEOUT_S = 120, MAX_WORDS = 24 };

static char *program, *maker;

int harness_arguments(int argc, char **argv)
{
    program = argc > 1 ? realpath(argv[1], NULL) : NULL;
    maker = argc > 2 ? realpath(argv[2], NULL) : NULL;
    return program && maker;
}

const char *harness_program(void)
{
    return program;
}

int harness_setup(void **state)
{
    struct process_result result;
    const char *const argv[] = {maker, "models/lattice.uqdm", NULL};
    if (scratch_setup(state) != 0 || mkdir("models", 0700) != 0)
        return -1;
    int started = process_run(&result, argv, NULL, 0, TIMEOUT_S);
    int made = started == 0 && result.exit_code == 0;
    process_result_free(&result);
    setenv("UQD_MODELS", "models", 1);
    setenv("XDG_DATA_HOME", "/nonexistent", 1);
    setenv("XDG_DATA_DIRS", "/nonexistent", 1);
    return made ? 0 : -1;
}

void harness_make_model(const char *path, const char *sort, const char *seed, const char *revision)
{
    struct process_result result;
    const char *const argv[] = {maker, path, sort, seed, revision, NULL};
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    assert_int_equal(result.exit_code, 0);
    process_result_free(&result);
}

void uqd_run(struct process_result *result, const void *input, size_t input_size,
             const char *const words[])
{
    const char *argv[MAX_WORDS + 2] = {program};
    for (int i = 0; i < MAX_WORDS && words[i]; i++)
        argv[i + 1] = words[i];
    if (process_run(result, argv, input, input_size, TIMEOUT_S) < 0)
        fail_msg("%s did not start", program);
    if (result->signal)
        fail_msg("uqd %s died by signal %d: %s", words[0], result->signal, result->err);
}

void uqd_done(const char *const words[])
{
    struct process_result result;
    uqd_run(&result, NULL, 0, words);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("uqd %s %s: exit code %d: %s", words[0], words[1], result.exit_code, result.err);
    process_result_free(&result);
}

void assert_sentence(const char *what, const struct process_result *result, int exit_code,
                     const char *part)
{
    const char *end = strchr(result->err, '\n');
    if (result->exit_code != exit_code)
        fail_msg("%s: exit code %d, not %d: %s", what, result->exit_code, exit_code, result->err);
    if (strncmp(result->err, "uqd: ", 5) != 0 || !end || end[1])
        fail_msg("%s: not one line: \"%s\"", what, result->err);
    if (!strstr(result->err, part))
        fail_msg("%s: \"%s\" is not in \"%s\"", what, part, result->err);
    if (result->out_size > 0)
        fail_msg("%s: %zu bytes on standard output", what, result->out_size);
}

struct sample simple_sample(uint32_t width, uint32_t height, int colour_type)
{
    return (struct sample){.name = "simple",
                           .width = width,
                           .height = height,
                           .colour_type = colour_type,
                           .bit_depth = 8};
}

static uint64_t number_behind(const char **text, const char *key)
{
    const char *at = strstr(*text, key);
    if (!at)
        fail_msg("%s is missing in %s", key, *text);
    *text = at + strlen(key);
    return strtoull(*text, NULL, 10);
}

struct file_info read_info(const char *path)
{
    struct process_result result;
    struct file_info info;
    UQD(&result, "info", "--json", path);
    if (result.exit_code != 0)
        fail_msg("%s", result.err);
    const char *text = result.out;
    info.header_bytes = number_behind(&text, "\"header_bytes\": ");
    info.file_bytes = number_behind(&text, "\"file_bytes\": ");
    info.n_steps = (unsigned)number_behind(&text, "\"n_steps\": ");
    assert_in_range(info.n_steps, 1, MAX_STEPS);
    for (unsigned i = 0; i < info.n_steps; i++)
        info.step_bytes[i] = number_behind(&text, "\"bytes\": ");
    process_result_free(&result);
    return info;
}

void cut_file(const char *path, const char *cut, size_t size)
{
    size_t whole;
    uint8_t *data = scratch_read(path, &whole);
    assert_true(size <= whole);
    scratch_write(cut, data, size);
    free(data);
}

const char *text_of(uint64_t number)
{
    static char buffers[8][24];
    static unsigned next;
    char *text = buffers[next++ % 8];
    snprintf(text, sizeof *buffers, "%" PRIu64, number);
    return text;
}
