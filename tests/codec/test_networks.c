/* Which weights run: those of the stage type's network, and the denoiser's own only for pictures.
 */
#include "codec_support.h"

#include "model/model.h"
#include "model/reader.h"
#include "model_bytes.h"
#include "util/bytes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What a model makes of a picture: the file's size, and the sum of the hashes of what it shows. */
struct outcome {
    size_t size;
    uint64_t denoised, sampled;
};

static struct outcome outcome_of(struct model_bytes *b)
{
    struct outcome outcome = {0};
    struct uqd_image *image = make_image(41, 26, 3, CONTENT_PHOTO, 30);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.no_distortion = 1;
    struct uqd_model *model;
    model_bytes_seal(b);
    assert_int_equal(uqd_model_new(&model, b->data, b->size), UQD_OK);
    const struct file file = encode(model, image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    outcome.size = file.size;
    for (uint32_t s = 0; s < info_of(decoder).n_steps; s++) {
        outcome.denoised += picture_hash(decoder, s, UQD_MODE_DENOISED);
        outcome.sampled += picture_hash(decoder, s, UQD_MODE_ANCESTRAL);
    }
    uqd_decoder_free(decoder);
    free(file.data);
    uqd_model_free(model);
    free(image);
    return outcome;
}

static int is_same(struct outcome a, struct outcome b)
{
    return a.size == b.size && a.denoised == b.denoised && a.sampled == b.sampled;
}

static void swap_tensors(struct model_bytes *b)
{
    for (uint32_t i = 0; i < b->n_tensors; i++) {
        uint8_t *name = b->data + b->tensors + (size_t)i * UQD_MODEL_TENSOR_SIZE;
        if (memcmp(name, "net", 3) == 0)
            name[3] ^= '0' ^ '1';
    }
}

static void swap_network_of_stage_type(struct model_bytes *b, uint32_t type)
{
    b->data[b->stage_types + (size_t)type * UQD_MODEL_STAGE_TYPE_SIZE + 4] ^= 1;
}

static void test_stage_types_name_networks(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    const struct outcome plain = outcome_of(&b);
    swap_tensors(&b);
    assert_false(is_same(outcome_of(&b), plain));
    for (uint32_t k = 0; k < b.n_stage_types; k++)
        swap_network_of_stage_type(&b, k);
    assert_true(is_same(outcome_of(&b), plain));
    /* Those of unit 0, all of which the picture has. */
    for (uint32_t k = 0; k < b.n_stage_types; k++) {
        swap_network_of_stage_type(&b, k);
        if (b.data[b.stage_types + (size_t)k * UQD_MODEL_STAGE_TYPE_SIZE] == 0 &&
            is_same(outcome_of(&b), plain))
            fail_msg("stage type %u runs the same with another network", k);
        swap_network_of_stage_type(&b, k);
    }
    free(b.data);
}

static void clear_tensor(struct model_bytes *b, const char *name)
{
    const uint8_t *entry = tensor_entry(b, name);
    size_t n = 1;
    for (int i = 0; i < 4; i++)
        n *= uqd_get_u32(entry + 32 + 4 * i);
    memset(b->data + uqd_get_u64(entry + 48), 0, 2 * n);
    model_bytes_seal_tensor(b, name);
}

/* A block that adds nothing is as good as none, and no block of the denoiser is seen in files. What
 * it adds to pictures is not seen here either, since random weights run away; test_prefixes has
 * others. */
static void test_blocks_of_denoiser(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    const struct outcome plain = outcome_of(&b);
    clear_tensor(&b, "net0.denoise.block0.out");
    clear_tensor(&b, "net1.denoise.block0.out");
    const struct outcome cleared = outcome_of(&b);
    model_bytes_drop_denoise_blocks(&b);
    assert_true(is_same(outcome_of(&b), cleared));
    assert_true(plain.size == cleared.size && plain.sampled == cleared.sampled);
    free(b.data);
}

/* One of the decoders that meet a model whose weights nobody has used. */
struct user {
    pthread_t thread;
    struct uqd_decoder *decoder;
    int status;
};

static void *decode_all(void *cookie)
{
    struct user *user = cookie;
    do
        user->status = uqd_decoder_advance(user->decoder);
    while (user->status == UQD_OK);
    return NULL;
}

/* What one decoder asks of the model while another has it read weights: the sanitizer of threads
 * sees whether that is ordered. */
static void test_first_use_by_several(void **state)
{
    (void)state;
    struct uqd_image *image = make_image(20, 12, 3, CONTENT_PHOTO, 31);
    struct uqd_model *other = load_tiny_model(1), *model = load_tiny_model(1);
    const struct file file = encode(other, image, NULL);
    struct user users[3];
    for (int i = 0; i < 3; i++)
        users[i].decoder = full_decoder(model, file);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&users[i].thread, NULL, decode_all, &users[i]), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(users[i].thread, NULL), 0);
    const uint64_t hash = picture_hash(users[0].decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(users[i].status, UQD_END);
        assert_true(picture_hash(users[i].decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED) == hash);
        uqd_decoder_free(users[i].decoder);
    }
    free(file.data);
    uqd_model_free(model);
    uqd_model_free(other);
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stage_types_name_networks),
        cmocka_unit_test(test_blocks_of_denoiser),
        cmocka_unit_test(test_first_use_by_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
