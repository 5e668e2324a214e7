#include "profile_make.h"

#include "colour_profile.h"

#include <lcms2.h>
#include <stdlib.h>
#include <string.h>

/* In a profile's header. */
enum { DATE_OFFSET = 24, DATE_SIZE = 12, ID_OFFSET = 84, ID_SIZE = 16, HEADER_SIZE = 128 };

/* A table of one entry per 8-bit code is exact for such pixels. */
enum { N_CODES = 256 };

/* Programs that do not read version 4 exist. */
static const double version = 2.4;

const struct profile_colours profile_srgb_colours = {
    0, {31270, 32900}, {64000, 33000}, {30000, 60000}, {15000, 6000}};

/* The bytes of a profile without the time at which it was made. */
static int save(cmsHPROFILE profile, uint8_t **icc, size_t *size)
{
    cmsUInt32Number n = 0;
    if (!cmsSaveProfileToMem(profile, NULL, &n) || n < HEADER_SIZE)
        return -1;
    uint8_t *data = malloc(n);
    if (!data || !cmsSaveProfileToMem(profile, data, &n)) {
        free(data);
        return -1;
    }
    memset(data + DATE_OFFSET, 0, DATE_SIZE);
    memset(data + ID_OFFSET, 0, ID_SIZE);
    *icc = data;
    *size = n;
    return 0;
}

static int set_description(cmsHPROFILE profile, const char *text)
{
    cmsMLU *description = cmsMLUalloc(NULL, 1);
    int result = description && cmsMLUsetASCII(description, "en", "US", text) &&
                         cmsWriteTag(profile, cmsSigProfileDescriptionTag, description)
                     ? 0
                     : -1;
    cmsMLUfree(description);
    return result;
}

/* ---- From gamma and primaries -------------------------------------------------------------- */

