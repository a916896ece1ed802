/* SPDX-License-Identifier: MIT */
#ifndef REPORT_WHY_H
#define REPORT_WHY_H
/* What each reason is called among people, and what to do about it. */
#include "model/match.h"
#include "model/why.h"

/* "arrived after the last pass"; NULL: the class says all there is to say. */
const char *report_why_label(enum finding_class c, enum why w);
/* One line; of the class when the reason says nothing of its own. */
const char *report_why_step(enum finding_class c, enum why w);
/* Sentences for somebody who is new to this. */
const char *report_why_advice(enum finding_class c, enum why w);

#endif
