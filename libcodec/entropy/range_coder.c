#include "entropy/range_coder.h"

enum { STATE_BYTES = 8 };

/* ---- Encoder ---- */

void uqd_range_encoder_init(struct uqd_range_encoder *encoder)
{
    *encoder = (struct uqd_range_encoder){.range = UINT64_MAX};
}

void uqd_range_encoder_deinit(struct uqd_range_encoder *encoder)
{
    uqd_buffer_free(&encoder->out);
}

/* The top byte of low leaves. */
static void shift_out(struct uqd_range_encoder *encoder)
{
    if (uqd_buffer_append_byte(&encoder->out, (uint8_t)(encoder->low >> 56)) < 0)
        encoder->status = UQD_ERR_NOMEM;
    encoder->low <<= 8;
}

/* A carry into nothing: there was no memory for the bytes before, and the stream has failed. */
void uqd_range_encoder_carry(uint8_t *data, size_t size)
{
    while (size > 0 && ++data[--size] == 0)
        continue;
}

void uqd_range_encoder_normalise(struct uqd_range_encoder *encoder)
{
    assert(encoder->range > 0);
    while (encoder->range < UQD_RANGE_MIN) {
        shift_out(encoder);
        encoder->range <<= 8;
    }
}

/* Distance from low up to the next multiple of 2^free_bits, free_bits 0 .. 64. */
static uint64_t distance_to_multiple(uint64_t low, int free_bits)
{
    const uint64_t mask = free_bits == 64 ? UINT64_MAX : (UINT64_C(1) << free_bits) - 1;
    return (0 - low) & mask;
}

int uqd_range_encoder_finish(struct uqd_range_encoder *encoder, const uint8_t **data, size_t *size)
{
    int n_bytes = 0;

    assert(encoder->range > 0);
    while (distance_to_multiple(encoder->low, 64 - 8 * n_bytes) >= encoder->range)
        n_bytes++;
    uqd_range_encoder_advance(encoder, distance_to_multiple(encoder->low, 64 - 8 * n_bytes));
    while (n_bytes-- > 0)
        shift_out(encoder);
    if (encoder->status != UQD_OK)
        return encoder->status;
    *data = encoder->out.data;
    *size = encoder->out.size;
    return UQD_OK;
}

/* ---- Decoder ---- */

static int stop(struct uqd_range_decoder *decoder, int status)
{
    decoder->range = 0; /* sends every later symbol to uqd_range_refill, which reports it */
    return decoder->status = status;
}

static int shift_in(struct uqd_range_decoder *decoder)
{
    uint8_t byte = 0;
    if (decoder->position < decoder->available)
        byte = decoder->data[decoder->position];
    else if (decoder->position < decoder->length)
        return stop(decoder, UQD_NEED_DATA);
    else if (decoder->position - decoder->length >= STATE_BYTES)
        return stop(decoder, UQD_ERR_CORRUPT);
    decoder->position++;
    decoder->value = decoder->value << 8 | byte;
    return UQD_OK;
}

void uqd_range_decoder_init(struct uqd_range_decoder *decoder, const uint8_t *data,
                            size_t available, size_t length)
{
    assert(available <= length && (data != NULL || available == 0));
    *decoder = (struct uqd_range_decoder){
        .range = UINT64_MAX, .data = data, .available = available, .length = length};
    for (int i = 0; i < STATE_BYTES; i++)
        if (shift_in(decoder) != UQD_OK)
            return;
    if (decoder->value >= decoder->range)
        stop(decoder, UQD_ERR_CORRUPT);
}

int uqd_range_refill_at_end(struct uqd_range_decoder *decoder)
{
    while (decoder->status == UQD_OK && decoder->range < UQD_RANGE_MIN)
        if (shift_in(decoder) == UQD_OK)
            decoder->range <<= 8;
    return decoder->status;
}

int uqd_range_decoder_finish(const struct uqd_range_decoder *decoder)
{
    if (decoder->status != UQD_OK)
        return decoder->status;
    return decoder->position < decoder->length ? UQD_ERR_CORRUPT : UQD_OK;
}
