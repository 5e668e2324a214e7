/* The running viewer. Everything happens in the main thread; the sources work in their own and wake
 * it. */
#ifndef UQD_VIEWER_APP_APP_H
#define UQD_VIEWER_APP_APP_H

#include "app/backend.h"
#include "draw/layout.h"
#include "remote/remote.h"
#include "session/arrival.h"
#include "session/curve_set.h"
#include "session/difference.h"
#include "session/document.h"
#include "session/follow.h"
#include "session/look.h"
#include "session/script.h"
#include "session/shown_histogram.h"
#include "session/talk.h"
#include "session/view.h"
#include "source/input_file.h"
#include "source/watch.h"

#define APP_MAX_DOCUMENTS 64
#define APP_MAX_PANES     LAYOUT_MAX_PANES

/* What the pointer can be on, by its name in bindings. */
struct app_place {
    const char *name; /* Picture, Strip, Button, Curtain; NULL: nothing */
    int index;        /* of the viewport or the button */
};

/* A call of another program to be answered when its picture is there. */
struct app_waiting {
    uint32_t id;
    char message[160]; /* what the command said */
};

/* How the pictures are shown. */
struct app_stage {
    struct look look;
    struct view view;
    struct exhibit exhibit; /* of the active pane ... */
    bool following;
    int document; /* ... and the index of its file */
    double rate;  /* of the slow line, 0: none */
};

/* A talk that is given: commands of its points, run as those of a script. */
struct app_talk {
    struct talk talk;
    bool open;
    struct app_stage before; /* how it was when the talk began */
    uint64_t seed;           /* that the talk chose last, or found */
    size_t point;            /* where it is */
    size_t next, end;        /* lines of that point that are still to be run */
    bool over;               /* whoever gives it wanted to go on after the last point */
    bool held;               /* somebody does something else: nothing goes on by itself */
    bool running;            /* a line of it */
    uint64_t limit;          /* when the wait that is going on ends or gives up; 0: none is */
    bool autoplay, loop;
    uint64_t turn; /* when autoplay goes on; 0: it does not yet */
};

struct app {
    struct settings settings;
    struct document *documents[APP_MAX_DOCUMENTS];
    int n_documents;
    struct pane panes[APP_MAX_PANES];
    struct follow follows[APP_MAX_PANES];
    struct worker *worker;
    int n_panes, active;
    struct look look;
    struct view view;

    struct backend *backend; /* NULL while no window is open */
    char title[512];         /* of the window */
    struct layout layout;
    struct curve_set imported, curves; /* read from files; and all that are plotted */
    struct difference difference;      /* of the panes that are compared */
    struct shown_histogram histogram;  /* of the active pane */
    int pointer_x, pointer_y;
    bool was_fullscreen;   /* before the presentation */
    bool was_on_plot;      /* the pointer */
    bool curve_over;       /* the panel was asked for where it has to be over the pictures */
    int help_page;         /* of the list of keys, from 0 */
    int hover;             /* button under the pointer, or -1 */
    struct app_place drag; /* where the main button was pressed, as long as it is */
    bool dragged;          /* and whether the pointer has moved since it was pressed last */

    struct watch *watch;               /* of the files; NULL: changes are not seen */
    struct input_file *standard_input; /* NULL unless a file comes from there */
    uint64_t input_size;               /* bytes of it that are known */
    uint64_t files_next;               /* when a file that has grown is opened anew; 0: none has */
    struct remote_control *remote;
    struct app_waiting remote_waiting[REMOTE_MAX_CALLS];
    int n_remote_waiting;

    struct script script;
    size_t script_next;    /* line to run next */
    uint64_t script_limit; /* when the wait that is going on ends or gives up; 0: none is */
    struct app_talk talk;
    struct arrival arrival;  /* of the active pane's file */
    uint64_t play_next;      /* when playing goes to the next step */
    uint64_t feedback_until; /* when the status line forgets the last command */
    bool promised;           /* it says that a step will be shown */
    double drawn_zoom;       /* as the window was last drawn; 0: never yet */
    uint64_t zoom_rests;     /* when it does, if nothing changes it any more; 0: it does */

    bool dirty; /* the window must be drawn */
    bool quit;
    int exit_code;
};

/* Runs the whole program in a window that is opened so. Returns the exit code. */
int app_main(int argc, char **argv, backend_open *open);

/* Ends a wait for input; for any thread. The cookie is the viewer. */
void app_wake(void *cookie);

/* Milliseconds of the backend's clock. */
uint64_t app_now(const struct app *app);

/* panes.c: one more pane, of which there are fewer than APP_MAX_PANES. */
void app_add_pane(struct app *app, struct progress *progress);
/* The pane that commands are for, and the file that it shows. */
struct pane *app_active(struct app *app);
struct document *app_document(struct app *app);
struct document *app_document_of(const struct app *app, const struct pane *pane);
/* The pane that the active one is compared with: the next one, or itself if there is no other. */
int app_other(const struct app *app);
/* Whether two panes show different files. */
bool app_has_several(const struct app *app);
/* After a change of the active pane: puts the others where they belong. */
void app_follow(struct app *app);
/* Whether something is still being done for what is wanted. */
bool app_is_making(const struct app *app);
/* Leaves the active pane alone. */
void app_drop_panes(struct app *app);
/* Whether what is wanted is on the screen in all panes. */
bool app_shows_wanted(const struct app *app);
/* Whether the pictures of all panes have one size and can be compared. 0, or -1 with a message. */
int app_check_sizes(const struct app *app, struct message *message);
/* Shows the document with this index in a pane, which is alone if its pictures have another size
 * than those of the other panes. */
