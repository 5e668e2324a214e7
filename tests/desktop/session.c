#include "session.h"

#include "process.h"
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { TIMEOUT_S = 120, MAX_PATH = 512, MAX_PROGRAMS = 8 };

#define STAGED          "installed"
#define LOG             "log" /* what the programs of the session say */
#define SYSTEM_SERVICES "/usr/share/dbus-1/services"

static char root[MAX_PATH]; /* of the scratch directory */
static struct desk desk;    /* directory and bus of the session */
static pid_t programs[MAX_PROGRAMS];
static int n_programs;

/* ---- The installation ---------------------------------------------------------------------- */

const char *session_installed(const char *path)
{
    static char installed[2 * MAX_PATH];
    snprintf(installed, sizeof installed, "%s/" STAGED "%s", root, path);
    return installed;
}

/* Installed data come before those of the machine, which has icons and the types of other files. */
static void find_installed(void)
{
    char value[4 * MAX_PATH];
    snprintf(value, sizeof value, "%s:/usr/share", session_installed(DATADIR));
    setenv("XDG_DATA_DIRS", value, 1);
    snprintf(value, sizeof value, "%s:%s", session_installed(BINDIR), getenv("PATH"));
    setenv("PATH", value, 1);
    setenv("LD_LIBRARY_PATH", session_installed(LIBDIR), 1);
    unsetenv("UQD_MODELS");
}

bool session_try(const char *const argv[])
{
    struct process_result result;
    if (process_run(&result, argv, NULL, 0, TIMEOUT_S) < 0)
        return false;
    const bool done = result.exit_code == 0;
    if (!done)
        print_message("%s: %s%s\n", argv[0], result.out, result.err);
    process_result_free(&result);
    return done;
}

/* What a package would do after it is unpacked. */
static void update_types(void)
{
    const char *const argv[] = {"update-mime-database", session_installed(DATADIR "/mime"), NULL};
    session_try(argv); /* tests that need it skip without the program */
}

