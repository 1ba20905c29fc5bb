/* A wall clock that is 400 days, 7 hours and 13 minutes ahead: another year, weekday, hour and minute. With HELD, one that stands still.
   Only what programs are told changes. Waits until a time of that clock are moved back, or they would not end; times of files are left
   alone, so that make and the like see no file from the future. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define AHEAD (400L * 86400 + 7 * 3600 + 13 * 60)
#define HELD_AT 2100000000L /* 2036-07-18 */

static int is_wall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI; }

static struct timespec real_time(void)
{
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    return now;
}

static struct timespec told_time(void)
{
#ifdef HELD
    return (struct timespec){HELD_AT, 0};
#else
    struct timespec now = real_time();
    now.tv_sec += AHEAD;
    return now;
#endif
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    if (!is_wall(clock))
        return (int)syscall(SYS_clock_gettime, clock, time);
    *time = told_time();
    return 0;
}

time_t time(time_t *result)
{
    time_t now = told_time().tv_sec;
    if (result)
        *result = now;
    return now;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now = told_time();
    *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    if (zone)
        *(struct timezone *)zone = (struct timezone){0, 0};
    return 0;
}

int timespec_get(struct timespec *time, int base)
{
    if (base != TIME_UTC)
        return 0;
    *time = told_time();
    return base;
}

/* A time of the told clock as one of the real clock. */
static struct timespec real_of(const struct timespec *told)
{
    struct timespec now = real_time(), shown = told_time(), result = {told->tv_sec - shown.tv_sec + now.tv_sec, told->tv_nsec};
#ifdef HELD
    result.tv_nsec += now.tv_nsec - shown.tv_nsec;
    if (result.tv_nsec >= 1000000000L)
        result = (struct timespec){result.tv_sec + 1, result.tv_nsec - 1000000000L};
#endif
    return result;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* glibc has an older pthread_cond_timedwait under the same name, which dlsym might find. */
int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m, const struct timespec *restrict until)
{
    struct timespec real = real_of(until);
    return ((__typeof__(&pthread_cond_timedwait))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2"))(c, m, &real);
}

/* Where a wait ends, moved into `place` if it is by the told clock. */
static const struct timespec *end_of(const struct timespec *until, int by_wall, struct timespec *place)
{
    if (!until || !by_wall)
        return until;
    *place = real_of(until);
    return place;
}

#define WAIT(name, parameters, clock, ...)                            \
    int name parameters                                               \
    {                                                                 \
        struct timespec real;                                         \
        until = end_of(until, is_wall(clock), &real);                 \
        return NEXT(name)(__VA_ARGS__);                               \
    }

WAIT(pthread_cond_clockwait, (pthread_cond_t *restrict c, pthread_mutex_t *restrict m, clockid_t clock, const struct timespec *restrict until), clock, c, m, clock, until)
WAIT(pthread_mutex_timedlock, (pthread_mutex_t *restrict m, const struct timespec *restrict until), CLOCK_REALTIME, m, until)
WAIT(pthread_mutex_clocklock, (pthread_mutex_t *restrict m, clockid_t clock, const struct timespec *restrict until), clock, m, clock, until)
WAIT(pthread_rwlock_timedrdlock, (pthread_rwlock_t *restrict l, const struct timespec *restrict until), CLOCK_REALTIME, l, until)
WAIT(pthread_rwlock_timedwrlock, (pthread_rwlock_t *restrict l, const struct timespec *restrict until), CLOCK_REALTIME, l, until)
WAIT(pthread_rwlock_clockrdlock, (pthread_rwlock_t *restrict l, clockid_t clock, const struct timespec *restrict until), clock, l, clock, until)
WAIT(pthread_rwlock_clockwrlock, (pthread_rwlock_t *restrict l, clockid_t clock, const struct timespec *restrict until), clock, l, clock, until)
WAIT(pthread_timedjoin_np, (pthread_t t, void **result, const struct timespec *until), CLOCK_REALTIME, t, result, until)
WAIT(pthread_clockjoin_np, (pthread_t t, void **result, clockid_t clock, const struct timespec *until), clock, t, result, clock, until)
WAIT(sem_timedwait, (sem_t *restrict s, const struct timespec *restrict until), CLOCK_REALTIME, s, until)
WAIT(sem_clockwait, (sem_t *restrict s, clockid_t clock, const struct timespec *restrict until), clock, s, clock, until)
WAIT(cnd_timedwait, (cnd_t *restrict c, mtx_t *restrict m, const struct timespec *restrict until), CLOCK_REALTIME, c, m, until)
WAIT(mtx_timedlock, (mtx_t *restrict m, const struct timespec *restrict until), CLOCK_REALTIME, m, until)

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left)
{
    struct timespec real;
    return NEXT(clock_nanosleep)(clock, flags, end_of(until, (flags & TIMER_ABSTIME) && is_wall(clock), &real), left);
}
