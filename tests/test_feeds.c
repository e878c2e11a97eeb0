/* A recording, and collectors that are not what they should be. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "feeds.h"
#include "frame.h"
#include "life.h"
#include "moments.h"
#include "recording.h"
#include "sock.h"
#include "timeline.h"
#include "util.h"

enum { LIMIT_MS = 20000, NEEDS = SOCK_NEED_INFO | SOCK_NEED_OWNERS };

static const uint64_t second_ns = 1000000000;

/* Waits for the answer to the question asked last. */
static enum feed_answer answer_of(const struct feed *feed, const struct frame **frame,
                                  char **error) {
	struct pollfd ready = { .fd = feed->fd, .events = POLLIN };
	enum feed_answer answer = FEED_NOTHING;
	*frame = NULL;
	*error = NULL;
	while (answer == FEED_NOTHING) {
		cr_assert_eq(poll(&ready, 1, LIMIT_MS), 1, "no answer");
		answer = feed->take(feed->self, frame, error);
	}
	return answer;
}

static const struct frame *next_frame(const struct feed *feed) {
	const struct frame *frame = NULL;
	char *error = NULL;
	feed->ask(feed->self, NEEDS);
	cr_assert_eq(answer_of(feed, &frame, &error), FEED_FRAME);
	cr_assert_null(error);
	return frame;
}

/* That there is no frame, but what the text says. */
static void expect(const struct feed *feed, enum feed_answer kind, const char *text) {
	const struct frame *frame = NULL;
	char *error = NULL;
	cr_assert_eq(answer_of(feed, &frame, &error), kind);
	cr_assert_null(frame);
	if (text)
		cr_assert(error && strstr(error, text), "%s", error ? error : "no error");
	else
		cr_assert_null(error, "%s", error);
	free(error);
}

/* A collector as the test plays it. */
struct played {
	int collector;
	struct feed feed;
};

static struct played open_played(void) {
	struct played played;
	char *error = NULL;
	int screen;
	cr_assert_eq(channel_open(&played.collector, &screen), 0);
	cr_assert(feed_collector(screen, &played.feed, &error));
	return played;
}

static void close_played(struct played *played) {
	feed_close(&played->feed);
	if (played->collector >= 0)
		close(played->collector);
}

static struct channel_request request_of(const struct played *played) {
	struct channel_message message;
	cr_assert_eq(channel_receive_request(played->collector, getpid(), &message), 0);
	return message.request;
}

static void answer_with(const struct played *played, const struct moment_bytes *moment,
                        uint64_t monotonic_ns) {
	const struct channel_answer answer = { .length = moment->length,
		                               .cost_ns = 5 * second_ns,
		                               .monotonic_ns = monotonic_ns };
	const int file = channel_create_file();
	cr_assert_eq(write(file, moment->start, moment->length), (ssize_t)moment->length);
	cr_assert_eq(channel_seal(file), 0);
	cr_assert_eq(channel_answer(played->collector, &answer, file), 0);
	close(file);
}

static void answer_sockets(const struct played *played, const struct moment_sockets *sockets,
                           uint64_t monotonic_ns) {
	const struct moment_bytes moment = moments_make(sockets);
	answer_with(played, &moment, monotonic_ns);
	free(moment.start);
}

Test(feeds, what_the_collector_tells_becomes_a_frame) {
	struct played played = open_played();
	const struct frame *frames[3] = { 0 };
	for (uint32_t i = 0; i < ARRAY_LENGTH(frames); i++) {
		char *error = NULL;
		played.feed.ask(played.feed.self, NEEDS);
		const struct channel_request request = request_of(&played);
		cr_assert_eq(request.kind, CHANNEL_LOOK);
		cr_assert_eq(request.needs, NEEDS);
		answer_sockets(&played, &(struct moment_sockets){ 7, 1, 10 + i, 0 },
		               (i + 1) * second_ns);
		cr_assert_eq(answer_of(&played.feed, &frames[i], &error), FEED_FRAME);
		cr_assert_eq(frames[i]->snapshot.count, 10 + i);
		cr_assert_eq(frames[i]->number, i + 1);
		cr_assert_eq(frames[i]->monotonic_ns, (i + 1) * second_ns);
		cr_assert_gt(frames[i]->cost_ns, 5 * second_ns);
		cr_assert_lt(frames[i]->cost_ns, 6 * second_ns);
		if (i > 0)
			cr_assert_eq(frames[i - 1]->number, i, "the one before is still there");
	}
	cr_assert(played.feed.is_live);
	close_played(&played);
}

