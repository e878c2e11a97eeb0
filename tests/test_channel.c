/* What one side sends, sane or not, and what the other makes of it. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "recording.h"
#include "util.h"

struct ends {
	int collector, screen;
};

static struct ends open_ends(void) {
	struct ends ends;
	cr_assert_eq(channel_open(&ends.collector, &ends.screen), 0);
	return ends;
}

static void close_ends(const struct ends *ends) {
	close(ends->collector);
	close(ends->screen);
}

/* A file with so many bytes in it, and these seals. */
static int new_file(size_t length, int seals) {
	const int file = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	cr_assert_geq(file, 0);
	cr_assert_eq(ftruncate(file, (off_t)length), 0);
	if (seals != 0)
		cr_assert_eq(fcntl(file, F_ADD_SEALS, seals), 0);
	return file;
}

enum { ALL_SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

/* Nothing was opened here, or everything was closed again. */
static int count_descriptors(void) {
	int count = 0;
	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

Test(channel, a_request_arrives_as_it_was_sent) {
	const struct ends ends = open_ends();
	const struct channel_request sent = { .kind = CHANNEL_LOOK, .needs = 0x12345678 };
	struct channel_message got = { 0 };
	cr_assert_eq(channel_ask(ends.screen, &sent, NULL), 0);
	cr_assert_eq(channel_receive_request(ends.collector, getpid(), &got), 0);
	cr_assert_eq(got.request.kind, CHANNEL_LOOK);
	cr_assert_eq(got.request.needs, 0x12345678);
	close_ends(&ends);
}

static const struct act_deed deeds[] = { { .cookie = 7 }, { .cookie = 8 } };

Test(channel, an_order_arrives_with_its_deeds) {
	const struct ends ends = open_ends();
	const struct channel_request sent = { .kind = CHANNEL_ACT, .deed_count = 2 };
	struct channel_message got = { 0 };
	cr_assert_eq(channel_ask(ends.screen, &sent, deeds), 0);
	cr_assert_eq(channel_receive_request(ends.collector, getpid(), &got), 0);
	cr_assert_eq(got.request.deed_count, 2);
	cr_assert_eq(memcmp(got.deeds, deeds, sizeof(deeds)), 0);
	close_ends(&ends);
}

Test(channel, an_order_may_be_as_long_as_is_allowed_and_no_longer) {
	static struct act_deed many[ACT_DEEDS_MAX + 1];
	const struct ends ends = open_ends();
	struct channel_request sent = { .kind = CHANNEL_ACT, .deed_count = ACT_DEEDS_MAX };
	struct channel_message got = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(many); i++)
		many[i].cookie = i + 1;
	cr_assert_eq(channel_ask(ends.screen, &sent, many), 0);
	cr_assert_eq(channel_receive_request(ends.collector, getpid(), &got), 0);
	cr_assert_eq(got.deeds[ACT_DEEDS_MAX - 1].cookie, ACT_DEEDS_MAX);
	sent.deed_count++;
	cr_assert_eq(channel_ask(ends.screen, &sent, many), 0);
	cr_assert_eq(channel_receive_request(ends.collector, getpid(), &got), -EBADMSG);
	close_ends(&ends);
}

/* More is said than follows, or less, or what makes no sense. */
static const struct {
	const char *what;
	struct channel_message message;
	size_t deeds; /* that follow */
} bad_orders[] = {
	{ "no deed", { .request = { .kind = CHANNEL_ACT } }, 0 },
	{ "fewer than said", { { .kind = CHANNEL_ACT, .deed_count = 2 }, { { .cookie = 7 } } }, 1 },
	{ "more than said",
	  { { .kind = CHANNEL_ACT, .deed_count = 1 }, { { .cookie = 7 }, { .cookie = 8 } } },
	  2 },
	{ "a count without end",
	  { { .kind = CHANNEL_ACT, .deed_count = UINT32_MAX }, { { .cookie = 7 } } },
	  1 },
	{ "a count that wraps around",
	  { { .kind = CHANNEL_ACT, .deed_count = 0x55555556 }, { { .cookie = 7 } } },
	  1 },
	{ "a look with deeds",
	  { { .kind = CHANNEL_LOOK, .deed_count = 1 }, { { .cookie = 7 } } },
	  1 },
	{ "any cookie",
	  { { .kind = CHANNEL_ACT, .deed_count = 1 }, { { .cookie = UINT64_MAX } } },
	  1 },
	{ "a signal to everybody",
	  { { .kind = CHANNEL_ACT, .order = { ACT_SIGNAL, 9 }, .deed_count = 1 },
	    { { .cookie = 7, .pid = UINT32_MAX } } },
	  1 },
	{ "a signal that is none",
	  { { .kind = CHANNEL_ACT, .order = { ACT_SIGNAL, 99 }, .deed_count = 1 },
	    { { .cookie = 7, .pid = 4 } } },
	  1 },
};

Test(channel, an_order_that_makes_no_sense_is_refused) {
	const struct ends ends = open_ends();
	for (size_t i = 0; i < ARRAY_LENGTH(bad_orders); i++) {
		static struct channel_message got;
		const size_t length = offsetof(struct channel_message, deeds) +
		                      bad_orders[i].deeds * sizeof(struct act_deed);
		cr_assert_eq(send(ends.screen, &bad_orders[i].message, length, 0), (ssize_t)length);
		cr_expect_eq(channel_receive_request(ends.collector, getpid(), &got), -EBADMSG,
		             "%s", bad_orders[i].what);
	}
	close_ends(&ends);
}

Test(channel, an_answer_brings_a_file_that_can_be_read_in_place) {
	static const char text[] = "a moment";
	const struct ends ends = open_ends();
	const int file = channel_create_file();
	struct channel_answer sent = { .length = sizeof(text), .cost_ns = 5, .monotonic_ns = 7 };
	struct channel_answer got = { 0 };
	int came = -1;
	cr_assert_geq(file, 0);
	cr_assert_eq(write(file, text, sizeof(text)), (ssize_t)sizeof(text));
	cr_assert_eq(channel_seal(file), 0);
	cr_assert_eq(channel_answer(ends.collector, &sent, file), 0);
	close(file);
	cr_assert_eq(channel_receive_answer(ends.screen, &got, &came), 0);
	cr_assert_eq(memcmp(&sent, &got, sizeof(sent)), 0);
	cr_assert(fcntl(came, F_GETFD) & FD_CLOEXEC);
	const char *bytes = mmap(NULL, sizeof(text), PROT_READ, MAP_SHARED, came, 0);
	cr_assert_neq(bytes, MAP_FAILED);
	cr_assert_str_eq(bytes, text);
	munmap((void *)(uintptr_t)bytes, sizeof(text));
	close(came);
	close_ends(&ends);
}

Test(channel, a_sealed_file_neither_shrinks_nor_grows_nor_changes) {
	const int file = channel_create_file();
	cr_assert_eq(write(file, "abc", 3), 3);
	cr_assert_eq(channel_seal(file), 0);
	cr_assert_eq(fcntl(file, F_GET_SEALS) & ALL_SEALS, ALL_SEALS);
	cr_assert_eq(ftruncate(file, 1), -1);
	cr_assert_eq(ftruncate(file, 4096), -1);
	cr_assert_eq(pwrite(file, "x", 1, 0), -1);
	cr_assert_eq(mmap(NULL, 3, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), MAP_FAILED);
	close(file);
}

Test(channel, an_error_is_an_answer_without_a_file) {
	const struct ends ends = open_ends();
	const struct channel_answer sent = { .error = ENOSPC };
	struct channel_answer got = { 0 };
	int came = 99;
	cr_assert_eq(channel_answer(ends.collector, &sent, -1), 0);
	cr_assert_eq(channel_receive_answer(ends.screen, &got, &came), 0);
	cr_assert_eq(got.error, ENOSPC);
	cr_assert_eq(came, -1);
	close_ends(&ends);
}

Test(channel, who_is_left_alone_is_told) {
	struct ends ends = open_ends();
	const struct channel_request request = { .kind = CHANNEL_LOOK };
	struct channel_message asked;
	struct channel_answer answer = { .error = EIO };
	int came = -1;
	close(ends.screen);
	cr_assert_eq(channel_receive_request(ends.collector, getpid(), &asked), -EPIPE);
	cr_assert_eq(channel_answer(ends.collector, &answer, -1), -EPIPE);
	close(ends.collector);
	ends = open_ends();
	close(ends.collector);
	cr_assert_eq(channel_receive_answer(ends.screen, &answer, &came), -EPIPE);
	cr_assert_eq(channel_ask(ends.screen, &request, NULL), -EPIPE);
	close(ends.screen);
}

Test(channel, what_was_not_read_does_not_hide_that_the_other_side_has_gone) {
	const struct ends ends = open_ends();
	const struct channel_request request = { .kind = CHANNEL_LOOK };
	struct channel_answer answer;
	int came = -1;
	cr_assert_eq(channel_ask(ends.screen, &request, NULL), 0);
	close(ends.collector);
	cr_assert_eq(channel_receive_answer(ends.screen, &answer, &came), -EPIPE);
	close(ends.screen);
}

Test(channel, another_process_is_not_answered) {
	const struct ends ends = open_ends();
	const struct channel_request request = { .kind = CHANNEL_LOOK };
	struct channel_message got = { 0 };
	const pid_t other = fork();
	cr_assert_geq(other, 0);
	if (other == 0)
		_exit(channel_ask(ends.screen, &request, NULL) == 0 ? 0 : 1);
	int status = -1;
	cr_assert_eq(waitpid(other, &status, 0), other);
	cr_assert_eq(status, 0);
	cr_assert_eq(channel_receive_request(ends.collector, getpid(), &got), -EPERM);
	close_ends(&ends);
}

Test(channel, a_request_of_another_length_or_kind_makes_no_sense) {
	static const struct channel_request unknown = { .kind = CHANNEL_SUSPEND + 1 };
	static const struct {
		const char *bytes;
		size_t length;
	} messages[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "abcdefgh+", 9 },
		{ (const char *)&unknown, sizeof(unknown) },
	};
	const struct ends ends = open_ends();
	for (size_t i = 0; i < ARRAY_LENGTH(messages); i++) {
		struct channel_message got = { 0 };
		cr_assert_geq(send(ends.screen, messages[i].bytes, messages[i].length, 0), 0);
		cr_assert_eq(channel_receive_request(ends.collector, getpid(), &got), -EBADMSG,
		             "message %zu", i);
	}
	close_ends(&ends);
}

