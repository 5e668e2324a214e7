/* By libseccomp, which knows the numbers of the calls on each architecture, and leaves out of a
 * filter those that one does not have. */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

bool filter_is_built(void)
{
    return true;
}

#define CALL(name)   SCMP_SYS(name)
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- Calls with any arguments -------------------------------------------------------------- */

/* What only narrows what the process can do is among them, so that it can be confined again. */
static const int harmless[] = {
    /* Descriptors that are there. */
    CALL(read),
    CALL(readv),
    CALL(pread64),
    CALL(write),
    CALL(writev),
    CALL(pwrite64),
    CALL(lseek),
    CALL(close),
    CALL(close_range),
    CALL(dup),
    CALL(dup2),
    CALL(dup3),
    CALL(fstat),
    CALL(ftruncate),
    CALL(fadvise64),
    CALL(getdents64),
    CALL(poll),
    CALL(ppoll),
    CALL(select),
    CALL(pselect6),
    CALL(pipe2),
    CALL(memfd_create),
    CALL(eventfd2),
    /* What a name is, which opens nothing. */
    CALL(newfstatat),
    CALL(statx),
    CALL(stat),
    CALL(lstat),
    CALL(readlink),
    CALL(readlinkat),
    CALL(access),
    CALL(faccessat),
    CALL(faccessat2),
    CALL(getcwd),
    /* Memory. */
    CALL(brk),
    CALL(munmap),
    CALL(mremap),
    CALL(madvise),
    CALL(membarrier),
    /* Threads. */
    CALL(futex),
    CALL(set_robust_list),
    CALL(get_robust_list),
    CALL(rseq),
    CALL(set_tid_address),
    CALL(gettid),
    CALL(sched_yield),
    CALL(sched_getaffinity),
    CALL(sched_setaffinity),
    CALL(sched_getparam),
    CALL(sched_getscheduler),
    CALL(getcpu),
    CALL(exit),
    CALL(exit_group),
    CALL(restart_syscall),
    /* Signals that come. */
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(rt_sigreturn),
    CALL(rt_sigpending),
    CALL(rt_sigtimedwait),
    CALL(rt_sigsuspend),
    CALL(sigaltstack),
    CALL(pause),
    /* The time, and who and where this is. */
    CALL(clock_gettime),
    CALL(clock_getres),
    CALL(clock_nanosleep),
    CALL(nanosleep),
    CALL(gettimeofday),
    CALL(time),
    CALL(times),
    CALL(getrusage),
    CALL(getrlimit),
    CALL(sysinfo),
    CALL(uname),
    CALL(getpid),
    CALL(getppid),
    CALL(getuid),
    CALL(geteuid),
    CALL(getgid),
    CALL(getegid),
    CALL(getrandom),
    /* Confining. */
    CALL(landlock_create_ruleset),
    CALL(landlock_add_rule),
    CALL(landlock_restrict_self),
    CALL(seccomp),
};

/* For files that are made under another name and renamed. */
static const int finishing[] = {
    CALL(rename),   CALL(renameat), CALL(renameat2), CALL(unlink),
    CALL(unlinkat), CALL(fchmod),   CALL(fsync),     CALL(fdatasync),
};

/* The process was taken over: it ends rather than tries the next one. */
static const int hostile[] = {
    CALL(execve),
    CALL(execveat),
    CALL(ptrace),
    CALL(process_vm_readv),
    CALL(process_vm_writev),
    CALL(process_madvise),
    CALL(pidfd_getfd),
    CALL(kcmp),
    CALL(socket),
    CALL(socketpair),
    CALL(connect),
    CALL(bind),
    CALL(listen),
    CALL(accept),
    CALL(accept4),
    CALL(io_uring_setup),
    CALL(io_uring_enter),
    CALL(io_uring_register),
    CALL(userfaultfd),
    CALL(bpf),
    CALL(perf_event_open),
    CALL(keyctl),
    CALL(add_key),
    CALL(request_key),
    CALL(mount),
    CALL(umount2),
    CALL(pivot_root),
    CALL(chroot),
    CALL(move_mount),
    CALL(open_tree),
    CALL(fsopen),
    CALL(fsmount),
    CALL(fsconfig),
    CALL(mount_setattr),
    CALL(unshare),
    CALL(setns),
    CALL(open_by_handle_at),
    CALL(init_module),
    CALL(finit_module),
    CALL(delete_module),
    CALL(kexec_load),
    CALL(kexec_file_load),
    CALL(reboot),
    CALL(swapon),
    CALL(swapoff),
};

/* ---- Calls by an argument ------------------------------------------------------------------ */

/* The call is allowed if argument `argument` and `mask` is one of the values. */
struct by_argument {
    int call;
    unsigned argument;
    uint64_t mask, value;
};

enum {
    NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                 CLONE_NEWPID | CLONE_NEWNET
};
enum { THREAD = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD };
enum { ARCH_GET_XCOMP_PERM = 0x1022, ARCH_REQ_XCOMP_PERM = 0x1023 };

#define ALL UINT32_MAX