Test(feeds, nothing_is_there_before_it_is_asked_for) {
	struct played played = open_played();
	const struct frame *frame = NULL;
	char *error = NULL;
	struct pollfd ready = { .fd = played.feed.fd, .events = POLLIN };
	cr_assert_eq(poll(&ready, 1, 0), 0);
	cr_assert_eq(played.feed.take(played.feed.self, &frame, &error), FEED_NOTHING);
	close_played(&played);
}

Test(feeds, a_look_that_failed_is_no_end) {
	struct played played = open_played();
	const struct frame *frame = NULL;
	char *error = NULL;
	played.feed.ask(played.feed.self, NEEDS);
	request_of(&played);
	answer_sockets(&played, &(struct moment_sockets){ 7, 1, 10, 0 }, second_ns);
	cr_assert_eq(answer_of(&played.feed, &frame, &error), FEED_FRAME);
	played.feed.ask(played.feed.self, NEEDS);
	request_of(&played);
	const struct channel_answer failed = { .error = EMFILE };
	cr_assert_eq(channel_answer(played.collector, &failed, -1), 0);
	expect(&played.feed, FEED_TROUBLE, strerror(EMFILE));
	cr_assert_eq(frame->snapshot.count, 10, "the last good one is as it was");
	played.feed.ask(played.feed.self, NEEDS);
	request_of(&played);
	answer_sockets(&played, &(struct moment_sockets){ 9, 1, 11, 0 }, 3 * second_ns);
	cr_assert_eq(answer_of(&played.feed, &frame, &error), FEED_FRAME);
	cr_assert_eq(frame->number, 2);
	cr_assert_eq(frame->totals.elapsed_ns, 2 * second_ns);
	close_played(&played);
}

static const struct act_order closing = { ACT_CLOSE, 0 };
static const struct act_deed deeds[] = { { .cookie = 7 }, { .cookie = 8 } };

static void answer_bytes(const struct played *played, const void *bytes, size_t length) {
	answer_with(played, &(struct moment_bytes){ (unsigned char *)(uintptr_t)bytes, length },
	            second_ns);
}

Test(feeds, an_order_goes_to_the_collector_and_its_results_come_back) {
	struct played played = open_played();
	static const struct act_result sent[] = { { ACT_OUTCOME_DONE, 0 },
		                                  { ACT_OUTCOME_FAILED, EIO } };
	size_t count = 0;
	played.feed.act(played.feed.self, &closing, deeds, 2);
	const struct channel_request request = request_of(&played);
	cr_assert_eq(request.kind, CHANNEL_ACT);
	cr_assert_eq(request.deed_count, 2);
	answer_bytes(&played, sent, sizeof(sent));
	expect(&played.feed, FEED_ACTED, NULL);
	const struct act_result *results = played.feed.results(played.feed.self, &count);
	cr_assert_eq(count, 2);
	cr_expect_eq(memcmp(results, sent, sizeof(sent)), 0);
	close_played(&played);
}

Test(feeds, an_order_and_a_frame_may_both_be_on_their_way) {
	struct played played = open_played();
	static const struct act_result sent = { ACT_OUTCOME_GONE, 0 };
	const struct frame *frame = NULL;
	char *error = NULL;
	played.feed.ask(played.feed.self, NEEDS);
	cr_assert_eq(request_of(&played).kind, CHANNEL_LOOK);
	played.feed.act(played.feed.self, &closing, deeds, 1);
	answer_sockets(&played, &(struct moment_sockets){ 7, 1, 10, 0 }, second_ns);
	cr_assert_eq(request_of(&played).kind, CHANNEL_ACT);
	answer_bytes(&played, &sent, sizeof(sent));
	bool is_acted = false;
	bool is_framed = false;
	while (!is_acted || !is_framed) {
		const enum feed_answer answer = answer_of(&played.feed, &frame, &error);
		cr_assert(answer == FEED_ACTED || answer == FEED_FRAME);
		is_acted |= answer == FEED_ACTED;
		is_framed |= answer == FEED_FRAME;
	}
	close_played(&played);
}

