/* A descriptor of /proc/PID stays with its process, and pidfd_send_signal(2) takes it: so what is
 * read of the process and what is told to it cannot be about two different ones. */

#include "held_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process.h"

/* 0 or -errno. */
static int check(int directory, uint64_t start_time) {
	char text[PROCESS_STAT_SIZE];
	struct process_stat stat;
	const int error = process_read_stat(directory, "stat", text, &stat);
	if (error == -ENOENT)
		return -ESRCH;
	return error == 0 && stat.start_time != start_time ? -ESRCH : error;
}

int held_process_open(uint32_t pid, uint64_t start_time) {
	char path[32];
	snprintf(path, sizeof(path), "/proc/%u", pid);
	const int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	const int error = check(directory, start_time);
	if (error == 0)
		return directory;
	close(directory);
	return error;
}

int held_process_signal(int process, int number) {
	return syscall(SYS_pidfd_send_signal, process, number, NULL, 0) == 0 ? 0 : -errno;
}
