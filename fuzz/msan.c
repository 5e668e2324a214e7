/* What libraries do that are not built with the sanitizer of memory: zlib's output is told to it,
 * and OpenMP, without which such a build is compiled (serial_clang), has one thread. */
#include <dlfcn.h>
#include <sanitizer/msan_interface.h>
#include <stdlib.h>
#include <zlib.h>

int omp_get_max_threads(void);
int omp_get_thread_num(void);
int omp_get_dynamic(void);
int omp_get_active_level(void);
int omp_get_max_active_levels(void);

int omp_get_max_threads(void)
{
    return 1;
}

int omp_get_thread_num(void)
{
    return 0;
}

int omp_get_dynamic(void)
{
    return 0;
}

/* As inside of a region, so that no thread is tried. */
int omp_get_active_level(void)
{
    return 1;
}

int omp_get_max_active_levels(void)
{
    return 1;
}

typedef int coder(z_streamp stream, int flush);

static coder *find(const char *name)
{
    union {
        void *object;
        coder *function;
    } found = {dlsym(RTLD_NEXT, name)};
    if (found.object == NULL)
        abort();
    return found.function;
}

static int tell(coder *code, z_streamp stream, int flush)
{
    Bytef *const begin = stream->next_out;
    const int result = code(stream, flush);
    __msan_unpoison(stream, sizeof *stream);
    __msan_unpoison(begin, (size_t)(stream->next_out - begin));
    return result;
}

int inflate(z_streamp stream, int flush)
{
    return tell(find("inflate"), stream, flush);
}

int deflate(z_streamp stream, int flush)
{
    return tell(find("deflate"), stream, flush);
}
