/* SPDX-License-Identifier: MIT */
#include "cli/init.h"

#include "base/json.h"
#include "cli/config.h"

void init_split_free(char **words)
{
	size_t i;

	for (i = 0; words != NULL && words[i] != NULL; i++)
		free(words[i]);
	free(words);
}

/* One word from *at on; false: a quote is not closed. */
static bool split_word(const char **at, struct strbuf *word)
{
	char quote = '\0';

	for (; **at != '\0' && (quote != '\0' || strchr(" \t", **at) == NULL); (*at)++) {
		if (quote != '\0' && **at == quote)
			quote = '\0';
		else if (quote == '\0' && (**at == '"' || **at == '\''))
			quote = **at;
		else
			strbuf_addc(word, **at);
	}
	return quote == '\0';
}

char **init_split(const char *command)
{
	char **words = mem_calloc(1, sizeof *words);
	struct strbuf word = STRBUF_INIT;
	bool whole = true;
	size_t n = 0;

	for (command += strspn(command, " \t"); whole && *command != '\0';
	     command += strspn(command, " \t")) {
		strbuf_clear(&word);
		whole = split_word(&command, &word);
		words = mem_realloc(words, (n + 2) * sizeof *words);
		words[n++] = mem_strdup(strbuf_cstr(&word));
		words[n] = NULL;
	}
	strbuf_done(&word);
	if (whole && n > 0 && words[0][0] != '\0')
		return words;
	init_split_free(words);
	return NULL;
}

static void quoted(struct strbuf *out, const char *s)
{
	struct json_out j;

	json_out_init(&j, out, true);
	json_str(&j, s);
}

static void line(struct strbuf *out, const char *key, const char *value)
{
	strbuf_addf(out, "\t\t\"%s\": ", key);
	quoted(out, value);
	strbuf_adds(out, ",\n");
}

/* A key that was said, or as a comment how it would look. */
static void optional(struct strbuf *out, const char *key, const char *value,
		     const char *example)
{
	if (value != NULL)
		line(out, key, value);
	else
		strbuf_addf(out, "\t\t// \"%s\": \"%s\",\n", key, example);
}

static void secret(struct strbuf *out, const char *const v[ANSWER_COUNT])
{
	char **words;
	size_t i;

	strbuf_adds(
		out,
		"\t\t// Where the password comes from, one of:\n"
		"\t\t//   { \"command\": [\"pass\", \"show\", \"mail/{user}\"] }  first "
		"line of its output; no shell;\n"
		"\t\t//                                  {user} and {side} are replaced\n"
		"\t\t//   { \"file\": \"admin.secret\" }     one password; only you may "
		"be able to read the file\n"
		"\t\t//   { \"users_file\": \"users.secret\" }  user:password lines; "
		"likewise\n"
		"\t\t//   { \"credential\": \"mail\" }      a file of systemd "
		"(LoadCredential=mail:PATH);\n"
		"\t\t//   { \"users_credential\": \"mail\" }  likewise, of "
		"user:password lines\n"
		"\t\t//   { \"prompt\": true }              asked on the terminal\n"
		"\t\t\"secret\": { ");
	if (v[A_SECRET_COMMAND] != NULL) {
		words = init_split(v[A_SECRET_COMMAND]);
		strbuf_adds(out, "\"command\": [");
		for (i = 0; words != NULL && words[i] != NULL; i++) {
			strbuf_adds(out, i > 0 ? ", " : "");
			quoted(out, words[i]);
		}
		strbuf_adds(out, "]");
		init_split_free(words);
	} else if (v[A_SECRET_FILE] != NULL || v[A_USERS_FILE] != NULL) {
		strbuf_adds(out,
			    v[A_SECRET_FILE] != NULL ? "\"file\": " : "\"users_file\": ");
		quoted(out,
		       v[A_SECRET_FILE] != NULL ? v[A_SECRET_FILE] : v[A_USERS_FILE]);
	} else {
		strbuf_adds(out, "\"prompt\": true");
	}
	strbuf_adds(out, " },\n");
}

