#include "thumbnail.h"

#include "file.h"
#include "location.h"
#include "output.h"
#include "worker.h"

#include <stdlib.h>

/* Once more if the file changes; one that still does is given up to its next change. */
static int make(const struct thumbnail_request *request, const struct location *location,
                uint8_t **data, size_t *size, struct message *message)
{
    const int result = worker_make(request, location, data, size, message);
    if (result != WORKER_CHANGED)
        return result;
    free(*data);
    return worker_make(request, location, data, size, message);
}

int thumbnail_make(const struct thumbnail_request *request, struct message *message)
{
    struct location location;
    uint8_t *data = NULL;
    size_t size = 0;
    int result = location_read(&location, request->input, message);
    if (result == 0 && file_is_same(location.path, request->output))
        result = message_set(message, "%s: is the input itself", request->output);
    if (result == 0)
        result = make(request, &location, &data, &size, message);
    if (result >= 0)
        result = output_write(request->output, data, size, message);
    free(data);
    location_free(&location);
    return result;
}
