#include "profiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <lcms2.h>

#include <cmocka.h>

static const cmsCIExyY d65 = {0.3127, 0.3290, 1};

static cmsHPROFILE rgb(const double primaries[6], cmsToneCurve *const curves[3])
{
    const cmsCIExyYTRIPLE points = {{primaries[0], primaries[1], 1},
                                    {primaries[2], primaries[3], 1},
                                    {primaries[4], primaries[5], 1}};
    return cmsCreateRGBProfile(&d65, &points, curves);
}

static cmsHPROFILE rgb_of_gamma(const double primaries[6], double red, double green, double blue)
{
    cmsToneCurve *curves[3] = {cmsBuildGamma(NULL, red), cmsBuildGamma(NULL, green),
                               cmsBuildGamma(NULL, blue)};
    cmsHPROFILE profile = rgb(primaries, curves);
    cmsFreeToneCurveTriple(curves);
    return profile;
}

static cmsHPROFILE p3(void)
{
    static const double primaries[] = {0.68, 0.32, 0.265, 0.69, 0.15, 0.06};
    static const double parameters[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsToneCurve *curve = cmsBuildParametricToneCurve(NULL, 4, parameters);
    cmsToneCurve *const curves[3] = {curve, curve, curve};
    cmsHPROFILE profile = rgb(primaries, curves);
    cmsFreeToneCurve(curve);
    return profile;
}

static cmsHPROFILE grey(void)
{
    cmsToneCurve *curve = cmsBuildGamma(NULL, 1.8);
    cmsHPROFILE profile = cmsCreateGrayProfile(cmsD50_xyY(), curve);
    cmsFreeToneCurve(curve);
    return profile;
}

static cmsHPROFILE create(enum profile_kind kind)
{
    static const double wide[] = {0.64, 0.33, 0.21, 0.71, 0.15, 0.06};
    static const double srgb[] = {0.64, 0.33, 0.30, 0.60, 0.15, 0.06};
    static const double swapped[] = {0.30, 0.60, 0.15, 0.06, 0.64, 0.33};
    switch (kind) {
    case PROFILE_SRGB:
        return cmsCreate_sRGBProfile();
    case PROFILE_WIDE:
        return rgb_of_gamma(wide, 2.2, 2.2, 2.2);
    case PROFILE_P3:
        return p3();
    case PROFILE_SWAPPED:
        return rgb_of_gamma(swapped, 2.2, 2.2, 2.2);
    case PROFILE_UNEQUAL:
        return rgb_of_gamma(srgb, 1.8, 2.0, 2.2);
    case PROFILE_GREY:
        return grey();
    case PROFILE_LAB:
        return cmsCreateLab4Profile(NULL);
    }
    return NULL;
}

struct profile profile_new(enum profile_kind kind)
{
    cmsHPROFILE profile = create(kind);
    cmsUInt32Number size = 0;
    assert_non_null(profile);
    assert_true(cmsSaveProfileToMem(profile, NULL, &size));
    uint8_t *data = malloc(size);
    assert_non_null(data);
    assert_true(cmsSaveProfileToMem(profile, data, &size));
    cmsCloseProfile(profile);
    return (struct profile){data, size};
}
