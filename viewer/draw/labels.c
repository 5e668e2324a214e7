#include "draw/labels.h"

#include <math.h>

static bool is_free(const struct label_row *row, int from, int to)
{
    for (int i = 0; i < row->n; i++)
        if (from < row->to[i] + row->gap && to + row->gap > row->from[i])
            return false;
    return row->n < LABELS_MAX;
}

bool label_row_put(struct label_row *row, double x, struct colour colour, const char *text)
{
    int width = surface_text_width(row->surface, row->size, text);
    int from = (int)lround(x) - width / 2;
    if (from + width > row->right)
        from = row->right - width;
    if (from < row->left)
        from = row->left;
    if (from + width > row->right || !is_free(row, from, from + width))
        return false;
    row->from[row->n] = from;
    row->to[row->n++] = from + width;
    surface_text(row->surface, row->size, colour, TEXT_LEFT, from, row->y, text);
    return true;
}
