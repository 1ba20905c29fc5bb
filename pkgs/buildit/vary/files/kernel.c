/* A kernel of another version. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

int uname(struct utsname *name)
{
    int result = (int)syscall(SYS_uname, name);
    if (result == 0) {
        strcpy(name->release, "99.9.9-buildit-vary");
        strcpy(name->version, "#99 SMP PREEMPT_DYNAMIC Thu Jan  1 00:00:00 UTC 1970");
    }
    return result;
}