int session_install(void **state)
{
    const char *const install[] = {MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", NULL};
    if (scratch_setup(state) != 0)
        return -1;
    snprintf(root, sizeof root, "%s", scratch_directory());
    setenv("DESTDIR", session_installed(""), 1);
    const bool done = session_try(install);
    unsetenv("DESTDIR");
    if (!done)
        return -1;
    find_installed();
    update_types();
    return 0;
}

/* ---- Processes ----------------------------------------------------------------------------- */

/* In the child. It does not outlive the test, whatever happens to that. */
static void become(const char *const argv[], int out)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

pid_t session_start(const char *const argv[])
{
    const int log = open(LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(log >= 0 && n_programs < MAX_PROGRAMS);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(argv, log);
    close(log);
    programs[n_programs++] = pid;
    return pid;
}

static void forget(pid_t pid)
{
    for (int i = 0; i < n_programs; i++)
        if (programs[i] == pid)
            programs[i] = programs[--n_programs];
}

void session_stop(pid_t pid)
{
    forget(pid);
    kill(pid, SIGTERM);
    desk_wait(pid);
}

void session_run(const char *const argv[])
{
    if (!session_try(argv))
        fail_msg("%s fails", argv[0]);
}

void session_await(bool (*holds)(const void *cookie), const void *cookie, const char *what)
{
    const long end = desk_now() + PATIENCE_MS;
    while (!holds(cookie)) {
        if (desk_now() > end) {
            size_t size;
            char *log = (char *)scratch_read(LOG, &size);
            fail_msg("%s does not come; the programs say:\n%.*s", what, (int)size, log);
        }
        usleep(20000);
    }
}

void session_need(const char *program, const char *package)
{
    const char *const argv[] = {"sh", "-c", "command -v \"$1\"", "sh", program, NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    const int found = result.exit_code == 0;
    process_result_free(&result);
    if (!found) {
        print_message("skip: %s is missing (%s)\n", program, package);
        skip();
    }
}

/* The line that a program writes when it is ready, which must come. */
static void read_line(int fd, char *line, size_t size)
{
    size_t length = 0;
    while (length < size - 1 && read(fd, line + length, 1) == 1 && line[length] != '\n')
        length++;
    line[length] = '\0';
    close(fd);
    if (length == 0)
        fail_msg("a program of the session does not start");
}

/* ---- Directories --------------------------------------------------------------------------- */

static void make_directory(const char *variable, const char *name)
{
    char path[2 * MAX_PATH];
    snprintf(path, sizeof path, "%s/%s", desk.dir, name);
    assert_int_equal(mkdir(path, 0700), 0);
    if (variable)
        setenv(variable, path, 1);
}

static void make_directories(void)
{
    strcpy(desk.dir, "/tmp/uqd-session-XXXXXX"); /* short, as addresses of sockets must be */
    assert_non_null(mkdtemp(desk.dir));
    assert_int_equal(chdir(desk.dir), 0);
    make_directory("HOME", "home");
    make_directory("XDG_CACHE_HOME", "cache");
    make_directory("XDG_CONFIG_HOME", "config");
    make_directory("XDG_DATA_HOME", "data");
    make_directory("XDG_STATE_HOME", "state");
    make_directory("XDG_RUNTIME_DIR", "run");
    make_directory(NULL, SESSION_PICTURES);
    make_directory(NULL, "services");
    make_directory(NULL, "screen");
}

/* Programs of the desktop are not to look for helpers that no test is about. */
static void set_environment(void)
{
    char registry[2 * MAX_PATH];
    snprintf(registry, sizeof registry, "%s/gstreamer", root); /* takes seconds to make */
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("XAUTHORITY");
    setenv("NO_AT_BRIDGE", "1", 1);
    setenv("GIO_USE_VFS", "local", 1);
    setenv("GSETTINGS_BACKEND", "memory", 1);
    setenv("GST_REGISTRY", registry, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
}

/* ---- The bus ------------------------------------------------------------------------------- */

static void write_configuration(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "<busconfig><type>session</type><listen>unix:path=%s/bus</listen>\n"
            "<auth>EXTERNAL</auth><servicedir>%s/services</servicedir>\n"
            "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
            "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
            desk.dir, desk.dir);
    assert_int_equal(fclose(file), 0);
}

static void link_service(const char *name)
{
    char from[MAX_PATH], to[MAX_PATH];
    snprintf(from, sizeof from, SYSTEM_SERVICES "/%s", name);
    snprintf(to, sizeof to, "services/%s", name);
    assert_int_equal(symlink(from, to), 0);
}

static void start_bus(void)
{
    char print[64];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    snprintf(print, sizeof print, "--print-address=%d", ends[1]);
    const char *const argv[] = {
        DBUS_DAEMON, "--config-file=bus.conf", "--nofork", "--nopidfile", print, NULL};
    write_configuration("bus.conf");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    desk.bus = session_start(argv);
    close(ends[1]);
    read_line(ends[0], desk.address, sizeof desk.address);
    setenv("DBUS_SESSION_BUS_ADDRESS", desk.address, 1);
}

const struct desk *session_desk(void)
{
    return &desk;
}

/* ---- Display ------------------------------------------------------------------------------- */

const char *session_open_display(void)
{
    static char pixels[MAX_PATH];
    char number[16], display[32], fd[16];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    snprintf(fd, sizeof fd, "%d", ends[1]);
    const char *const argv[] = {"Xvfb",       "-displayfd", fd,    "-screen",   "0",
                                "800x600x24", "-nolisten",  "tcp", "-nocursor", "-noreset",
                                "-fbdir",     "screen",     NULL};
    session_start(argv);
    close(ends[1]);
    read_line(ends[0], number, sizeof number);
    snprintf(display, sizeof display, ":%s", number);
    setenv("DISPLAY", display, 1);
    snprintf(pixels, sizeof pixels, "%s/screen/Xvfb_screen0", desk.dir);
    return pixels;
}

/* ---- Beginning and end --------------------------------------------------------------------- */

/* Programs that the bus has started become children of the test when the bus is gone. */
void session_begin(const char *const services[])
{
    desk = (struct desk){0};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    make_directories();
    set_environment();
    for (int i = 0; services && services[i]; i++)
        link_service(services[i]);
    start_bus();
}

/* Whoever is on the bus leaves when it is gone. */
static bool all_have_left(const void *cookie)
{
    pid_t pid;
    (void)cookie;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        continue;
    return pid < 0 && errno == ECHILD;
}

void session_end(void)
{
    while (n_programs > 0)
        session_stop(programs[n_programs - 1]);
    session_await(all_have_left, NULL, "the end of all programs that the bus has started");
    assert_int_equal(chdir(root), 0);
    desk_remove_directory(&desk);
}
