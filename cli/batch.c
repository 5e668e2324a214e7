#include "batch.h"

#include "interrupt.h"
#include "program.h"

int batch_run(const char *label, size_t count, batch_work *work, void *cookie)
{
    struct progress progress;
    struct message message;
    int code = EXIT_DONE;
    progress_begin(&progress, label, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && interrupt_signal()) {
            code = EXIT_SIGNAL + interrupt_signal();
            break;
        }
        progress_item(&progress, (uint32_t)i);
        if (work(cookie, i, &progress, &message) < 0) {
            progress_hide(&progress);
            code = report_failure(&message);
        }
    }
    progress_hide(&progress);
    return code;
}
