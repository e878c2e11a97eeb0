/* Recordings as files: whole, cut at every byte, with every bit flipped, forged, and those that
 * nobody may append to. What is in a moment is of no matter here. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recording.h"
#include "util.h"

enum { SMALL_COUNT = 3, LARGE_SIZE = 5 * 1024 * 1024 };

struct text {
	const char *bytes;
	size_t length;
};

static const struct text small[SMALL_COUNT] = {
	{ "first moment", 12 },
	{ "second, in which much is said twice, much is said twice", 55 },
	{ "!", 1 },
};

/* A directory of its own for each test, and a path in it. */
struct place {
	char directory[32];
	char path[48];
};

static struct place new_place(void) {
	struct place place = { "/tmp/recording.XXXXXX", "" };
	cr_assert_not_null(mkdtemp(place.directory));
	snprintf(place.path, sizeof(place.path), "%s/file", place.directory);
	return place;
}

static void free_place(const struct place *place) {
	unlink(place->path);
	rmdir(place->directory);
}

static void write_file(const char *path, const void *bytes, size_t length) {
	FILE *file = fopen(path, "we");
	cr_assert_not_null(file);
	cr_assert_eq(fwrite(bytes, 1, length, file), length);
	cr_assert_eq(fclose(file), 0);
}

/* The caller frees it. */
static unsigned char *read_file(const char *path, size_t *length) {
	struct stat status;
	FILE *file = fopen(path, "re");
	cr_assert(file && fstat(fileno(file), &status) == 0);
	*length = (size_t)status.st_size;
	unsigned char *bytes = xmalloc(*length + 1);
	cr_assert_eq(fread(bytes, 1, *length, file), *length);
	fclose(file);
	return bytes;
}

static void append_moments(const char *path, const struct text *moments, size_t count) {
	char *error = NULL;
	struct recording_writer *writer = recording_create(path, &error);
	cr_assert_not_null(writer, "%s", error);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(recording_append(writer, moments[i].bytes, moments[i].length), 0);
	cr_assert_eq(recording_close(writer), 0);
}

/* Reads behind the header of a file that holds exactly these bytes. */
static struct recording_reader reader_of(const void *bytes, size_t length) {
	struct recording_reader reader = { .fd = memfd_create("recording", MFD_CLOEXEC) };
	cr_assert_geq(reader.fd, 0);
	cr_assert_eq(write(reader.fd, bytes, length), (ssize_t)length);
	cr_assert_eq(lseek(reader.fd, RECORDING_HEADER_SIZE, SEEK_SET), RECORDING_HEADER_SIZE);
	return reader;
}

static void close_reader(struct recording_reader *reader) {
	recording_finish(reader);
	close(reader->fd);
}

static bool is_moment(const struct text *moment, const unsigned char *bytes, size_t length) {
	return length == moment->length && memcmp(bytes, moment->bytes, length) == 0;
}

/* How many of `moments` come, one after another and nothing else, and how it ends. */
static size_t read_moments(struct recording_reader *reader, const struct text *moments,
                           size_t count, enum recording_next *end) {
	const unsigned char *bytes = NULL;
	size_t length = 0;
	size_t seen = 0;
	while ((*end = recording_read(reader, &bytes, &length)) == RECORDING_MOMENT) {
		cr_assert_lt(seen, count, "more than was written");
		cr_assert(is_moment(&moments[seen], bytes, length), "moment %zu is another", seen);
		cr_assert_eq((uintptr_t)bytes % 16, 0);
		seen++;
	}
	cr_assert_eq(reader->moments, seen);
	return seen;
}

/* The small recording, and where its moments end. */
struct sample {
	unsigned char *bytes;
	size_t length;
	size_t ends[SMALL_COUNT + 1];
};

