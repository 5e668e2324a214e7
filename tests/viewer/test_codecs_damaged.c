/* Files of the viewer's other codecs that are damaged or cut: nothing worse than a message. */
#include "codec_pictures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static uint32_t random_number(void)
{
    static uint32_t state = 12345;
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

/* Any answer is right, if it is one of those that are promised. */
static void decode_anything(enum codec codec, const struct codec_file *file, size_t size,
                            const struct uqd_image *shape)
{
    struct uqd_image picture;
    int status = codec_decode_part(codec, file, size, shape, &picture);
    assert_true(status == 0 || status == -1 || status == CODEC_NO_PICTURE_YET);
    codec_free_pixels(&picture);
}

static void damage(enum codec codec, struct codec_file *file, const struct uqd_image *shape)
{
    for (int i = 0; i < 250; i++) {
        size_t at = random_number() % (i % 2 ? file->size : file->size < 200 ? file->size : 200);
        uint8_t flips = (uint8_t)(1 << random_number() % 8), before = file->data[at];
        file->data[at] = i % 5 ? before ^ flips : (uint8_t)random_number();
        decode_anything(codec, file, i % 3 ? file->size : random_number() % file->size, shape);
        file->data[at] = before;
    }
    for (size_t size = 0; size < file->size; size += 1 + file->size / 60)
        decode_anything(codec, file, size, shape);
}

static void bears_damage(enum codec codec)
{
    struct uqd_image image = codec_paint(40, 30, 4);
    struct codec_file file = codec_file_of(codec, &image, 2500);
    damage(codec, &file, &image);
    codec_file_free(&file);
    if (codec_can_be_cut(codec)) {
        file = codec_progressive_of(codec, &image);
        damage(codec, &file, &image);
    } else {
        file = codec_file_of(codec, &image, 3000);
    }
    for (size_t i = 0; i < file.size; i++)
        file.data[i] = (uint8_t)random_number();
    decode_anything(codec, &file, file.size, &image);
    codec_file_free(&file);
    codec_free_pixels(&image);
}

/* ---- Silence ------------------------------------------------------------------------------- */

struct silence {
    FILE *said;
    int kept[2];
};

/* From now on the program's output and errors go to a file. */
static void begin_silence(struct silence *silence)
{
    silence->said = tmpfile();
    assert_non_null(silence->said);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        silence->kept[i] = dup(1 + i);
        dup2(fileno(silence->said), 1 + i);
    }
}

/* How many bytes were said since. */
static long end_silence(struct silence *silence)
{
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        dup2(silence->kept[i], 1 + i);
        close(silence->kept[i]);
    }
    long size = lseek(fileno(silence->said), 0, SEEK_END);
    fclose(silence->said);
    return size;
}

static void bears_damage_silently(enum codec codec)
{
    struct silence silence;
    begin_silence(&silence);
    bears_damage(codec);
    long said = end_silence(&silence);
    if (codec != CODEC_JXL && codec != CODEC_AVIF) /* as codecs.h says */
        assert_int_equal(said, 0);
}

static void damaged_files_are_borne(void **state)
{
    (void)state;
    for (enum codec codec = CODEC_JPEG; codec < N_CODECS; codec++)
        if (codec_is_there(codec))
            bears_damage_silently(codec);
}

static void cut_silently(enum codec codec)
{
    struct uqd_image image = codec_paint(120, 90, 4);
    struct codec_file file = codec_can_be_cut(codec) ? codec_progressive_of(codec, &image)
                                                     : codec_file_of(codec, &image, 4000);
    struct silence silence;
    begin_silence(&silence);
    for (size_t i = 0; i <= 200; i++)
        decode_anything(codec, &file, file.size * i / 200, &image);
    assert_int_equal(end_silence(&silence), 0);
    codec_file_free(&file);
    codec_free_pixels(&image);
}

static void cut_files_are_decoded_silently(void **state)
{
    (void)state;
    for (enum codec codec = CODEC_JPEG; codec < N_CODECS; codec++)
        if (codec_is_there(codec))
            cut_silently(codec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_are_borne),
        cmocka_unit_test(cut_files_are_decoded_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
