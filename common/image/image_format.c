#include "image_format.h"

#include <string.h>
#include <strings.h>

static const char *const extensions[] = {
    [IMAGE_PNG] = ".png", [IMAGE_PPM] = ".ppm", [IMAGE_PGM] = ".pgm",
    [IMAGE_PNM] = ".pnm", [IMAGE_PAM] = ".pam",
};

enum { N_FORMATS = sizeof extensions / sizeof *extensions };

#define KNOWN_EXTENSIONS ".png .ppm .pgm .pnm .pam"

/* From the last dot on, "" if there is none behind the first letter of the name. */
static const char *extension_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    return dot && dot > name && dot[1] ? dot : "";
}

/* The format of an extension, or -1. */
static int find_format(const char *extension)
{
    for (int i = 0; i < N_FORMATS; i++)
        if (strcasecmp(extension, extensions[i]) == 0)
            return i;
    return -1;
}

int image_format_of(const char *path, int wanted, enum image_format *format,
                    struct message *message)
{
    const char *extension = strcmp(path, "-") == 0 ? "" : extension_of(path);
    int found = find_format(extension);
    if (*extension && found < 0)
        return message_set(message, "%s: %s is none of the formats that can be written: %s", path,
                           extension, KNOWN_EXTENSIONS);
    if (*extension && wanted >= 0 && wanted != found)
        return message_set(message, "%s: the name says another format than --format %s", path,
                           extensions[wanted] + 1);
    if (!*extension && wanted < 0 && strcmp(path, "-") != 0)
        return message_set(message,
                           "%s: the name says no format: it needs one of %s, or --format %s", path,
                           KNOWN_EXTENSIONS, IMAGE_FORMATS);
    *format = wanted >= 0  ? (enum image_format)wanted
              : found >= 0 ? (enum image_format)found
                           : IMAGE_PNG;
    return 0;
}

const char *image_format_extension(enum image_format format)
{
    return extensions[format];
}

int image_format_is_picture(const char *path)
{
    static const char *const others[] = {".jpg",  ".jpeg", ".jpe", ".jxl",  ".webp", ".avif",
                                         ".heic", ".gif",  ".bmp", ".tif",  ".tiff", ".jp2",
                                         ".pbm",  ".pfm",  ".tga", ".apng", ".svg",  ".qoi"};
    const char *extension = extension_of(path);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcasecmp(extension, others[i]) == 0)
            return 1;
    return find_format(extension) >= 0;
}

int image_format_check(enum image_format format, uint32_t channels, const char *name,
                       struct message *message)
{
    const int has_alpha = channels == 2 || channels == 4;
    if (has_alpha && format != IMAGE_PNG && format != IMAGE_PAM)
        return message_set(message,
                           "%s: the picture is transparent, which %s does not hold; "
                           ".png and .pam do",
                           name, extensions[format]);
    if (channels > 2 && format == IMAGE_PGM)
        return message_set(message,
                           "%s: the picture is in colour, which .pgm does not hold; "
                           ".ppm and .pnm do",
                           name);
    return 0;
}
