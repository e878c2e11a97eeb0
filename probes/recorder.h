#pragma once
/* Puts a moment together: the answers as they came, and what was found out beside them. Secrets
 * that the kernel tells (keys of TCP-MD5, tokens of MPTCP) are zeroed before they are kept. */

#include <stddef.h>
#include <stdint.h>

#include "moment.h"
#include "snapshot.h"

struct nlmsghdr;
struct recorder;

struct recorder *recorder_create(void);
void recorder_destroy(struct recorder *recorder);

/* Forgets the moment before, and notes when and where this one is. */
void recorder_begin(struct recorder *recorder, const struct moment_origin *origin);

/* The same, straight into a memory file (memfd_create(2)) that is the caller's and has nothing in
 * it. 0 or -errno, and then nothing was begun. recorder_end_file() ends it. */
int recorder_begin_file(struct recorder *recorder, int file, const struct moment_origin *origin);

/* For the probes. Messages and lines come between the two. */
void recorder_begin_dump(struct recorder *recorder, const struct moment_dump *dump);
void recorder_add_message(struct recorder *recorder, const struct nlmsghdr *message);
void recorder_add_line(struct recorder *recorder, const char *line, size_t length);
void recorder_end_dump(struct recorder *recorder);

/* The names of devices, control groups and users that the sockets of a batch were given. It may be
 * one of many, and may be given while a dump is being recorded: it is copied, and written at the
 * end. */
void recorder_add_names(struct recorder *recorder, const struct snapshot *batch);

/* The names of hosts and services that the sockets were given. Not while a dump is recorded. */
void recorder_add_resolved(struct recorder *recorder, const struct snapshot *batch);

/* Who holds what: all processes, then all descriptors, each with the number of its process, which
 * counts from 0 in the order in which they were added. Not while a dump is recorded. */
void recorder_begin_owners(struct recorder *recorder);
void recorder_add_process(struct recorder *recorder, const struct process *process);
void recorder_add_holder(struct recorder *recorder, uint32_t inode, uint32_t process, uint32_t fd);
void recorder_end_owners(struct recorder *recorder, const struct owner_summary *summary);

/* The reports come last. The moment is then in `bytes` until the next recorder_begin(). */
void recorder_end(struct recorder *recorder, const struct probe_report reports[REPORT_COUNT],
                  const char **bytes, size_t *length);

/* The same for a file, which is then as long as the moment, and can be sealed. 0 or -errno. */
int recorder_end_file(struct recorder *recorder, const struct probe_report reports[REPORT_COUNT],
                      uint64_t *length);
