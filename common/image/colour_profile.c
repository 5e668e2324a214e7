#include "colour_profile.h"

#include <lcms2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Codes from 0 to 255 in equal distances, in each colour. */
enum { GRID_STEP = 15, GRID_SIZE = 255 / GRID_STEP + 1 };

/* Bytes: more than the library takes for a profile of the largest size with its tables. */
enum { MEMORY_NEEDED = 32 << 20 };

struct colour_converter {
    cmsHTRANSFORM transform;
};

int colour_profile_has_memory(void)
{
    void *memory =
        mmap(NULL, MEMORY_NEEDED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 0;
    munmap(memory, MEMORY_NEEDED);
    return 1;
}

static cmsHPROFILE open_profile(const void *icc, size_t size)
{
    return size <= UINT32_MAX ? cmsOpenProfileFromMem(icc, (cmsUInt32Number)size) : NULL;
}

/* A transform to sRGB, NULL if there is none. Programs that show pictures take the perceptual
 * intent; most profiles have no other than the relative colorimetric one, and then it is that. */
static cmsHTRANSFORM new_transform(cmsHPROFILE from, cmsUInt32Number format_in,
                                   cmsUInt32Number format_out, cmsUInt32Number intent)
{
    cmsHPROFILE srgb = cmsCreate_sRGBProfile();
    if (!srgb)
        return NULL;
    cmsHTRANSFORM transform =
        cmsCreateTransform(from, format_in, srgb, format_out, intent, cmsFLAGS_COPY_ALPHA);
    cmsCloseProfile(srgb);
    return transform;
}

/* ---- What a profile is --------------------------------------------------------------------- */

/* Whether the transform keeps the colours of the grid, to one code. */
static int keeps_colours(cmsHTRANSFORM transform)
{
    uint8_t in[GRID_SIZE][3], out[GRID_SIZE][3];
    for (int red = 0; red <= 255; red += GRID_STEP)
        for (int green = 0; green <= 255; green += GRID_STEP) {
            for (int i = 0; i < GRID_SIZE; i++) {
                in[i][0] = (uint8_t)red;
                in[i][1] = (uint8_t)green;
                in[i][2] = (uint8_t)(i * GRID_STEP);
            }
            cmsDoTransform(transform, in, out, GRID_SIZE);
            for (int i = 0; i < GRID_SIZE; i++)
                for (int c = 0; c < 3; c++)
                    if (abs(in[i][c] - out[i][c]) > 1)
                        return 0;
        }
    return 1;
}

/* By what it does: there are many profiles of sRGB, and some call themselves so that are not. */
static int is_srgb(cmsHPROFILE profile)
{
    if (!cmsIsMatrixShaper(profile))
        return 0;
    cmsHTRANSFORM transform =
        new_transform(profile, TYPE_RGB_8, TYPE_RGB_8, INTENT_RELATIVE_COLORIMETRIC);
    if (!transform)
        return 0;
    int result = keeps_colours(transform);
    cmsDeleteTransform(transform);
    return result;
}

static int describes_pixels(cmsHPROFILE profile)
{
    cmsProfileClassSignature class = cmsGetDeviceClass(profile);
    return class == cmsSigInputClass || class == cmsSigDisplayClass || class == cmsSigOutputClass ||
           class == cmsSigColorSpaceClass;
}

static enum colour_profile_kind kind_of(cmsHPROFILE profile)
{
    if (!describes_pixels(profile))
        return COLOUR_PROFILE_OTHER;
    if (cmsGetColorSpace(profile) == cmsSigGrayData)
        return COLOUR_PROFILE_GREY;
    if (cmsGetColorSpace(profile) != cmsSigRgbData)
        return COLOUR_PROFILE_OTHER;
    return is_srgb(profile) ? COLOUR_PROFILE_SRGB : COLOUR_PROFILE_RGB;
}

enum colour_profile_kind colour_profile_examine(const void *icc, size_t size)
{
    cmsHPROFILE profile = open_profile(icc, size);
    if (!profile)
        return COLOUR_PROFILE_DAMAGED;
    enum colour_profile_kind kind = kind_of(profile);
    cmsCloseProfile(profile);
    return kind;
}

/* ---- Its description ----------------------------------------------------------------------- */

/* Appends the character, a surrogate as it is not; returns the new end, or NULL if it is full. */
static char *put_utf8(char *at, const char *end, uint32_t code)
{
    int n_more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    if (end - at <= n_more)
        return NULL;
    *at++ = (char)(first[n_more] | code >> (6 * n_more));
    for (int i = n_more - 1; i >= 0; i--)
        *at++ = (char)(0x80 | (code >> (6 * i) & 0x3f));
    return at;
}

/* The library keeps UTF-16 code units in wide characters. */
static void wide_to_utf8(const wchar_t *wide, char *text, size_t size)
{
    char *at = text, *end = text + size - 1;
    for (; *wide; wide++) {
        uint32_t code = (uint32_t)*wide;
        if (code >= 0xd800 && code < 0xdc00 && (uint32_t)wide[1] >= 0xdc00 &&
            (uint32_t)wide[1] < 0xe000)
            code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t) * ++wide - 0xdc00);
        if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff || code < 0x20)
            code = 0xfffd;
        char *next = put_utf8(at, end, code);
        if (!next)
            break;
        at = next;
    }
    *at = 0;
}

int profile_description(const void *icc, size_t size, char text[128])
{
    wchar_t wide[128] = {0};
    cmsHPROFILE profile = open_profile(icc, size);
    text[0] = 0;
    if (!profile)
        return -1;
    cmsGetProfileInfo(profile, cmsInfoDescription, "en", "US", wide, sizeof wide);
    cmsCloseProfile(profile);
    wide[sizeof wide / sizeof *wide - 1] = 0;
    wide_to_utf8(wide, text, 128);
    return text[0] ? 0 : -1;
}

/* ---- Conversion ---------------------------------------------------------------------------- */

static cmsHTRANSFORM new_display_transform(cmsHPROFILE profile, uint32_t channels)
{
    static const cmsUInt32Number formats[] = {TYPE_GRAY_8, TYPE_GRAYA_8, TYPE_RGB_8, TYPE_RGBA_8};
    cmsColorSpaceSignature wanted = channels < 3 ? cmsSigGrayData : cmsSigRgbData;
    if (!describes_pixels(profile) || cmsGetColorSpace(profile) != wanted)
        return NULL;
    return new_transform(profile, formats[channels - 1],
                         channels % 2 == 0 ? TYPE_RGBA_8 : TYPE_RGB_8, INTENT_PERCEPTUAL);
}

struct colour_converter *colour_converter_new(const void *icc, size_t size, uint32_t channels,
                                              struct message *message)
{
    struct colour_converter *converter =
        colour_profile_has_memory() ? calloc(1, sizeof *converter) : NULL;
    cmsHPROFILE profile = converter ? open_profile(icc, size) : NULL;
    if (profile)
        converter->transform = new_display_transform(profile, channels);
    if (profile)
        cmsCloseProfile(profile);
    if (converter && converter->transform)
        return converter;
    message_set(message, !converter ? "there is not enough memory for the colour profile"
                         : !profile ? "the colour profile is damaged"
                                    : "the colour profile does not fit the picture");
    free(converter);
    return NULL;
}

void colour_converter_run(const struct colour_converter *converter, const uint8_t *in, uint8_t *out,
                          uint32_t n_pixels)
{
    cmsDoTransform(converter->transform, in, out, n_pixels);
}

void colour_converter_free(struct colour_converter *converter)
{
    if (converter)
        cmsDeleteTransform(converter->transform);
    free(converter);
}
