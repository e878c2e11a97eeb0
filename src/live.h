#pragma once
/* This machine, now, as a source; and the recorder that may listen. */

#include "boot.h"
#include "source.h"
#include "users.h"

struct moment_origin;
struct owner_cache;
struct recorder;
struct recording_writer;

/* live_open() fills it; live_close() closes it. */
struct live {
	struct probe *probe;
	struct user_cache users;
	char *host, *kernel;
	struct boot_id boot;
	struct owner_cache *owners;      /* from look to look; NULL: each looks anew */
	uint64_t time_ns;                /* of the look at hand */
	uint16_t ephemeral[2];           /* likewise; 0: not known */
	struct recorder *recorder;       /* NULL: nothing is recorded */
	struct recording_writer *writer; /* borrowed; where moments go */
};

/* `netns` as in probe_open(), `writer` NULL if nothing is recorded. */
bool live_open(struct live *live, const char *netns, struct recording_writer *writer, bool *no_such,
               char **error);
void live_close(struct live *live);

/* From now on owners that were found are not looked for again (owner_cache.h): cheaper, and a look
 * or two late where a process changes what it holds without a sign. */
void live_remember_owners(struct live *live);

/* A look begins: the source is good until the next one. */
struct source live_source(struct live *live);

/* A look begins, too: what a recording says of it first. Texts are borrowed. */
struct moment_origin live_origin(struct live *live, uint32_t needs);

/* What was learnt in this look goes to the recording: `batch` has all sockets, with what was found
 * of them; `owners` is NULL if nobody looked for owners. 0 or -errno. */
int live_record(struct live *live, const struct snapshot *batch,
                const struct owner_summary *owners);