void app_show_document(struct app *app, int number, int index);
/* The panes and their documents, in the terms of the sources: the active pane first. */
struct schedule app_schedule(struct app *app, struct document *document);
/* After the zoom changed: what is asked of the sources. */
void app_set_reduce(struct app *app);

/* documents.c: opens the files that the settings name; or one more, returning its index. -1 with a
 * message. */
int app_open_documents(struct app *app, struct message *message);
int app_open_document(struct app *app, const char *path, struct message *message);
void app_close_documents(struct app *app);

/* files.c: the file that comes through standard input; waits for its header. 0, or -1 with a
 * message. */
int app_open_standard_input(struct app *app, struct document *document, struct message *message);
/* Looks out for changes of a file from now on. */
void app_watch(struct app *app, struct document *document);
/* Shows what is new in files that have changed. */
void app_take_file_changes(struct app *app);
void app_close_files(struct app *app);

/* remote.c: runs commands that other programs send, and answers those that were waited for. */
void app_serve_remote(struct app *app);

/* remembering.c: brings back the settings before the window is open, and where each file was left
 * once it is; and saves both. */
void app_recall_settings(struct app *app);
void app_recall_position(struct app *app);
void app_remember(struct app *app);

/* window.c: as backend_open. */
int app_open_window(struct app *app, backend_open *open, struct message *message);
void app_hide_window(struct app *app);
void app_close_window(struct app *app);
/* After a change of the window's size, the text size, or what is visible. */
void app_relayout(struct app *app);
/* The viewport and the picture's size in the terms of the view, for all panes. */
struct view_frame app_frame(const struct app *app);
/* drawing.c: brings difference and histogram up to date, or orders them. Whether anything changed.
 */
bool app_update_looking(struct app *app);
/* drawing.c: gathers the curves of all files that are shown, and the imported ones. */
void app_update_curves(struct app *app);
void app_draw(struct app *app);
/* Draws large pictures exactly once the zoom has come to rest. */
void app_rest_zoom(struct app *app);
/* What the pointer is on in the plot or the scrubber, as the window was last drawn: bytes of the
 * active file; 0 if it is on neither. */
uint64_t app_bytes_at(struct app *app, const char *place, int x, int y);
/* Writes the window as it would look now. 0, or -1 with a message. */
int app_screenshot(struct app *app, const char *path, struct message *message);

/* sources.c: 0, or -1 with a message. */
int app_open_source(struct app *app, struct document *document, struct message *message);
int app_open_sources(struct app *app, struct message *message);
void app_close_sources(struct app *app);
void app_take_source_events(struct app *app);
/* Asks for whatever is missing. */
void app_request_pictures(struct app *app);
/* Nothing is asked for, and nothing more will be. */
bool app_is_idle(struct app *app);
/* Tries again after the daemon was lost. */
void app_resume(struct app *app);
/* After a change of the plot's metric: it is measured. */
void app_set_metrics(struct app *app);
bool app_is_computing(const struct app *app, enum source_purpose purpose);

/* actions.c: runs a command. 0, or -1 with a message if it is not possible now. */
int app_run_command(struct app *app, const struct command_call *call, struct message *message);
/* Runs a command line; what is wrong is shown in the status line. */
void app_run_line(struct app *app, const char *line);
/* Says in the status line what was done. */
void app_say(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Goes on with playing if its time has come. */
void app_play(struct app *app);

/* arriving.c: shows what would have come by now of a file that comes slowly. */
void app_arrive(struct app *app);
/* When that goes on, milliseconds of the backend's clock; 0: not by itself. */
uint64_t app_arrival_next(const struct app *app);
/* Begins anew with so many bits per second; 0: all is there. */
void app_begin_arrival(struct app *app, double rate);
/* What is told of it, by the picture that is shown. */
void app_describe_arrival(struct app *app);
/* Stops it, or lets it go on. */
void app_hold_arrival(struct app *app, bool hold);

/* script.c: runs commands until one has to wait. */
void app_run_script(struct app *app);
/* Runs one of them, or waits for it; *limit is 0 before. 1: it is done; 0: not yet; -1 with a
 * message. */
int app_run_script_line(struct app *app, const struct command_call *call, uint64_t *limit,
                        struct message *message);

/* talk.c: begins a talk, NULL: the usual one, in the place of the one before. 0, or -1 with a
 * message. */
int app_open_talk(struct app *app, const char *path, struct message *message);
void app_close_talk(struct app *app);
/* Goes to another point of the talk, or if there is none begins the usual one. 0, or -1 with a
 * message. */
int app_turn_talk(struct app *app, enum word where, struct message *message);
/* Goes on with what the talk does by itself. */
void app_run_talk(struct app *app);
/* Where it is: "3 / 14", empty if there is none. */
void app_count_points(const struct app *app, struct text_line *line);
/* When that is, milliseconds of the backend's clock; 0: nothing is known to come. */
uint64_t app_talk_next(const struct app *app);
/* Somebody runs this command: what belongs to the point does not go on against it. */
void app_interrupt_talk(struct app *app, enum command_id id);

/* stage_state.c: notes how the pictures are shown, and shows them so again. */
void app_note_stage(struct app *app, struct app_stage *stage);
void app_restore_stage(struct app *app, const struct app_stage *stage);

/* input.c */
void app_handle_input(struct app *app, const struct input *input);
/* The command line that opens a file which was dropped on the window: PATH_MAX + 8 bytes are enough
 * for any. False if no command line can name the file: blanks around a path are no part of it. */
bool app_drop_line(const char *path, char *line, size_t size);

#endif
