/* A file with everything that is known of it, and where its pictures come from. */
#ifndef UQD_VIEWER_SESSION_DOCUMENT_H
#define UQD_VIEWER_SESSION_DOCUMENT_H

#include "session/frames.h"
#include "session/pane.h"
#include "session/schedule.h"
#include "session/shown_colours.h"
#include "session/view.h"
#include "source/reference.h"

struct document {
    char *path; /* to open */
    char *name; /* for messages */
    struct uqd_file file;
    uint8_t *header;   /* of the file as it was opened: it may be written anew in place */
    const char *label; /* what to call it in short: the last part of the name, or all of it */
    struct progress progress;
    struct frames frames;
    struct shown_colours colours;           /* by the file's profile */
    struct shown_colours reference_colours; /* by that of the reference which the user gave */

    struct source *source;
    struct source *peers;        /* other codecs; NULL while none is shown */
    struct reference *reference; /* being read, or NULL */
    bool reference_read;         /* or it was, for this picture */
    int watch;                   /* the file's number in the watch, or 0 */
    bool reopened;               /* it has changed while it was shown */
    bool stale;                  /* the file has changed, and what is shown is of what it was */
    uint64_t grown;   /* when more of the file was first seen, milliseconds; 0: it was not */
    bool reconnected; /* since the last command the daemon died and was called again */
    struct {
        bool asked;
        struct frame_key key;
    } requests[SOURCE_N_PURPOSES];
    bool bits_asked; /* where the bits of a step went */
    struct {         /* how it was seen when another file took its place; zoom 0: it was not */
        struct view view;
        struct exhibit exhibit;
        bool following;
    } left;
};

/* Reads the header of a file, which people know by the label; NULL: by its path. 0, UQD_FILE_SHORT,
 * or -1, with a message. Close with document_close in either case. */
int document_open(struct document *document, const char *path, const char *label,
                  struct message *message);

/* Opens the file anew after it changed, and frees its source, which is to be opened again; that of
 * other codecs, which may be long in its work, stays, and forgets what is no more. With a header
 * that is still the same, more of the same file is there: what was decoded stays valid, and true is
 * left in *grown. Otherwise all that was known is dropped, also by the panes. 0, or -1 with a
 * message; then everything stays as it was. */
int document_reload(struct document *document, const struct schedule *schedule, bool *grown,
                    struct message *message);

/* After there is another reference: the sources measure against it. */
void document_spread_reference(struct document *document);

void document_free_sources(struct document *document);

/* Whether there is another picture in place of the file, as its header tells. */
bool document_is_replaced(const struct document *document);

/* Begins to read the original from another file. */
void document_read_reference(struct document *document, const char *path,
                             void (*notify)(void *cookie), void *cookie);

/* Whether that has ended just now: then pictures are measured against it, unless the message says
 * why not. */
bool document_take_reference(struct document *document, struct message *message);

/* After the sources were freed. */
void document_close(struct document *document);

/* The panes that show a document, of n of them; the first of those is the one to be served first.
 */
struct schedule document_schedule(struct document *document, struct pane *const panes[],
                                  unsigned n_panes);

/* document_pictures.c: a picture arrived; takes over its reference. */
void document_take_picture(struct document *document, const struct schedule *schedule,
                           struct source_event *event);
/* What is known of a step's bits arrived; takes over its reference. */
void document_take_bits(struct document *document, struct source_event *event);
/* A request was answered; or none will be. */
void document_finish_request(struct document *document, const struct source_event *event);
void document_forget_requests(struct document *document);
void document_ask(struct document *document, enum source_purpose purpose,
                  const struct frame_key *key);
/* Takes from the cache what it has, and asks for whatever else is missing. Whether anything
 * changed that is to be seen. */
bool document_request_pictures(struct document *document, const struct schedule *schedule,
                               bool filmstrip);
/* Nothing is asked for, and nothing more will be. */
bool document_is_idle(struct document *document, const struct schedule *schedule, bool filmstrip);

#endif
