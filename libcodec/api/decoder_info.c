/* What a decoder tells of a file without decoding: its header, its steps, its metadata. */
#include "api/decoder.h"
#include "container/record.h"
#include "transform/unit.h"
#include "util/checked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int is_lossless(const struct uqd_decoder *decoder)
{
    const struct uqd_header *header = &decoder->header;
    if (header->has_copy)
        return 1;
    if (decoder->model != NULL)
        return header->n_steps == decoder->model->n_steps;
    return header->has_distortion && header->centibel[header->n_steps - 1] == UQD_HEADER_LOSSLESS;
}

/* That of the model's step; a copy has the name of the model's last step, which it stands for. */
static const char *name_of(const struct uqd_decoder *decoder, uint32_t step)
{
    if (decoder->model == NULL)
        return "";
    const int is_copy = decoder->header.has_copy && step + 1 == decoder->header.n_steps;
    return uqd_model_step_name(decoder->model, is_copy ? decoder->model->n_steps - 1 : step);
}

/* In pixels; tiles at the picture's border are cut by it. */
static struct uqd_region first_of(const struct uqd_header *header)
{
    const uint32_t side = (uint32_t)UQD_UNIT_BLOCK << header->tile_log2;
    const uint32_t x = header->first.x_begin * side, y = header->first.y_begin * side;
    const uint32_t x_end = header->first.x_end * side, y_end = header->first.y_end * side;
    if (header->first.x_end == 0)
        return (struct uqd_region){0};
    return (struct uqd_region){x, y, (x_end < header->width ? x_end : header->width) - x,
                               (y_end < header->height ? y_end : header->height) - y};
}

int uqd_decoder_info(const struct uqd_decoder *decoder, struct uqd_info *info)
{
    if (decoder == NULL || info == NULL)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    const struct uqd_header *header = &decoder->header;
    *info = (struct uqd_info){
        .width = header->width,
        .height = header->height,
        .channels = header->colours + (header->has_alpha != 0),
        .n_steps = header->n_steps,
        .lossless = is_lossless(decoder),
        .solid = header->solid,
        .model_id = header->model_id,
        .dither = header->dithered ? UQD_DITHER_UNIVERSAL : UQD_DITHER_NONE,
        .order = header->phased ? UQD_ORDER_PSNR : UQD_ORDER_MODEL,
        .has_copy = header->has_copy,
        .first = first_of(header),
        .seed = header->seed,
        .header_size = header->size,
        .file_size = decoder->layout.file_size,
        .n_metadata = decoder->n_blocks,
    };
    return UQD_OK;
}

int uqd_decoder_step_info(const struct uqd_decoder *decoder, uint32_t step,
                          struct uqd_step_info *info)
{
    if (decoder == NULL || info == NULL)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    if (step >= decoder->header.n_steps)
        return UQD_ERR_ARG;
    const uint16_t centibel = decoder->header.centibel[step];
    double psnr = NAN;
    if (decoder->header.has_distortion)
        psnr = centibel == UQD_HEADER_LOSSLESS ? INFINITY : centibel / 100.0;
    *info = (struct uqd_step_info){
        .name = name_of(decoder, step),
        .bytes = decoder->layout.step_end[step],
        .psnr = psnr,
    };
    return UQD_OK;
}

int uqd_decoder_step_shows(const struct uqd_decoder *decoder, uint32_t step, uint32_t reduce,
                           int *shows)
{
    if (decoder == NULL || shows == NULL || decoder->model == NULL || reduce > UQD_MAX_REDUCE)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    if (step >= decoder->header.n_steps)
        return UQD_ERR_ARG;
    *shows = uqd_sessions_for(decoder->model, &decoder->header)
                 ->shows(decoder->model, &decoder->header, step, reduce);
    return UQD_OK;
}

/* ---- Metadata ---- */

struct uqd_extent uqd_decoder_record(const struct uqd_decoder *decoder, uint32_t record)
{
    const struct uqd_source source = uqd_decoder_source(decoder);
    return uqd_source_record(&source, record);
}

/* The profile in the header of a file of version 3. */
static int copy_profile(struct uqd_decoder *decoder)
{
    const struct uqd_header *header = &decoder->header;
    uint8_t *copy = malloc(header->icc_size);
    if (copy == NULL)
        return UQD_ERR_NOMEM;
    memcpy(copy, decoder->fed.data + header->icc_offset, header->icc_size);
    decoder->blocks[0] = (struct uqd_metadata_block){
        .type = UQD_METADATA_ICC, .data = copy, .size = header->icc_size};
    decoder->n_blocks = 1;
    return UQD_OK;
}

int uqd_decoder_find_blocks(struct uqd_decoder *decoder)
{
    const struct uqd_header *header = &decoder->header;
    if (header->icc_size > 0)
        return copy_profile(decoder);
    for (uint32_t i = 0; i < header->n_records; i++)
        if (header->records[i].type <= UQD_METADATA_TEXT)
            decoder->blocks[decoder->n_blocks++] = (struct uqd_metadata_block){
                .type = (enum uqd_metadata_type)header->records[i].type, .record = i};
    return UQD_OK;
}

/* The most that a block may have, all of them together having their limit. */
static uint64_t most_of(const struct uqd_decoder *decoder, enum uqd_metadata_type type)
{
    const uint64_t left = UQD_MAX_METADATA_SIZE - decoder->blocks_size;
    return type == UQD_METADATA_ICC && left > UQD_MAX_ICC_SIZE ? UQD_MAX_ICC_SIZE : left;
}

static int unpack(struct uqd_decoder *decoder, struct uqd_metadata_block *block)
{
    const struct uqd_extent record = uqd_decoder_record(decoder, block->record);
    uint64_t size;
    if (record.available < record.size)
        return UQD_NEED_DATA;
    int status =
        uqd_record_check(record.data, record.size, most_of(decoder, block->type), &size, NULL);
    if (status == UQD_OK && size == 0)
        status = UQD_ERR_CORRUPT;
    if (status < 0)
        return status;
    uint8_t *data = malloc((size_t)size);
    if (data == NULL)
        return UQD_ERR_NOMEM;
    status = uqd_record_unpack(record.data, record.size, data, (size_t)size, NULL);
    if (status < 0) {
        free(data);
        return status;
    }
    block->data = data;
    block->size = (size_t)size;
    decoder->blocks_size += size;
    return UQD_OK;
}

int uqd_decoder_metadata(struct uqd_decoder *decoder, uint32_t index, struct uqd_metadata *metadata)
{
    if (decoder == NULL || metadata == NULL)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    if (index >= decoder->n_blocks)
        return UQD_ERR_ARG;
    struct uqd_metadata_block *block = &decoder->blocks[index];
    const int status = block->data == NULL ? unpack(decoder, block) : UQD_OK;
    *metadata = (struct uqd_metadata){block->type, block->data, block->size};
    return status;
}

uint64_t uqd_decoder_metadata_end(const struct uqd_decoder *decoder, uint32_t index)
{
    if (decoder == NULL || !decoder->has_header || index >= decoder->n_blocks)
        return 0;
    if (decoder->header.n_records == 0)
        return decoder->header.size;
    const uint32_t record = decoder->blocks[index].record;
    return decoder->layout.record[record] + decoder->header.records[record].size;
}
