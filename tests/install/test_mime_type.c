/* What desktops take files for, by the installed description of the type. The arguments are that
 * description, the type, and the directory of stored files. */
#include "process.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { TIMEOUT_S = 60, VERSION_OFFSET = 4 };

static const char *description, *mime_type, *stored;

static int has_tools;

/* ---- The database -------------------------------------------------------------------------- */

/* Runs a tool; 0 if it is missing or fails. */
static int succeeds(const char *const argv[])
{
    struct process_result result;
    const int done = process_run(&result, argv, NULL, 0, TIMEOUT_S) == 0 && result.exit_code == 0;
    process_result_free(&result);
    return done;
}

static int setup(void **state)
{
    static const char *const gio[] = {"gio", "version", NULL};
    static const char *const updater[] = {"update-mime-database", "-v", NULL};
    static const char *const update[] = {"update-mime-database", "mime", NULL};
    size_t size;
    if (scratch_setup(state) != 0)
        return -1;
    has_tools = succeeds(gio) && succeeds(updater);
    if (!has_tools)
        return 0;
    setenv("XDG_DATA_HOME", scratch_directory(), 1);
    setenv("GIO_USE_VFS", "local", 1);
    mkdir("mime", 0700);
    mkdir("mime/packages", 0700);
    uint8_t *xml = scratch_read(description, &size);
    scratch_write("mime/packages/uqd.xml", xml, size);
    free(xml);
    return succeeds(update) ? 0 : -1;
}

static void need_tools(void)
{
    if (has_tools)
        return;
    print_message("skip: gio or update-mime-database is missing "
                  "(libglib2.0-bin, shared-mime-info)\n");
    skip();
}

static int is_ours(const char *path)
{
    const char *const argv[] = {"gio", "info", "-a", "standard::content-type", path, NULL};
    struct process_result result;
    char line[256];
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    if (result.exit_code != 0)
        fail_msg("gio info %s: %s", path, result.err);
    snprintf(line, sizeof line, "  standard::content-type: %s\n", mime_type);
    const int ours = strstr(result.out, line) != NULL;
    process_result_free(&result);
    return ours;
}

/* ---- Tests --------------------------------------------------------------------------------- */

static uint8_t *read_stored(const char *name, size_t *size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.uqd", stored, name);
    return scratch_read(path, size);
}

static void stored_files_are_known_without_their_suffix(void **state)
{
    static const char *const names[] = {"v3/rgb", "v3/profile", "v4/rgb", "v4/rgba"};
    (void)state;
    need_tools();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size;
        uint8_t *data = read_stored(names[i], &size);
        scratch_write("stored", data, size);
        free(data);
        if (!is_ours("stored"))
            fail_msg("%s.uqd is not %s by its content", names[i], mime_type);
    }
}

/* Programs that are too old for a file say so themselves. */
static void any_version_and_any_length_are_known(void **state)
{
    size_t size;
    (void)state;
    need_tools();
    uint8_t *data = read_stored("v4/rgb", &size);
    for (unsigned version = 1; version < 6; version++) {
        data[VERSION_OFFSET] = (uint8_t)version;
        scratch_write("other", data, size);
        assert_true(is_ours("other"));
    }
    scratch_write("other", data, VERSION_OFFSET);
    assert_true(is_ours("other"));
    free(data);
}

static void other_files_are_not_taken_for_pictures(void **state)
{
    (void)state;
    need_tools();
    scratch_write("text", "UQD \n", 5);
    assert_false(is_ours("text"));
    scratch_write("binary", "\x8dUQA\x03\0\0\0", 8);
    assert_false(is_ours("binary"));
}

/* It has to have some type; that it is damaged the viewer says. */
static void the_suffix_is_enough(void **state)
{
    (void)state;
    need_tools();
    scratch_write("binary.uqd", "\x7f\0\1", 3);
    assert_true(is_ours("binary.uqd"));
    scratch_write("text.uqd", "not a picture\n", 14);
    assert_true(is_ours("text.uqd"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_files_are_known_without_their_suffix),
        cmocka_unit_test(any_version_and_any_length_are_known),
        cmocka_unit_test(other_files_are_not_taken_for_pictures),
        cmocka_unit_test(the_suffix_is_enough),
    };
    if (argc != 4)
        return 2;
    description = realpath(argv[1], NULL);
    mime_type = argv[2];
    stored = realpath(argv[3], NULL);
    if (!description || !stored)
        return 2;
    return cmocka_run_group_tests_name("mime_type", tests, setup, scratch_teardown);
}
