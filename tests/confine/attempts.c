#include "attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int result_of(long result)
{
    return result < 0 ? errno : 0;
}

/* ---- Files --------------------------------------------------------------------------------- */

static int open_reading(void)
{
    return result_of(open("here", O_RDONLY));
}

static int open_writing(void)
{
    return result_of(open("here", O_WRONLY));
}

static int open_both(void)
{
    return result_of(open("here", O_RDWR));
}

static int create(void)
{
    return result_of(open("new", O_WRONLY | O_CREAT, 0600));
}

static int create_unnamed(void)
{
    return result_of(open(".", O_WRONLY | O_TMPFILE, 0600));
}

static int remove_file(void)
{
    return result_of(unlink("here"));
}

static int rename_file(void)
{
    return result_of(rename("here", "there"));
}

static int link_file(void)
{
    return result_of(link("here", "there"));
}

static int link_symbolically(void)
{
    return result_of(symlink("here", "there"));
}

static int make_directory(void)
{
    return result_of(mkdir("directory", 0700));
}

static int make_pipe(void)
{
    return result_of(mkfifo("pipe", 0600));
}

static int change_mode(void)
{
    return result_of(chmod("here", 0777));
}

static int truncate_file(void)
{
    return result_of(truncate("here", 0));
}

static int change_directory(void)
{
    return result_of(chdir("/"));
}

static int open_own_memory(void)
{
    return result_of(open("/proc/self/mem", O_RDWR));
}

static int open_memory_of_parent(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/mem", (long)getppid());
    return result_of(open(path, O_RDONLY));
}

/* ---- Processes ----------------------------------------------------------------------------- */

static int execute(void)
{
    char name[] = "/bin/true";
    char *const words[] = {name, NULL};
    return result_of(execv(name, words));
}

static int execute_descriptor(void)
{
    char name[] = "";
    char *const words[] = {name, NULL};
    return result_of(syscall(SYS_execveat, STDIN_FILENO, "", words, NULL, AT_EMPTY_PATH));
}

static int fork_process(void)
{
    const pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return result_of(pid);
}

/* As fork of older and of newer C libraries. */
static int clone_process(void)
{
    const long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        _exit(0);
    return result_of(pid);
}

static int clone3_process(void)
{
    uint64_t arguments[8] = {0};
    const long pid = syscall(SYS_clone3, arguments, sizeof arguments);
    if (pid == 0)
        _exit(0);
    return pid < 0 && errno == ENOSYS ? EPERM : result_of(pid);
}

static int clone_namespace(void)
{
    const long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        _exit(0);
    return result_of(pid);
}

static int kill_parent(void)
{
    return result_of(kill(getppid(), 0));
}

