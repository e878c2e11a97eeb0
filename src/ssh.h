#pragma once
/* A recorder on another machine, started by the ssh of the user: "ssh HOST socklens record -". What
 * it needs to get there is ssh's and its configuration's; it asks nobody for anything. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SSH_WORDS_SIZE = 200 };

/* Zero-initialise it. */
struct ssh {
	pid_t pid;        /* 0: none */
	uint64_t told_ns; /* monotonic: when it was told to end; 0: it was not */
	int output;       /* the recording; a socket, so that whoever reads it can be stopped */
	int errors;       /* what it complains about; never waited for */
	char words[SSH_WORDS_SIZE]; /* its last complaint, any bytes, ended by NUL */
	size_t length;              /* of the line that is not whole yet */
	char line[SSH_WORDS_SIZE];
};

/* A name as ssh takes it: host, user@host, ssh://user@host:port. Nothing else, and nothing that
 * could be taken for an option or, by whatever it is handed on to, for more than a name. */
bool ssh_is_host(const char *host);

/* A look each `period_ns`. 0 or -errno. */
int ssh_start(struct ssh *ssh, const char *host, uint64_t period_ns);

/* Reads what it complained about since. */
void ssh_listen(struct ssh *ssh);

/* Tells it and all that it started to end, and does not wait for that. */
void ssh_tell_end(struct ssh *ssh);

/* Ends it and all that it started, if it has not ended; its words stay. Waits a moment, but not
 * longer than that since it was told. */
void ssh_stop(struct ssh *ssh);