static struct sample new_sample(void) {
	struct sample sample = { 0 };
	const struct place place = new_place();
	append_moments(place.path, small, SMALL_COUNT);
	sample.bytes = read_file(place.path, &sample.length);
	free_place(&place);
	struct recording_reader reader = reader_of(sample.bytes, sample.length);
	const unsigned char *bytes = NULL;
	size_t length = 0;
	sample.ends[0] = RECORDING_HEADER_SIZE;
	for (size_t i = 1; i <= SMALL_COUNT; i++) {
		cr_assert_eq(recording_read(&reader, &bytes, &length), RECORDING_MOMENT);
		sample.ends[i] = reader.position;
	}
	close_reader(&reader);
	cr_assert_eq(sample.ends[SMALL_COUNT], sample.length);
	return sample;
}

Test(recording, moments_of_any_size_come_back_as_they_were) {
	static const size_t sizes[] = { 1, 7, 100 * 1024, 256 * 1024, LARGE_SIZE, 2 };
	struct text moments[ARRAY_LENGTH(sizes)];
	const struct place place = new_place();
	unsigned char *content = xmalloc(LARGE_SIZE);
	unsigned short seed[3] = { 1, 2, 3 };
	for (size_t i = 0; i < LARGE_SIZE; i++)
		content[i] = (unsigned char)(i % 3 ? nrand48(seed) : 7);
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
		moments[i] = (struct text){ (const char *)content, sizes[i] };
	append_moments(place.path, moments, ARRAY_LENGTH(sizes));
	size_t length = 0;
	unsigned char *bytes = read_file(place.path, &length);
	struct recording_reader reader = reader_of(bytes, length);
	enum recording_next end;
	cr_expect_eq(read_moments(&reader, moments, ARRAY_LENGTH(sizes), &end),
	             ARRAY_LENGTH(sizes));
	cr_expect_eq(end, RECORDING_END);
	cr_expect_eq(reader.position, length);
	close_reader(&reader);
	free(bytes);
	free(content);
	free_place(&place);
}

Test(recording, a_moment_of_nothing_is_none) {
	static const struct text moments[] = { { "", 0 }, { "x", 1 }, { "", 0 } };
	const struct place place = new_place();
	append_moments(place.path, moments, ARRAY_LENGTH(moments));
	size_t length = 0;
	unsigned char *bytes = read_file(place.path, &length);
	struct recording_reader reader = reader_of(bytes, length);
	enum recording_next end;
	cr_expect_eq(read_moments(&reader, &moments[1], 1, &end), 1);
	cr_expect_eq(end, RECORDING_END);
	close_reader(&reader);
	free(bytes);
	free_place(&place);
}

Test(recording, a_moment_that_is_too_large_is_refused_unwritten) {
	const struct place place = new_place();
	char *error = NULL;
	struct recording_writer *writer = recording_create(place.path, &error);
	cr_assert_not_null(writer);
	cr_expect_eq(recording_append(writer, "x", (size_t)RECORDING_MOMENT_MAX + 1), -EFBIG);
	cr_expect_eq(recording_close(writer), 0);
	size_t length = 0;
	free(read_file(place.path, &length));
	cr_expect_eq(length, RECORDING_HEADER_SIZE);
	free_place(&place);
}

Test(recording, a_file_cut_anywhere_is_good_up_to_its_last_whole_moment) {
	struct sample sample = new_sample();
	for (size_t cut = RECORDING_HEADER_SIZE; cut <= sample.length; cut++) {
		size_t whole = 0;
		while (whole < SMALL_COUNT && sample.ends[whole + 1] <= cut)
			whole++;
		struct recording_reader reader = reader_of(sample.bytes, cut);
		enum recording_next end;
		cr_expect_eq(read_moments(&reader, small, SMALL_COUNT, &end), whole, "at %zu", cut);
		cr_expect_eq(end, cut == sample.ends[whole] ? RECORDING_END : RECORDING_CUT,
		             "at %zu", cut);
		cr_expect_eq(reader.position, sample.ends[whole], "at %zu", cut);
		close_reader(&reader);
	}
	free(sample.bytes);
}