static int signal_thread_of_parent(void)
{
    return result_of(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int queue_signal(void)
{
    return result_of(sigqueue(getppid(), SIGWINCH, (union sigval){0}));
}

static int trace_parent(void)
{
    return result_of(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL));
}

static int be_traced(void)
{
    return result_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static char a_byte = 1;

static int read_parent(void)
{
    char byte;
    const struct iovec here = {&byte, 1}, there = {&a_byte, 1};
    return result_of(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}

static int write_parent(void)
{
    const struct iovec here = {&a_byte, 1}, there = {&a_byte, 1};
    return result_of(process_vm_writev(getppid(), &here, 1, &there, 1, 0));
}

static int open_parent(void)
{
    return result_of(syscall(SYS_pidfd_open, getppid(), 0));
}

/* ---- Talking to others --------------------------------------------------------------------- */

static int make_unix_socket(void)
{
    return result_of(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int make_inet_socket(void)
{
    return result_of(socket(AF_INET, SOCK_STREAM, 0));
}

static int make_netlink_socket(void)
{
    return result_of(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int make_socket_pair(void)
{
    int pair[2];
    return result_of(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}

static int connect_descriptor(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    return result_of(connect(STDIN_FILENO, (const struct sockaddr *)&address, sizeof address));
}

static int type_into_terminal(void)
{
    return result_of(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

/* ---- Code and memory ----------------------------------------------------------------------- */

static int map_code(void)
{
    void *memory =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? errno : 0;
}

static int make_code_of_memory(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? 0 : result_of(mprotect(memory, 4096, PROT_READ | PROT_EXEC));
}

static int read_implies_executable(void)
{
    return result_of(personality(READ_IMPLIES_EXEC));
}

/* ---- The system ---------------------------------------------------------------------------- */

static int raise_limit(void)
{
    const struct rlimit limit = {1 << 20, 1 << 20};
    return result_of(setrlimit(RLIMIT_CORE, &limit));
}

static int change_user(void)
{
    return result_of(syscall(SYS_setuid, getuid()));
}

static int change_group(void)
{
    return result_of(syscall(SYS_setresgid, getgid(), getgid(), getgid()));
}

static int mount_something(void)
{
    return result_of(mount("none", ".", "tmpfs", 0, NULL));
}

static int change_root(void)
{
    return result_of(chroot("."));
}

static int unshare_namespaces(void)
{
    return result_of(unshare(CLONE_NEWUSER));
}

static int make_ring(void)
{
    char parameters[256] = {0};
    return result_of(syscall(SYS_io_uring_setup, 4, parameters));
}

static int load_bpf(void)
{
    char attributes[128] = {0};
    return result_of(syscall(SYS_bpf, 0, attributes, sizeof attributes));
}

static int use_keys(void)
{
    return result_of(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 1));
}

static int be_dumpable(void)
{
    return result_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int watch_events(void)
{
    char attributes[128] = {0};
    return result_of(syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0));
}

static int handle_faults(void)
{
    return result_of(syscall(SYS_userfaultfd, 0));
}

static int be_scheduled_first(void)
{
    return result_of(setpriority(PRIO_PROCESS, 0, 0));
}

#define ATTEMPT(function)                                                                          \
    {                                                                                              \
#function, function                                                                        \
    }

const struct attempt attempts_at_files[] = {
    ATTEMPT(open_reading),      ATTEMPT(open_writing),
    ATTEMPT(open_both),         ATTEMPT(create),
    ATTEMPT(create_unnamed),    ATTEMPT(remove_file),
    ATTEMPT(rename_file),       ATTEMPT(link_file),
    ATTEMPT(link_symbolically), ATTEMPT(make_directory),
    ATTEMPT(make_pipe),         ATTEMPT(change_mode),
    ATTEMPT(truncate_file),     ATTEMPT(change_directory),
    ATTEMPT(open_own_memory),   ATTEMPT(open_memory_of_parent),
};
const size_t n_attempts_at_files = sizeof attempts_at_files / sizeof *attempts_at_files;

const struct attempt attempts_at_system[] = {
    ATTEMPT(execute),
    ATTEMPT(execute_descriptor),
    ATTEMPT(fork_process),
    ATTEMPT(clone_process),
    ATTEMPT(clone3_process),
    ATTEMPT(clone_namespace),
    ATTEMPT(kill_parent),
    ATTEMPT(signal_thread_of_parent),
    ATTEMPT(queue_signal),
    ATTEMPT(trace_parent),
    ATTEMPT(be_traced),
    ATTEMPT(read_parent),
    ATTEMPT(write_parent),
    ATTEMPT(open_parent),
    ATTEMPT(make_unix_socket),
    ATTEMPT(make_inet_socket),
    ATTEMPT(make_netlink_socket),
    ATTEMPT(make_socket_pair),
    ATTEMPT(connect_descriptor),
    ATTEMPT(type_into_terminal),
    ATTEMPT(map_code),
    ATTEMPT(make_code_of_memory),
    ATTEMPT(read_implies_executable),
    ATTEMPT(raise_limit),
    ATTEMPT(change_user),
    ATTEMPT(change_group),
    ATTEMPT(mount_something),
    ATTEMPT(change_root),
    ATTEMPT(unshare_namespaces),
    ATTEMPT(make_ring),
    ATTEMPT(load_bpf),
    ATTEMPT(use_keys),
    ATTEMPT(be_dumpable),
    ATTEMPT(watch_events),
    ATTEMPT(handle_faults),
    ATTEMPT(be_scheduled_first),
};
const size_t n_attempts_at_system = sizeof attempts_at_system / sizeof *attempts_at_system;

/* ---- Places -------------------------------------------------------------------------------- */

static int read_elsewhere(void)
{
    return result_of(open("elsewhere/file", O_RDONLY));
}

static int read_around(void)
{
    return result_of(open("in/../elsewhere/file", O_RDONLY));
}

static int read_through_link(void)
{
    return result_of(open("in/link", O_RDONLY));
}

static int read_system(void)
{
    return result_of(open("/etc/passwd", O_RDONLY));
}

static int list_elsewhere(void)
{
    return result_of(open("elsewhere", O_RDONLY | O_DIRECTORY));
}

static int read_output(void)
{
    return result_of(open("out/made.part", O_RDONLY));
}

static int write_elsewhere(void)
{
    return result_of(open("elsewhere/file", O_WRONLY));
}

static int write_input(void)
{
    return result_of(open("in/file", O_WRONLY));
}

static int write_own_memory(void)
{
    return result_of(open("/proc/self/mem", O_WRONLY));
}

static int create_elsewhere(void)
{
    return result_of(open("elsewhere/new", O_WRONLY | O_CREAT, 0600));
}

static int remove_elsewhere(void)
{
    return result_of(unlink("elsewhere/file"));
}

/* The kernel calls a place that cannot be renamed to another device. */
static int rename_to_elsewhere(void)
{
    const int error = result_of(rename("out/made.part", "elsewhere/file"));
    return error == EXDEV ? EACCES : error;
}

static int rename_from_elsewhere(void)
{
    const int error = result_of(rename("elsewhere/file", "out/made"));
    return error == EXDEV ? EACCES : error;
}

const struct attempt attempts_elsewhere[] = {
    ATTEMPT(read_elsewhere),   ATTEMPT(read_around),           ATTEMPT(read_through_link),
    ATTEMPT(read_system),      ATTEMPT(list_elsewhere),        ATTEMPT(read_output),
    ATTEMPT(write_elsewhere),  ATTEMPT(write_input),           ATTEMPT(write_own_memory),
    ATTEMPT(create_elsewhere), ATTEMPT(remove_elsewhere),      ATTEMPT(rename_to_elsewhere),
    ATTEMPT(open_own_memory),  ATTEMPT(open_memory_of_parent), ATTEMPT(rename_from_elsewhere),
};
const size_t n_attempts_elsewhere = sizeof attempts_elsewhere / sizeof *attempts_elsewhere;
