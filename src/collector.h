#pragma once
/* The process that owns the probes: it looks when it is asked, and hands each look over as a
 * moment. */

struct collector_setup {
	const char *netns; /* as in probe_open(); NULL: our own */
	int channel;       /* channel.h; borrowed */
	int screen;        /* process id of the one who asks */
};

/* Answers until the other side of the channel is closed or a signal ends it. Returns the exit
 * status of the screen process, or EXIT_STATUS_PARTIAL if that was ended by a signal. `error` for
 * the caller to free, or NULL. */
int collector_run(const struct collector_setup *setup, char **error);
