/* The installed program in the sandbox in which GNOME's desktop library runs thumbnailers: nothing
 * but a read-only /usr, the file and the output in /tmp, no bus, home or network, and not all
 * system calls. The argument is the description of the program for file managers. */
#include "made_file.h"
#include "process.h"
#include "scratch.h"
#include "thumbnail_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { TIMEOUT_S = 120, MAX_WORDS = 96 };

static const char *description;
static int is_usable;

struct words {
    const char *at[MAX_WORDS + 1];
    int n;
};

static void add(struct words *words, const char *word)
{
    assert_true(words->n < MAX_WORDS);
    words->at[words->n++] = word;
}

#define ADD(words, ...) add_all(words, (const char *const[]){__VA_ARGS__, NULL})
static void add_all(struct words *words, const char *const more[])
{
    for (int i = 0; more[i]; i++)
        add(words, more[i]);
}

/* What is outside of /usr only where /usr is not merged. */
static void add_system(struct words *words)
{
    static const char *const directories[] = {"/bin", "/lib", "/lib64", "/sbin", "/lib32"};
    ADD(words, "--ro-bind", "/usr", "/usr", "--ro-bind-try", "/etc/ld.so.cache",
        "/etc/ld.so.cache");
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if (access(directories[i], F_OK) == 0)
            ADD(words, "--ro-bind", directories[i], directories[i]);
}

static int setup(void **state)
{
    const char *const argv[] = {BWRAP, "--unshare-all", "--ro-bind", "/", "/", "true", NULL};
    struct process_result result;
    if (made_file_setup(state) != 0)
        return -1;
    is_usable = process_run(&result, argv, NULL, 0, TIMEOUT_S) == 0 && result.exit_code == 0;
    process_result_free(&result);
    return mkdir("tmp", 0700);
}

/* System calls that the sandbox refuses, as GNOME's list of them; some are
 * those of one architecture. */
static const int refused[] = {
    SYS_syslog,        SYS_acct,        SYS_quotactl, SYS_add_key,       SYS_keyctl,
    SYS_request_key,   SYS_move_pages,  SYS_mbind,    SYS_get_mempolicy, SYS_set_mempolicy,
    SYS_migrate_pages, SYS_unshare,     SYS_mount,    SYS_pivot_root,    SYS_perf_event_open,
    SYS_ptrace,        SYS_personality,
#ifdef SYS_uselib
    SYS_uselib,
#endif
#ifdef SYS_modify_ldt
    SYS_modify_ldt,
#endif
};

/* A descriptor of the filter for them, as bwrap reads it. */
static int write_filter(void)
{
    enum { N_REFUSED = sizeof refused / sizeof *refused };
    struct sock_filter filter[2 * N_REFUSED + 2];
    size_t n = 0;
    filter[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < N_REFUSED; i++) {
        filter[n++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused[i], 0, 1);
        filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    }
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    scratch_write("filter", filter, n * sizeof *filter);
    const int fd = open("filter", O_RDONLY); /* bwrap inherits it */
    assert_true(fd >= 0);
    return fd;
}

/* The sandbox, and in it the program, with the model, where the loader finds its library. */
static void add_sandbox(struct words *words, int with_proc)
{
    ADD(words, BWRAP);
    add_system(words);
    if (with_proc)
        ADD(words, "--proc", "/proc");
    ADD(words, "--dev", "/dev", "--chdir", "/", "--setenv", "GIO_USE_VFS", "local", "--unshare-all",
        "--die-with-parent", "--bind", "tmp", "/tmp", "--ro-bind", "a.uqd",
        "/tmp/gnome-desktop-file-to-thumbnail.uqd");
    ADD(words, "--ro-bind", UQD_THUMBNAILER, "/app/uqd-thumbnailer", "--ro-bind", LIBRARIES,
        "/app/libraries", "--ro-bind", "models", "/app/models");
    ADD(words, "--setenv", "LD_LIBRARY_PATH", "/app/libraries", "--setenv", "UQD_MODELS",
        "/app/models", "--setenv", "PATH", "/app", "--unsetenv", "HOME", "--unsetenv",
        "DBUS_SESSION_BUS_ADDRESS");
}

/* The line that begins with the key, after the equals sign; in a static buffer. */
static char *described(const char *key)
{
    static char line[1024];
    FILE *file = fopen(description, "r");
    char *value = NULL;
    assert_non_null(file);
    while (!value && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == '=')
            value = line + strlen(key) + 1;
    fclose(file);
    assert_non_null(value);
    value[strcspn(value, "\n")] = '\0';
    return value;
}

/* The command as file managers make it, word by word. */
static void add_command(struct words *words)
{
    char *rest = NULL;
    for (char *word = strtok_r(described("Exec"), " ", &rest); word;
         word = strtok_r(NULL, " ", &rest))
        add(words, strcmp(word, "%s") == 0   ? "64"
                   : strcmp(word, "%i") == 0 ? "/tmp/gnome-desktop-file-to-thumbnail.uqd"
                   : strcmp(word, "%u") == 0 ? "file:///tmp/gnome-desktop-file-to-thumbnail.uqd"
                   : strcmp(word, "%o") == 0 ? "/tmp/gnome-desktop-thumbnailer.png"
                                             : word);
}

static void check(int with_proc)
{
    struct words words = {.n = 0};
    struct process_result result;
    char fd[16];
    if (!is_usable) {
        print_message("skip: %s\n", *BWRAP ? "bwrap may not make a sandbox here"
                                           : "bwrap is missing (bubblewrap)");
        skip();
    }
    scratch_write("tmp/gnome-desktop-thumbnailer.png", "", 0); /* made by the caller */
    const int filter = write_filter();
    snprintf(fd, sizeof fd, "%d", filter);
    add_sandbox(&words, with_proc);
    ADD(&words, "--seccomp", fd);
    add_command(&words);
    assert_int_equal(process_run(&result, words.at, NULL, 0, TIMEOUT_S), 0);
    close(filter);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("exit code %d: %s", result.exit_code, result.err);
    process_result_free(&result);
    struct pixels pixels = thumbnail_read("tmp/gnome-desktop-thumbnailer.png");
    assert_int_equal(pixels.width, 64);
    pixels_free(&pixels);
    assert_text("tmp/gnome-desktop-thumbnailer.png", "Thumb::Image::Width", "150");
}

static void test_as_gnome(void **state)
{
    (void)state;
    made_file_write(150, 90, 3, 0);
    check(1);
}

static void test_without_proc(void **state)
{
    (void)state;
    if (IS_SANITIZED) {
        print_message("skip: the sanitizers read /proc\n");
        skip();
    }
    made_file_write(150, 90, 3, 0);
    check(0);
}

/* What file managers read. */
static void test_description(void **state)
{
    (void)state;
    assert_string_equal(described("TryExec"), "uqd-thumbnailer");
    assert_string_equal(described("MimeType"), MIME_TYPE ";");
    assert_non_null(strstr(described("Exec"), "%s %i %o"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_as_gnome),
        cmocka_unit_test(test_without_proc),
    };
    description = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!description)
        return 2;
    return cmocka_run_group_tests_name("sandbox", tests, setup, scratch_teardown);
}
