/* A process that loads a plugin as a simulator does, and lacks functions that plugins need: which,
 * the macros say. It ends well, whatever becomes of the plugin. */

#include <dlfcn.h>
#include <stdio.h>

typedef struct cb_data {
    int reason;
    int (*routine)(struct cb_data *);
} cb_data;

enum { START_OF_SIMULATION = 11, TIME_PRECISION = 12 };

static cb_data start;

#ifdef HAS_REGISTER_CB
void *vpi_register_cb(cb_data *data)
{
    if (data->reason == START_OF_SIMULATION) start = *data;
    return &start;
}
#endif

#ifdef HAS_GET
int vpi_get(int property, void *object)
{
    (void)object;
    return property == TIME_PRECISION ? -12 : -1;
}
#endif

int main(int count, char **arguments)
{
    void *plugin = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
    void (**routine)(void) = plugin ? dlsym(plugin, "vlog_startup_routines") : NULL;
    if (!routine) {
        fprintf(stderr, "no plugin: %s\n", dlerror());
        return 2;
    }
    for (; *routine; routine++) (*routine)();
    if (start.routine) start.routine(&start);
    puts("the simulation ends");
    return 0;
}
