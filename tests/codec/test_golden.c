/* Files of a version of the format: they must give these pictures and metadata for ever.
 *
 *     test_codec_golden FOLDER             checks the files that FOLDER/hashes.txt tells of
 *     test_codec_golden --encoder FOLDER   and that the encoder makes these files today
 *     test_codec_golden --write FOLDER     writes them anew, after a change of the format's version
 *     test_codec_golden --hashes FOLDER    writes the hashes of stored files anew, after a change
 * of what is shown of them
 *
 * A line of hashes.txt: NAME STEP MODE HASH, the hash being XXH3 of the picture's pixels, or, of
 * the file's first BYTES bytes, NAME cut BYTES HASH, or, of a block of metadata, NAME metadata TYPE
 * HASH. */
#include "codec_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { MAX_FILE = 1 << 14, N_CUTS = 16, MAX_TEXT = 1 << 15 };

static const struct golden {
    const char *name;
    uint32_t width, height, channels;
    enum uqd_dither dither;
    char version; /* of the folder that it is in */
    struct uqd_region first;
} goldens[] = {
    {"rgb", 33, 18, 3, UQD_DITHER_NONE, '4', {0}},
    {"grey", 40, 31, 1, UQD_DITHER_NONE, '4', {0}},
    {"dithered", 21, 17, 3, UQD_DITHER_UNIVERSAL, '4', {0}},
    {"rgba", 33, 26, 4, UQD_DITHER_NONE, '4', {0}},
    {"grey-alpha", 17, 40, 2, UQD_DITHER_NONE, '4', {0}},
    {"separate", 1030, 3, 1, UQD_DITHER_NONE, '5', {0}},
    {"first", 265, 9, 3, UQD_DITHER_NONE, '5', {260, 0, 1, 1}},
    {"signs", 83, 50, 3, UQD_DITHER_NONE, '5', {0}},
    {"first-dithered", 6, 270, 3, UQD_DITHER_UNIVERSAL, '5', {0, 256, 1, 9}},
};
enum { N_GOLDENS = sizeof goldens / sizeof *goldens };

static const enum uqd_mode modes[] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

static const char *folder;

static FILE *open_file(const char *name, const char *suffix, const char *mode)
{
    char path[1024];
    assert_true(snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix) < (int)sizeof path);
    FILE *file = fopen(path, mode);
    if (file == NULL)
        fail_msg("cannot open %s", path);
    return file;
}

/* Blocks of every type, of which pictures with alpha carry copies. */
static const struct uqd_metadata metadata[] = {
    {UQD_METADATA_TEXT, "Title\0en\0\0A picture", 19},
    {UQD_METADATA_ICC, "not a profile, but nobody looks", 31},
    {UQD_METADATA_CICP, "\1\15\0\1", 4},
    {UQD_METADATA_RESOLUTION, "\0\0\056\043\0\0\056\043\1", 9},
    {UQD_METADATA_EXIF, "MM\0*\0\0\0\10\0\0\0\0\0\0", 14},
    {UQD_METADATA_XMP, "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", 37},
    {UQD_METADATA_TEXT, "Author\0\0\0Nobody", 15},
};
enum { N_METADATA = sizeof metadata / sizeof *metadata };

static struct file read_golden(const char *name)
{
    struct file file = {.data = malloc(MAX_FILE)};
    assert_non_null(file.data);
    FILE *stream = open_file(name, ".uqd", "rb");
    file.size = fread(file.data, 1, MAX_FILE, stream);
    fclose(stream);
    return file;
}

static int is_of_folder(const struct golden *golden)
{
    return golden->version == folder[strlen(folder) - 1];
}

static struct file encode_golden(const struct uqd_model *model, const struct golden *golden)
{
    struct uqd_image *image =
        make_image(golden->width, golden->height, golden->channels, CONTENT_PHOTO, 20);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = golden->dither;
    settings.first = golden->first;
    settings.seed = UINT64_C(0x0123456789abcdef);
    settings.metadata = metadata;
    settings.n_metadata = golden->channels % 2 == 0 ? N_METADATA : 0;
    const struct file file = encode(model, image, &settings);
    free(image);
    return file;
}

