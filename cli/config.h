/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H
/* mailmuster.json: JSON with comments.  Every error is ERR_CONFIG and names
 * file:line:column. */
#include "base/arena.h"
#include "base/err.h"
#include "gate/limits.h"
#include "gate/signers.h"
#include "logs/logs_scan.h"
#include "map/map.h"
#include "map/map_login.h"
#include "mime/mime_mail.h"
#include "model/server.h"
#include "plan/plan_big.h"
#include "plan/plan_waves.h"

#define CONFIG_NAME "mailmuster.json"

struct json_doc;
struct json_obj;

struct config_rename {
	const char *old_name, *new_name;
};

struct config_logs {
	const char *zone[SIDE_COUNT]; /* of local times; NULL: this machine's */
	struct map_login_rules names;
	const struct log_pattern *patterns;
	size_t pattern_n;
	const char *const
		*proxies; /* addresses: what comes from them came through them */
	size_t proxy_n;
	const char *const *own; /* addresses: logins from there are nobody's use */
	size_t own_n;
	const char *const *retired; /* domains that go with the old server */
	size_t retired_n;
};

struct config_plan {
	struct plan_big_rules big;
	struct plan_waves_rules waves;
};

struct config_dns {
	const char *const *domain; /* beside those of accounts and logs */
	size_t domain_n;
	const char *const *name; /* that must not lead to the old server */
	size_t name_n;
	const char *const *old; /* beside its host: names and addresses */
	size_t old_n;
	const char *resolver; /* NULL: this machine's */
};

struct config_gate {
	struct gate_limits limits;
	const char *const *heads; /* files that hold heads of the ledger; paths */
	size_t head_n;
	const char *signers;	 /* file of allowed signers; NULL: nobody can approve */
	struct gate_signers who; /* may approve, as which */
};

struct config_weekly {
	bool present;
	struct mail_address from;
	const struct mail_address *to;
	size_t to_n;
	const struct server *smtp; /* NULL: by sendmail */
	const char *user;	   /* who logs in there; NULL: nobody */
	const char *sendmail;
	int64_t limit; /* octets of attachments together */
	bool redact;
};

struct config {
	const char *path;    /* as it is shown */
	const char *project; /* name */
	struct server server[SIDE_COUNT];
	bool present[SIDE_COUNT]; /* old always; without new the project is one-sided */
	struct map_rules rules;
	const struct config_rename *keywords; /* that mover or server rename */
	size_t keyword_n;
	/* So much removed, or \Seen lost, between two audits is an alarm: messages of an
	 * account, and percent of it. */
	int64_t mass_messages;
	unsigned mass_percent;
	int64_t seal_gap;     /* seconds between the readings of both sides of a seal */
	int64_t max_age;      /* seconds after which evidence is stale */
	int64_t retain;	      /* seconds after closing that details are kept */
	int64_t max_gap;      /* seconds between the readings of both sides; 0: any */
	int64_t service_date; /* first second UTC of the day on which the new service
				 begins; 0: not said */
	struct config_logs logs;
	struct config_plan plan;
	struct config_dns dns;
	struct config_gate gate;
	struct config_weekly weekly;
	struct arena arena; /* holds all strings */
};

/* Relative paths in the file are relative to dir, the project's folder. */
bool config_read(const char *path, const char *dir, struct config *out,
		 struct err *err) MUST_CHECK;
/* The same from text; name stands in messages. */
bool config_parse(const char *name, struct span text, const char *dir, struct config *out,
		  struct err *err) MUST_CHECK;
void config_done(struct config *c); /* also after a failure, and when zeroed */
const struct server *config_server(const struct config *c,
				   enum side side); /* NULL: not configured */

/* The words that options and config share; false when s is none of them. */
bool config_tls_mode(const char *s, enum tls_mode *out) MUST_CHECK;
bool config_auth_mode(const char *s, enum auth_mode *out) MUST_CHECK;
bool config_mechanism(const char *s, enum mechanism *out) MUST_CHECK;
bool config_tls_min(const char *s) MUST_CHECK;
bool config_kind(const char *s) MUST_CHECK;
bool config_host(const char *s) MUST_CHECK;
bool config_pin(const char *s) MUST_CHECK;
/* "host", "tls_min" and "pin" (NULL: none) of a server in o. */
bool config_reach(struct json_obj *o, const char *host, const char *tls_min,
		  const char *pin, struct err *err) MUST_CHECK;
unsigned config_default_port(enum tls_mode tls);
unsigned config_default_connections(enum side side);
#define CONFIG_CONNECTIONS_MAX 64

#endif
