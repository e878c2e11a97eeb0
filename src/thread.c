/* What every thread is made with. What such threads share with their caller is
 * their own business. */

#include "thread.h"

#include <signal.h>

#include "util.h"

enum { STACK_SIZE = 256 * 1024 };

int thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument) {
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	sigset_t blocked;
	sigset_t before;
	sigfillset(&blocked);
	for (size_t i = 0; i < ARRAY_LENGTH(faults); i++)
		sigdelset(&blocked, faults[i]);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	const int error = pthread_create(thread, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int thread_start_detached(void *(*run)(void *argument), void *argument) {
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	const int error = pthread_create(&thread, &attributes, run, argument);
	pthread_attr_destroy(&attributes);
	return error;
}

void thread_init_condition(pthread_cond_t *condition) {
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

struct timespec thread_deadline(uint64_t monotonic_ns) {
	return (struct timespec){ .tv_sec = (time_t)(monotonic_ns / SECOND_NS),
		                  .tv_nsec = (long)(monotonic_ns % SECOND_NS) };
}
