/* uqd_encode: a session takes the picture and codes it step by step. */
#include "api/copy_choice.h"
#include "api/image.h"
#include "api/metrics.h"
#include "api/placement.h"
#include "api/settings.h"
#include "codec/alpha.h"
#include "codec/session.h"
#include "container/layout.h"
#include "container/record.h"
#include "model/class.h"
#include "transform/unit.h"
#include "util/checked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct encoder {
    const struct uqd_image *image;
    struct uqd_image colours; /* the picture without alpha */
    uint8_t *opaque;          /* its pixels, NULL if the picture has no alpha */
    struct uqd_encode_settings settings;
    const struct uqd_model *model;
    const struct uqd_session_class *sessions;
    struct uqd_session *session;
    struct uqd_header header;
    uint8_t *bodies[UQD_HEADER_MAX_STEPS]; /* by their first step */
    uint8_t *shown;                        /* picture of a step, for its distortion */
    struct uqd_copy_choice copy;
    struct uqd_placement placement;
    struct uqd_alpha alpha; /* as a decoder knows it */
    struct uqd_alpha_scratch scratch;
};

static const struct uqd_encode_settings default_settings = {
    .struct_size = sizeof default_settings,
    .dither = UQD_DITHER_NONE,
    .order = UQD_ORDER_MODEL,
    .stop_step = UINT32_MAX,
    .cpu_mask = (uint32_t)UQD_CPU_ALL,
};

void uqd_encode_settings_init(struct uqd_encode_settings *settings, size_t struct_size)
{
    uqd_settings_give(&default_settings, sizeof default_settings, settings, struct_size);
}

static int check_block(const struct uqd_metadata *block)
{
    const int is_type = block->type >= UQD_METADATA_ICC && block->type <= UQD_METADATA_TEXT;
    const int is_small = block->type != UQD_METADATA_ICC || block->size <= UQD_MAX_ICC_SIZE;
    const int fits = block->type == UQD_METADATA_CICP         ? block->size == 4
                     : block->type == UQD_METADATA_RESOLUTION ? block->size == 9
                                                              : block->size > 0;
    return is_type && is_small && block->data != NULL && fits ? UQD_OK : UQD_ERR_ARG;
}

static int check_metadata(const struct uqd_encode_settings *settings)
{
    size_t total = 0;
    if (settings->n_metadata > UQD_MAX_METADATA ||
        (settings->n_metadata > 0 && settings->metadata == NULL))
        return UQD_ERR_ARG;
    for (uint32_t i = 0; i < settings->n_metadata; i++) {
        const struct uqd_metadata *block = &settings->metadata[i];
        if (check_block(block) < 0 || block->size > UQD_MAX_METADATA_SIZE - total)
            return UQD_ERR_ARG;
        total += block->size;
        for (uint32_t j = 0; j < i && block->type != UQD_METADATA_TEXT; j++)
            if (settings->metadata[j].type == block->type)
                return UQD_ERR_ARG;
    }
    return UQD_OK;
}

static int check_first(const struct uqd_model *model, const struct uqd_image *image,
                       const struct uqd_region *first)
{
    if (first->width == 0)
        return UQD_OK;
    return !model->class->is_paper && uqd_region_is_in(first, image->width, image->height)
               ? UQD_OK
               : UQD_ERR_ARG;
}

static int check_arguments(const struct uqd_model *model, const struct uqd_image *image,
                           const struct uqd_encode_settings *settings)
{
    if (uqd_image_check(image) < 0)
        return UQD_ERR_ARG;
    if (settings->dither != UQD_DITHER_NONE && settings->dither != UQD_DITHER_UNIVERSAL)
        return UQD_ERR_ARG;
    if (!uqd_model_has_order(model, settings->order) ||
        (settings->order != UQD_ORDER_MODEL && settings->dither != UQD_DITHER_NONE))
        return UQD_ERR_ARG;
    if (check_first(model, image, &settings->first) < 0)
        return UQD_ERR_ARG;
    return check_metadata(settings);
}

/* ---- Alpha ---- */

static int has_alpha(const struct uqd_image *image)
{
    return image->channels % 2 == 0;
}

