#include "refuse_filters.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define LOAD(field)            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define UNLESS(value, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skipped)
#define RETURN(action)         BPF_STMT(BPF_RET | BPF_K, action)

static int load(struct sock_filter *filter, size_t n)
{
    const struct sock_fprog program = {(unsigned short)n, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* The last that it is given, for the filter refuses its like. */
int refuse_filters(int error)
{
    struct sock_filter filter[] = {
        LOAD(nr),
        UNLESS(SYS_seccomp, 1),
        RETURN(SECCOMP_RET_ERRNO | (uint32_t)error),
        UNLESS(SYS_prctl, 3),
        LOAD(args[0]), /* its lower half, first in memory */
        UNLESS(PR_SET_SECCOMP, 1),
        RETURN(SECCOMP_RET_ERRNO | (uint32_t)error),
        RETURN(SECCOMP_RET_ALLOW),
    };
    return load(filter, sizeof filter / sizeof *filter);
}

int refuse_landlock(void)
{
    struct sock_filter filter[] = {
        LOAD(nr),
        UNLESS(SYS_landlock_create_ruleset, 1),
        RETURN(SECCOMP_RET_ERRNO | ENOSYS),
        RETURN(SECCOMP_RET_ALLOW),
    };
    return load(filter, sizeof filter / sizeof *filter);
}

/* The flags of clone3 are in memory, where no filter looks: without it the C library uses clone. */
int refuse_threads(void)
{
    struct sock_filter filter[] = {
        LOAD(nr),
        UNLESS(SYS_clone3, 1),
        RETURN(SECCOMP_RET_ERRNO | ENOSYS),
        UNLESS(SYS_clone, 3),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
        RETURN(SECCOMP_RET_ERRNO | EAGAIN),
        RETURN(SECCOMP_RET_ALLOW),
    };
    return load(filter, sizeof filter / sizeof *filter);
}
