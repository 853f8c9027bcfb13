/* SPDX-FileCopyrightText: 2026 The Privity authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Preloaded into a process, keeps beside each file of one folder what of it would be left after a power cut: the bytes
 * that were synced. A write goes to the file as always, and the place is noted; fsync and fdatasync bring what was
 * noted into the copy, and no disk is asked for anything. Once the process is killed, the copies are what the machine
 * would find.
 *
 * POWER_CUT_FILES: the beginning of the paths that are watched. POWER_CUT_COPIES: the folder of the copies.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_FDS 4096
#define MOST_FILES 64

struct file {
    char path[1024];
    int copy;
    off_t from, to; /* what was written and not synced lies between */
    off_t size;     /* the shortest that the file was made since, or -1 */
};

static struct file files[MOST_FILES];
static int count;
static int watched[MOST_FDS]; /* which file a descriptor is of, plus one */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void fail(const char *what) {
    fprintf(stderr, "power_cut: %s\n", what);
    abort();
}

static void bring(struct file *file, int fd, off_t from, off_t to) {
    static char buffer[1 << 16];
    while (from < to) {
        size_t wanted = to - from < (off_t)sizeof buffer ? (size_t)(to - from) : sizeof buffer;
        ssize_t got = REAL(pread64)(fd, buffer, wanted, from);
        if (got <= 0) return;
        if (REAL(pwrite64)(file->copy, buffer, got, from) != got) fail("a copy cannot be written");
        from += got;
    }
}

static void begin(int fd, const char *path) {
    const char *prefix = getenv("POWER_CUT_FILES"), *copies = getenv("POWER_CUT_COPIES");
    if (fd < 0 || fd >= MOST_FDS || !prefix || !copies || strncmp(path, prefix, strlen(prefix))) return;
    if (strstr(path, "-shm")) return; /* an index that every start makes anew */
    pthread_mutex_lock(&lock);
    int at = 0;
    while (at < count && strcmp(files[at].path, path)) at++;
    if (at == count) {
        char name[2048];
        struct stat found;
        if (count == MOST_FILES || strlen(path) >= sizeof files[0].path) fail("too many files");
        snprintf(name, sizeof name, "%s/%s", copies, strrchr(path, '/') + 1);
        files[at] = (struct file){.copy = REAL(open64)(name, O_RDWR | O_CREAT | O_TRUNC, 0600), .size = -1};
        if (files[at].copy < 0) fail("a copy cannot be made");
        strcpy(files[at].path, path);
        count++;
        if (!fstat(fd, &found)) bring(&files[at], fd, 0, found.st_size); /* it was there before: all of it is safe */
    }
    watched[fd] = at + 1;
    pthread_mutex_unlock(&lock);
}

static struct file *of(int fd) { return fd >= 0 && fd < MOST_FDS && watched[fd] ? &files[watched[fd] - 1] : NULL; }

static void note(int fd, off_t from, ssize_t written) {
    struct file *file = of(fd);
    if (!file || written <= 0) return;
    pthread_mutex_lock(&lock);
    if (file->from == file->to) file->from = from, file->to = from + written;
    if (from < file->from) file->from = from;
    if (from + written > file->to) file->to = from + written;
    pthread_mutex_unlock(&lock);
}

static int synced(int fd) {
    struct file *file = of(fd);
    pthread_mutex_lock(&lock);
    if (file->size >= 0 && ftruncate(file->copy, file->size)) fail("a copy cannot be cut");
    bring(file, fd, file->from, file->to);
    file->from = file->to = 0;
    file->size = -1;
    pthread_mutex_unlock(&lock);
    return 0;
}

static int cut(int fd, off_t size) {
    struct file *file = of(fd);
    if (file) {
        pthread_mutex_lock(&lock);
        if (file->size < 0 || size < file->size) file->size = size;
        pthread_mutex_unlock(&lock);
    }
    return 0;
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int fd = REAL(open64)(path, flags, va_arg(more, mode_t));
    va_end(more);
    begin(fd, path);
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int fd = REAL(open)(path, flags, va_arg(more, mode_t));
    va_end(more);
    begin(fd, path);
    return fd;
}

int close(int fd) {
    if (fd >= 0 && fd < MOST_FDS) watched[fd] = 0;
    return REAL(close)(fd);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    ssize_t written = REAL(pwrite64)(fd, data, size, at);
    note(fd, at, written);
    return written;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    ssize_t written = REAL(pwrite)(fd, data, size, at);
    note(fd, at, written);
    return written;
}

ssize_t write(int fd, const void *data, size_t size) {
    off_t at = of(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t written = REAL(write)(fd, data, size);
    note(fd, at, written);
    return written;
}

int ftruncate64(int fd, off64_t size) {
    cut(fd, size);
    return REAL(ftruncate64)(fd, size);
}

int ftruncate(int fd, off_t size) {
    cut(fd, size);
    return REAL(ftruncate)(fd, size);
}

int unlink(const char *path) {
    for (int at = 0; at < count; at++) {
        if (!strcmp(files[at].path, path) && ftruncate(files[at].copy, 0)) fail("a copy cannot be cut");
    }
    return REAL(unlink)(path);
}

int fsync(int fd) { return of(fd) ? synced(fd) : REAL(fsync)(fd); }

int fdatasync(int fd) { return of(fd) ? synced(fd) : REAL(fdatasync)(fd); }
