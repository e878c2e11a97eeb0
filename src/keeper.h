#pragma once
/* Keeps a screen process: passes its questions on, and sees to it that neither outlives the other.
 */

#include <signal.h>
#include <sys/types.h>

struct collector;

struct keeper_setup {
	pid_t screen; /* a child of ours */
	int channel;  /* to it (channel.h), which is shut down in the end; -1: it asks nothing */
	struct collector *collector; /* who answers; NULL if it asks nothing */
};

struct keeper_end {
	int status; /* of the screen process, as waitpid(2) tells */
	int signal; /* that ended us; 0: none did */
};

/* The signals that it waits for. They are to be blocked from before the screen process is there. */
void keeper_signals(sigset_t *signals);

/* Until the screen process has ended, however long a look takes: the thread that is at one goes on
 * until this process ends. `collector` is closed by it. 0 or -errno: then the screen process has
 * been ended, too. */
int keeper_run(const struct keeper_setup *setup, struct keeper_end *end);
