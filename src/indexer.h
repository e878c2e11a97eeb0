#pragma once
/* Reads a recording through in the background and notes where its moments are, without keeping
 * anything of them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timeline.h"

struct indexer;

/* `path` names the file that `fd`, which is borrowed for this call only, has open. It ends early
 * when `interrupt_fd` can be read. NULL: that is no file in which one can go to and fro, or not the
 * same any more. */
struct indexer *indexer_start(const char *path, int fd, int interrupt_fd);

/* Once `interrupt_fd` can be read. Takes NULL. */
void indexer_stop(struct indexer *indexer);

/* What is known so far, for any thread: as timeline_follow(). */
bool indexer_tell(struct indexer *indexer, struct timeline *timeline);

/* Somebody else has read this moment, the `number`th, 0 being the first. It may have come after all
 * moments were known. Takes NULL. */
void indexer_note(struct indexer *indexer, size_t number, const struct timeline_moment *moment);

/* Where that moment begins in the file; false if that is not known yet. */
bool indexer_position(struct indexer *indexer, size_t moment, uint64_t *position);
