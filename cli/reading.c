/* SPDX-License-Identifier: MIT */
#include "cli/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/msg.h"
#include "cli/progress.h"

/* Made unreadable for others before the first octet goes in; a link in its place is
 * refused. */
static bool open_transcript(const char *path, FILE **out, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(err, ERR_LOCAL, errno,
				 "MAILMUSTER_TRACE_IMAP: cannot write %s", shown(path));
	if (fchmod(fd, 0600) != 0 || (*out = fdopen(fd, "w")) == NULL) {
		err_errno(err, ERR_LOCAL, errno, "MAILMUSTER_TRACE_IMAP: %s",
			  shown(path));
		close(fd);
		return false;
	}
	return true;
}

bool reading_open(struct globals *g, const struct project *p,
		  const bool sides[SIDE_COUNT], struct reading *out, struct err *err)
{
	const char *path = getenv("MAILMUSTER_TRACE_IMAP");
	int side, n = 0;

	*out = (struct reading){ 0 };
	for (side = 0; side < SIDE_COUNT; side++) {
		if (!sides[side] || !p->config.present[side])
			continue;
		out->server[side] = p->config.server[side];
		if (g->jobs != 0 && g->jobs < out->server[side].max_connections)
			out->server[side].max_connections = g->jobs;
		out->options.server[side] = &out->server[side];
		n++;
	}
	if (path != NULL && *path != '\0') {
		if (n > 1) {
			err_set(err, ERR_USAGE,
				"MAILMUSTER_TRACE_IMAP records one connection, and both "
				"servers are to be read");
			return err_hint(err,
					"mailmuster audit --side old (or new) reads one");
		}
		for (side = 0; side < SIDE_COUNT; side++)
			out->server[side].max_connections = 1;
		if (!open_transcript(path, &out->transcript, err))
			return false;
	}
	out->secrets = secrets_new(g, &p->config);
	for (side = 0; side < SIDE_COUNT; side++)
		if (out->options.server[side] != NULL &&
		    (!secrets_key(out->secrets, (enum side)side,
				  &out->options.key_password[side], err) ||
		     !secrets_prepare(out->secrets, (enum side)side, err)))
			return false;
	out->options.operator_name = project_operator();
	out->options.wake = g->wake;
	out->options.transcript = out->transcript;
	out->options.secret = secrets_get;
	out->options.renew = secrets_renew;
	out->options.secret_ctx = out->secrets;
	out->options.progress = progress_audit;
	out->options.progress_ctx = g;
	out->options.say = progress_say;
	out->options.say_ctx = g;
	return true;
}

void reading_close(struct reading *r)
{
	secrets_free(r->secrets);
	r->secrets = NULL;
	if (r->transcript != NULL)
		fclose(r->transcript);
	r->transcript = NULL;
}
