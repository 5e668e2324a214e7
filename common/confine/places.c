#include "places.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in linux/landlock.h, which is older than some of these on many machines. */
enum {
    ACCESS_EXECUTE = 1 << 0,
    ACCESS_WRITE_FILE = 1 << 1,
    ACCESS_READ_FILE = 1 << 2,
    ACCESS_READ_DIR = 1 << 3,
    ACCESS_REMOVE_FILE = 1 << 5,
    ACCESS_MAKE_REG = 1 << 8,
    ACCESS_TRUNCATE = 1 << 14,
    RULE_PATH_BENEATH = 1,
    CREATE_RULESET_VERSION = 1,
    ALL_TCP = 3,
    ALL_SCOPES = 3,
    MAX_LINKS = 40,
};

struct ruleset {
    uint64_t handled_access_fs, handled_access_net, scoped;
};

struct path_rule {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

#ifdef SYS_landlock_create_ruleset
static int landlock_version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
}

static int landlock_create(const struct ruleset *ruleset, size_t size)
{
    return (int)syscall(SYS_landlock_create_ruleset, ruleset, size, 0);
}

static int landlock_add(int fd, const struct path_rule *rule)
{
    return (int)syscall(SYS_landlock_add_rule, fd, RULE_PATH_BENEATH, rule, 0);
}

static int landlock_restrict(int fd)
{
    return (int)syscall(SYS_landlock_restrict_self, fd, 0);
}
#else
static int none(void)
{
    errno = ENOSYS;
    return -1;
}
#define landlock_version()             none()
#define landlock_create(ruleset, size) none()
#define landlock_add(fd, rule)         none()
#define landlock_restrict(fd)          none()
#endif

/* ---- What a version of the interface knows ------------------------------------------------- */

/* The kinds of access to files that can be refused. */
static uint64_t file_access(int version)
{
    static const unsigned n_kinds[] = {13, 14, 15, 15, 16}; /* of versions 1 to 5 */
    const int last = sizeof n_kinds / sizeof *n_kinds;
    return (UINT64_C(1) << n_kinds[(version < last ? version : last) - 1]) - 1;
}

static int create(int version)
{
    struct ruleset ruleset = {.handled_access_fs = file_access(version)};
    size_t size = offsetof(struct ruleset, handled_access_net);
    if (version >= 4) {
        ruleset.handled_access_net = ALL_TCP;
        size = offsetof(struct ruleset, scoped);
    }
    if (version >= 6) {
        ruleset.scoped = ALL_SCOPES;
        size = sizeof ruleset;
    }
    return landlock_create(&ruleset, size);
}

/* ---- Rules --------------------------------------------------------------------------------- */

struct rules {
    int fd;
    uint64_t handled;
};

/* What is not there cannot be opened either. Pipes that a path of /proc leads to are refused as a
 * place, and nobody needs a rule to open them. */
static int allow(const struct rules *rules, const char *path, uint64_t of_file, uint64_t of_all)
{
    struct stat status;
    struct path_rule rule = {.parent_fd = open(path, O_PATH | O_CLOEXEC)};
    if (rule.parent_fd < 0)
        return file_is_exhausted(errno) ? -1 : 0;
    int result = fstat(rule.parent_fd, &status);
    rule.allowed_access = rules->handled & (S_ISDIR(status.st_mode) ? of_all : of_file);
    if (result == 0 && rule.allowed_access != 0)
        result = landlock_add(rules->fd, &rule);
    const int error = errno;
    close(rule.parent_fd);
    errno = error;
    return result < 0 && error != EBADFD ? -1 : 0;
}

static int allow_reading(const struct rules *rules, const char *path)
{
    return allow(rules, path, ACCESS_READ_FILE, ACCESS_READ_FILE | ACCESS_READ_DIR);
}

/* The name behind the links, for a file that need not be there; malloc'ed, or NULL. */
static char *follow(const char *path)
{
    char *name = strdup(path);
    for (int i = 0; name && i < MAX_LINKS; i++) {
        char target[PATH_MAX], *next;
        const ssize_t length = readlink(name, target, sizeof target - 1);
        if (length < 0)
            return name;
        target[length] = '\0';
        const char *slash = target[0] == '/' ? NULL : strrchr(name, '/');
        const int directory = slash ? (int)(slash + 1 - name) : 0;
        if (asprintf(&next, "%.*s%s", directory, name, target) < 0)
            next = NULL;
        free(name);
        name = next;
    }
    return name;
}

/* The directory that a regular file is made in, under another name first. */
static int allow_making(const struct rules *rules, const char *path)
{
    char *name = follow(path);
    if (!name)
        return -1;
    char *slash = strrchr(name, '/');
    if (slash)
        slash[1] = '\0';
    const int result =
        allow(rules, slash ? name : ".", 0,
              ACCESS_MAKE_REG | ACCESS_REMOVE_FILE | ACCESS_WRITE_FILE | ACCESS_TRUNCATE);
    free(name);
    return result;
}

static int allow_writing(const struct rules *rules, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return allow(rules, path, ACCESS_WRITE_FILE | ACCESS_TRUNCATE, 0);
    return allow_making(rules, path);
}

static int add_rules(const struct rules *rules, const struct confine_needs *needs)
{
    int result = 0;
    for (size_t i = 0; i < needs->n_read && result == 0; i++)
        if (strcmp(needs->read[i], "-") != 0)
            result = allow_reading(rules, needs->read[i]);
    for (size_t i = 0; i < needs->n_write && result == 0; i++)
        if (strcmp(needs->write[i], "-") != 0)
            result = allow_writing(rules, needs->write[i]);
    return result;
}

int places_limit(const struct confine_needs *needs, unsigned *version, struct message *message)
{
    const int present = landlock_version();
    *version = 0;
    if (present <= 0)
        return 0;
    struct rules rules = {create(present), file_access(present)};
    int result = rules.fd < 0 ? -1 : add_rules(&rules, needs);
    if (result == 0)
        result = landlock_restrict(rules.fd);
    if (result < 0)
        message_set(message, "places cannot be limited: %s", strerror(errno));
    else
        *version = (unsigned)present;
    if (rules.fd >= 0)
        close(rules.fd);
    return result;
}
