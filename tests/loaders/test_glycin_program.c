/* uqd-glycin-loader as a program: in the sandbox, by its command line and its configuration. */
#include "glycin_fixture.h"
#include "loader_file.h"
#include "process.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- The sandbox --------------------------------------------------------------------------- */

struct words {
    const char *at[64];
    int n;
};

#define ADD(words, ...) add_all(words, (const char *const[]){__VA_ARGS__, NULL})
static void add_all(struct words *words, const char *const more[])
{
    for (int i = 0; more[i]; i++) {
        assert_in_range(words->n, 0, 62);
        words->at[words->n++] = more[i];
    }
}

/* As glycin calls bubblewrap, and besides what an installation has in /usr. */
static void add_sandbox(struct words *words)
{
    static const char *const directories[] = {"/bin", "/lib", "/lib64", "/sbin", "/lib32"};
    ADD(words, BWRAP, "--unshare-all", "--die-with-parent", "--chdir", "/", "--ro-bind", "/usr",
        "/usr", "--dev", "/dev", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--tmpfs",
        "/tmp-home", "--tmpfs", "/tmp-run", "--clearenv", "--setenv", "HOME", "/tmp-home",
        "--setenv", "XDG_RUNTIME_DIR", "/tmp-run");
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if (access(directories[i], F_OK) == 0)
            ADD(words, "--ro-bind", directories[i], directories[i]);
    ADD(words, "--ro-bind", glycin_loader(), "/app/uqd-glycin-loader", "--ro-bind", LIBRARIES,
        "/app/libraries", "--ro-bind", "models", "/app/models", "--setenv", "LD_LIBRARY_PATH",
        "/app/libraries", "--setenv", "UQD_MODELS", "/app/models");
}

static int has_sandbox(void)
{
    const char *const argv[] = {BWRAP, "--unshare-all", "--ro-bind", "/", "/", "true", NULL};
    struct process_result result;
    if (BWRAP[0] == '\0')
        return 0;
    const int is_usable = process_run(&result, argv, NULL, 0, 60) == 0 && result.exit_code == 0;
    process_result_free(&result);
    return is_usable;
}

static void test_sandbox(void **state)
{
    struct words words = {.n = 0};
    (void)state;
    if (IS_SANITIZED || !has_sandbox()) {
        print_message("skip: %s\n", IS_SANITIZED ? "sanitizers need /proc"
                                    : BWRAP[0]   ? "bwrap may not make a sandbox here"
                                                 : "bwrap is missing (bubblewrap)");
        skip();
    }
    add_sandbox(&words);
    ADD(&words, "/app/uqd-glycin-loader");
    words.at[words.n] = NULL;
    glycin_client_start(&client, words.at);
    loader_file_write(61, 37, 3);
    struct pixels wanted = LOADER_DECODED(3, NULL);
    glycin_check_picture(SIZE_MAX, &wanted);
    pixels_free(&wanted);
    glycin_client_stop(&client);
}

/* ---- The program --------------------------------------------------------------------------- */

static void test_command_lines(void **state)
{
    static const char *const lines[][3] = {{NULL}, {"--dbus-fd"}, {"--dbus-fd", "x"}, {"a.uqd"}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *const argv[] = {glycin_loader(), lines[i][0], lines[i][1], NULL};
        struct process_result result;
        assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
        assert_int_equal(result.exit_code, 2);
        assert_non_null(strstr(result.err, "--dbus-fd"));
        process_result_free(&result);
    }
    const char *const argv[] = {glycin_loader(), "--dbus-fd", "99", NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
    assert_int_equal(result.exit_code, 1);
    process_result_free(&result);
}

/* What glycin reads: a key file with a group for the type. */
static void test_configuration(void **state)
{
    GKeyFile *file = g_key_file_new();
    GError *error = NULL;
    (void)state;
    if (!g_key_file_load_from_file(file, glycin_configuration(), G_KEY_FILE_NONE, &error))
        fail_msg("%s", error->message);
    char *program = g_key_file_get_string(file, "loader:" MIME_TYPE, "Exec", NULL);
    assert_string_equal(program, INSTALLED_LOADER);
    char **identifiers =
        g_key_file_get_string_list(file, "loader:" MIME_TYPE, "Identifiers", NULL, NULL);
    assert_string_equal(identifiers[0], "0:\\x8dUQD");
    assert_null(identifiers[1]);
    g_strfreev(identifiers);
    g_free(program);
    g_key_file_unref(file);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sandbox),
        cmocka_unit_test(test_command_lines),
        cmocka_unit_test(test_configuration),
    };
    if (!glycin_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("glycin_program", tests, loader_file_setup,
                                       scratch_teardown);
}
