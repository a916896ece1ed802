/* SPDX-License-Identifier: MIT */
/* What can be said of a folder, an account or a rule: names and sentences. */
#include <assert.h>

#include "plan/plan_map.h"

static const struct {
	const char *name, *one, *many, *advice;
	enum plan_map_weight weight;
} classes[] = {
	[PLAN_MAP_NO_OLD] = { "no-old-listing", "account whose old side was never listed",
			      "accounts whose old side was never listed",
			      "mailmuster audit --side old", PLAN_MAP_UNKNOWN },
	[PLAN_MAP_NO_NEW] = { "no-new-listing", "account whose new side was never listed",
			      "accounts whose new side was never listed",
			      "mailmuster audit --side new", PLAN_MAP_UNKNOWN },
	[PLAN_MAP_STALE] = { "stale-listing", "account whose listing is too old",
			     "accounts whose listing is too old", "mailmuster audit",
			     PLAN_MAP_UNKNOWN },
	[PLAN_MAP_COLLIDED] = { "collided", "folder that gets one name with another",
				"folders that get one name with another",
				"give one of them another name in \"map\", or their mail "
				"will be mixed",
				PLAN_MAP_PROBLEM },
	[PLAN_MAP_ALIKE] = { "alike",
			     "folder whose name the new server takes for another",
			     "folders whose names the new server takes for one",
			     "give one of them another name in \"map\", or their mail "
			     "will be mixed",
			     PLAN_MAP_PROBLEM },
	[PLAN_MAP_EXCLUDED] = { "excluded", "folder with messages that a rule leaves out",
				"folders with messages that a rule leaves out",
				"these messages will not arrive: ask who owns them, or "
				"drop the rule",
				PLAN_MAP_PROBLEM },
	[PLAN_MAP_FAILED] = { "rule-failed", "folder to which a rule cannot be applied",
			      "folders to which a rule cannot be applied",
			      "correct the expression", PLAN_MAP_PROBLEM },
	[PLAN_MAP_RESERVED] = { "reserved", "folder with a name that is taken there",
				"folders with a name that is taken there",
				"the new server keeps something else under this name: "
				"rename them in \"map\"",
				PLAN_MAP_PROBLEM },
	[PLAN_MAP_REFUSED] = { "refused", "folder with a name that is refused there",
			       "folders with a name that is refused there",
			       "rename them in \"map\", and tell the mover the same",
			       PLAN_MAP_PROBLEM },
	[PLAN_MAP_DELIMITER] = { "delimiter", "folder whose name holds the new delimiter",
				 "folders whose name holds the new delimiter",
				 "the mover replaces it or splits the name: rename them "
				 "in \"map\" as it does",
				 PLAN_MAP_PROBLEM },
	[PLAN_MAP_TOO_LONG] = { "too-long", "folder with a name that is too long there",
				"folders with a name that is too long there",
				"rename them in \"map\"", PLAN_MAP_PROBLEM },
	[PLAN_MAP_TOO_DEEP] = { "too-deep",
				"folder that lies too deep for the new server",
				"folders that lie too deep for the new server",
				"move them up in \"map\"", PLAN_MAP_PROBLEM },
	[PLAN_MAP_IDLE] = { "idle-rule", "rule that matches nothing",
			    "rules that match nothing",
			    "a typing mistake, or a rule that is not needed: correct or "
			    "drop it",
			    PLAN_MAP_PROBLEM },
	[PLAN_MAP_EXCLUDED_EMPTY] = { "excluded-empty",
				      "empty folder that a rule leaves out",
				      "empty folders that a rule leaves out", "",
				      PLAN_MAP_NOTE },
	[PLAN_MAP_VIRTUAL] = { "virtual", "folder whose messages lie in others too",
			       "folders whose messages lie in others too",
			       "moved as they are, these messages are there twice",
			       PLAN_MAP_NOTE },
	[PLAN_MAP_NOT_MAIL] = { "not-mail", "folder that holds no mail",
				"folders that hold no mail",
				"what is in them is moved by other means",
				PLAN_MAP_NOTE },
	[PLAN_MAP_SHARED] = { "shared", "account that ends in the place of another",
			      "accounts that end in the place of another",
			      "folders of the same name become one", PLAN_MAP_NOTE },
	[PLAN_MAP_EXISTS] = { "exists", "folder that is there already",
			      "folders that are there already", "", PLAN_MAP_NOTE },
};
_Static_assert(COUNT_OF(classes) == PLAN_MAP_CLASS_COUNT, "every class has a name");

const char *plan_map_class_name(enum plan_map_class c)
{
	assert((size_t)c < COUNT_OF(classes));
	return classes[c].name;
}

const char *plan_map_class_text(enum plan_map_class c, int64_t n)
{
	assert((size_t)c < COUNT_OF(classes));
	return n == 1 ? classes[c].one : classes[c].many;
}

const char *plan_map_class_advice(enum plan_map_class c)
{
	assert((size_t)c < COUNT_OF(classes));
	return classes[c].advice;
}

enum plan_map_weight plan_map_class_weight(enum plan_map_class c)
{
	assert((size_t)c < COUNT_OF(classes));
	return classes[c].weight;
}
