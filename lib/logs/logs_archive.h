/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_ARCHIVE_H
#define LOGS_LOGS_ARCHIVE_H
/*
 * libarchive, loaded by the first call of one of these names in any thread (base/lazy.h),
 * that is for a file packed with bzip2, xz, zstd or lz4: it brings libxml2, and that
 * ICU.  The
 * only header that includes <archive.h>; a name that is missing here does not link.
 */
#include <archive.h>

#include "base/lazy.h"

#define LOGS_ARCHIVE(X)                                                                  \
	X(archive_error_string)                                                          \
	X(archive_filter_bytes)                                                          \
	X(archive_read_data)                                                             \
	X(archive_read_free)                                                             \
	X(archive_read_new)                                                              \
	X(archive_read_next_header)                                                      \
	X(archive_read_open)                                                             \
	X(archive_read_support_filter_bzip2)                                             \
	X(archive_read_support_filter_xz)                                                \
	X(archive_read_support_filter_zstd)                                              \
	X(archive_read_support_filter_lz4)                                               \
	X(archive_read_support_format_empty)                                             \
	X(archive_read_support_format_raw)                                               \
	X(archive_set_error)                                                             \
	X(archive_version_string)

struct logs_archive {
	LOGS_ARCHIVE(LAZY_FIELD)
};

const struct logs_archive *logs_archive(void);

#define archive_error_string	 logs_archive()->at_archive_error_string
#define archive_filter_bytes	 logs_archive()->at_archive_filter_bytes
#define archive_read_data	 logs_archive()->at_archive_read_data
#define archive_read_free	 logs_archive()->at_archive_read_free
#define archive_read_new	 logs_archive()->at_archive_read_new
#define archive_read_next_header logs_archive()->at_archive_read_next_header
#define archive_read_open	 logs_archive()->at_archive_read_open
#define archive_read_support_filter_bzip2                                                \
	logs_archive()->at_archive_read_support_filter_bzip2
#define archive_read_support_filter_xz logs_archive()->at_archive_read_support_filter_xz
#define archive_read_support_filter_zstd                                                 \
	logs_archive()->at_archive_read_support_filter_zstd
#define archive_read_support_filter_lz4                                                  \
	logs_archive()->at_archive_read_support_filter_lz4
#define archive_read_support_format_empty                                                \
	logs_archive()->at_archive_read_support_format_empty
#define archive_read_support_format_raw logs_archive()->at_archive_read_support_format_raw
#define archive_set_error		logs_archive()->at_archive_set_error
#define archive_version_string		logs_archive()->at_archive_version_string

#endif