Test(feeds, an_order_that_could_not_be_carried_out_has_failed_results) {
	struct played played = open_played();
	const struct channel_answer failed = { .error = EMFILE };
	size_t count = 0;
	played.feed.act(played.feed.self, &closing, deeds, 2);
	request_of(&played);
	cr_assert_eq(channel_answer(played.collector, &failed, -1), 0);
	expect(&played.feed, FEED_ACTED, NULL);
	const struct act_result *results = played.feed.results(played.feed.self, &count);
	cr_expect_eq(results[1].outcome, ACT_OUTCOME_FAILED);
	cr_expect_eq(results[1].error, EMFILE);
	close_played(&played);
}

Test(feeds, results_that_make_no_sense_are_the_last) {
	static const struct act_result wrong[] = { { ACT_OUTCOME_COUNT, 0 }, { 0, 0 }, { 0, 0 } };
	static const size_t lengths[] = { sizeof(wrong[0]), sizeof(wrong), 2 * sizeof(wrong[0]) };
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		struct played played = open_played();
		played.feed.act(played.feed.self, &closing, deeds, 2);
		request_of(&played);
		answer_bytes(&played, wrong, lengths[i]);
		expect(&played.feed, FEED_FAILED, "makes no sense");
		close_played(&played);
	}
}

Test(feeds, the_end_of_the_collector_is_told) {
	struct played played = open_played();
	played.feed.ask(played.feed.self, NEEDS);
	request_of(&played);
	close(played.collector);
	played.collector = -1;
	expect(&played.feed, FEED_FAILED, "the collector ended");
	close_played(&played);
}

Test(feeds, an_answer_that_makes_no_sense_is_the_last) {
	struct played played = open_played();
	played.feed.ask(played.feed.self, NEEDS);
	request_of(&played);
	cr_assert_eq(send(played.collector, "x", 1, 0), 1);
	expect(&played.feed, FEED_FAILED, "makes no sense");
	played.feed.ask(played.feed.self, NEEDS);
	expect(&played.feed, FEED_FAILED, NULL);
	close_played(&played);
}

Test(feeds, a_moment_of_garbage_is_a_frame_that_says_so) {
	static unsigned char garbage[100000];
	struct played played = open_played();
	const struct frame *frame = NULL;
	char *error = NULL;
	memset(garbage, 0xa5, sizeof(garbage));
	played.feed.ask(played.feed.self, NEEDS);
	request_of(&played);
	answer_with(&played, &(struct moment_bytes){ garbage, sizeof(garbage) }, second_ns);
	cr_assert_eq(answer_of(&played.feed, &frame, &error), FEED_FRAME);
	cr_assert(!snapshot_is_whole(&frame->snapshot));
	close_played(&played);
}

Test(feeds, a_moment_cut_anywhere_is_survived) {
	const struct moment_bytes moment = moments_make(&(struct moment_sockets){ 7, 1, 3, 0 });
	struct played played = open_played();
	for (size_t length = 1; length < moment.length; length += 13) {
		const struct frame *frame = NULL;
		char *error = NULL;
		played.feed.ask(played.feed.self, NEEDS);
		request_of(&played);
		answer_with(&played, &(struct moment_bytes){ moment.start, length }, length);
		cr_assert_eq(answer_of(&played.feed, &frame, &error), FEED_FRAME);
	}
	free(moment.start);
	close_played(&played);
}

Test(feeds, the_collector_is_asked_to_stop_the_process_group) {
	struct played played = open_played();
	played.feed.suspend(played.feed.self);
	cr_assert_eq(request_of(&played).kind, CHANNEL_SUSPEND);
	close_played(&played);
}

Test(feeds, a_feed_can_be_closed_while_it_waits_for_an_answer) {
	struct played played = open_played();
	played.feed.ask(played.feed.self, NEEDS);
	request_of(&played);
	close_played(&played);
	cr_assert_null(played.feed.self);
	feed_close(&played.feed);
}

/* One moment for each of `times`, behind those that the file has. */
static void append(const char *path, const uint64_t *times, size_t count) {
	char *error = NULL;
	struct recording_writer *writer = recording_create(path, &error);
	cr_assert_not_null(writer, "%s", error);
	for (uint32_t i = 0; i < count; i++) {
		const struct moment_sockets sockets = { times[i], 1, 5 + i, 1000 * i };
		const struct moment_bytes moment = moments_make(&sockets);
		cr_assert_eq(recording_append(writer, moment.start, moment.length), 0);
		free(moment.start);
	}
	cr_assert_eq(recording_close(writer), 0);
}

