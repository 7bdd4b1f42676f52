/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts the calls with which a program changes the file system, and kills it before a chosen one or makes that
 * one fail. Preloaded by scripts/torture:
 *   TORTURE_KILL_AT=N    SIGKILL before call N (from 1)
 *   TORTURE_FAIL_AT=N    call N fails with TORTURE_ERRNO, and so do all later ones where TORTURE_STAYS=1
 *   TORTURE_COUNT=FILE   the number of calls is written there at the end
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at, fail_at;
static int fail_errno, stays;
static char count_file[4096];

static long number_of(const char* name) {
  const char* text = getenv(name);
  return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
  kill_at = number_of("TORTURE_KILL_AT");
  fail_at = number_of("TORTURE_FAIL_AT");
  fail_errno = (int)number_of("TORTURE_ERRNO");
  stays = (int)number_of("TORTURE_STAYS");
  const char* file = getenv("TORTURE_COUNT");
  if (file) strncpy(count_file, file, sizeof count_file - 1);
}

__attribute__((destructor)) static void end(void) {
  if (!count_file[0]) return;
  char text[32];
  const int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
  const int file = (int)syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0) return;
  (void)!syscall(SYS_write, file, text, (size_t)length);
  syscall(SYS_close, file);
}

/* Counts one call; whether it is to fail. */
static int fails(void) {
  const long number = atomic_fetch_add(&calls, 1) + 1;
  if (number == kill_at) kill(getpid(), SIGKILL);
  if (fail_at == 0 || number < fail_at || (number > fail_at && !stays)) return 0;
  errno = fail_errno;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int changes(int flags) { return (flags & (O_CREAT | O_WRONLY | O_RDWR | O_TRUNC)) != 0; }

#define OPEN(name)                                         \
  int name(const char* path, int flags, ...) {             \
    va_list more;                                          \
    va_start(more, flags);                                 \
    const mode_t mode = (mode_t)va_arg(more, int);         \
    va_end(more);                                          \
    if (changes(flags) && fails()) return -1;              \
    return REAL(name)(path, flags, mode);                  \
  }
OPEN(open)
OPEN(open64)

ssize_t write(int file, const void* bytes, size_t size) {
  /* what goes to the terminal or a pipe changes no file */
  if (file > 2 && fails()) return -1;
  return REAL(write)(file, bytes, size);
}
int fsync(int file) { return fails() ? -1 : REAL(fsync)(file); }
int ftruncate(int file, off_t size) { return fails() ? -1 : REAL(ftruncate)(file, size); }
int ftruncate64(int file, off64_t size) { return fails() ? -1 : REAL(ftruncate64)(file, size); }
int rename(const char* from, const char* to) { return fails() ? -1 : REAL(rename)(from, to); }
int unlink(const char* path) { return fails() ? -1 : REAL(unlink)(path); }
int rmdir(const char* path) { return fails() ? -1 : REAL(rmdir)(path); }
int mkdir(const char* path, mode_t mode) { return fails() ? -1 : REAL(mkdir)(path, mode); }
char* mkdtemp(char* name) { return fails() ? NULL : REAL(mkdtemp)(name); }
