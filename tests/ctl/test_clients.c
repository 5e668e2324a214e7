/* The programs that docs/clients/ shows, as they stand there. */
#include "ctl_desk.h"
#include "file.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *pages; /* the directory */

/* ---- Pages --------------------------------------------------------------------------------- */

static char *read_page(const char *page)
{
    struct message message;
    char path[4200];
    uint8_t *data;
    size_t size;
    snprintf(path, sizeof path, "%s/%s.md", pages, page);
    if (file_read(path, 1 << 20, &data, &size, &message) < 0)
        fail_msg("%s", message.text);
    char *text = strndup((const char *)data, size);
    free(data);
    return text;
}

/* Writes the page's block of that language that begins like this to a file. */
static void extract(const char *page, const char *language, const char *beginning, const char *file)
{
    char begin[80], *text = read_page(page);
    snprintf(begin, sizeof begin, "\n```%s\n%s", language, beginning);
    char *block = strstr(text, begin);
    if (!block)
        fail_msg("%s.md has no block of %s that begins with %s", page, language, beginning);
    block += strlen("\n```\n") + strlen(language);
    char *end = strstr(block, "\n```");
    assert_non_null(end);
    ctl_desk_write(file, block, (size_t)(end + 1 - block));
    free(text);
}

/* ---- Running ------------------------------------------------------------------------------- */

static void run(struct process_result *result, const char *command)
{
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    assert_int_equal(process_run(result, argv, NULL, 0, PATIENCE_MS / 1000), 0);
}

/* The output of a command that succeeds, to be freed. */
static char *output_of(const char *command)
{
    struct process_result result;
    run(&result, command);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("%s: exit code %d: %s", command, result.exit_code, result.err);
    char *output = strdup(result.out);
    process_result_free(&result);
    return output;
}

/* Expects a command to fail, with one line on standard error that contains the text. */
static void expect_failure(int exit_code, const char *text, const char *command)
{
    struct process_result result;
    run(&result, command);
    if (result.exit_code != exit_code || strchr(result.err, '\n') != strrchr(result.err, '\n'))
        fail_msg("%s: exit code %d: %s", command, result.exit_code, result.err);
    assert_contains(result.err, text);
    process_result_free(&result);
}

static bool succeeds(const char *command)
{
    struct process_result result;
    run(&result, command);
    const bool success = result.exit_code == 0;
    process_result_free(&result);
    return success;
}

/* A line for each step, and then the picture as it was before it was encoded. */
static void expect_followed(const struct sample *sample, const char *text, const char *picture)
{
    static const char *const names[] = {"GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"};
    const size_t pixels = (size_t)sample->width * sample->height * sample->channels;
    struct message message;
    char line[160];
    uint8_t *data;
    size_t size;
    for (uint32_t i = 0; i < sample->info.n_steps; i++) {
        snprintf(line, sizeof line, "step %" PRIu32 " of %" PRIu32 ": %" PRIu64 " bytes, ", i,
                 sample->info.n_steps, sample->step_bytes[i]);
        assert_contains(text, line);
    }
    if (file_read(picture, 1 << 20, &data, &size, &message) < 0)
        fail_msg("%s", message.text);
    snprintf(line, sizeof line,
             "P7\nWIDTH %u\nHEIGHT %u\nDEPTH %u\nMAXVAL 255\nTUPLTYPE %s\nENDHDR\n", sample->width,
             sample->height, sample->channels, names[sample->channels - 1]);
    assert_int_equal(size, strlen(line) + pixels);
    assert_memory_equal(data, line, strlen(line));
    assert_memory_equal(data + strlen(line), sample->pixels, pixels);
    free(data);
}

/* A file whose second step is not what was written. */
static void write_damaged(const struct sample *sample, const char *path)
{
    uint8_t *data = malloc(sample->size);
    assert_non_null(data);
    memcpy(data, sample->data, sample->size);
    data[sample->step_bytes[1] - 1] ^= 0xff;
    ctl_desk_write(path, data, sample->size);
    free(data);
}

/* Has the program follow pictures of each number of channels, and what is none. */
static void try_program(const struct ctl_desk *ctl, const char *program)
{
    char command[256];
    for (uint32_t channels = 1; channels <= 4; channels++) {
        struct sample sample;
        sample_make(&sample, &ctl->desk, 21, 13, channels);
        ctl_desk_write("in.uqd", sample.data, sample.size);
        snprintf(command, sizeof command, "%s in.uqd out.pam", program);
        char *text = output_of(command);
        expect_followed(&sample, text, "out.pam");
        free(text);
        sample_free(&sample);
    }
    ctl_desk_write("garbage.uqd", "garbage", 7);
    snprintf(command, sizeof command, "%s garbage.uqd x.pam", program);
    expect_failure(1, "follow: it is not a .uqd file", command);
    snprintf(command, sizeof command, "%s missing.uqd x.pam", program);
    expect_failure(1, "follow: ", command);
    write_damaged(&ctl->sample, "damaged.uqd");
    snprintf(command, sizeof command, "%s damaged.uqd x.pam", program);
    expect_failure(1, "follow: the file cannot be decoded to its end", command);
    assert_int_not_equal(access("x.pam", F_OK), 0);
    expect_failure(2, "usage: follow", program);
}

