/* How light a pixel is, by Rec. 709 of the values as they are stored. */
#ifndef UQD_VIEWER_SESSION_MAPS_LUMA_H
#define UQD_VIEWER_SESSION_MAPS_LUMA_H

#include <stdint.h>

/* 0 .. 255, of a pixel of so many channels; grey ones have their value. */
static inline uint8_t luma(const uint8_t *pixel, uint32_t channels)
{
    /* 1/65536 */
    return channels < 3
               ? pixel[0]
               : (uint8_t)((13933u * pixel[0] + 46871u * pixel[1] + 4732u * pixel[2] + 32768u) >>
                           16);
}

#endif