/* In any order, after the end, after damage and inside a moment that is being read. */
Test(recording, every_moment_can_be_read_again_from_its_place) {
	static const size_t order[] = { 2, 0, 1, 1, 0, 2, 2 };
	struct sample sample = new_sample();
	struct recording_reader reader = reader_of(sample.bytes, sample.length);
	const unsigned char *bytes = NULL;
	size_t length = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
		const size_t number = order[i];
		cr_assert_eq(recording_seek(&reader, sample.ends[number], number), 0);
		cr_expect_eq(reader.position, sample.ends[number]);
		cr_assert_eq(recording_read(&reader, &bytes, &length), RECORDING_MOMENT);
		cr_expect(is_moment(&small[number], bytes, length), "step %zu", i);
		cr_expect_eq(reader.position, sample.ends[number + 1], "step %zu", i);
		cr_expect_eq(reader.moments, number + 1, "step %zu", i);
	}
	cr_expect_eq(recording_read(&reader, &bytes, &length), RECORDING_END);
	cr_assert_eq(recording_seek(&reader, sample.ends[1] + 1, 1), 0);
	cr_expect_eq(recording_read(&reader, &bytes, &length), RECORDING_DAMAGED);
	cr_assert_eq(recording_seek(&reader, sample.ends[1], 1), 0);
	cr_assert_eq(recording_read(&reader, &bytes, &length), RECORDING_MOMENT);
	cr_expect(is_moment(&small[1], bytes, length));
	close_reader(&reader);
	free(sample.bytes);
}

Test(recording, a_pipe_cannot_go_back) {
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	struct recording_reader reader = { .fd = ends[0] };
	cr_expect_eq(recording_seek(&reader, RECORDING_HEADER_SIZE, 0), -ESPIPE);
	recording_finish(&reader);
	close(ends[0]);
	close(ends[1]);
}

/* Into what a bit of a frame was flipped, no moment that was never written comes out; what the
 * checksum does not cover (a frame that became one to skip) may lose one. */
static void expect_only_what_was_written(const struct sample *sample, size_t bit) {
	struct recording_reader reader = reader_of(sample->bytes, sample->length);
	const unsigned char *bytes = NULL;
	size_t length = 0;
	size_t next = 0;
	while (recording_read(&reader, &bytes, &length) == RECORDING_MOMENT) {
		while (next < SMALL_COUNT && !is_moment(&small[next], bytes, length))
			next++;
		cr_expect_lt(next, SMALL_COUNT, "bit %zu: another moment", bit);
		next++;
		if (next > SMALL_COUNT)
			break;
	}
	close_reader(&reader);
}

