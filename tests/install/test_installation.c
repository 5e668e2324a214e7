/* The programs where they were built, and where an installation puts them. Nobody names a model:
 * each finds its own. */
#include "process.h"
#include "scratch.h"
#include "staged.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TIMEOUT_S = 120 };

static const char *built_uqd, *sample;

/* ---- Running ------------------------------------------------------------------------------- */

static void run(struct process_result *result, const char *program)
{
    const char *const argv[] = {program, "encode", sample, "-o", "a.uqd", "--stop-step", "0", NULL};
    assert_int_equal(process_run(result, argv, NULL, 0, TIMEOUT_S), 0);
}

static void assert_encodes(const char *program)
{
    struct process_result result;
    run(&result, program);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("%s: exit code %d: %s", program, result.exit_code, result.err);
    process_result_free(&result);
    assert_true(scratch_exists("a.uqd"));
    assert_int_equal(remove("a.uqd"), 0);
}

/* ---- Built --------------------------------------------------------------------------------- */

static void a_built_program_finds_its_model(void **state)
{
    (void)state;
    assert_encodes(built_uqd);
}

/* What is installed may be older than what was built. */
static void a_built_program_passes_over_an_installed_model(void **state)
{
    const char *const make[] = {"mkdir", "-p", "uqd/models", NULL};
    struct process_result result;
    (void)state;
    assert_int_equal(process_run(&result, make, NULL, 0, TIMEOUT_S), 0);
    process_result_free(&result);
    scratch_write("uqd/models/lattice.uqdm", "older", 5);
    setenv("XDG_DATA_HOME", "/nonexistent", 1);
    assert_encodes(built_uqd);
    staged_forget_environment();
    assert_int_equal(remove("uqd/models/lattice.uqdm"), 0);
}

/* ---- Installed ----------------------------------------------------------------------------- */

/* Models and libraries are found where they are staged. */
static void use_staged_files(void)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/" STAGED DATADIR, scratch_directory());
    setenv("XDG_DATA_DIRS", path, 1);
    snprintf(path, sizeof path, "%s/" STAGED LIBDIR, scratch_directory());
    setenv("LD_LIBRARY_PATH", path, 1);
}

static void forget_staged_files(void)
{
    unsetenv("LD_LIBRARY_PATH");
    staged_forget_environment();
}

static void an_installed_program_finds_its_model(void **state)
{
    (void)state;
    use_staged_files();
    assert_encodes(STAGED BINDIR "/uqd");
    forget_staged_files();
}

static void assert_done(const char *const argv[])
{
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("%s: exit code %d: %s", argv[0], result.exit_code, result.err);
    process_result_free(&result);
}

static void installed_programs_decode(void **state)
{
    const char *const decode[] = {STAGED BINDIR "/uqd", "decode", "a.uqd", "-o",
                                  "decoded.png",        NULL};
    const char *const thumbnail[] = {STAGED BINDIR "/uqd-thumbnailer", "a.uqd", "a.png", NULL};
    const char *const version[] = {STAGED BINDIR "/uqd-view", "--version", NULL};
    struct process_result result;
    (void)state;
    use_staged_files();
    run(&result, STAGED BINDIR "/uqd");
    assert_int_equal(result.exit_code, 0);
    process_result_free(&result);
    assert_done(decode);
    assert_true(scratch_exists("decoded.png"));
    if (scratch_exists(thumbnail[0])) {
        assert_done(thumbnail);
        assert_true(scratch_exists("a.png"));
    }
    if (scratch_exists(version[0]))
        assert_done(version);
    assert_int_equal(remove("a.uqd"), 0);
    forget_staged_files();
}

static void an_installed_program_does_not_find_the_model_of_the_build(void **state)
{
    struct process_result result;
    char path[8192];
    (void)state;
    if (scratch_exists(MODELDIR)) {
        print_message("skip: %s is there, uqd is installed on this machine\n", MODELDIR);
        skip();
    }
    snprintf(path, sizeof path, "%s/" STAGED LIBDIR, scratch_directory());
    setenv("LD_LIBRARY_PATH", path, 1);
    run(&result, STAGED BINDIR "/uqd");
    unsetenv("LD_LIBRARY_PATH");
    assert_int_equal(result.exit_code, 1);
    assert_string_equal(
        result.err, "uqd: the model lattice.uqdm is not installed: it is neither "
                    "in $UQD_MODELS nor in uqd/models of a data directory nor in " MODELDIR "\n");
    process_result_free(&result);
}

static int n_files;

static void assert_lacks(const char *path, const uint8_t *data, size_t size, const char *text)
{
    if (memmem(data, size, text, strlen(text)))
        fail_msg("%s names %s", path, text);
}

/* Debug information names the directory that it was made in. */
static int is_with_debug_information(const uint8_t *data, size_t size)
{
    return HAS_DEBUG_INFORMATION && size > 4 && memcmp(data, "\x7f\x45LF", 4) == 0;
}

static int look_into(const char *path, const struct stat *status, int type, struct FTW *place)
{
    size_t size;
    (void)status;
    (void)place;
    if (type != FTW_F)
        return 0;
    uint8_t *data = scratch_read(path, &size);
    if (!is_with_debug_information(data, size)) {
        assert_lacks(path, data, size, BUILD);
        assert_lacks(path, data, size, SOURCE);
        n_files++;
    }
    free(data);
    return 0;
}

static void no_installed_file_names_the_build_directory(void **state)
{
    (void)state;
    assert_int_equal(nftw(STAGED, look_into, 16, FTW_PHYS), 0);
    assert_true(n_files > 5);
}

/* A file manager takes any of those that claim the type. */
static int n_claims;

static int count_claims(const char *path, const struct stat *status, int type, struct FTW *place)
{
    size_t size;
    (void)status;
    (void)place;
    if (type != FTW_F)
        return 0;
    uint8_t *data = scratch_read(path, &size);
    n_claims += memmem(data, size, "MimeType=" MIME_TYPE, strlen("MimeType=" MIME_TYPE)) != NULL;
    free(data);
    return 0;
}

static void a_double_click_opens_the_window(void **state)
{
    const char *const applications = STAGED DATADIR "/applications";
    (void)state;
    if (!scratch_exists(STAGED BINDIR "/uqd-view")) {
        print_message("skip: the viewer is not built\n");
        skip();
    }
    assert_int_equal(nftw(applications, count_claims, 16, FTW_PHYS), 0);
    assert_int_equal(n_claims, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_built_program_finds_its_model),
        cmocka_unit_test(a_built_program_passes_over_an_installed_model),
        cmocka_unit_test(an_installed_program_finds_its_model),
        cmocka_unit_test(installed_programs_decode),
        cmocka_unit_test(an_installed_program_does_not_find_the_model_of_the_build),
        cmocka_unit_test(no_installed_file_names_the_build_directory),
        cmocka_unit_test(a_double_click_opens_the_window),
    };
    built_uqd = argc > 1 ? realpath(argv[1], NULL) : NULL;
    sample = argc > 2 ? realpath(argv[2], NULL) : NULL;
    if (!built_uqd || !sample)
        return 2;
    return cmocka_run_group_tests_name("installation", tests, staged_setup, staged_teardown);
}
