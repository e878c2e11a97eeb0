/* The summary of a load, in both forms. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "histogram.h"
#include "load_result.h"
#include "out.h"
#include "util.h"

static struct load_result *make_result(void) {
	struct load_result *result = load_result_create();
	result->made = 1;
	result->failed = 12;
	result->closed_early = 2;
	result->messages = 4;
	result->unanswered = 3;
	result->bytes_in = 2000000;
	result->bytes_out = 4000000;
	result->elapsed_ns = 2000000000;
	histogram_record(result->connect_time, 31000);
	for (uint64_t i = 1; i <= 4; i++)
		histogram_record(result->round_trip, i * 1000);
	for (int i = 0; i < 12; i++)
		load_result_count_error(result, LOAD_PHASE_CONNECT, ECONNREFUSED);
	return result;
}

static char *text_of(const struct load_result *result,
                     void (*write)(const struct load_result *, struct out *)) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	write(result, &out);
	out_char(&out, '\0');
	return out.bytes;
}

static void expect(const struct load_result *result,
                   void (*write)(const struct load_result *, struct out *), const char *expected) {
	char *text = text_of(result, write);
	cr_expect_str_eq(text, expected);
	free(text);
}

Test(load_result, for_people_it_is_a_few_lines) {
	struct load_result *result = make_result();
	expect(result, load_result_write_text,
	       "1 connection made in 2.0s (0/s), 12 failed, 2 closed early by the peer\n"
	       "4 messages answered (2/s), 3 without an answer in time\n"
	       "4000000 bytes out (2.0 MB/s), 2000000 bytes in (1.0 MB/s)\n"
	       "connect time  p50 31us  p90 31us  p99 31us  p99.9 31us  max 31us\n"
	       "round trip    p50 2us  p90 4us  p99 4us  p99.9 4us  max 4us\n"
	       "connecting: refused 12 (ECONNREFUSED)\n");
	load_result_destroy(result);
}

Test(load_result, in_json_it_is_one_object) {
	struct load_result *result = make_result();
	expect(result, load_result_write_json,
	       "{\"event\":\"summary\",\"connections\":1,\"failed\":12,\"closed_early\":2,"
	       "\"open_at_end\":0,\"messages\":4,\"unanswered\":3,\"skipped\":0,"
	       "\"bytes_out\":4000000,\"bytes_in\":2000000,\"elapsed_ns\":2000000000,"
	       "\"connections_per_second\":0.500,\"messages_per_second\":2.000,"
	       "\"bytes_out_per_second\":2000000.000,\"bytes_in_per_second\":1000000.000,"
	       "\"connect_time_ns\":{\"count\":1,\"min\":31000,\"mean\":31000,\"p50\":31000,"
	       "\"p90\":31000,\"p99\":31000,\"p99_9\":31000,\"max\":31000},"
	       "\"round_trip_ns\":{\"count\":4,\"min\":1000,\"mean\":2500,\"p50\":2000,"
	       "\"p90\":4000,\"p99\":4000,\"p99_9\":4000,\"max\":4000},"
	       "\"errors\":[{\"phase\":\"connect\",\"error\":\"ECONNREFUSED\",\"count\":12}]}\n");
	load_result_destroy(result);
}

Test(load_result, nothing_at_all_has_neither_rates_nor_times) {
	struct load_result *result = load_result_create();
	expect(result, load_result_write_text,
	       "0 connections made in 0.0s (0/s)\n"
	       "0 messages answered (0/s)\n"
	       "0 bytes out (0.0 MB/s), 0 bytes in (0.0 MB/s)\n");
	load_result_destroy(result);
}

Test(load_result, anything_that_went_wrong_makes_it_bad) {
	struct load_result *result = load_result_create();
	uint64_t *const counts[] = { &result->failed, &result->closed_early, &result->unanswered };
	result->made = 5;
	result->open = 5;
	result->skipped = 5;
	cr_expect(load_result_is_good(result));
	for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
		*counts[i] = 1;
		cr_expect(!load_result_is_good(result), "%zu", i);
		*counts[i] = 0;
	}
	result->asked = 2;
	cr_expect(!load_result_is_good(result), "no answer");
	result->messages = 1;
	cr_expect(load_result_is_good(result));
	load_result_count_error(result, LOAD_PHASE_SEND, EPIPE);
	cr_expect(!load_result_is_good(result));
	load_result_destroy(result);
}

Test(load_result, an_error_that_no_kernel_has_is_counted_as_another_one) {
	struct load_result *result = load_result_create();
	load_result_count_error(result, LOAD_PHASE_RECEIVE, -5);
	load_result_count_error(result, LOAD_PHASE_RECEIVE, 100000);
	cr_expect_eq(load_result_errors(result), 2);
	char *text = text_of(result, load_result_write_text);
	cr_expect(strstr(text, "\nreceiving: another error 2\n"), "%s", text);
	free(text);
	load_result_destroy(result);
}

Test(load_result, a_port_that_is_missing_is_explained_and_only_when_connecting) {
	cr_expect(strstr(load_error_words(LOAD_PHASE_CONNECT, EADDRNOTAVAIL), "TIME-WAIT"));
	cr_expect(!strstr(load_error_words(LOAD_PHASE_SEND, EADDRNOTAVAIL), "TIME-WAIT"));
	cr_expect_str_eq(load_error_words(LOAD_PHASE_CONNECT, ENOTDIR), strerror(ENOTDIR));
}
