/* What the layout has to know of the texts. */
#include "draw/layout.h"

static int wider(struct surface *surface, enum text_size size, const char *string, int width)
{
    int own = surface_text_width(surface, size, string);
    return own > width ? own : width;
}

void layout_measure(struct layout_wishes *wishes, struct surface *surface)
{
    struct layout_metrics *metrics = &wishes->metrics;
    *metrics = (struct layout_metrics){0};
    surface_text_scale(surface, layout_scale(wishes));
    for (int size = 0; size < TEXT_N_SIZES; size++)
        metrics->heights[size] = surface_text_height(surface, (enum text_size)size);
    for (int i = 0; i < N_BUTTONS; i++)
        metrics->button = wider(surface, TEXT_BODY, buttons[i].label, metrics->button);
    metrics->numbers = surface_text_width(surface, TEXT_SMALL, "0.0888 bpp  ·  88.8 dB");
    metrics->number = surface_text_width(surface, TEXT_SMALL, "0.0888");
    metrics->status = surface_text_width(surface, TEXT_SMALL,
                                         "The file ends inside step 8: 88.8 kB of 88.8 kB are there"
                                         "ancestral  ·  seed 88  ·  888 %");
}
