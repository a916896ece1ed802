/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "net/net_wake.h"

struct net_wake {
	atomic_bool set;
	int fd[2]; /* never read from: once written to, it stays readable for all who poll
		      it */
};

struct net_wake *net_wake_new(void)
{
	struct net_wake *w = mem_alloc(sizeof *w);

	atomic_init(&w->set, false);
	/* Without a descriptor left the flag alone must do: net_conn_wait looks at it
	 * often. */
	if (pipe2(w->fd, O_CLOEXEC | O_NONBLOCK) != 0)
		w->fd[0] = w->fd[1] = -1;
	return w;
}

void net_wake_free(struct net_wake *w)
{
	if (w == NULL)
		return;
	if (w->fd[0] >= 0) {
		close(w->fd[0]);
		close(w->fd[1]);
	}
	free(w);
}

void net_wake_now(struct net_wake *w)
{
	int saved = errno;

	atomic_store(&w->set, true);
	if (w->fd[1] >= 0 && write(w->fd[1], "", 1) < 0) {
		/* Full means that it is readable already. */
	}
	errno = saved;
}

bool net_wake_is_set(const struct net_wake *w)
{
	return w != NULL && atomic_load(&w->set);
}

int net_wake_fd(const struct net_wake *w)
{
	return w != NULL ? w->fd[0] : -1;
}
