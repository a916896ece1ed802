/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/peer.h"

#define ARGS_MAX 32

static void run(const char *args, int out)
{
	char *copy = strdup(args), *rest = copy,
	     *argv[ARGS_MAX + 2] = { "scripted-imap" };
	size_t n = 1;

	while (n < ARGS_MAX && rest != NULL && *rest != '\0')
		argv[n++] = strsep(&rest, " ");
	dup2(out, STDOUT_FILENO);
	execv("tests/support/scripted-imap", argv);
	_exit(127);
}

void peer_start(struct peer *p, const char *args)
{
	char line[600];
	int fd[2];
	FILE *in;

	*p = (struct peer){ 0 };
	assert_int_equal(pipe(fd), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0)
		run(args, fd[1]);
	close(fd[1]);
	in = fdopen(fd[0], "r");
	assert_non_null(in);
	if (fgets(line, sizeof line, in) != NULL)
		(void)sscanf(line, "port %u", &p->port);
	if (p->port != 0 && strstr(args, "--tls ") != NULL) {
		if (fgets(line, sizeof line, in) != NULL)
			(void)sscanf(line, "ca %511s", p->ca);
		if (fgets(line, sizeof line, in) != NULL)
			(void)sscanf(line, "pin %127s", p->pin);
	}
	fclose(in);
	if (p->port == 0)
		fail_msg("tests/support/scripted-imap %s does not start", args);
}

void peer_stop(struct peer *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGTERM);
		waitpid(p->pid, NULL, 0);
	}
	p->pid = 0;
}
