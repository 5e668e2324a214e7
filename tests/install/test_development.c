/* A program of somebody else is built with what an installation has of the library. The arguments
 * are the C compiler and further flags. */
#include "process.h"
#include "scratch.h"
#include "staged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TIMEOUT_S = 60 };

static const char *compiler, *flags;

/* Runs a line of the shell and returns what it prints. */
static char *shell(const char *line)
{
    const char *const argv[] = {"sh", "-c", line, NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    if (result.exit_code != 0)
        fail_msg("%s: exit code %d: %s", line, result.exit_code, result.err);
    char *out = strdup(result.out);
    process_result_free(&result);
    return out;
}

static int setup(void **state)
{
    char path[8192];
    if (staged_setup(state) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/" STAGED, scratch_directory());
    setenv("PKG_CONFIG_SYSROOT_DIR", path, 1);
    strcat(path, LIBDIR);
    setenv("LIBRARIES", path, 1); /* for LD_LIBRARY_PATH, where only our program is to have it */
    strcat(path, "/pkgconfig");
    setenv("PKG_CONFIG_PATH", path, 1);
    setenv("COMPILER", compiler, 1);
    setenv("FLAGS", flags, 1);
    return 0;
}

static void need_pkg_config(void)
{
    const char *const argv[] = {"pkg-config", "--version", NULL};
    struct process_result result;
    if (process_run(&result, argv, NULL, 0, TIMEOUT_S) != 0 || result.exit_code != 0) {
        print_message("skip: pkg-config is missing\n");
        skip();
    }
    process_result_free(&result);
}

static void pkg_config_tells_the_version(void **state)
{
    (void)state;
    need_pkg_config();
    char *out = shell("pkg-config --modversion uqd");
    assert_string_equal(out, VERSION "\n");
    free(out);
}

static void a_program_is_compiled_and_runs(void **state)
{
    static const char source[] = "#include <stdio.h>\n"
                                 "#include <uqd/uqd.h>\n"
                                 "int main(void)\n"
                                 "{\n"
                                 "    return puts(uqd_version()) < 0;\n"
                                 "}\n";
    (void)state;
    need_pkg_config();
    scratch_write("user.c", source, sizeof source - 1);
    char *line = shell("$COMPILER $FLAGS user.c -o user $(pkg-config --cflags --libs uqd)");
    assert_string_equal(line, "");
    free(line);
    char *out = shell("LD_LIBRARY_PATH=$LIBRARIES ./user");
    assert_string_equal(out, VERSION "\n");
    free(out);
}

/* A later version with other functions may not be taken for this one. */
static void a_program_asks_for_this_version_of_the_library(void **state)
{
    (void)state;
    need_pkg_config();
    char *out = shell("readelf -d user");
    assert_non_null(strstr(out, "[libuqd.so.0]"));
    free(out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pkg_config_tells_the_version),
        cmocka_unit_test(a_program_is_compiled_and_runs),
        cmocka_unit_test(a_program_asks_for_this_version_of_the_library),
    };
    if (argc != 3)
        return 2;
    compiler = argv[1];
    flags = argv[2];
    return cmocka_run_group_tests_name("development", tests, setup, staged_teardown);
}
