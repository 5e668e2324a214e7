/* What is going on in a pane, in words. */
#include "plural.h"
#include "session/pane.h"

#include <stdio.h>

static void describe_end(const struct progress *progress, struct text_line *line)
{
    struct text_line there, whole;
    const struct uqd_file *file = progress->file;
    unsigned n_steps = file->info.n_steps;
    if (progress->n_complete == n_steps && n_steps == 1)
        snprintf(line->text, sizeof line->text, "The only step is decoded");
    else if (progress->n_complete == n_steps)
        snprintf(line->text, sizeof line->text, "All %u steps are decoded", n_steps);
    else
        snprintf(line->text, sizeof line->text, "The file ends inside step %u: %s of %s are there",
                 (unsigned)progress->n_complete, format_bytes(&there, file->size),
                 format_bytes(&whole, file->info.file_size));
}

const char *pane_describe_place(const struct pane *pane, bool in_short, struct text_line *line)
{
    const struct progress *progress = pane->progress;
    struct exhibit exhibit = pane_described(pane);
    struct frame_key key = exhibit_key(progress, &exhibit);
    struct text_line name;
    if (exhibit.codec)
        snprintf(line->text, sizeof line->text, "%s",
                 pane->shown ? progress_file_note(progress, &key) : "");
    else if (in_short)
        snprintf(line->text, sizeof line->text, "Step %u", (unsigned)exhibit.position);
    else
        snprintf(
            line->text, sizeof line->text, "Step %.60s",
            progress_step_name(progress, exhibit.position, pane_is_part(pane, &exhibit), &name));
    return line->text;
}

const char *pane_describe_codec(const struct pane *pane, struct text_line *line)
{
    const struct progress *progress = pane->progress;
    struct frame_key key = exhibit_key(progress, &pane->wanted);
    struct text_line name, bytes;
    exhibit_mode_name(&pane->wanted, &name);
    format_bytes(&bytes, key.bytes);
    if (!progress_expects_reference(progress))
        snprintf(line->text, sizeof line->text,
                 "%.40s needs the original: give one with --reference", name.text);
    else if (pane_is_refused(pane) && !progress_is_refused(progress, &key))
        snprintf(line->text, sizeof line->text, "%.40s: there is no picture of the step before",
                 name.text);
    else if (pane_is_refused(pane))
        snprintf(line->text, sizeof line->text, "%.40s at %.20s: %.63s", name.text, bytes.text,
                 progress_file_note(progress, &key));
    else if (!progress->reference)
        snprintf(line->text, sizeof line->text, "%.40s is made once the original is there",
                 name.text);
    else
        snprintf(line->text, sizeof line->text, "Making %.40s of %.20s ...", name.text, bytes.text);
    return line->text;
}

static void describe_coming(const struct pane *pane, struct text_line *line)
{
    struct text_line mode, done;
    unsigned n_there = 0;
    if (pane->wanted.codec) {
        pane_describe_codec(pane, line);
        return;
    }
    for (unsigned i = 0; i < pane->n_parts; i++)
        n_there += pane->parts[i].picture != NULL;
    if (pane->wanted.map != MAP_OFF && pane->n_parts > 1)
        snprintf(line->text, sizeof line->text,
                 "Computing the map of step %u: %u of %u pictures ...",
                 (unsigned)pane->wanted.position, n_there, pane->n_parts);
    else
        snprintf(line->text, sizeof line->text, "Computing the %.40s picture of step %u ...%.8s",
                 exhibit_mode_name(&pane->wanted, &mode), (unsigned)pane->wanted.position,
                 format_done(&done, pane_done(pane)));
}

const char *pane_describe(const struct pane *pane, bool background, const char *feedback,
                          struct text_line *line)
{
    const struct progress *progress = pane->progress;
    unsigned n_steps = progress->file->info.n_steps;
    struct text_line done;
    if (progress->trouble[0])
        snprintf(line->text, sizeof line->text, "%.159s", progress->trouble);
    else if (feedback[0])
        snprintf(line->text, sizeof line->text, "%s", feedback);
    else if (!progress->ended && !pane_is_refused(pane))
        snprintf(line->text, sizeof line->text, "Decoding step %u ...%.8s",
                 (unsigned)progress->n_complete < n_steps ? progress->n_complete : n_steps - 1,
                 format_done(&done, progress->step_done));
    else if (!pane_is_shown(pane))
        describe_coming(pane, line);
    else if (background)
        snprintf(line->text, sizeof line->text, "Measuring in the background ...");
    else
        describe_end(progress, line);
    return line->text;
}