/* Copies the colours of a picture with alpha. */
static int take_colours(struct encoder *encoder)
{
    const struct uqd_image *image = encoder->image;
    const size_t colours = encoder->header.colours;
    encoder->opaque = uqd_malloc_array((size_t)image->width * image->height, colours);
    if (encoder->opaque == NULL)
        return UQD_ERR_NOMEM;
    uint8_t *to = encoder->opaque;
    struct uqd_work *work = encoder->session->work;
    for (uint32_t y = 0; y < image->height && uqd_work_look(work, image->width) == UQD_OK; y++)
        for (uint32_t x = 0; x < image->width; x++, to += colours)
            memcpy(to, image->pixels + y * image->stride + (size_t)x * image->channels, colours);
    return uqd_work_look(work, 0);
}

/* Reads the pieces that have been placed back, as a decoder does. */
static int take_pieces(struct encoder *encoder)
{
    const struct uqd_placement *placement = &encoder->placement;
    int status = UQD_OK, piece = 0;
    for (uint32_t i = 0; i < placement->n_placed && status == UQD_OK; i++) {
        const struct uqd_waiting *placed = &placement->records[i];
        if (placed->record.type != UQD_RECORD_ALPHA)
            continue;
        if (encoder->alpha.n_known[piece] == 0)
            status =
                uqd_alpha_decode(&encoder->alpha, (enum uqd_alpha_piece)piece, placed->data,
                                 placed->record.size, placed->record.size, encoder->session->work);
        piece++;
    }
    return status;
}

/* ---- Steps ---- */

static int has_tiles(const struct uqd_header *header)
{
    const uint32_t side = (uint32_t)UQD_UNIT_BLOCK << header->tile_log2;
    return header->width > side || header->height > side;
}

/* The tiles that a region touches come first. A picture of few tiles gets smaller ones for that. */
static void set_first(struct uqd_header *header, const struct uqd_region *region)
{
    enum { LEAST_TILE_LOG2 = 5, TILES = 4 };
    const uint32_t longer = header->width > header->height ? header->width : header->height;
    while (header->tile_log2 > LEAST_TILE_LOG2 && longer < (uint32_t)TILES * UQD_UNIT_BLOCK
                                                               << header->tile_log2)
        header->tile_log2--;
    const uint32_t side = (uint32_t)UQD_UNIT_BLOCK << header->tile_log2;
    if (!has_tiles(header))
        return;
    header->first.x_begin = region->x / side;
    header->first.x_end = (region->x + region->width + side - 1) / side;
    header->first.y_begin = region->y / side;
    header->first.y_end = (region->y + region->height + side - 1) / side;
}

/* Joint levels take less time, and curves of signs make files smaller; but small ones would notice
 * the byte of the second flags, and have little that could be learnt. */
enum { MAX_PLAIN_PIXELS = 64 * 64 };

static int is_worth_second_flags(const struct uqd_header *header)
{
    return !header->dithered && (uint64_t)header->width * header->height > MAX_PLAIN_PIXELS;
}

static void fill_header(struct encoder *encoder)
{
    const struct uqd_model *model = encoder->model;
    struct uqd_header *header = &encoder->header;
    encoder->alpha.width = encoder->image->width;
    encoder->alpha.height = encoder->image->height;
    header->width = encoder->image->width;
    header->height = encoder->image->height;
    header->colours = encoder->image->channels < 3 ? 1 : 3;
    header->model_id = (uint32_t)model->id;
    header->paper = model->class->is_paper;
    header->dithered = header->paper || encoder->settings.dither == UQD_DITHER_UNIVERSAL;
    header->seed = encoder->settings.seed;
    header->phased = encoder->settings.order == UQD_ORDER_PSNR;
    header->tile_log2 = UQD_HEADER_TILE_LOG2;
    if (encoder->settings.first.width > 0)
        set_first(header, &encoder->settings.first);
    header->separate = !header->paper && has_tiles(header);
    header->solid = encoder->settings.solid;
    header->joint = header->sign_curves = is_worth_second_flags(header);
    header->has_distortion = !encoder->settings.no_distortion && !header->solid;
    header->n_steps = model->n_steps;
    if (encoder->settings.stop_step < header->n_steps)
        header->n_steps = encoder->settings.stop_step + 1;
}

/* Not in a file that ends before it is lossless. */
static int may_copy(const struct encoder *encoder)
{
    return encoder->settings.may_copy && encoder->header.n_steps == encoder->model->n_steps;
}