/* ---- Tests --------------------------------------------------------------------------------- */

static void the_program_in_c_works(void **state)
{
    const struct ctl_desk *ctl = *state;
    if (!succeeds("cc --version && pkg-config --exists dbus-1")) {
        print_message("skip: there is no cc, or no pkg-config that knows dbus-1\n");
        skip();
    }
    extract("c", "c", "", "follow.c");
    free(output_of("cc -std=c11 -Wall -Wextra -Werror follow.c -o follow "
                   "$(pkg-config --cflags --libs dbus-1)"));
    try_program(ctl, "./follow");
}

static void the_program_in_python_works(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct process_result found;
    char program[128];
    run(&found, FIND_PYTHON " gi");
    const bool has_python = found.exit_code == 0;
    snprintf(program, sizeof program, "%.*s follow.py", (int)strcspn(found.out, "\n"), found.out);
    process_result_free(&found);
    if (!has_python) {
        print_message("skip: no Python has the module gi\n");
        skip();
    }
    extract("python", "python", "", "follow.py");
    try_program(ctl, program);
}

static void the_script_works(void **state)
{
    const struct ctl_desk *ctl = *state;
    char name[32];
    extract("shell", "bash", "#!/bin/sh\n", "follow.sh");
    char *text = output_of("sh follow.sh a.uqd");
    for (uint32_t i = 0; i < ctl->sample.info.n_steps; i++) {
        snprintf(name, sizeof name, "step%" PRIu32 ".png", i);
        assert_contains(text, name);
        assert_int_equal(access(name, R_OK), 0);
    }
    free(text);
    expect_failure(2, "usage: follow.sh ", "sh follow.sh");
    expect_failure(1, "uqdctl: missing.uqd: ", "sh follow.sh missing.uqd");
    write_damaged(&ctl->sample, "damaged.uqd");
    expect_failure(1, "uqdctl: damaged.uqd: ", "sh follow.sh damaged.uqd");
}

/* The number of each step, and nothing of other signals. */
static void jq_does_what_the_script_does(void **state)
{
    const struct ctl_desk *ctl = *state;
    char line[16], *wanted = calloc(ctl->sample.info.n_steps + 1, sizeof line);
    assert_non_null(wanted);
    if (!succeeds("command -v jq")) {
        print_message("skip: there is no jq\n");
        free(wanted);
        skip();
    }
    for (uint32_t i = 0; i < ctl->sample.info.n_steps; i++) {
        snprintf(line, sizeof line, "%" PRIu32 "\n", i);
        strcat(wanted, line);
    }
    ctl_desk_write("photo.uqd", ctl->sample.data, ctl->sample.size);
    extract("shell", "sh", "uqdctl monitor --json --progress", "jq.sh");
    char *text = output_of("sh jq.sh");
    assert_string_equal(text, wanted);
    free(text);
    free(wanted);
}

static void gdbus_shows_what_a_file_is(void **state)
{
    const struct ctl_desk *ctl = *state;
    if (!succeeds("command -v gdbus")) {
        print_message("skip: there is no gdbus\n");
        skip();
    }
    ctl_desk_write("photo.uqd", ctl->sample.data, ctl->sample.size);
    extract("shell", "sh", "gdbus call", "gdbus.sh");
    char *text = output_of("sh gdbus.sh");
    assert_contains(text, "'width': <uint32 40>");
    assert_contains(text, "'Version': <'");
    free(text);
}

static int setup(void **state)
{
    char *path = NULL;
    const char *before = getenv("PATH");
    if (asprintf(&path, "%s:%s", UQDCTL_DIRECTORY, before ? before : "/usr/bin:/bin") < 0)
        return -1;
    setenv("PATH", path, 1);
    free(path);
    return ctl_desk_setup_daemon(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_in_c_works),
        cmocka_unit_test(the_program_in_python_works),
        cmocka_unit_test(the_script_works),
        cmocka_unit_test(jq_does_what_the_script_does),
        cmocka_unit_test(gdbus_shows_what_a_file_is),
    };
    pages = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!pages)
        return 2;
    const int result = cmocka_run_group_tests_name("clients", tests, setup, ctl_desk_teardown);
    free(pages);
    return result;
}
