/* Directories that list their files backwards. All of a directory is read at the first call, and given out from its end. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What a DIR was found to hold, while it is open. */
struct listing {
    DIR *directory;
    struct dirent **entries;
    long count, next;
    struct listing *after;
};

static struct listing *listings;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static struct listing *find(DIR *directory)
{
    struct listing *l = listings;
    while (l && l->directory != directory)
        l = l->after;
    return l;
}

static void forget(DIR *directory)
{
    pthread_mutex_lock(&gate);
    for (struct listing **at = &listings; *at; at = &(*at)->after)
        if ((*at)->directory == directory) {
            struct listing *l = *at;
            *at = l->after;
            while (l->count > 0)
                free(l->entries[--l->count]);
            free(l->entries);
            free(l);
            break;
        }
    pthread_mutex_unlock(&gate);
}

static struct listing *read_all(DIR *directory)
{
    struct listing *l = calloc(1, sizeof *l);
    struct dirent *entry;
    l->directory = directory;
    while ((entry = NEXT(readdir)(directory))) {
        l->entries = realloc(l->entries, (size_t)(l->count + 1) * sizeof *l->entries);
        l->entries[l->count] = malloc(entry->d_reclen);
        memcpy(l->entries[l->count++], entry, entry->d_reclen);
    }
    l->next = l->count;
    l->after = listings;
    return listings = l;
}

struct dirent *readdir(DIR *directory)
{
    int error = errno;
    struct dirent *entry = NULL;
    pthread_mutex_lock(&gate);
    struct listing *l = find(directory);
    if (!l)
        l = read_all(directory);
    if (l->next > 0)
        entry = l->entries[--l->next];
    pthread_mutex_unlock(&gate);
    errno = error;
    return entry;
}

/* One layout on 64-bit Linux. */
struct dirent64 *readdir64(DIR *directory) { return (struct dirent64 *)readdir(directory); }

void rewinddir(DIR *directory)
{
    forget(directory);
    NEXT(rewinddir)(directory);
}

/* A place in a listing is how much of it is left; -1 is its beginning, before anything was read. */
long telldir(DIR *directory)
{
    pthread_mutex_lock(&gate);
    struct listing *l = find(directory);
    long place = l ? l->next : -1;
    pthread_mutex_unlock(&gate);
    return place;
}

void seekdir(DIR *directory, long place)
{
    pthread_mutex_lock(&gate);
    struct listing *l = find(directory);
    if (l)
        l->next = place < 0 || place > l->count ? l->count : place;
    pthread_mutex_unlock(&gate);
}

int closedir(DIR *directory)
{
    forget(directory);
    return NEXT(closedir)(directory);
}
