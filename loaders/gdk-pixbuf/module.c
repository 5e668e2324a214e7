/* The two functions that gdk-pixbuf looks for in a module. */
#include "loading.h"

#include <gmodule.h>

G_MODULE_EXPORT void fill_vtable(GdkPixbufModule *module);
G_MODULE_EXPORT void fill_info(GdkPixbufFormat *info);

void fill_vtable(GdkPixbufModule *module)
{
    module->load = loading_whole;
    module->begin_load = loading_begin;
    module->load_increment = loading_increment;
    module->stop_load = loading_stop;
}

void fill_info(GdkPixbufFormat *info)
{
    /* How a file begins; a blank in the mask is a byte that counts, and 100 is certain. */
    static GdkPixbufModulePattern signature[] = {{(char *)"\215UQD", (char *)"    ", 100},
                                                 {NULL, NULL, 0}};
    static gchar *mime_types[] = {(gchar *)MIME_TYPE, NULL};
    static gchar *extensions[] = {(gchar *)"uqd", NULL};
    info->name = (gchar *)"uqd";
    info->signature = signature;
    info->description = (gchar *)"UQD image";
    info->mime_types = mime_types;
    info->extensions = extensions;
    info->flags = GDK_PIXBUF_FORMAT_THREADSAFE;
    info->license = (gchar *)"MIT";
}
