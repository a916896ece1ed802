/* SPDX-License-Identifier: MIT */
/*
 * replay PATH...: run a fuzzer over files, in place of libFuzzer.  Each argument, a file
 * or a directory with all below it, is one test; so that nothing is overlooked, an
 * argument without any file fails.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX ((size_t)16 << 20)

/* A copy of just this size, so that a sanitizer sees the first octet read too far. */
static void run(struct span s)
{
	uint8_t *copy = mem_alloc(s.n);

	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	LLVMFuzzerTestOneInput(copy, s.n);
	free(copy);
}

static bool run_file(const char *path, size_t *count, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = fs_read(path, INPUT_MAX, &text, err);

	if (ok) {
		run(strbuf_span(&text));
		(*count)++;
	}
	strbuf_done(&text);
	return ok;
}

static bool run_path(const char *path, size_t *count, struct err *err)
{
	struct dirent **entries = NULL;
	struct stat st;
	bool ok = true;
	int n;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return run_file(path, count, err);
	n = scandir(path, &entries, NULL, alphasort);
	if (n < 0)
		return err_set(err, ERR_LOCAL, "cannot list %s", path);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		char *below = fs_join(path, name);

		if (ok && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			ok = run_path(below, count, err);
		free(below);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

int main(int argc, char **argv)
{
	bool all_ok = argc > 1;

	run((struct span){ NULL, 0 });
	for (int i = 1; i < argc; i++) {
		struct err err = ERR_INIT;
		size_t count = 0;
		bool ok = run_path(argv[i], &count, &err);

		if (ok && count == 0)
			ok = err_set(&err, ERR_LOCAL, "no input in %s", argv[i]);
		printf("%s %d - %s (%zu inputs)\n", ok ? "ok" : "not ok", i, argv[i],
		       count);
		if (!ok)
			printf("# %s\n", err.text);
		all_ok = all_ok && ok;
	}
	printf("1..%d\n", argc - 1);
	return all_ok ? 0 : 1;
}
