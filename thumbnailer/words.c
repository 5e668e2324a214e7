#include "words.h"

#include <errno.h>
#include <unistd.h>

int words_receive(int fd, void *data, size_t size)
{
    uint8_t *at = data;
    while (size > 0) {
        const ssize_t n = read(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}
