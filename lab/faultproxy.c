/* SPDX-License-Identifier: MIT */
/*
 * faultproxy: a network that has faults, between a mail client and a mail server.
 *
 * Listens on the loopback interface, passes every connection on to a port of this
 * machine, and does to it what a script says (lab/faultproxy/rules.h).  The same script,
 * seed and conversation have the same faults.  Says on stdout where it listens, and then
 * what it does, a line each; lives until it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/num.h"
#include "lab/faultproxy/link.h"

#define SCRIPT_MAX (1u << 20)

static void say(void *ctx, const char *line)
{
	/* One write each: lines of several threads never mix. */
	flockfile(ctx);
	fprintf(ctx, "%s\n", line);
	fflush(ctx);
	funlockfile(ctx);
}

static void *serve(void *arg)
{
	struct link_job *job = arg;

	link_run(job);
	free(job);
	return NULL;
}

static int listen_on(unsigned port, unsigned *port_out)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 128) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &(socklen_t){ sizeof at }) != 0) {
		close(fd);
		return -1;
	}
	*port_out = ntohs(at.sin_port);
	return fd;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "to", required_argument, NULL, 't' },
		{ "listen", required_argument, NULL, 'l' },
		{ "script", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	static struct fault_rules rules;
	struct strbuf script = STRBUF_INIT;
	struct err err = ERR_INIT;
	uint64_t to = 0, from = 0, seed = 1;
	const char *path = NULL;
	unsigned port;
	bool ok = true;
	int c, fd;

	while (ok && (c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (c) {
		case 't':
			ok = num_u64(span_str(optarg), 65535, &to);
			break;
		case 'l':
			ok = num_u64(span_str(optarg), 65535, &from);
			break;
		case 's':
			ok = num_u64(span_str(optarg), UINT64_MAX, &seed);
			break;
		case 'f':
			path = optarg;
			break;
		default:
			ok = false;
		}
	if (!ok || to == 0 || path == NULL || optind != argc) {
		fprintf(stderr, "usage: faultproxy --to PORT --script FILE [--seed N] "
				"[--listen PORT]\n");
		return 2;
	}
	ok = fs_read(path, SCRIPT_MAX, &script, &err) &&
	     fault_rules_parse(strbuf_span(&script), &rules, &err);
	strbuf_done(&script);
	if (!ok) {
		fprintf(stderr, "faultproxy: %s: %s\n", path, err.text);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	fd = listen_on((unsigned)from, &port);
	if (fd < 0) {
		fprintf(stderr, "faultproxy: cannot listen: %s\n", strerror(errno));
		return 1;
	}
	printf("port %u\n", port);
	fflush(stdout);
	for (uint64_t number = 1;; number++) {
		struct link_job *job;
		pthread_t thread;
		int client = accept(fd, NULL, NULL);

		if (client < 0) {
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			fprintf(stderr, "faultproxy: accept: %s\n", strerror(errno));
			return 1;
		}
		job = mem_alloc(sizeof *job);
		*job = (struct link_job){ .rules = &rules,
					  .seed = seed,
					  .number = number,
					  .client = client,
					  .port = (unsigned)to,
					  .say = say,
					  .say_ctx = stdout };
		if (pthread_create(&thread, NULL, serve, job) != 0) {
			fprintf(stderr, "faultproxy: no thread\n");
			return 1;
		}
		pthread_detach(thread);
	}
}
