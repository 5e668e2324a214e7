/* uqd-thumbnailer: small pictures of .uqd files for file managers. */
#include "arguments.h"
#include "monotonic.h"
#include "thumbnail.h"
#include "wait_policy.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static int64_t milliseconds_left(void *cookie)
{
    const int64_t *end = cookie;
    return *end - monotonic_ms();
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct message message;
    int64_t end = monotonic_ms();
    wait_policy_passive(argv);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    umask(077); /* thumbnails are their user's own */
    const int status = arguments_read(&arguments, argc, argv, &message);
    if (status == ARGUMENTS_PRINTED)
        return DONE;
    if (status < 0) {
        fprintf(stderr, "%s: %s (see %s --help)\n", thumbnailer_program.name, message.text,
                thumbnailer_program.name);
        return USAGE;
    }
    end += arguments.deadline * INT64_C(1000);
    const struct thumbnail_request request = {.input = arguments.input,
                                              .output = arguments.output,
                                              .size = arguments.size,
                                              .threads = arguments.threads,
                                              .use_daemon = !arguments.no_daemon,
                                              .milliseconds_left = milliseconds_left,
                                              .cookie = &end};
    if (thumbnail_make(&request, &message) == 0)
        return DONE;
    message_print(stderr, thumbnailer_program.name, &message);
    return FAILED;
}
