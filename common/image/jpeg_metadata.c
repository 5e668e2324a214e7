#include "jpeg_metadata.h"

#include "metadata.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

enum { APP1 = JPEG_APP0 + 1, APP2 = JPEG_APP0 + 2, APP13 = JPEG_APP0 + 13, MAX_MARKER = 0xffff };

struct reading {
    const struct image_input *input;
    struct pixels *pixels;
};

/* ---- Markers ------------------------------------------------------------------------------- */

static int read_exif(const struct reading *reading, const uint8_t *data, size_t size)
{
    return metadata_add(reading->input, reading->pixels, UQD_METADATA_EXIF, data, size);
}

static int read_xmp(const struct reading *reading, const uint8_t *data, size_t size)
{
    return metadata_add(reading->input, reading->pixels, UQD_METADATA_XMP, data, size);
}

/* Comments are in any encoding, most often ASCII. */
static int read_comment(const struct reading *reading, const uint8_t *data, size_t size)
{
    char *text = utf8_from_either((const char *)data, size);
    if (!text)
        return image_no_memory(reading->input);
    const struct metadata_text parts = {"Comment", "", "", text};
    int result = text[0] ? metadata_add_text(reading->input, reading->pixels, &parts) : 0;
    free(text);
    return result;
}

static void note_lost(const struct reading *reading, const char *what)
{
    if (metadata_is_wanted(reading->input, UQD_METADATA_EXIF))
        image_note(reading->input, "its %s left out", what);
}

static int note_extended_xmp(const struct reading *reading, const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    note_lost(reading, "extended XMP data is");
    return 0;
}

static int note_photoshop(const struct reading *reading, const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    note_lost(reading, "Photoshop and IPTC data is");
    return 0;
}

static int note_pictures(const struct reading *reading, const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    note_lost(reading, "further pictures are");
    return 0;
}

static int read_marker(const struct reading *reading, unsigned marker, const uint8_t *data,
                       size_t size)
{
    static const struct {
        unsigned marker;
        size_t length;
        const char *signature; /* what the data begins with */
        int (*read)(const struct reading *reading, const uint8_t *data, size_t size);
    } readers[] = {
        {APP1, 6, "Exif\0", read_exif},
        {APP1, 29, "http://ns.adobe.com/xap/1.0/", read_xmp},
        {APP1, 35, "http://ns.adobe.com/xmp/extension/", note_extended_xmp},
        {APP2, 4, "MPF", note_pictures},
        {APP13, 14, "Photoshop 3.0", note_photoshop},
        {JPEG_COM, 0, "", read_comment},
    };
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        size_t length = readers[i].length;
        if (marker == readers[i].marker && size >= length &&
            memcmp(data, readers[i].signature, length) == 0)
            return readers[i].read(reading, data + length, size - length);
    }
    return 0;
}

/* ---- Resolution ---------------------------------------------------------------------------- */

static void put_32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Pixels per metre of a density per inch (unit 1) or centimetre (2). */
static uint32_t per_metre(uint32_t density, unsigned unit)
{
    return unit == 2 ? density * 100 : (density * 10000 + 127) / 254;
}

/* Without a unit only the shape of the pixels is known, and that they are squares says nothing. */
static int read_density(const struct reading *reading, const struct jpeg_decompress_struct *jpeg)
{
    uint32_t across = jpeg->X_density, down = jpeg->Y_density;
    unsigned unit = jpeg->density_unit;
    uint8_t block[9];
    if (!jpeg->saw_JFIF_marker || across == 0 || down == 0 || unit > 2 ||
        (unit == 0 && across == down))
        return 0;
    put_32(block, unit == 0 ? across : per_metre(across, unit));
    put_32(block + 4, unit == 0 ? down : per_metre(down, unit));
    block[8] = unit != 0;
    return metadata_add(reading->input, reading->pixels, UQD_METADATA_RESOLUTION, block,
                        sizeof block);
}

/* ---- All ----------------------------------------------------------------------------------- */

void jpeg_save_metadata(struct jpeg_decompress_struct *jpeg)
{
    static const int markers[] = {APP1, APP2, APP13, JPEG_COM};
    for (size_t i = 0; i < sizeof markers / sizeof *markers; i++)
        jpeg_save_markers(jpeg, markers[i], MAX_MARKER);
}

int jpeg_read_metadata(const struct image_input *input, const struct jpeg_decompress_struct *jpeg,
                       struct pixels *pixels)
{
    const struct reading reading = {input, pixels};
    if (read_density(&reading, jpeg) < 0)
        return -1;
    for (jpeg_saved_marker_ptr at = jpeg->marker_list; at; at = at->next)
        if (read_marker(&reading, at->marker, at->data, at->data_length) < 0)
            return -1;
    return 0;
}
