/* The viewer's other codecs beside the programs of the same libraries: their decoders find in our
 * files what ours find. */
#include "codec_pictures.h"
#include "image_file.h"
#include "process.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TIMEOUT_S = 60 };

/* The program that decodes a codec's files, meson says where it is, and its arguments; "IN" is the
 * file and "OUT" the picture. An argument that only files which are cut need comes last. */
static const struct {
    const char *package, *program;
    const char *arguments[6];
    const char *picture; /* what the program writes */
    const char *cut;
} decoders[N_CODECS] = {
    [CODEC_JPEG] = {"libjpeg-turbo-progs", DJPEG, {"-outfile", "OUT", "IN"}, "out.ppm", NULL},
    [CODEC_WEBP] = {"webp", DWEBP, {"IN", "-o", "OUT"}, "out.png", NULL},
    [CODEC_JXL] = {"libjxl-tools", DJXL, {"IN", "OUT"}, "out.png", "--allow_partial_files"},
    [CODEC_AVIF] = {"libavif-bin", AVIFDEC, {"IN", "OUT"}, "out.png", NULL},
    [CODEC_JP2] = {"libopenjp2-tools",
                   OPJ_DECOMPRESS,
                   {"-i", "IN", "-o", "OUT"},
                   "out.png",
                   "-allow-partial"},
};

static void skip_unless_there(enum codec codec)
{
    if (!codec_is_there(codec))
        print_message("skip: the library of %s is missing\n", codec_title(codec));
    else if (!decoders[codec].program)
        print_message("skip: there is no program of the package %s\n", decoders[codec].package);
    else
        return;
    skip();
}

/* Runs the program on the bytes. Whether it gives a picture. */
static int run_decoder(enum codec codec, const uint8_t *data, size_t size, int is_cut)
{
    struct process_result result;
    char in[32];
    const char *argv[8] = {decoders[codec].program};
    int n = 1;
    snprintf(in, sizeof in, "in.%s", codec_extension(codec));
    scratch_write(in, data, size);
    remove(decoders[codec].picture);
    for (const char *const *a = decoders[codec].arguments; *a; a++)
        argv[n++] = strcmp(*a, "IN") == 0    ? in
                    : strcmp(*a, "OUT") == 0 ? decoders[codec].picture
                                             : *a;
    if (is_cut && decoders[codec].cut)
        argv[n++] = decoders[codec].cut;
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    if (result.exit_code != 0 && !is_cut)
        fail_msg("%s: %s", argv[0], result.err);
    process_result_free(&result);
    return scratch_exists(decoders[codec].picture);
}

/* What is read of a picture has as few channels as its pixels need. */
static void assert_is_output(enum codec codec, const struct uqd_image *picture, const char *what)
{
    struct pixels pixels;
    struct message message;
    if (image_read(decoders[codec].picture, NULL, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    assert_int_equal(pixels_expand(&pixels, picture->channels), 0);
    struct uqd_image output = {pixels.width, pixels.height, pixels.channels, picture->stride,
                               pixels.data};
    if (memcmp(output.pixels, picture->pixels, picture->stride * picture->height) != 0)
        fail_msg("%s, %s: the program's picture is another one, %.2f dB away", codec_name(codec),
                 what, codec_psnr(picture, &output));
    pixels_free(&pixels);
}

static void decodes_what_the_program_does(enum codec codec, uint32_t channels, uint64_t bytes)
{
    struct uqd_image image = codec_paint(150, 110, channels);
    struct codec_file file = codec_file_of(codec, &image, bytes);
    struct uqd_image shape = image;
    shape.channels += codec == CODEC_WEBP && channels <= 2 ? 2 : 0; /* it has no grey */
    shape.stride = (size_t)shape.width * shape.channels;
    struct uqd_image picture = codec_picture_of(codec, &file, &shape);
    char what[64];
    snprintf(what, sizeof what, "%u channels, %zu bytes", channels, file.size);
    assert_true(run_decoder(codec, file.data, file.size, 0));
    assert_is_output(codec, &picture, what);
    codec_free_pixels(&picture);
    codec_file_free(&file);
    codec_free_pixels(&image);
}

static void whole_files(enum codec codec)
{
    skip_unless_there(codec);
    for (uint32_t channels = 1; channels <= 4; channels++) {
        decodes_what_the_program_does(codec, channels, 4000);
        decodes_what_the_program_does(codec, channels, 20000);
    }
}

/* ---- Cut files ----------------------------------------------------------------------------- */

/* A file as it is cut for the program, which would make noise of half a packet of JPEG 2000: these
 * begin with a marker. */
static size_t whole_packets(enum codec codec, const struct codec_file *file, size_t size)
{
    static const uint8_t marker[4] = {0xff, 0x91, 0x00, 0x04};
    if (codec != CODEC_JP2 || size == file->size)
        return size;
    for (size_t at = size; at-- > 0;)
        if (memcmp(file->data + at, marker, sizeof marker) == 0 && at + sizeof marker <= size)
            return at;
    return 0;
}

/* 1 if both show a picture, which is the same then. We may show one where the program gives up. */
static int cut_at(enum codec codec, const struct codec_file *file, size_t size,
                  const struct uqd_image *image)
{
    struct uqd_image picture;
    char what[64];
    int is_shown = codec_decode_part(codec, file, size, image, &picture) == 0;
    int is_output =
        run_decoder(codec, file->data, whole_packets(codec, file, size), size < file->size);
    snprintf(what, sizeof what, "cut at %zu of %zu", size, file->size);
    if (is_shown && is_output)
        assert_is_output(codec, &picture, what);
    codec_free_pixels(&picture);
    return is_shown && is_output;
}

static void cut_files(enum codec codec)
{
    enum { N_CUTS = 24 };
    skip_unless_there(codec);
    for (uint32_t channels = 1; channels <= 3; channels += 2) {
        struct uqd_image image = codec_paint(300, 270, channels);
        struct codec_file file = codec_progressive_of(codec, &image);
        int n_same = 0;
        for (size_t i = 1; i <= N_CUTS; i++)
            n_same += cut_at(codec, &file, file.size * i / N_CUTS, &image);
        assert_in_range(n_same, N_CUTS / 2, N_CUTS);
        codec_file_free(&file);
        codec_free_pixels(&image);
    }
}

static void jpeg_files(void **state)
{
    (void)state;
    whole_files(CODEC_JPEG);
}

static void webp_files(void **state)
{
    (void)state;
    whole_files(CODEC_WEBP);
}

static void jxl_files(void **state)
{
    (void)state;
    whole_files(CODEC_JXL);
}

static void avif_files(void **state)
{
    (void)state;
    whole_files(CODEC_AVIF);
}

static void jp2_files(void **state)
{
    (void)state;
    whole_files(CODEC_JP2);
}

static void cut_jpeg_files(void **state)
{
    (void)state;
    cut_files(CODEC_JPEG);
}

static void cut_jxl_files(void **state)
{
    (void)state;
    cut_files(CODEC_JXL);
}

static void cut_jp2_files(void **state)
{
    (void)state;
    cut_files(CODEC_JP2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jpeg_files),    cmocka_unit_test(webp_files),
        cmocka_unit_test(jxl_files),     cmocka_unit_test(avif_files),
        cmocka_unit_test(jp2_files),     cmocka_unit_test(cut_jpeg_files),
        cmocka_unit_test(cut_jxl_files), cmocka_unit_test(cut_jp2_files),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
