/* Settings of the line, and the few sequences that every terminal of today understands: nobody who
 * needs this can be asked which one it is. It never waits for a terminal that takes nothing. */

#include "rescue.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 100 };

/* In this order: no colours, no mouse, no bracketed paste, plain keys, plain letters, the cursor,
 * and last the screen that was there before. */
static const char sequence[] = "\033[m"
			       "\033[?1000l\033[?1002l\033[?1003l\033[?1006l"
			       "\033[?2004l"
			       "\033[?1l\033>"
			       "\033(B"
			       "\033[?25h"
			       "\033[?1049l";

struct rescue rescue_remember(int input, int output) {
	struct rescue rescue = { .terminal = -1 };
	if (tcgetattr(output, &rescue.settings) == 0)
		rescue.terminal = output;
	else if (tcgetattr(input, &rescue.settings) == 0)
		rescue.terminal = input;
	return rescue;
}

bool rescue_is_needed(const struct rescue *rescue) {
	struct termios now;
	const struct termios *before = &rescue->settings;
	if (rescue->terminal < 0 || tcgetattr(rescue->terminal, &now) != 0)
		return false;
	return now.c_iflag != before->c_iflag || now.c_oflag != before->c_oflag ||
	       now.c_cflag != before->c_cflag || now.c_lflag != before->c_lflag ||
	       memcmp(now.c_cc, before->c_cc, sizeof(now.c_cc)) != 0;
}

/* What stopped in the background does not draw, and its terminal is for others to care for. */
static bool is_ours(int terminal) {
	const pid_t owner = tcgetpgrp(terminal);
	return owner < 0 || owner == getpgrp();
}

void rescue_terminal(const struct rescue *rescue) {
	struct pollfd terminal = { .fd = rescue->terminal, .events = POLLOUT };
	if (rescue->terminal < 0 || !is_ours(rescue->terminal))
		return;
	/* Should it become another's just now, this process must not be stopped for it. */
	struct sigaction before;
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigaction(SIGTTOU, &ignore, &before);
	tcsetattr(rescue->terminal, TCSANOW, &rescue->settings);
	if (poll(&terminal, 1, PATIENCE_MS) > 0 && (terminal.revents & POLLOUT)) {
		const ssize_t ignored = write(rescue->terminal, sequence, sizeof(sequence) - 1);
		(void)ignored; /* there is nobody to tell */
	}
	sigaction(SIGTTOU, &before, NULL);
}
