/* SPDX-License-Identifier: MIT */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

/* What `--version` prints: the program, the id of its build, the numbers of the formats
 * that it writes, and the libraries as they are loaded now. */
void version_print(void);

#endif
