/* SPDX-License-Identifier: MIT */
#include "cli/stop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/command.h"
#include "net/net_conn.h"

#define STACK_OCTETS (256u << 10)

static atomic_int first_signal;
static struct net_wake *wake;
static sigset_t watched;

static int code_of(int sig)
{
	return sig == SIGINT ? EXIT_INTERRUPTED : EXIT_TERMINATED;
}

static void *watch(void *arg)
{
	static const char line[] = "\nstopping; once more to leave at once\n";
	int sig, none;

	(void)arg;
	for (;;) {
		if (sigwait(&watched, &sig) != 0)
			continue;
		none = 0;
		if (!atomic_compare_exchange_strong(&first_signal, &none, sig)) {
			ask_restore();
			_exit(code_of(sig));
		}
		net_wake_now(wake);
		if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
			continue; /* nobody is there to read it */
	}
	return NULL;
}

bool stop_open(struct net_wake *w, struct err *err)
{
	struct rlimit no_core = { 0, 0 };
	struct sigaction hup;
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

#ifndef MAILMUSTER_SANITIZED /* the leak checker attaches to the process as a debugger   \
				does */
	prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
#endif
	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGPIPE, SIG_IGN);
	wake = w;
	sigemptyset(&watched);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGTERM);
	if (sigaction(SIGHUP, NULL, &hup) == 0 &&
	    hup.sa_handler != SIG_IGN) /* not under nohup */
		sigaddset(&watched, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &watched, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_OCTETS);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, watch, NULL);
	pthread_attr_destroy(&attr);
	if (rc != 0)
		return err_errno(err, ERR_LOCAL, rc, "cannot start a thread");
	return true;
}

bool stop_asked(void)
{
	return atomic_load(&first_signal) != 0;
}

int stop_exit_code(void)
{
	int sig = atomic_load(&first_signal);

	return code_of(sig != 0 ? sig : SIGINT);
}

void stop_child_signals(void *spawn_attr)
{
	posix_spawnattr_t *attr = spawn_attr;
	sigset_t none, defaults;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &defaults);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}
