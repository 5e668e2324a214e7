#include "jpeg_file.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <cmocka.h>

uint8_t jpeg_file_value(uint32_t x, uint32_t y, uint32_t channel)
{
    return (uint8_t)(40 + 3 * x + 2 * y + 50 * channel);
}

static void set_colours(struct jpeg_compress_struct *jpeg, enum jpeg_colours colours)
{
    static const J_COLOR_SPACE in[] = {JCS_GRAYSCALE, JCS_RGB, JCS_RGB, JCS_CMYK};
    static const J_COLOR_SPACE stored[] = {JCS_GRAYSCALE, JCS_YCbCr, JCS_RGB, JCS_YCCK};
    static const int n[] = {1, 3, 3, 4};
    jpeg->in_color_space = in[colours];
    jpeg->input_components = n[colours];
    jpeg_set_defaults(jpeg);
    jpeg_set_colorspace(jpeg, stored[colours]);
    for (int c = 0; c < jpeg->num_components; c++)
        jpeg->comp_info[c].h_samp_factor = jpeg->comp_info[c].v_samp_factor = 1;
    jpeg_set_quality(jpeg, 100, TRUE);
}

static void write_rows(struct jpeg_compress_struct *jpeg)
{
    uint32_t n = (uint32_t)jpeg->input_components;
    JSAMPROW row = calloc(jpeg->image_width, n);
    assert_non_null(row);
    for (uint32_t y = 0; y < jpeg->image_height; y++) {
        for (uint32_t i = 0; i < jpeg->image_width * n; i++)
            row[i] = jpeg_file_value(i / n, y, i % n);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    free(row);
}

static void write_markers(struct jpeg_compress_struct *jpeg, const struct jpeg_file *file)
{
    for (size_t i = 0; i < sizeof file->markers / sizeof *file->markers; i++)
        if (file->markers[i].code)
            jpeg_write_marker(jpeg, file->markers[i].code, file->markers[i].data,
                              (unsigned)file->markers[i].size);
    if (file->icc)
        jpeg_write_icc_profile(jpeg, file->icc, (unsigned)file->icc_size);
}

void jpeg_file_write(const struct jpeg_file *file, const char *path)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &data, &size);
    jpeg.image_width = file->width;
    jpeg.image_height = file->height;
    set_colours(&jpeg, file->colours);
    if (file->is_progressive)
        jpeg_simple_progression(&jpeg);
    if (file->across) {
        jpeg.density_unit = (UINT8)file->density_unit;
        jpeg.X_density = (UINT16)file->across;
        jpeg.Y_density = (UINT16)file->down;
    }
    jpeg_start_compress(&jpeg, TRUE);
    write_markers(&jpeg, file);
    write_rows(&jpeg);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    scratch_write(path, data, size);
    free(data);
}
