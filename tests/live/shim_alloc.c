/* Preloaded: the Nth allocation of the process fails, and with SHIM_ALLOC_REST=1 all after it.
 * N comes from SHIM_ALLOC_N. Every failure is noted in the file SHIM_ALLOC_NOTE, so that the
 * caller knows when N was more than there are. Single-threaded, glibc. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static unsigned long calls;
static unsigned long failing; /* 0: none */
static bool rest;
static const char *note;

/* Before this has run, nothing fails: those are the loader's allocations. */
__attribute__((constructor)) static void read_environment(void) {
	const char *number = getenv("SHIM_ALLOC_N");
	const char *all = getenv("SHIM_ALLOC_REST");
	note = getenv("SHIM_ALLOC_NOTE");
	rest = all && strcmp(all, "1") == 0;
	calls = 0;
	failing = number ? strtoul(number, NULL, 10) : 0;
}

static void take_note(void) {
	const int fd = note ? open(note, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	if (fd < 0)
		return;
	const ssize_t ignored = write(fd, "x", 1);
	(void)ignored;
	close(fd);
}

static bool fails(void) {
	if (failing == 0)
		return false;
	calls++;
	if (calls != failing && !(rest && calls > failing))
		return false;
	if (calls == failing)
		take_note();
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size) {
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
	return fails() ? NULL : __libc_realloc(memory, size);
}