/* A recording of one moment for each of `times`. */
static char *record(const uint64_t *times, size_t count) {
	char *path = xasprintf("%s/test_feeds.%d.rec", P_tmpdir, (int)getpid());
	unlink(path);
	append(path, times, count);
	return path;
}

static struct feed open_recording(const char *path) {
	struct feed feed = { 0 };
	char *error = NULL;
	cr_assert(feed_replay(path, &feed, &error), "%s", error);
	return feed;
}

/* The file goes, too. */
static void close_recording(struct feed *feed, char *path) {
	feed_close(feed);
	unlink(path);
	free(path);
}

Test(feeds, a_recording_is_told_moment_by_moment) {
	const uint64_t start = 1700000000 * second_ns;
	const uint64_t times[] = { start, start + 2 * second_ns, start + second_ns,
		                   start + 4 * second_ns };
	/* The clock that went back says nothing of the time between. */
	static const uint64_t elapsed_s[] = { 0, 2, 0, 3 };
	char *path = record(times, ARRAY_LENGTH(times));
	struct feed feed = open_recording(path);
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
		const struct frame *frame = next_frame(&feed);
		cr_assert_eq(frame->time_ns, times[i]);
		cr_assert_eq(frame->totals.elapsed_ns, elapsed_s[i] * second_ns, "moment %zu", i);
		cr_assert_eq(frame->snapshot.count, 5 + i);
	}
	for (int i = 0; i < 2; i++) {
		feed.ask(feed.self, NEEDS);
		expect(&feed, FEED_END, NULL);
	}
	cr_assert(!feed.is_live);
	cr_assert_null(feed.suspend);
	close_recording(&feed, path);
}

Test(feeds, a_recording_without_a_look_fails) {
	char *path = record(NULL, 0);
	struct feed feed = open_recording(path);
	feed.ask(feed.self, NEEDS);
	expect(&feed, FEED_FAILED, "before its first look");
	close_recording(&feed, path);
}

Test(feeds, a_recording_that_is_cut_says_so_after_what_is_whole) {
	const uint64_t times[] = { second_ns, 2 * second_ns };
	char *path = record(times, ARRAY_LENGTH(times));
	const int file = open(path, O_WRONLY | O_CLOEXEC);
	const off_t length = lseek(file, 0, SEEK_END);
	cr_assert_eq(ftruncate(file, length - 3), 0);
	close(file);
	struct feed feed = open_recording(path);
	next_frame(&feed);
	feed.ask(feed.self, NEEDS);
	expect(&feed, FEED_FAILED, "cut off");
	close_recording(&feed, path);
}

Test(feeds, what_cannot_be_opened_is_told_at_once) {
	struct feed feed = { 0 };
	char *error = NULL;
	cr_assert(!feed_replay("/nowhere/at all", &feed, &error));
	cr_assert_not_null(strstr(error, "No such file"));
	free(error);
}

/* More may come from another machine at any time, or never. */
Test(feeds, a_feed_can_be_closed_while_it_waits_for_a_file) {
	const uint64_t times[] = { second_ns };
	char *path = record(times, ARRAY_LENGTH(times));
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char bytes[65536];
	const ssize_t length = read(file, bytes, sizeof(bytes));
	int pipe_ends[2];
	cr_assert_eq(pipe2(pipe_ends, O_CLOEXEC), 0);
	cr_assert_eq(write(pipe_ends[1], bytes, (size_t)length), length);
	cr_assert_eq(dup2(pipe_ends[0], STDIN_FILENO), STDIN_FILENO);
	struct feed feed = open_recording("-");
	cr_expect_null(feed.seek);
	cr_expect_null(feed.moments);
	next_frame(&feed);
	feed.ask(feed.self, NEEDS);
	feed_close(&feed);
	close(file);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	unlink(path);
	free(path);
}

enum { LONG = 12 };

/* A recording of LONG moments, a second apart, of 5 sockets and one more in each. */
static char *record_long(void) {
	uint64_t times[LONG];
	for (uint64_t i = 0; i < LONG; i++)
		times[i] = (1700000000 + i) * second_ns;
	return record(times, LONG);
}

/* Waits until the moments of the recording are known. */
static struct timeline timeline_of(const struct feed *feed) {
	struct timeline timeline = { 0 };
	for (int i = 0; i < LIMIT_MS && !timeline.is_whole; i++) {
		feed->moments(feed->self, &timeline);
		if (!timeline.is_whole)
			usleep(1000);
	}
	cr_assert(timeline.is_whole);
	return timeline;
}