Test(recording, no_flipped_bit_makes_another_moment) {
	struct sample sample = new_sample();
	for (size_t bit = 8 * (size_t)RECORDING_HEADER_SIZE; bit < 8 * sample.length; bit++) {
		sample.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		expect_only_what_was_written(&sample, bit);
		sample.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	free(sample.bytes);
}

/* The last two bytes are for later. */
Test(recording, a_flipped_bit_of_the_header_is_refused_or_another_version) {
	enum { ORDER_AT = 16, RESERVED_AT = 22 };
	struct sample sample = new_sample();
	unsigned version = 0;
	cr_assert(recording_parse_header(sample.bytes, &version));
	cr_expect_eq(version, RECORDING_VERSION);
	for (size_t bit = 0; bit < 8 * (size_t)RECORDING_HEADER_SIZE; bit++) {
		sample.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		const bool known = recording_parse_header(sample.bytes, &version);
		sample.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		cr_expect_eq(known, bit / 8 >= ORDER_AT, "bit %zu", bit);
		cr_expect(!known || (version != RECORDING_VERSION) == (bit / 8 < RESERVED_AT),
		          "bit %zu", bit);
	}
	free(sample.bytes);
}

Test(recording, a_header_of_the_other_byte_order_is_refused) {
	struct sample sample = new_sample();
	unsigned version = 77;
	unsigned char *order = sample.bytes + 16;
	const unsigned char swapped[] = { order[3], order[2], order[1], order[0] };
	memcpy(order, swapped, sizeof(swapped));
	cr_expect(recording_parse_header(sample.bytes, &version));
	cr_expect_eq(version, (unsigned)RECORDING_OF_ANOTHER_ORDER);
	free(sample.bytes);
}

Test(recording, a_new_file_is_for_its_owner_alone) {
	const struct place place = new_place();
	const mode_t mask = umask(0);
	struct stat status;
	append_moments(place.path, small, 1);
	umask(mask);
	cr_assert_eq(stat(place.path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0600);
	free_place(&place);
}

Test(recording, appending_continues_what_is_there) {
	const struct place place = new_place();
	enum recording_next end;
	size_t length = 0;
	write_file(place.path, "", 0); /* as `mktemp` leaves it */
	for (size_t i = 0; i < SMALL_COUNT; i++)
		append_moments(place.path, &small[i], 1);
	unsigned char *bytes = read_file(place.path, &length);
	struct recording_reader reader = reader_of(bytes, length);
	cr_expect_eq(read_moments(&reader, small, SMALL_COUNT, &end), SMALL_COUNT);
	cr_expect_eq(end, RECORDING_END);
	close_reader(&reader);
	free(bytes);
	free_place(&place);
}

/* What `cat` makes of two: the second header is a frame to skip. */
Test(recording, recordings_one_behind_the_other_read_as_one) {
	struct sample sample = new_sample();
	unsigned char *both = xmalloc(2 * sample.length);
	struct text moments[2 * SMALL_COUNT];
	enum recording_next end;
	for (size_t i = 0; i < 2; i++) {
		memcpy(both + i * sample.length, sample.bytes, sample.length);
		memcpy(moments + i * SMALL_COUNT, small, sizeof(small));
	}
	struct recording_reader reader = reader_of(both, 2 * sample.length);
	cr_expect_eq(read_moments(&reader, moments, ARRAY_LENGTH(moments), &end),
	             ARRAY_LENGTH(moments));
	cr_expect_eq(end, RECORDING_END);
	cr_expect_eq(reader.position, 2 * sample.length);
	close_reader(&reader);
	free(both);
	free(sample.bytes);
}

/* Nothing is written to a file that is refused. */
static void expect_refused(const char *path, const char *says) {
	char *error = NULL;
	size_t before_length = 0;
	size_t after_length = 0;
	unsigned char *before = read_file(path, &before_length);
	struct recording_writer *writer = recording_create(path, &error);
	cr_assert_null(writer, "%s", says);
	cr_expect(error && strstr(error, path), "%s", error);
	cr_expect(error && strstr(error, says), "'%s' is not in: %s", says, error);
	unsigned char *after = read_file(path, &after_length);
	cr_expect(after_length == before_length && memcmp(before, after, after_length) == 0);
	free(error);
	free(before);
	free(after);
}

Test(recording, nobody_appends_to_what_is_no_whole_recording) {
	struct sample sample = new_sample();
	const struct place place = new_place();
	char said[64];
	write_file(place.path, "#!/bin/sh\necho a script that somebody wrote\n", 44);
	expect_refused(place.path, "another file");
	write_file(place.path, sample.bytes, RECORDING_HEADER_SIZE - 1);
	expect_refused(place.path, "another file");
	sample.bytes[20]++;
	write_file(place.path, sample.bytes, sample.length);
	expect_refused(place.path, "another version");
	sample.bytes[20]--;
	write_file(place.path, sample.bytes, sample.length - 1);
	snprintf(said, sizeof(said), "'truncate -s %zu'", sample.ends[2]);
	expect_refused(place.path, said);
	sample.bytes[sample.ends[1] + 6] ^= 0xff;
	write_file(place.path, sample.bytes, sample.length);
	snprintf(said, sizeof(said), "damaged from byte %zu on", sample.ends[1]);
	expect_refused(place.path, said);
	free_place(&place);
	free(sample.bytes);
}

Test(recording, what_truncate_is_told_makes_a_file_whole) {
	struct sample sample = new_sample();
	const struct place place = new_place();
	enum recording_next end;
	size_t length = 0;
	write_file(place.path, sample.bytes, sample.length - 1);
	expect_refused(place.path, "truncate");
	cr_assert_eq(truncate(place.path, (off_t)sample.ends[2]), 0);
	append_moments(place.path, &small[2], 1);
	unsigned char *bytes = read_file(place.path, &length);
	struct recording_reader reader = reader_of(bytes, length);
	cr_expect_eq(read_moments(&reader, small, SMALL_COUNT, &end), SMALL_COUNT);
	cr_expect_eq(end, RECORDING_END);
	close_reader(&reader);
	free(bytes);
	free_place(&place);
	free(sample.bytes);
}

Test(recording, two_cannot_write_to_one_file) {
	const struct place place = new_place();
	char *error = NULL;
	struct recording_writer *writer = recording_create(place.path, &error);
	cr_assert_not_null(writer);
	expect_refused(place.path, "somebody is writing");
	cr_expect_eq(recording_close(writer), 0);
	append_moments(place.path, small, 1);
	free_place(&place);
}

Test(recording, what_cannot_be_opened_is_named) {
	static const char *const paths[] = { "/tmp", "/no/such/directory/file", "/proc/self/no" };
	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		char *error = NULL;
		cr_expect_null(recording_create(paths[i], &error));
		cr_expect(error && strstr(error, paths[i]), "%s", error);
		free(error);
	}
	cr_expect_eq(recording_close(NULL), 0);
}

/* A full disk, as a limit on the size of files makes it. */
Test(recording, a_moment_that_does_not_fit_leaves_nothing_behind) {
	enum { ROOM = 100, NOISE_SIZE = 1000 };
	const struct place place = new_place();
	struct rlimit limit;
	char *error = NULL;
	enum recording_next end;
	size_t length = 0;
	char noise[NOISE_SIZE];
	unsigned short seed[3] = { 0 };
	for (size_t i = 0; i < NOISE_SIZE; i++)
		noise[i] = (char)(nrand48(seed) >> 8);
	struct recording_writer *writer = recording_create(place.path, &error);
	cr_assert_not_null(writer);
	cr_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && getrlimit(RLIMIT_FSIZE, &limit) == 0);
	const struct rlimit small_limit = { ROOM, limit.rlim_max };
	cr_assert_eq(recording_append(writer, small[0].bytes, small[0].length), 0);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small_limit), 0);
	cr_expect_eq(recording_append(writer, noise, NOISE_SIZE), -EFBIG);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_eq(recording_append(writer, small[1].bytes, small[1].length), 0);
	cr_expect_eq(recording_close(writer), 0);
	unsigned char *bytes = read_file(place.path, &length);
	struct recording_reader reader = reader_of(bytes, length);
	cr_expect_eq(read_moments(&reader, small, SMALL_COUNT, &end), 2);
	cr_expect_eq(end, RECORDING_END);
	close_reader(&reader);
	free(bytes);
	free_place(&place);
}