static cmsToneCurve *new_srgb_curve(void)
{
    const double parameters[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsUInt16Number table[N_CODES];
    cmsToneCurve *exact = cmsBuildParametricToneCurve(NULL, 4, parameters);
    if (!exact)
        return NULL;
    for (unsigned i = 0; i < N_CODES; i++)
        table[i] = cmsEvalToneCurve16(exact, (cmsUInt16Number)(i * 257));
    cmsFreeToneCurve(exact);
    return cmsBuildTabulatedToneCurve16(NULL, N_CODES, table);
}

static cmsToneCurve *new_curve(uint32_t gamma)
{
    return gamma ? cmsBuildGamma(NULL, 100000.0 / gamma) : new_srgb_curve();
}

static cmsCIExyY point(const uint32_t xy[2])
{
    return (cmsCIExyY){xy[0] / 100000.0, xy[1] / 100000.0, 1};
}

/* Whether the library can make a matrix of the colours: none without light, and no line instead of
 * a triangle. */
static int is_possible(const struct profile_colours *colours)
{
    const uint32_t *const points[] = {colours->white, colours->red, colours->green, colours->blue};
    for (unsigned i = 0; i < 4; i++)
        if (points[i][1] == 0 || points[i][0] > 200000 || points[i][1] > 200000)
            return 0;
    double a[2], b[2];
    for (unsigned i = 0; i < 2; i++) {
        a[i] = (double)colours->green[i] - colours->red[i];
        b[i] = (double)colours->blue[i] - colours->red[i];
    }
    double area = a[0] * b[1] - a[1] * b[0];
    return area > 1e6 || area < -1e6;
}

static cmsHPROFILE new_profile(const struct profile_colours *colours, int is_grey,
                               cmsToneCurve *curve)
{
    cmsCIExyY white = point(colours->white);
    const cmsCIExyYTRIPLE primaries = {point(colours->red), point(colours->green),
                                       point(colours->blue)};
    cmsToneCurve *const curves[3] = {curve, curve, curve};
    return is_grey ? cmsCreateGrayProfile(cmsD50_xyY(), curve)
                   : cmsCreateRGBProfile(&white, &primaries, curves);
}

int profile_from_colours(const struct profile_colours *colours, int is_grey, uint8_t **icc,
                         size_t *size)
{
    if (!is_grey && !is_possible(colours))
        return 1;
    if (!colour_profile_has_memory())
        return -1;
    cmsToneCurve *curve = new_curve(colours->gamma);
    cmsHPROFILE profile = curve ? new_profile(colours, is_grey, curve) : NULL;
    int result = -1;
    if (profile) {
        cmsSetProfileVersion(profile, version);
        if (set_description(profile, is_grey ? "Gamma" : "Gamma and primaries") == 0)
            result = save(profile, icc, size);
        cmsCloseProfile(profile);
    }
    if (curve)
        cmsFreeToneCurve(curve);
    return result;
}

/* ---- From an RGB profile ------------------------------------------------------------------- */

/* Its curve if it has the same three times, else NULL. It belongs to the profile. */
static cmsToneCurve *common_curve(cmsHPROFILE rgb)
{
    cmsToneCurve *red = cmsReadTag(rgb, cmsSigRedTRCTag);
    cmsToneCurve *green = cmsReadTag(rgb, cmsSigGreenTRCTag);
    cmsToneCurve *blue = cmsReadTag(rgb, cmsSigBlueTRCTag);
    if (!cmsIsMatrixShaper(rgb) || !red || !green || !blue)
        return NULL;
    for (unsigned i = 0; i < N_CODES; i++) {
        cmsUInt16Number at = (cmsUInt16Number)(i * 257), value = cmsEvalToneCurve16(red, at);
        if (cmsEvalToneCurve16(green, at) != value || cmsEvalToneCurve16(blue, at) != value)
            return NULL;
    }
    return red;
}

static cmsHPROFILE new_grey(cmsHPROFILE rgb, cmsToneCurve *curve)
{
    const cmsCIEXYZ *media = cmsReadTag(rgb, cmsSigMediaWhitePointTag);
    cmsCIExyY white = *cmsD50_xyY();
    if (media && media->Y > 0.1)
        cmsXYZ2xyY(&white, media);
    cmsHPROFILE grey = cmsCreateGrayProfile(&white, curve);
    if (!grey)
        return NULL;
    cmsSetProfileVersion(grey, cmsGetProfileVersion(rgb) < 4 ? version : 4.3);
    return grey;
}

/* What sRGB shows for each grey, 0 or -1. The library's shortcuts are too coarse in the darks. */
static int show_greys(cmsHPROFILE profile, cmsUInt32Number format, uint8_t shown[N_CODES][3])
{
    uint8_t in[N_CODES * 3];
    unsigned channels = format == TYPE_GRAY_8 ? 1 : 3;
    cmsHPROFILE srgb = cmsCreate_sRGBProfile();
    if (!srgb)
        return -1;
    cmsHTRANSFORM transform = cmsCreateTransform(profile, format, srgb, TYPE_RGB_8,
                                                 INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
    cmsCloseProfile(srgb);
    if (!transform)
        return -1;
    for (unsigned i = 0; i < N_CODES * channels; i++)
        in[i] = (uint8_t)(i / channels);
    cmsDoTransform(transform, in, shown, N_CODES);
    cmsDeleteTransform(transform);
    return 0;
}

static int are_alike(uint8_t a[N_CODES][3], uint8_t b[N_CODES][3])
{
    for (unsigned i = 0; i < N_CODES; i++)
        for (unsigned c = 0; c < 3; c++)
            if (abs(a[i][c] - b[i][c]) > 1)
                return 0;
    return 1;
}

/* Saves the profile for grey if it is needed and right: the primaries of some profiles do not add
 * up to white, and greys are tinted then. */
static int save_grey(cmsHPROFILE rgb, cmsHPROFILE grey, uint8_t **icc, size_t *size)
{
    uint8_t wanted[N_CODES][3], shown[N_CODES][3], srgb[N_CODES][3];
    char name[128] = "";
    if (show_greys(rgb, TYPE_RGB_8, wanted) < 0 || show_greys(grey, TYPE_GRAY_8, shown) < 0 ||
        !are_alike(wanted, shown))
        return 1;
    for (unsigned i = 0; i < N_CODES; i++)
        memset(srgb[i], (int)i, 3);
    *icc = NULL;
    *size = 0;
    if (are_alike(wanted, srgb))
        return 0;
    cmsGetProfileInfoASCII(rgb, cmsInfoDescription, "en", "US", name, sizeof name);
    name[sizeof name - 1] = 0;
    return set_description(grey, name[0] ? name : "Grey") == 0 ? save(grey, icc, size) : -1;
}

int profile_from_rgb(const void *rgb, size_t rgb_size, uint8_t **icc, size_t *size)
{
    cmsHPROFILE profile = cmsOpenProfileFromMem(rgb, (cmsUInt32Number)rgb_size);
    if (!profile)
        return 1;
    cmsToneCurve *curve = common_curve(profile);
    cmsHPROFILE grey = curve ? new_grey(profile, curve) : NULL;
    int result = !curve ? 1 : grey ? save_grey(profile, grey, icc, size) : -1;
    if (grey)
        cmsCloseProfile(grey);
    cmsCloseProfile(profile);
    return result;
}
