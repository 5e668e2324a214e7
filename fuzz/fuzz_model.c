/* Arbitrary bytes as a model file: loading never misbehaves, and any model that loads, whatever its
 * weights, codes a picture without loss, unless its scales turn out to be out of range when a
 * network is first used. The bytes are tried as they are, and in the place of the
 * beginning of a file that is a model, with the sizes and hashes made right: its head is a few kB,
 * and a fuzzer need not know of the weights behind it. */
#include "fuzz.h"

#include "model/reader.h"
#include "util/bytes.h"
#include "util/checked.h"

#include <string.h>
#include <xxhash.h>

enum { WIDTH = 9, HEIGHT = 8, CHANNELS = 3 };
/* docs/format.md, "Model file" */
enum { SIZE_AT = 16, HASH_AT = 24, HASHED_FROM = 32 };
enum { TENSOR_SHAPE_AT = 32, TENSOR_OFFSET_AT = 48, TENSOR_HASH_AT = 56 };

static void check_round_trip(const struct uqd_model *model)
{
    uint8_t *const pixels = fuzz_picture(WIDTH, HEIGHT, CHANNELS, 1);
    const struct uqd_image image = {WIDTH, HEIGHT, CHANNELS, WIDTH * CHANNELS, pixels};
    struct uqd_encode_settings settings;
    uqd_encode_settings_default(&settings);
    settings.threads = 1;
    settings.cpu_mask = fuzz_kernels();
    settings.no_distortion = 1;
    uint8_t *file;
    size_t size;
    const int encoded = uqd_encode(model, &image, &settings, &file, &size);
    FUZZ_CHECK(encoded == UQD_OK || encoded == UQD_ERR_MODEL_FILE);
    if (encoded != UQD_OK) {
        free(pixels);
        return;
    }

    struct uqd_decoder_settings decoder_settings;
    uqd_decoder_settings_default(&decoder_settings);
    decoder_settings.threads = 1;
    decoder_settings.cpu_mask = fuzz_kernels();
    struct uqd_decoder *decoder;
    FUZZ_CHECK(uqd_decoder_new(&decoder, model, &decoder_settings) == UQD_OK);
    FUZZ_CHECK(uqd_decoder_feed(decoder, file, size) == UQD_OK);
    int status;
    while ((status = uqd_decoder_advance(decoder)) == UQD_OK)
        ;
    FUZZ_CHECK(status == UQD_END);
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    uint8_t out[WIDTH * HEIGHT * CHANNELS];
    FUZZ_CHECK(uqd_decoder_picture(decoder, &request, out, WIDTH * CHANNELS) == UQD_OK);
    FUZZ_CHECK(memcmp(out, pixels, sizeof out) == 0);
    uqd_decoder_free(decoder);
    free(file);
    free(pixels);
}

static void check_model(const uint8_t *data, size_t size)
{
    struct uqd_model *model;
    uint64_t id = 0;
    const int peeked = uqd_model_peek_id(data, size, &id);
    if (uqd_model_new(&model, data, size) != UQD_OK)
        return;
    struct uqd_model_info info;
    uqd_model_get_info(model, &info);
    FUZZ_CHECK(peeked == UQD_OK && id == info.id);
    for (uint32_t step = 0; step < info.n_steps; step++)
        FUZZ_CHECK(uqd_model_step_name(model, step) != NULL);
    FUZZ_CHECK(uqd_model_step_name(model, info.n_steps) == NULL);
    check_round_trip(model);
    uqd_model_free(model);
}

static void put_u64(uint8_t *p, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

/* Of those tensors of a part that lie inside it. */
static void seal_tensors(uint8_t *data, const struct uqd_tensors *tensors, uint8_t *entry)
{
    for (uint32_t i = 0; i < tensors->n; i++, entry += UQD_MODEL_TENSOR_SIZE) {
        const uint64_t offset = uqd_get_u64(entry + TENSOR_OFFSET_AT);
        size_t bytes = tensors->value_size;
        int fits = offset <= tensors->size;
        for (int d = 0; d < 4; d++)
            fits &= uqd_mul_size(bytes, uqd_get_u32(entry + TENSOR_SHAPE_AT + 4 * d), &bytes) == 0;
        if (fits && bytes <= tensors->size - offset)
            put_u64(entry + TENSOR_HASH_AT, XXH3_64bits(data + tensors->begin + offset, bytes));
    }
}

/* The denoiser's part, of a first part whose hash is right. */
static void seal_denoiser(uint8_t *data, size_t size, const struct uqd_model_file *file)
{
    uint8_t *const head = data + file->denoiser_at;
    size_t head_size;
    struct uqd_tensors tensors = file->tensors;
    if (size - file->denoiser_at < UQD_MODEL_DENOISER_HEADER_SIZE ||
        uqd_model_file_denoiser_head_size(file, head, &head_size) != UQD_OK)
        return;
    tensors.n = uqd_get_u32(head + 24);
    tensors.begin = file->denoiser_at;
    tensors.size = size - file->denoiser_at;
    seal_tensors(data, &tensors, head + UQD_MODEL_DENOISER_HEADER_SIZE);
    memcpy(head + 8, data + HASH_AT, 8);
    put_u64(head, XXH3_64bits(head + 8, head_size - 8));
}

/* Makes the hashes of all tensors inside the file right, then those of the heads. */
static void seal(uint8_t *data, size_t size)
{
    struct uqd_model_file file;
    size_t head_size;
    put_u64(data + SIZE_AT, size);
    if (uqd_model_file_peek(&file, data, size) != UQD_OK ||
        uqd_model_file_head_size(&file, &head_size) != UQD_OK)
        return;
    seal_tensors(data, &file.tensors,
                 data + head_size - (size_t)file.tensors.n * UQD_MODEL_TENSOR_SIZE);
    put_u64(data + HASH_AT, XXH3_64bits(data + HASHED_FROM, head_size - HASHED_FROM));
    if (file.denoiser_at > 0)
        seal_denoiser(data, size, &file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *file;
    size_t file_size;
    fuzz_model(&file, &file_size);
    uint8_t *const copy = fuzz_copy(data, size);
    check_model(copy, size);
    free(copy);

    const size_t whole_size = size > file_size ? size : file_size;
    uint8_t *const whole = malloc(whole_size);
    FUZZ_CHECK(whole != NULL);
    memcpy(whole, file, file_size);
    if (size > 0)
        memcpy(whole, data, size);
    seal(whole, whole_size);
    check_model(whole, whole_size);
    free(whole);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    const uint8_t *file;
    size_t size, head_size;
    struct uqd_model_file parts;
    fuzz_model(&file, &size);
    FUZZ_CHECK(uqd_model_file_peek(&parts, file, size) == UQD_OK &&
               uqd_model_file_head_size(&parts, &head_size) == UQD_OK);
    const size_t sizes[] = {head_size, 64, 8, size, size / 2};
    if (index >= sizeof sizes / sizeof sizes[0])
        return 0;
    *data = fuzz_copy(file, sizes[index]);
    return sizes[index];
}