/* A frame without a checksum, put together by hand (RFC 8878 section 3.1.1): what it says of its
 * size, and blocks of one byte repeated, 128 KiB each. */
struct forgery {
	unsigned char bytes[RECORDING_HEADER_SIZE + 64 * 1024];
	size_t length;
};

enum { BLOCK_SIZE = 128 * 1024, WITH_SIZE = 0xc0, WITHOUT_SIZE = 0x00, WINDOW_OF_A_BLOCK = 0x38 };

static void put_byte(struct forgery *forgery, uint64_t byte) {
	cr_assert_lt(forgery->length, sizeof(forgery->bytes));
	forgery->bytes[forgery->length++] = (unsigned char)byte;
}

static void forge(struct forgery *forgery, unsigned char descriptor, uint64_t size, size_t blocks) {
	static const unsigned char magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
	forgery->length = RECORDING_HEADER_SIZE;
	for (size_t i = 0; i < sizeof(magic); i++)
		put_byte(forgery, magic[i]);
	put_byte(forgery, descriptor);
	put_byte(forgery, WINDOW_OF_A_BLOCK);
	for (size_t i = 0; i < 8 && descriptor == WITH_SIZE; i++)
		put_byte(forgery, size >> 8 * i & 0xff);
	for (size_t i = 0; i < blocks; i++) {
		const uint32_t header = (uint32_t)(i + 1 == blocks) | 1u << 1 | BLOCK_SIZE << 3;
		put_byte(forgery, header & 0xff);
		put_byte(forgery, header >> 8 & 0xff);
		put_byte(forgery, header >> 16);
		put_byte(forgery, 'x');
	}
}

