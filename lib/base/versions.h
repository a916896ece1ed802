/* SPDX-License-Identifier: MIT */
#ifndef BASE_VERSIONS_H
#define BASE_VERSIONS_H

/* Names and versions of the libraries that lib/base stands on, as they are loaded now, with
 * ", " between.  Static. */
const char *base_versions(void);

#endif
