/* JPEG files made by libjpeg. */
#ifndef UQD_TESTS_JPEG_FILE_H
#define UQD_TESTS_JPEG_FILE_H

#include <stddef.h>
#include <stdint.h>

enum jpeg_colours { JPEG_GREY, JPEG_YCBCR, JPEG_RGB, JPEG_CMYK };

struct jpeg_marker {
    int code; /* 0xe1 is APP1 */
    const void *data;
    size_t size;
};

struct jpeg_file {
    uint32_t width, height;
    enum jpeg_colours colours;
    int is_progressive;
    unsigned density_unit, across, down; /* of the JFIF marker; 0: as libjpeg does */
    struct jpeg_marker markers[4];       /* up to the first of code 0 */
    const void *icc;
    size_t icc_size;
};

/* The sample before it is compressed, at quality 100 and without subsampling. */
uint8_t jpeg_file_value(uint32_t x, uint32_t y, uint32_t channel);

void jpeg_file_write(const struct jpeg_file *file, const char *path);

#endif
