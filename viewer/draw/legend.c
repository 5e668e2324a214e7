#include "draw/legend.h"

#include "draw/fit_text.h"
#include "draw/overlay.h"
#include "draw/theme.h"

/* Units of the layout. */
#define PAD         10
#define GAP         5
#define BAR         10
#define WIDTH       200 /* that a legend likes to have without its padding */
#define LEAST_WIDTH 48

int legend_height(struct surface *surface, float scale)
{
    return 2 * surface_text_height(surface, TEXT_SMALL) + overlay_px(scale, BAR) +
           2 * overlay_px(scale, GAP) + 2 * overlay_px(scale, PAD);
}

/* Of the first and last column these are the ends of the scale. */
static int entry_at(const struct rect *bar, int x)
{
    return (x * (SCALE_SIZE - 1) + (bar->w - 1) / 2) / (bar->w - 1);
}

/* Neighbouring columns of one colour at once. */
static void draw_bar(struct surface *surface, const struct rect *bar, enum scale_kind scale)
{
    for (int x = 0, end; x < bar->w; x = end) {
        int entry = entry_at(bar, x);
        for (end = x + 1; end < bar->w && entry_at(bar, end) == entry; end++)
            continue;
        uint32_t colour = scale_colours[scale][entry];
        struct rect column = {bar->x + x, bar->y, end - x, bar->h};
        surface_fill(
            surface, &column,
            (struct colour){(uint8_t)(colour >> 16), (uint8_t)(colour >> 8), (uint8_t)colour, 255});
    }
}

/* The high end matters most, then the low one; halfway is told if there is room between. */
static void draw_ends(struct surface *surface, const struct rect *bar, int y, float scale,
                      const struct map_legend *legend)
{
    struct fitted_text low, high;
    int gap = overlay_px(scale, 8), centre = bar->x + bar->w / 2;
    fit_text(surface, TEXT_SMALL, legend->high, bar->w, &high);
    fit_text(surface, TEXT_SMALL, legend->low, bar->w - high.width - gap, &low);
    surface_text(surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, bar->x, y, low.text);
    surface_text(surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, bar->x + bar->w, y, high.text);
    int width = surface_text_width(surface, TEXT_SMALL, legend->middle);
    int room = low.width > high.width ? low.width : high.width;
    if (!legend->middle[0] || width / 2 + 1 + gap + room > bar->w / 2)
        return;
    struct rect tick = {centre - overlay_px(scale, 1) / 2, bar->y + bar->h, overlay_px(scale, 1),
                        overlay_px(scale, 3)};
    surface_fill(surface, &tick, THEME_DIM);
    surface_text(surface, TEXT_SMALL, THEME_DIM, TEXT_CENTRE, centre, y, legend->middle);
}

/* The width that shows all texts. */
static int wanted_width(struct surface *surface, float scale, const struct map_legend *legend)
{
    int title = surface_text_width(surface, TEXT_SMALL, legend->title);
    int low = surface_text_width(surface, TEXT_SMALL, legend->low);
    int high = surface_text_width(surface, TEXT_SMALL, legend->high);
    int middle = surface_text_width(surface, TEXT_SMALL, legend->middle);
    int ends = 2 * (low > high ? low : high) + middle + 2 * overlay_px(scale, 8) + 4;
    int wanted = overlay_px(scale, WIDTH);
    wanted = title > wanted ? title : wanted;
    return ends > wanted ? ends : wanted;
}

struct rect legend_draw(struct surface *surface, const struct rect *at, float scale,
                        const struct map_legend *legend)
{
    int pad = overlay_px(scale, PAD), line = surface_text_height(surface, TEXT_SMALL);
    int wanted = wanted_width(surface, scale, legend) + 2 * pad;
    struct rect card = {at->x, at->y, wanted < at->w ? wanted : at->w,
                        legend_height(surface, scale)};
    struct rect bar = {at->x + pad, at->y + pad + line + overlay_px(scale, GAP), card.w - 2 * pad,
                       overlay_px(scale, BAR)};
    struct fitted_text title;
    if (card.h > at->h || bar.w < overlay_px(scale, LEAST_WIDTH))
        return (struct rect){at->x, at->y, 0, 0};
    overlay_card(surface, &card, scale);
    fit_text(surface, TEXT_SMALL, legend->title, bar.w, &title);
    surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, bar.x, at->y + pad, title.text);
    /* The dark end of a scale is told from the card by a border. */
    struct rect border = {bar.x - 1, bar.y - 1, bar.w + 2, bar.h + 2};
    overlay_frame(surface, &border, 1, THEME_OUTLINE);
    draw_bar(surface, &bar, legend->scale);
    draw_ends(surface, &bar, bar.y + bar.h + overlay_px(scale, GAP), scale, legend);
    return card;
}
