/* One processor where there are several, four where there is one. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define MANY 4

static int told(void)
{
    cpu_set_t real;
    memset(&real, 0, sizeof real);
    syscall(SYS_sched_getaffinity, 0, sizeof real, &real);
    return CPU_COUNT(&real) > 1 ? 1 : MANY;
}

int sched_getaffinity(pid_t process, size_t size, cpu_set_t *mask)
{
    (void)process;
    memset(mask, 0, size);
    for (int i = 0; i < told(); i++)
        CPU_SET_S(i, size, mask);
    return 0;
}

int get_nprocs(void) { return told(); }

int get_nprocs_conf(void) { return told(); }

long sysconf(int name)
{
    if (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF)
        return told();
    return ((long (*)(int))dlsym(RTLD_NEXT, "sysconf"))(name);
}