static int prepare(struct encoder *encoder)
{
    const struct uqd_image *image = encoder->image;
    const struct uqd_session_settings settings = {
        .threads = encoder->settings.threads,
        .cpu_mask = encoder->settings.cpu_mask,
        .progress = encoder->settings.progress,
        .cookie = encoder->settings.cookie,
    };
    int status =
        encoder->sessions->open(&encoder->session, encoder->model, &encoder->header, &settings);
    if (status == UQD_OK)
        uqd_work_begin(encoder->session->work, 0);
    if (status == UQD_OK && has_alpha(image)) {
        status = take_colours(encoder);
        encoder->colours.channels = encoder->header.colours;
        encoder->colours.stride = (size_t)image->width * encoder->header.colours;
        encoder->colours.pixels = encoder->opaque;
    }
    if (status == UQD_OK)
        status = encoder->sessions->load(encoder->session, &encoder->colours, &encoder->header);
    if (status == UQD_OK)
        status = uqd_copy_choice_init(&encoder->copy, &encoder->colours, may_copy(encoder),
                                      encoder->session->work);
    if (status == UQD_OK)
        status = uqd_placement_init(&encoder->placement, image, encoder->settings.metadata,
                                    encoder->settings.n_metadata, encoder->session->work);
    if (status == UQD_OK && encoder->header.has_distortion) {
        encoder->shown = uqd_malloc_array((size_t)image->width * image->height, image->channels);
        if (encoder->shown == NULL)
            return UQD_ERR_NOMEM;
        if (has_alpha(image))
            status = uqd_alpha_scratch_init(&encoder->scratch, &encoder->alpha, 0);
    }
    return status;
}

/* PSNR of the picture that a decoder shows after the step, in 1/100 dB. */
static int measure(struct encoder *encoder, uint32_t step)
{
    const struct uqd_image *image = encoder->image;
    const struct uqd_image shown = {image->width, image->height, image->channels,
                                    (size_t)image->width * image->channels, encoder->shown};
    struct uqd_metrics metrics;
    const struct uqd_picture_request request = {.mode = UQD_MODE_DENOISED};
    int status = encoder->sessions->show(encoder->session, (int)step, NULL, &request,
                                         encoder->shown, shown.stride);
    if (status == UQD_OK && has_alpha(image))
        status = take_pieces(encoder);
    if (status == UQD_OK && has_alpha(image))
        status = uqd_alpha_show(&encoder->alpha, &encoder->scratch, 0,
                                (struct uqd_region){0, 0, image->width, image->height},
                                encoder->header.colours, encoder->shown, shown.stride,
                                encoder->session->work);
    if (status == UQD_OK)
        status = uqd_metrics_of(image, &shown, 0, &metrics, encoder->session->work);
    if (status < 0)
        return status;
    const double centibel = round(100 * metrics.psnr);
    encoder->header.centibel[step] =
        metrics.mse == 0 ? UQD_HEADER_LOSSLESS : (uint16_t)(centibel > 0 ? centibel : 0);
    return UQD_OK;
}

/* One body, and what lies before it. */
static int encode_body(struct encoder *encoder, struct uqd_body body)
{
    struct uqd_header *header = &encoder->header;
    const uint32_t number = header->solid ? 0 : body.first;
    size_t size;
    const int status =
        encoder->sessions->encode(encoder->session, body, &encoder->bodies[number], &size);
    if (status < 0)
        return status;
    header->step_size[number] = size;
    header->body_size += size;
    uqd_placement_add_body(&encoder->placement, number, uqd_header_bodies(header), size);
    return header->has_distortion ? measure(encoder, body.last) : UQD_OK;
}

/* Takes the copy for all that is behind the first n_before steps. */
static void take_copy(struct encoder *encoder, uint32_t n_before)
{
    struct uqd_header *header = &encoder->header;
    for (uint32_t s = n_before; s < header->n_steps; s++) {
        free(encoder->bodies[s]);
        encoder->bodies[s] = NULL;
    }
    encoder->bodies[n_before] = encoder->copy.body;
    encoder->copy.body = NULL;
    header->has_copy = 1;
    header->solid = 0;
    header->n_steps = n_before + 1;
    header->step_size[n_before] = encoder->copy.size;
    header->centibel[n_before] = UQD_HEADER_LOSSLESS;
    header->body_size = 0;
    uqd_placement_restart(&encoder->placement);
    for (uint32_t s = 0; s < header->n_steps; s++) {
        header->body_size += header->step_size[s];
        uqd_placement_add_body(&encoder->placement, s, header->n_steps, header->step_size[s]);
    }
}

