/* The public header alone, as strict compilers see it. The arguments are its directory, the C
 * compiler, and the C++ compiler if there is one. */
#include "process.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TIMEOUT_S = 60 };

#define USER "user.c"

static const char *include_directory, *c_compiler, *cpp_compiler;

static int setup(void **state)
{
    static const char source[] = "#include <uqd/uqd.h>\n"
                                 "#include <uqd/uqd.h>\n"
                                 "int main(void)\n"
                                 "{\n"
                                 "    return uqd_version() == NULL;\n"
                                 "}\n";
    if (scratch_setup(state) != 0)
        return -1;
    scratch_write(USER, source, sizeof source - 1);
    return 0;
}

/* Compiles to user.o, and fails the test if the compiler says anything. */
static void compile(const char *compiler, const char *language, const char *standard)
{
    const char *const argv[] = {
        compiler,  "-x", language,          standard, "-pedantic", "-Wall", "-Wextra", "-Werror",
        "-Wundef", "-I", include_directory, "-c",     USER,        "-o",    "user.o",  NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("%s %s: exit code %d: %s", compiler, standard, result.exit_code, result.err);
    process_result_free(&result);
}

static void test_c(void **state)
{
    (void)state;
    compile(c_compiler, "c", "-std=c11");
}

/* The library's names must be those of C there. */
static void test_cpp(void **state)
{
    static const char name[] = "\0uqd_version";
    size_t size;
    (void)state;
    if (!cpp_compiler) {
        print_message("skip: there is no C++ compiler (g++)\n");
        skip();
    }
    compile(cpp_compiler, "c++", "-std=c++11");
    uint8_t *object = scratch_read("user.o", &size);
    assert_non_null(memmem(object, size, name, sizeof name));
    free(object);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c),
        cmocka_unit_test(test_cpp),
    };
    if (argc < 3)
        return 2;
    include_directory = argv[1];
    c_compiler = argv[2];
    cpp_compiler = argc > 3 ? argv[3] : NULL;
    return cmocka_run_group_tests_name("public_header", tests, setup, scratch_teardown);
}
