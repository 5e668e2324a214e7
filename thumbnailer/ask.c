#include "ask.h"

int ask_which(const struct input *input, const struct render_plan *plan, struct daemon_frame *frame)
{
    *frame = (struct daemon_frame){.info = &input->info, .reduce = plan->reduce};
    if (input->info.solid)
        return -1;
    while (!render_is_enough(input, plan, frame->step))
        frame->step++;
    return 0;
}
