/* The format of pictures by paper models, for ever: few runs of the network, so that they also end
 * where each takes long. */
#include "codec_support.h"

#include "tiny_paper.h"

#include <stdlib.h>
#include <xxhash.h>

static void test_first_step(void **state)
{
    size_t size;
    uint8_t *bytes = tiny_paper_model(&size);
    struct uqd_model *model;
    struct uqd_image *image = make_image(9, 5, 3, CONTENT_PHOTO, 4);
    struct uqd_encode_settings settings = one_thread_encoding();
    (void)state;
    settings.seed = 77;
    settings.stop_step = 0;
    settings.no_distortion = 1;
    assert_int_equal(uqd_model_new(&model, bytes, size), UQD_OK);
    struct file file = encode(model, image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    const uint64_t hashes[2] = {XXH3_64bits(file.data, file.size),
                                picture_hash(decoder, 0, UQD_MODE_DENOISED)};
    if (hashes[0] != UINT64_C(0xc0035fe8e5baaab6) || hashes[1] != UINT64_C(0x78846160bfe42eda))
        fail_msg("0x%016llx 0x%016llx", (unsigned long long)hashes[0],
                 (unsigned long long)hashes[1]);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
    uqd_model_free(model);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_step)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
