#include "ask.h"

#include "daemon.h"

/* The steps of a solid file are known to those who decode them; it is small anyhow. */
int ask_daemon(const struct input *input, const struct render_plan *plan, int64_t milliseconds,
               struct pixels *pixels)
{
    struct daemon_frame frame = {.info = &input->info, .reduce = plan->reduce};
    if (input->info.solid)
        return -1;
    while (!render_is_enough(input, plan, frame.step))
        frame.step++;
    return daemon_get_frame(input->fd, &frame, milliseconds, pixels);
}
