#include "counts.h"

#include "codec/lattice/network.h"
#include "codec/paper/network.h"

#include <malloc.h>

struct counts counts;

/* ---- What the library calls ---- */

static void note_more(const void *memory)
{
    const size_t now = atomic_fetch_add(&counts.held, malloc_usable_size((void *)memory)) +
                       malloc_usable_size((void *)memory);
    size_t before = atomic_load(&counts.most);
    while (before < now && !atomic_compare_exchange_weak(&counts.most, &before, now))
        ;
}

static void note_less(const void *memory)
{
    atomic_fetch_sub(&counts.held, malloc_usable_size((void *)memory));
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    void *memory = __real_malloc(size);
    note_more(memory);
    return memory;
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    void *memory = __real_calloc(n, size);
    note_more(memory);
    return memory;
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    note_less(memory);
    memory = __real_realloc(memory, size);
    note_more(memory);
    return memory;
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    void *memory = __real_aligned_alloc(alignment, size);
    note_more(memory);
    return memory;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    note_less(memory);
    __real_free(memory);
}

int __real_uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit,
                             uint32_t type, const uint8_t *levels, int dithered);
int __wrap_uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit,
                             uint32_t type, const uint8_t *levels, int dithered);
int __wrap_uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit,
                             uint32_t type, const uint8_t *levels, int dithered)
{
    counts.n_runs++;
    counts.n_blocks += (size_t)unit->grid_w * unit->grid_h;
    counts.widest = unit->grid_w > counts.widest ? unit->grid_w : counts.widest;
    return __real_uqd_network_trunk(network, unit, type, levels, dithered);
}

int __real_uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step, const float *z,
                                 float *eps_hat, float *factor, struct uqd_work *work);
int __wrap_uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step, const float *z,
                                 float *eps_hat, float *factor, struct uqd_work *work);
int __wrap_uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step, const float *z,
                                 float *eps_hat, float *factor, struct uqd_work *work)
{
    counts.n_runs++;
    return __real_uqd_paper_network_run(network, step, z, eps_hat, factor, work);
}

/* Reports of work that was done: the library also asks whether it is to go on. */
static int count_report(void *cookie, double done)
{
    (void)cookie;
    counts.n_reports += done > 0;
    return 0;
}

size_t begin_count(void)
{
    counts.n_runs = 0;
    counts.n_blocks = 0;
    counts.n_reports = 0;
    counts.widest = 0;
    counts.most = atomic_load(&counts.held);
    return counts.held;
}

/* ---- Decoders ---- */

struct uqd_decoder *counted_decoder(const struct uqd_model *model, struct file file)
{
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_decoder *decoder;
    settings.progress = count_report;
    assert_int_equal(uqd_decoder_new(&decoder, model, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    return decoder;
}

size_t stride_of(struct uqd_decoder *decoder, uint32_t reduce)
{
    const struct uqd_info info = info_of(decoder);
    return (size_t)uqd_reduced_side(info.width, reduce) * info.channels;
}

void make_picture(struct uqd_decoder *decoder, enum uqd_mode mode, uint32_t reduce, uint8_t *pixels)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.mode = mode;
    request.reduce = reduce;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, stride_of(decoder, reduce)),
                     UQD_OK);
}
