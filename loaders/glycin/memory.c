#include "memory.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int memory_create(size_t size, uint8_t **bytes)
{
    void *mapping = MAP_FAILED;
    const int fd = memfd_create("uqd-glycin-loader", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    if (ftruncate(fd, (off_t)size) == 0)
        mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapping == MAP_FAILED) {
        close(fd);
        return -1;
    }
    *bytes = mapping;
    return fd;
}

void memory_unmap(uint8_t *bytes, size_t size)
{
    munmap(bytes, size);
}

int memory_copy(const void *bytes, size_t size)
{
    uint8_t *copy;
    const int fd = memory_create(size, &copy);
    if (fd < 0)
        return -1;
    memcpy(copy, bytes, size);
    memory_unmap(copy, size);
    return fd;
}