static const struct by_argument limited[] = {
    /* Memory that is executed is what the program was loaded with. */
    {CALL(mmap), 2, PROT_EXEC, 0},
    {CALL(mprotect), 2, PROT_EXEC, 0},
    /* Threads of this process, no other ones. */
    {CALL(clone), 0, THREAD | NAMESPACES, THREAD},
    {CALL(fcntl), 1, ALL, F_GETFD},
    {CALL(fcntl), 1, ALL, F_SETFD},
    {CALL(fcntl), 1, ALL, F_GETFL},
    {CALL(fcntl), 1, ALL, F_SETFL},
    {CALL(fcntl), 1, ALL, F_DUPFD},
    {CALL(fcntl), 1, ALL, F_DUPFD_CLOEXEC},
    {CALL(fcntl), 1, ALL, F_ADD_SEALS},
    {CALL(fcntl), 1, ALL, F_GET_SEALS},
    /* Whether it is a terminal, and how wide; nothing is typed into it. */
    {CALL(ioctl), 1, ALL, TCGETS},
    {CALL(ioctl), 1, ALL, TIOCGWINSZ},
    /* Limits are read. */
    {CALL(prlimit64), 2, UINT64_MAX, 0},
    {CALL(prctl), 0, ALL, PR_SET_NAME},
    {CALL(prctl), 0, ALL, PR_GET_NAME},
    {CALL(prctl), 0, ALL, PR_SET_NO_NEW_PRIVS},
    {CALL(prctl), 0, ALL, PR_GET_NO_NEW_PRIVS},
    {CALL(prctl), 0, ALL, PR_GET_SECCOMP},
    {CALL(prctl), 0, ALL, PR_SET_SECCOMP},
    {CALL(prctl), 0, ALL, PR_GET_DUMPABLE},
    /* The tiles of AMX are asked for. */
    {CALL(arch_prctl), 0, ALL, ARCH_GET_XCOMP_PERM},
    {CALL(arch_prctl), 0, ALL, ARCH_REQ_XCOMP_PERM},
};

#define OPENED (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))

static const struct by_argument reading[] = {
    {CALL(openat), 2, OPENED, O_RDONLY},
    {CALL(open), 1, OPENED, O_RDONLY},
};

/* To write alone: what is there cannot be read. */
static const struct by_argument writing[] = {
    {CALL(openat), 2, O_ACCMODE, O_WRONLY},
    {CALL(open), 1, O_ACCMODE, O_WRONLY},
};

/* ---- The filter ---------------------------------------------------------------------------- */

static int add_all(scmp_filter_ctx filter, uint32_t action, const int calls[], size_t n)
{
    int error = 0;
    for (size_t i = 0; i < n && error == 0; i++)
        error = seccomp_rule_add(filter, action, calls[i], 0);
    return error;
}

static int add_limited(scmp_filter_ctx filter, const struct by_argument rules[], size_t n)
{
    int error = 0;
    for (size_t i = 0; i < n && error == 0; i++) {
        const struct scmp_arg_cmp compared = {rules[i].argument, SCMP_CMP_MASKED_EQ, rules[i].mask,
                                              rules[i].value};
        error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].call, 1, &compared);
    }
    return error;
}

/* The flags of clone3 are in memory, where no filter looks: without it the C library uses clone.
 * abort() sends a signal to its own process. */
static int add_special(scmp_filter_ctx filter)
{
    const int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0);
    const struct scmp_arg_cmp own = {0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0};
    return error ? error : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, CALL(tgkill), 1, &own);
}

static int add_needed(scmp_filter_ctx filter, const struct confine_needs *needs)
{
    const bool reads = needs->n_read > 0, writes = needs->n_write > 0;
    int error = reads ? add_limited(filter, reading, COUNT(reading)) : 0;
    if (error == 0 && writes)
        error = add_limited(filter, writing, COUNT(writing));
    if (error == 0 && writes)
        error = add_all(filter, SCMP_ACT_ALLOW, finishing, COUNT(finishing));
    if (error == 0 && needs->sends_descriptors)
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL(sendmsg), 0);
    return error;
}

/* All threads at once; numbers of another architecture end the process; the tree makes the common
 * calls as cheap as the rare ones. */
static int set_attributes(scmp_filter_ctx filter)
{
    int error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (error == 0)
        error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (error == 0)
        error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return error;
}

int filter_load(const struct confine_needs *needs, struct message *message)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int error = filter ? set_attributes(filter) : -ENOMEM;
    if (error == 0)
        error = add_all(filter, SCMP_ACT_ALLOW, harmless, COUNT(harmless));
    if (error == 0)
        error = add_all(filter, SCMP_ACT_KILL_PROCESS, hostile, COUNT(hostile));
    if (error == 0)
        error = add_limited(filter, limited, COUNT(limited));
    if (error == 0)
        error = add_needed(filter, needs);
    if (error == 0)
        error = add_special(filter);
    if (error == 0)
        error = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (error == 0)
        return 0;
    return message_set(message, "system calls cannot be filtered: %s", strerror(-error));
}