static void server(struct strbuf *out, enum side side, const char *const v[ANSWER_COUNT])
{
	strbuf_addf(out, "\t\"%s\": {\n", side_name(side));
	line(out, "host", v[A_HOST]);
	strbuf_adds(out, "\t\t// implicit: TLS from the first octet (993); starttls: "
			 "required after connecting (143);\n"
			 "\t\t// none: clear text, warned of at every run.\n");
	line(out, "tls", v[A_TLS]);
	strbuf_addf(out, "\t\t\"port\": %s,\n", v[A_PORT]);
	strbuf_adds(out, "\t\t// The oldest TLS that is accepted: \"1.0\" to \"1.3\".  "
			 "Old servers may need \"1.0\".\n");
	line(out, "tls_min", v[A_TLS_MIN] != NULL ? v[A_TLS_MIN] : "1.2");
	strbuf_adds(out, "\t\t// Certificates that vouch for the server, instead of the "
			 "system's; and the one public key\n"
			 "\t\t// that is accepted.\n");
	optional(out, "ca_file", v[A_CA], "ca.pem");
	optional(out, "pin", v[A_PIN], "sha256//...");
	strbuf_adds(out, "\t\t// user: each account logs in itself.  authzid: \"admin\" "
			 "logs in by SASL PLAIN and acts as the\n"
			 "\t\t// account (Cyrus, Dovecot).  master: Dovecot master user, "
			 "logs in as account*admin.\n"
			 "\t\t// proxyauth: \"admin\" logs in, then PROXYAUTH (Sun, "
			 "iPlanet, Oracle).\n");
	line(out, "auth", v[A_AUTH]);
	optional(out, "admin", v[A_ADMIN], "migadmin");
	strbuf_adds(out, "\t\t// \"master_separator\": \"*\",\n");
	strbuf_adds(out,
		    "\t\t// password; or a token, which \"secret\" gives: oauthbearer "
		    "(RFC 7628), xoauth2 (Google,\n"
		    "\t\t// Microsoft); or external: the client certificate.  A key "
		    "with a passphrase needs\n"
		    "\t\t// \"client_key_secret\", written as \"secret\" is.\n"
		    "\t\t// \"mechanism\": \"password\",\n"
		    "\t\t// \"client_cert\": \"client.pem\",\n"
		    "\t\t// \"client_key\": \"client.key\",\n");
	secret(out, v);
	strbuf_adds(out, "\t\t// auto, cyrus, dovecot, courier or generic: how "
			 "Message-IDs are read cheaply.\n");
	line(out, "kind", v[A_KIND] != NULL ? v[A_KIND] : "auto");
	strbuf_adds(out, "\t\t// What is known of the server's kind (limits, names it "
			 "refuses): auto, cyrus, dovecot, courier,\n"
			 "\t\t// zimbra, exchange, m365, gmail, iplanet, generic, or a "
			 "file of your own.\n"
			 "\t\t\"profile\": \"auto\",\n");
	strbuf_adds(out, "\t\t// Never more connections than this at the same time.\n");
	if (v[A_MAX_CONNECTIONS] != NULL)
		strbuf_addf(out, "\t\t\"max_connections\": %s,\n", v[A_MAX_CONNECTIONS]);
	else
		strbuf_addf(out, "\t\t\"max_connections\": %u,\n",
			    config_default_connections(side));
	strbuf_adds(out, "\t\t// Hours in which nothing is read from it; what is running "
			 "waits for their end.\n"
			 "\t\t// \"not_during\": [\"Mon-Fri 08:00-18:00\"],\n");
	strbuf_adds(out, "\t\t// COMPRESS=DEFLATE where it is offered: auto (far away, "
			 "and for more than a little), on or off.\n"
			 "\t\t// \"compress\": \"auto\",\n");
	strbuf_adds(out,
		    "\t\t// Who may do what with each folder (GETACL): auto (once, and "
		    "of folders that changed), on (always) or off.\n"
		    "\t\t// \"acl\": \"auto\",\n");
	strbuf_adds(out, "\t\t// Silence after which a connection counts as dead.\n"
			 "\t\t\"timeout\": \"60s\"\n"
			 "\t},\n\n");
}