/* The lines of one file, appended to the text. */
static void describe(const struct uqd_model *model, const char *name, struct file file, char *text,
                     size_t capacity)
{
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (uint32_t i = 0; i < info_of(decoder).n_metadata; i++) {
        struct uqd_metadata block;
        const size_t n = strlen(text);
        assert_int_equal(uqd_decoder_metadata(decoder, i, &block), UQD_OK);
        snprintf(text + n, capacity - n, "%s metadata %d %016llx\n", name, (int)block.type,
                 (unsigned long long)XXH3_64bits(block.data, block.size));
    }
    for (uint32_t s = 0; s < info_of(decoder).n_steps; s++)
        for (int m = 0; m < 3; m++) {
            const size_t n = strlen(text);
            snprintf(text + n, capacity - n, "%s %u %d %016llx\n", name, s, (int)modes[m],
                     (unsigned long long)picture_hash(decoder, s, modes[m]));
        }
    uqd_decoder_free(decoder);
}

static void describe_cuts(const struct uqd_model *model, const char *name, struct file file,
                          char *text, size_t capacity)
{
    for (size_t cut = 1; cut < N_CUTS; cut++) {
        const size_t size = file.size * cut / N_CUTS, n = strlen(text);
        struct uqd_decoder *decoder = empty_decoder(model);
        if (uqd_decoder_feed(decoder, file.data, size) == UQD_NEED_DATA) {
            uqd_decoder_free(decoder); /* the cut is in the header */
            continue;
        }
        assert_int_equal(advance_all(decoder), UQD_NEED_DATA);
        const uint64_t hash = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
        snprintf(text + n, capacity - n, "%s cut %zu %016llx\n", name, size,
                 (unsigned long long)hash);
        uqd_decoder_free(decoder);
    }
}

static void write_all(void **state)
{
    char text[MAX_TEXT] = "";
    for (int i = 0; i < N_GOLDENS; i++) {
        if (!is_of_folder(&goldens[i]))
            continue;
        const struct file file = encode_golden(*state, &goldens[i]);
        assert_true(file.size < MAX_FILE);
        FILE *stream = open_file(goldens[i].name, ".uqd", "wb");
        assert_int_equal(fwrite(file.data, 1, file.size, stream), file.size);
        assert_int_equal(fclose(stream), 0);
        describe(*state, goldens[i].name, file, text, sizeof text);
        describe_cuts(*state, goldens[i].name, file, text, sizeof text);
        free(file.data);
    }
    FILE *stream = open_file("hashes", ".txt", "w");
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

/* What the files that the text tells of give today. */
static void describe_stored(const struct uqd_model *model, const char *text, char *today,
                            size_t capacity)
{
    char name[64], last[64] = "";
    for (const char *line = text; sscanf(line, "%63s", name) == 1; line = strchr(line, '\n') + 1) {
        if (strcmp(name, last) == 0)
            continue;
        const struct file file = read_golden(name);
        describe(model, name, file, today, capacity);
        describe_cuts(model, name, file, today, capacity);
        free(file.data);
        strcpy(last, name);
    }
}

static void read_hashes(char text[MAX_TEXT])
{
    FILE *stream = open_file("hashes", ".txt", "r");
    text[fread(text, 1, MAX_TEXT - 1, stream)] = '\0';
    fclose(stream);
}

static void write_hashes(void **state)
{
    char text[MAX_TEXT] = "", today[MAX_TEXT] = "";
    read_hashes(text);
    describe_stored(*state, text, today, sizeof today);
    FILE *stream = open_file("hashes", ".txt", "w");
    assert_true(fputs(today, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static void test_pictures(void **state)
{
    char want[MAX_TEXT] = "", got[MAX_TEXT] = "";
    read_hashes(want);
    describe_stored(*state, want, got, sizeof got);
    assert_string_equal(got, want);
}

/* Not a promise of the format, but a change here should be meant. */
static void test_encoder(void **state)
{
    for (int i = 0; i < N_GOLDENS; i++) {
        if (!is_of_folder(&goldens[i]))
            continue;
        const struct file want = read_golden(goldens[i].name);
        const struct file got = encode_golden(*state, &goldens[i]);
        assert_int_equal(got.size, want.size);
        assert_memory_equal(got.data, want.data, got.size);
        free(got.data);
        free(want.data);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_encoder),
    };
    const struct CMUnitTest reading[] = {cmocka_unit_test(test_pictures)};
    const struct CMUnitTest writing[] = {cmocka_unit_test(write_all)};
    const struct CMUnitTest hashing[] = {cmocka_unit_test(write_hashes)};
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: test_codec_golden [--encoder|--write|--hashes] FOLDER\n");
        return 2;
    }
    folder = argv[argc - 1];
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return cmocka_run_group_tests(writing, setup_model, teardown_model);
    if (argc == 3 && strcmp(argv[1], "--hashes") == 0)
        return cmocka_run_group_tests(hashing, setup_model, teardown_model);
    if (argc == 3)
        return cmocka_run_group_tests(tests, setup_model, teardown_model);
    return cmocka_run_group_tests(reading, setup_model, teardown_model);
}