Test(recording, a_bomb_is_damage_and_takes_no_memory) {
	enum { ENOUGH = 4096, FEW = 4 };
	static const struct {
		unsigned char descriptor;
		uint64_t size;
		size_t blocks;
		enum recording_next next;
		size_t capacity_max;
	} rows[] = {
		{ WITH_SIZE, FEW * BLOCK_SIZE, FEW, RECORDING_MOMENT, 4 << 20 },
		{ WITHOUT_SIZE, 0, FEW, RECORDING_MOMENT, 4 << 20 },
		{ WITH_SIZE, (uint64_t)RECORDING_MOMENT_MAX + 1, ENOUGH, RECORDING_DAMAGED,
		  4 << 20 },
		{ WITH_SIZE, UINT64_MAX - 2, ENOUGH, RECORDING_DAMAGED, 4 << 20 },
		{ WITH_SIZE, 100, ENOUGH, RECORDING_DAMAGED, 4 << 20 },
		{ WITH_SIZE, 3 * BLOCK_SIZE + 1, ENOUGH, RECORDING_DAMAGED, 4 << 20 },
	};
	struct forgery *forgery = xcalloc(1, sizeof(*forgery));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const unsigned char *bytes = NULL;
		size_t length = 0;
		forge(forgery, rows[i].descriptor, rows[i].size, rows[i].blocks);
		struct recording_reader reader = reader_of(forgery->bytes, forgery->length);
		cr_expect_eq(recording_read(&reader, &bytes, &length), rows[i].next, "row %zu", i);
		cr_expect_leq(reader.capacity, rows[i].capacity_max, "row %zu: %zu", i,
		              reader.capacity);
		if (rows[i].next == RECORDING_MOMENT)
			cr_expect_eq(length, rows[i].blocks * BLOCK_SIZE, "row %zu", i);
		else
			cr_expect_eq(reader.position, RECORDING_HEADER_SIZE, "row %zu", i);
		close_reader(&reader);
	}
	free(forgery);
}

/* A pipe may hand over a byte at a time, and the frame's own header with it. */
Test(recording, a_pipe_that_drips_is_read_as_a_file_is) {
	struct sample sample = new_sample();
	int ends[2];
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	struct recording_reader reader = { .fd = ends[0] };
	const unsigned char *bytes = NULL;
	size_t length = 0;
	size_t at = RECORDING_HEADER_SIZE;
	for (size_t i = 0; i < SMALL_COUNT; i++) {
		/* No more than this moment: a reader must not wait for the next one. */
		for (; at < sample.ends[i + 1]; at++)
			cr_assert_eq(write(ends[1], sample.bytes + at, 1), 1);
		cr_assert_eq(recording_read(&reader, &bytes, &length), RECORDING_MOMENT);
		cr_expect(is_moment(&small[i], bytes, length));
		cr_expect_eq(reader.position, sample.ends[i + 1]);
	}
	close(ends[1]);
	cr_expect_eq(recording_read(&reader, &bytes, &length), RECORDING_END);
	close_reader(&reader);
	free(sample.bytes);
}

Test(recording, a_file_that_cannot_be_read_says_why) {
	const unsigned char *bytes = NULL;
	size_t length = 0;
	struct recording_reader reader = { .fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	cr_expect_eq(recording_read(&reader, &bytes, &length), RECORDING_ERROR);
	cr_expect_eq(reader.error, EISDIR);
	close_reader(&reader);
}