static const struct frame *frame_at(const struct feed *feed, size_t moment) {
	feed->seek(feed->self, moment);
	return next_frame(feed);
}

static uint64_t count_new(const struct frame *frame) {
	uint64_t count = 0;
	for (size_t i = 0; i < frame->snapshot.count; i++)
		count += frame->snapshot.socks[i].change == SOCK_CHANGE_NEW;
	return count;
}

/* Of the socket with that cookie; 0: it is not there. */
static uint64_t serial_of(const struct frame *frame, uint64_t cookie) {
	for (size_t i = 0; i < frame->snapshot.count; i++) {
		if (frame->snapshot.socks[i].cookie == cookie)
			return frame->snapshot.socks[i].life->serial;
	}
	return 0;
}

Test(feeds, the_moments_of_a_file_are_found_in_the_background) {
	char *path = record_long();
	struct feed feed = open_recording(path);
	struct timeline timeline = timeline_of(&feed);
	cr_assert_eq(timeline.count, LONG);
	for (size_t i = 0; i < LONG; i++) {
		cr_expect_eq(timeline.times_ns[i], (1700000000 + i) * second_ns);
		cr_expect_eq(timeline.sockets[i], 5 + i);
		cr_expect(i == 0 || timeline.positions[i] > timeline.positions[i - 1]);
	}
	timeline_finish(&timeline);
	close_recording(&feed, path);
}

/* What one gets to by playing, one gets to by a jump: the same sockets, rates and marks. */
Test(feeds, a_moment_is_the_same_however_one_gets_there) {
	char *path = record_long();
	struct feed played = open_recording(path);
	struct feed jumped = open_recording(path);
	struct timeline timeline = timeline_of(&jumped);
	static const size_t order[] = { 7, 3, 11, 0, 1, 6, 5, 4, 11, 10 };
	struct totals totals[LONG];
	uint64_t new_ones[LONG];
	for (size_t i = 0; i < LONG; i++) {
		const struct frame *frame = next_frame(&played);
		cr_assert_eq(frame->moment, i);
		totals[i] = frame->totals;
		new_ones[i] = count_new(frame);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
		const size_t moment = order[i];
		const struct frame *frame = frame_at(&jumped, moment);
		cr_assert_eq(frame->moment, moment);
		cr_assert_eq(frame->time_ns, timeline.times_ns[moment]);
		cr_assert_eq(memcmp(&frame->totals, &totals[moment], sizeof(struct totals)), 0,
		             "totals of moment %zu", moment);
		cr_assert_eq(count_new(frame), new_ones[moment], "marks in moment %zu", moment);
	}
	timeline_finish(&timeline);
	feed_close(&played);
	close_recording(&jumped, path);
}

Test(feeds, a_socket_is_the_same_one_to_and_fro_and_two_are_never_one) {
	char *path = record_long();
	struct feed feed = open_recording(path);
	struct timeline timeline = timeline_of(&feed);
	static const size_t order[] = { 7, 3, 11, 0, 1, 6 };
	const struct frame *frame = next_frame(&feed);
	const uint64_t cookie = frame->snapshot.socks[2].cookie;
	const uint64_t serial = serial_of(frame, cookie);
	cr_assert_neq(serial, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
		frame = frame_at(&feed, order[i]);
		cr_expect_eq(serial_of(frame, cookie), serial, "in moment %zu", order[i]);
		for (size_t j = 1; j < frame->snapshot.count; j++)
			cr_expect_neq(frame->snapshot.socks[j].life->serial,
			              frame->snapshot.socks[j - 1].life->serial);
	}
	frame = next_frame(&feed);
	cr_expect_eq(frame->moment, 7, "it goes on from there");
	timeline_finish(&timeline);
	close_recording(&feed, path);
}

Test(feeds, the_frame_that_is_shown_stays_while_another_is_gone_to) {
	char *path = record_long();
	struct feed feed = open_recording(path);
	struct timeline timeline = timeline_of(&feed);
	const struct frame *shown = frame_at(&feed, 8);
	const struct frame *next = frame_at(&feed, 2);
	cr_expect_eq(shown->moment, 8);
	cr_expect_eq(shown->snapshot.socks[0].life->serial,
	             serial_of(shown, shown->snapshot.socks[0].cookie));
	cr_expect_eq(next->moment, 2);
	timeline_finish(&timeline);
	close_recording(&feed, path);
}

