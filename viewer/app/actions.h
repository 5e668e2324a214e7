/* What commands do, and the ones that are told in files of their own. */
#ifndef UQD_VIEWER_APP_ACTIONS_H
#define UQD_VIEWER_APP_ACTIONS_H

#include "app/app.h"

/* What an argument that is on, off, toggle or left out makes of a switch. */
bool action_switched(const struct argument *argument, bool now);

/* 0, or -1 with a message if the command is not possible now. */
typedef int action(struct app *app, const struct command_call *call, struct message *message);

/* actions_panes.c */
action action_file, action_open, action_pane, action_link, action_compare, action_wipe,
    action_flicker, action_absolute, action_gain;

/* actions_view.c */
action action_zoom, action_fit, action_pan, action_switch, action_curve, action_help,
    action_fullscreen, action_back, action_text, action_resize, action_redraw, action_metric,
    action_import;

/* actions_stage.c */
action action_present, action_caption, action_bandwidth, action_speed, action_talk, action_point,
    action_autoplay;

/* actions_write.c */
action action_screenshot, action_export, action_sheet;

/* Draws everything, whatever the backend believes to be on the screen. */
void action_redraw_all(struct app *app);

/* Shows the active picture alone: what takes the place of a difference. */
void action_leave_difference(struct app *app);

/* Begins or ends a presentation. */
void action_set_presenting(struct app *app, bool on);

#endif
