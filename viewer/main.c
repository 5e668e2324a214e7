#include "app/app.h"
#include "sdl/window.h"
#include "standard_streams.h"
#include "term/window.h"
#include "wait_policy.h"

#include <unistd.h>

/* A window; or the terminal, if that is wished for or all there is. */
static int open_backend(struct backend **backend, const struct backend_wishes *wishes,
                        struct message *message)
{
    if (wishes->terminal != TERMINAL_OFF)
        return term_window_open(backend, wishes, message);
    int status = sdl_window_open(backend, wishes, message);
    if (status == BACKEND_NO_DISPLAY && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        return term_window_open(backend, wishes, message);
    return status;
}

int main(int argc, char **argv)
{
    wait_policy_passive(argv);
    standard_streams_open();
    return app_main(argc, argv, open_backend);
}