static void empty_map(struct strbuf *out)
{
	strbuf_adds(out, "\t// Folders that the mover renames or leaves out.  Names as "
			 "people see them, with / between the\n"
			 "\t// levels.  Prefixes and separators of the two servers are "
			 "converted without a rule.\n"
			 "\t\"map\": {\n"
			 "\t\t\"pairs\": {\n"
			 "\t\t\t// \"Sent Items\": \"Sent\"\n"
			 "\t\t},\n"
			 "\t\t// A folder that the old server marks as Sent, Trash, ... "
			 "goes to the one that the new server\n"
			 "\t\t// marks so, unless a pair names it (imapsync --automap).\n"
			 "\t\t// \"special_use\": true,\n"
			 "\t\t// Expressions (PCRE2), one after the other; \"all\": true "
			 "replaces every match.\n"
			 "\t\t\"regex\": [\n"
			 "\t\t\t// { \"match\": \"^Mail/(.*)$\", \"to\": \"$1\" }\n"
			 "\t\t],\n"
			 "\t\t\"exclude\": [\n"
			 "\t\t\t// \"Trash\"\n"
			 "\t\t],\n"
			 "\t\t\"exclude_regex\": [\n"
			 "\t\t\t// \"(?i)^spam\"\n"
			 "\t\t],\n"
			 "\t\t// The same keys for single accounts, before those above.  "
			 "mailmuster plan map shows the result.\n"
			 "\t\t\"transfers\": {\n"
			 "\t\t\t// \"anna\": { \"pairs\": { \"Old\": \"Archive\" } }\n"
			 "\t\t}\n"
			 "\t},\n"
			 "\n");
}

void init_config_text(const struct answers *a, struct strbuf *out)
{
	strbuf_adds(out, "{\n"
			 "\t// The config of mailmuster: JSON, with comments.  A "
			 "relative path is seen from this file's folder.\n"
			 "\t// Passwords do not belong here.\n"
			 "\n"
			 "\t// Stands on top of reports.\n"
			 "\t\"project\": ");
	quoted(out, a->project);
	strbuf_adds(out,
		    ",\n\n\t// The server that is moved away from.  It is only read.\n");
	server(out, SIDE_OLD, a->side[SIDE_OLD]);
	strbuf_adds(out, "\t// The server that is moved to.  It is only read, too.\n");
	if (a->one_sided)
		strbuf_adds(out,
			    "\t// There is none yet: written like \"old\" it comes here, "
			    "and then: mailmuster accounts import\n"
			    "\t// \"new\": { \"host\": \"new.example.org\", \"auth\": "
			    "\"user\", \"secret\": { \"prompt\": true } },\n\n");
	else
		server(out, SIDE_NEW, a->side[SIDE_NEW]);
	if (a->map != NULL)
		strbuf_adds(out, a->map);
	else
		empty_map(out);
	strbuf_adds(
		out,
		"\t// Keywords (labels) that the mover or the new server "
		"renames.\n"
		"\t\"keywords\": {\n"
		"\t\t// \"$Forwarded\": \"Forwarded\"\n"
		"\t},\n"
		"\n"
		"\t// When delivered mail goes from the new side by so many "
		"messages and so much of an account, or of\n"
		"\t// all accounts together, between two audits, that is an alarm; "
		"and how long after one side\n"
		"\t// the other may be read for a seal.\n"
		"\t\"limits\": {\n"
		"\t\t// \"mass_removal\": { \"messages\": 50, \"percent\": 20 "
		"},\n"
		"\t\t// \"seal_gap\": \"2h\"\n"
		"\t},\n"
		"\n"
		"\t// What is large (mailmuster help plan); 0 switches a rule off.\n"
		"\t\"plan\": {\n"
		"\t\t// \"oversized\": { \"account\": \"10G\", \"message\": \"25M\", "
		"\"folder_messages\": 50000 }\n"
		"\t},\n"
		"\n"
		"\t// The day on which the new service begins: it dates the "
		"checklists.\n"
		"\t// \"service_date\": \"2026-12-12\",\n"
		"\n"
		"\t// Whom mailmuster weekly writes to, and by which server: not by the "
		"old one.\n"
		"\t// \"weekly\": { \"from\": \"Mail migration "
		"<muster@example.org>\", \"to\": [\"board@example.org\"],\n"
		"\t//\t\"smtp\": { \"host\": \"smtp.example.org\", \"user\": "
		"\"muster\", \"secret\": { \"file\": \"smtp.secret\" } } },\n"
		"\n"
		"\t// Evidence older than this is unknown, not clean.\n"
		"\t\"max_age\": \"7d\"\n"
		"\t// So is a comparison of two sides that were read further apart "
		"than this.\n"
		"\t// \"max_gap\": \"1d\"\n"
		"}\n");
}
