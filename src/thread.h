#pragma once
/* Threads beside the one that draws. Some wait for name servers, which may not come back for a long
 * time. */

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* A thread to be joined, which is told of no signals but of those that its own faults raise. 0 or
 * an errno. */
int thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument);

/* Runs on a small stack, and nobody waits for its end. 0 or an errno. */
int thread_start_detached(void *(*run)(void *argument), void *argument);

/* A condition whose timed waits are by the monotonic clock. */
void thread_init_condition(pthread_cond_t *condition);

/* A time of that clock, for pthread_cond_timedwait(). */
struct timespec thread_deadline(uint64_t monotonic_ns);