Test(feeds, one_can_go_back_from_the_end_but_not_to_what_there_is_not) {
	char *path = record_long();
	struct feed feed = open_recording(path);
	struct timeline timeline = timeline_of(&feed);
	frame_at(&feed, LONG - 1);
	feed.ask(feed.self, NEEDS);
	expect(&feed, FEED_END, NULL);
	cr_expect_eq(frame_at(&feed, 1)->moment, 1);
	feed.seek(feed.self, 10 * LONG);
	feed.ask(feed.self, NEEDS);
	expect(&feed, FEED_TROUBLE, "not known");
	cr_expect_eq(next_frame(&feed)->moment, 2, "nothing happened");
	timeline_finish(&timeline);
	close_recording(&feed, path);
}

Test(feeds, the_timeline_of_a_file_that_is_cut_ends_before_the_cut) {
	char *path = record_long();
	const int file = open(path, O_WRONLY | O_CLOEXEC);
	cr_assert_eq(ftruncate(file, lseek(file, 0, SEEK_END) - 3), 0);
	close(file);
	struct feed feed = open_recording(path);
	struct timeline timeline = timeline_of(&feed);
	cr_expect_eq(timeline.count, LONG - 1);
	frame_at(&feed, LONG - 2);
	feed.ask(feed.self, NEEDS);
	expect(&feed, FEED_FAILED, "cut off");
	cr_expect_eq(frame_at(&feed, 0)->moment, 0, "what is whole can still be seen");
	frame_at(&feed, LONG - 3);
	next_frame(&feed);
	feed.ask(feed.self, NEEDS);
	expect(&feed, FEED_FAILED, "moments before it: 11"); /* however often they were read */
	timeline_finish(&timeline);
	close_recording(&feed, path);
}

Test(feeds, moments_that_came_since_are_known_once_they_are_shown) {
	char *path = record_long();
	struct feed feed = open_recording(path);
	struct timeline timeline = timeline_of(&feed);
	const uint64_t times[] = { 1800000000 * second_ns, 1800000001 * second_ns };
	append(path, times, ARRAY_LENGTH(times));
	frame_at(&feed, LONG - 1);
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
		cr_expect_eq(next_frame(&feed)->moment, LONG + i);
		feed.moments(feed.self, &timeline);
		cr_assert_eq(timeline.count, LONG + i + 1);
		cr_expect_eq(timeline.times_ns[LONG + i], times[i]);
		cr_expect_eq(timeline.sockets[LONG + i], 5 + i);
	}
	cr_expect_eq(frame_at(&feed, 0)->moment, 0);
	cr_expect_eq(frame_at(&feed, LONG + 1)->time_ns, times[1]);
	timeline_finish(&timeline);
	close_recording(&feed, path);
}

Test(feeds, a_file_that_has_become_shorter_ends_there) {
	char *path = record_long();
	struct feed feed = open_recording(path);
	struct timeline timeline = timeline_of(&feed);
	frame_at(&feed, LONG - 1);
	cr_assert_eq(truncate(path, (off_t)timeline.positions[1]), 0);
	feed.seek(feed.self, LONG - 1);
	feed.ask(feed.self, NEEDS);
	expect(&feed, FEED_END, NULL);
	timeline_finish(&timeline);
	close_recording(&feed, path);
}

/* As the shell names what another program writes: <(ssh web1 socklens record -). */
Test(feeds, what_has_a_name_but_is_a_pipe_is_read_once) {
	char *path = record_long();
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char bytes[65536];
	int pipe_ends[2];
	cr_assert_eq(pipe2(pipe_ends, O_CLOEXEC), 0);
	const ssize_t length = read(file, bytes, sizeof(bytes));
	cr_assert_eq(write(pipe_ends[1], bytes, (size_t)length), length);
	close(pipe_ends[1]);
	char *name = xasprintf("/dev/fd/%d", pipe_ends[0]);
	struct feed feed = open_recording(name);
	cr_expect_null(feed.seek);
	for (size_t i = 0; i < LONG; i++)
		cr_expect_eq(next_frame(&feed)->moment, i);
	feed.ask(feed.self, NEEDS);
	expect(&feed, FEED_END, NULL);
	close(file);
	close(pipe_ends[0]);
	free(name);
	close_recording(&feed, path);
}
