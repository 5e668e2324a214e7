#include "objects/frame_dict.h"

#include "bus_names.h"
#include "shared_frame.h"

#include <assert.h>
#include <math.h>

const char *colour_of(const struct decoding *decoding)
{
    return decoding->icc ? COLOUR_ICC : COLOUR_SRGB;
}

void frame_dict_put(struct dict *dict, const struct frame *frame, const char *colour)
{
    shared_frame_put(dict, &frame->shape);
    dict_add_string(dict, KEY_COLOUR, colour);
    dict_add_u32(dict, KEY_MODE, frame->key.mode);
    dict_add_u64(dict, KEY_SEED, frame->key.seed);
    dict_add_u32(dict, KEY_REDUCE, frame->key.reduce);
}

void frame_dict_put_measured(struct dict *dict, const struct frame *frame)
{
    assert(frame->measured);
    dict_add_double(dict, KEY_PSNR, frame->psnr);
    dict_add_double(dict, KEY_MSE, frame->mse);
    if (!isnan(frame->ms_ssim))
        dict_add_double(dict, KEY_MS_SSIM, frame->ms_ssim);
}
