#include "util/descriptor.h"

#include <errno.h>
#include <unistd.h>

int uqd_read_at(int fd, uint8_t *out, size_t size, uint64_t offset)
{
    while (size > 0) {
        const ssize_t n = pread(fd, out, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        out += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}