/* As a hostile process would, with `count` descriptors beside it. */
static void send_with_files(int fd, const void *bytes, size_t length, const int *files,
                            size_t count) {
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)(uintptr_t)bytes, length };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	message.msg_control = &control;
	message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), files, count * sizeof(int));
	cr_assert_eq(sendmsg(fd, &message, 0), (ssize_t)length);
}

Test(channel, a_request_cannot_leave_descriptors_behind) {
	const struct ends ends = open_ends();
	const struct channel_request request = { .kind = CHANNEL_LOOK };
	struct channel_message got;
	const int files[] = { ends.screen, ends.screen };
	const int before = count_descriptors();
	send_with_files(ends.screen, &request, sizeof(request), files, 2);
	cr_assert_eq(channel_receive_request(ends.collector, getpid(), &got), -EBADMSG);
	cr_assert_eq(count_descriptors(), before);
	close_ends(&ends);
}

/* Everything about an answer that must be refused. */
static const struct {
	const char *what;
	struct channel_answer answer;
	size_t file_length;
	int seals;
	size_t files;
} bad_answers[] = {
	{ "no file", { .length = 100 }, 100, ALL_SEALS, 0 },
	{ "two files", { .length = 100 }, 100, ALL_SEALS, 2 },
	{ "four files", { .length = 100 }, 100, ALL_SEALS, 4 },
	{ "not sealed", { .length = 100 }, 100, 0, 1 },
	{ "can shrink", { .length = 100 }, 100, F_SEAL_GROW | F_SEAL_WRITE, 1 },
	{ "can grow", { .length = 100 }, 100, F_SEAL_SHRINK | F_SEAL_WRITE, 1 },
	{ "can change", { .length = 100 }, 100, F_SEAL_SHRINK | F_SEAL_GROW, 1 },
	{ "shorter", { .length = 101 }, 100, ALL_SEALS, 1 },
	{ "nothing", { .length = 0 }, 100, ALL_SEALS, 1 },
	{ "more than there is", { .length = UINT64_MAX }, 100, ALL_SEALS, 1 },
	{ "more than off_t", { .length = (uint64_t)1 << 63 }, 100, ALL_SEALS, 1 },
	{ "more than a moment",
	  { .length = (uint64_t)RECORDING_MOMENT_MAX + 1 },
	  (size_t)RECORDING_MOMENT_MAX + 1,
	  ALL_SEALS,
	  1 },
	{ "error and file", { .error = EIO }, 100, ALL_SEALS, 1 },
	{ "error and length", { .length = 100, .error = EIO }, 100, ALL_SEALS, 0 },
	{ "error below 0", { .error = -EIO }, 100, ALL_SEALS, 0 },
	{ "error beyond all", { .error = INT32_MAX }, 100, ALL_SEALS, 0 },
};