static int encode_steps(struct encoder *encoder)
{
    struct uqd_header *header = &encoder->header;
    uqd_work_begin(
        encoder->session->work,
        encoder->sessions->encode_work(encoder->session, header->n_steps, header->has_distortion));
    const uint32_t per_body = header->solid ? header->n_steps : 1;
    for (uint32_t s = 0; s < header->n_steps && !header->has_copy; s += per_body) {
        uint32_t n_before = 0;
        int status = encode_body(encoder, (struct uqd_body){s, s + per_body - 1, header->solid});
        if (status == UQD_OK)
            status = uqd_copy_choice_look(&encoder->copy, header, s + per_body, &n_before,
                                          encoder->session->work);
        if (status < 0)
            return status;
        if (status == UQD_END)
            take_copy(encoder, n_before);
    }
    uqd_placement_add_body(&encoder->placement, uqd_header_bodies(header),
                           uqd_header_bodies(header), 0);
    return UQD_OK;
}

static void fill_table(struct encoder *encoder)
{
    encoder->header.n_records = encoder->placement.n_placed;
    for (uint32_t i = 0; i < encoder->placement.n_placed; i++)
        encoder->header.records[i] = encoder->placement.records[i].record;
}

static int copy_parts(const struct encoder *encoder, const struct uqd_layout *layout, uint8_t *file)
{
    const struct uqd_header *header = &encoder->header;
    struct uqd_work *work = encoder->session->work;
    int status = UQD_OK;
    for (uint32_t i = 0; i < header->n_records && status == UQD_OK; i++)
        status = uqd_work_copy(work, file + layout->record[i], encoder->placement.records[i].data,
                               (size_t)header->records[i].size);
    for (uint32_t body = 0; body < uqd_header_bodies(header) && status == UQD_OK; body++)
        if (header->step_size[body] > 0)
            status = uqd_work_copy(work, file + layout->body[body], encoder->bodies[body],
                                   (size_t)header->step_size[body]);
    return status;
}

static int assemble(struct encoder *encoder, uint8_t **data, size_t *size)
{
    struct uqd_layout layout;
    uint8_t *header;
    fill_table(encoder);
    int status = uqd_header_write(&encoder->header, &header, &encoder->header.size);
    if (status < 0)
        return status;
    uqd_layout_make(&layout, &encoder->header);
    uint8_t *file = realloc(header, (size_t)layout.file_size);
    if (file == NULL) {
        free(header);
        return UQD_ERR_NOMEM;
    }
    status = copy_parts(encoder, &layout, file);
    if (status < 0) {
        free(file);
        return status;
    }
    *data = file;
    *size = (size_t)layout.file_size;
    return UQD_OK;
}

static void free_encoder(struct encoder *encoder)
{
    if (encoder->session != NULL)
        encoder->sessions->close(encoder->session);
    for (uint32_t s = 0; s < UQD_HEADER_MAX_STEPS; s++)
        free(encoder->bodies[s]);
    uqd_copy_choice_free(&encoder->copy);
    uqd_placement_free(&encoder->placement);
    uqd_alpha_free(&encoder->alpha);
    uqd_alpha_scratch_free(&encoder->scratch);
    free(encoder->opaque);
    free(encoder->shown);
    free(encoder);
}

int uqd_encode(const struct uqd_model *model, const struct uqd_image *image,
               const struct uqd_encode_settings *settings, uint8_t **data, size_t *size)
{
    if (model == NULL || data == NULL || size == NULL)
        return UQD_ERR_ARG;
    struct encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL)
        return UQD_ERR_NOMEM;
    encoder->image = image;
    encoder->settings = default_settings;
    encoder->model = model;
    encoder->sessions = uqd_sessions_of(model);
    int status = UQD_OK;
    if (settings != NULL)
        status = uqd_settings_take(&encoder->settings, sizeof encoder->settings, settings);
    if (status == UQD_OK)
        status = check_arguments(encoder->model, image, &encoder->settings);
    if (status == UQD_OK) {
        encoder->colours = *image;
        fill_header(encoder);
        status = prepare(encoder);
    }
    if (status == UQD_OK)
        status = encode_steps(encoder);
    if (status == UQD_OK)
        status = assemble(encoder, data, size);
    free_encoder(encoder);
    return status;
}
