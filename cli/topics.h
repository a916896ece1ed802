/* SPDX-License-Identifier: MIT */
#ifndef CLI_TOPICS_H
#define CLI_TOPICS_H
/* What `mailmuster help TOPIC` explains beside the commands, a row each. */

struct topic {
	const char *name;
	const char *summary; /* one line, no full stop */
	const char *text;    /* NULL: written by print */
	void (*print)(void);
};
extern const struct topic topics[];		  /* ended by a NULL name */
const struct topic *topic_find(const char *name); /* NULL: there is none */
void topic_print(const struct topic *t);

#endif