Test(channel, an_answer_that_could_do_harm_is_refused_and_its_files_are_closed) {
	const struct ends ends = open_ends();
	for (size_t i = 0; i < ARRAY_LENGTH(bad_answers); i++) {
		struct channel_answer got = { .cost_ns = 42 };
		int came = 99;
		const int file = new_file(bad_answers[i].file_length, bad_answers[i].seals);
		const int files[] = { file, file, file, file };
		const int before = count_descriptors();
		if (bad_answers[i].files > 0)
			send_with_files(ends.collector, &bad_answers[i].answer,
			                sizeof(bad_answers[i].answer), files, bad_answers[i].files);
		else
			cr_assert_eq(channel_answer(ends.collector, &bad_answers[i].answer, -1), 0);
		cr_expect_eq(channel_receive_answer(ends.screen, &got, &came), -EBADMSG, "%s",
		             bad_answers[i].what);
		cr_expect_eq(got.cost_ns, 42, "%s: nothing is written", bad_answers[i].what);
		cr_expect_eq(came, 99, "%s: no file", bad_answers[i].what);
		cr_expect_eq(count_descriptors(), before, "%s: closed", bad_answers[i].what);
		close(file);
	}
	close_ends(&ends);
}

Test(channel, a_file_of_the_file_system_is_no_moment) {
	const struct ends ends = open_ends();
	const struct channel_answer answer = { .length = 10 };
	struct channel_answer got;
	int came = -1;
	const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	cr_assert_geq(file, 0);
	cr_assert_eq(channel_answer(ends.collector, &answer, file), 0);
	cr_assert_eq(channel_receive_answer(ends.screen, &got, &came), -EBADMSG);
	close(file);
	close_ends(&ends);
}

Test(channel, a_file_for_which_there_is_no_descriptor_is_no_nonsense) {
	const struct ends ends = open_ends();
	const int file = new_file(10, ALL_SEALS);
	struct channel_answer sent = { .length = 10 };
	struct channel_answer got = { 0 };
	int came = -1;
	cr_assert_eq(channel_answer(ends.collector, &sent, file), 0);
	struct rlimit limit;
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, limit.rlim_max }), 0);
	const int result = channel_receive_answer(ends.screen, &got, &came);
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	cr_assert_eq(result, -EMFILE);
	close(file);
	close_ends(&ends);
}
