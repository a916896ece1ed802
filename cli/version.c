/* SPDX-License-Identifier: MIT */
#include "cli/version.h"

#include <elf.h>
#include <link.h>

#include "base/base.h"
#include "base/versions.h"
#include "cli/out.h"
#include "logs/logs_file.h"
#include "mime/mime_identity.h"
#include "net/net_conn.h"
#include "report/report.h"
#include "store/store.h"

#define BUILD_ID_MAX 32 /* octets; a SHA-1 has 20 */

struct build_id {
	unsigned char octets[BUILD_ID_MAX];
	size_t n; /* 0: the linker gave it none */
};

/* Notes are aligned to 4 octets (gABI); this one is from our own linker. */
#define PADDED(n) (((size_t)(n) + 3) & ~(size_t)3)

/* The first object that is walked is the program itself. */
static int of_program(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct build_id *id = ctx;
	const unsigned char *at, *end;
	ElfW(Nhdr) note;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_NOTE)
			continue;
		at = (const unsigned char *)(info->dlpi_addr +
					     info->dlpi_phdr[i].p_vaddr);
		end = at + info->dlpi_phdr[i].p_memsz;
		while ((size_t)(end - at) > sizeof note) {
			memcpy(&note, at, sizeof note);
			at += sizeof note;
			if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
			    memcmp(at, "GNU", 4) == 0 && note.n_descsz <= BUILD_ID_MAX) {
				memcpy(id->octets, at + 4, note.n_descsz);
				id->n = note.n_descsz;
				return 1;
			}
			at += PADDED(note.n_namesz) + PADDED(note.n_descsz);
		}
	}
	return 1;
}

/* A hash of the linked program, made by the linker: the same source, compiler and options
 * give the same one. */
void version_print(void)
{
	struct build_id id = { .n = 0 };
	size_t i;

	dl_iterate_phdr(of_program, &id);
	out_printf("mailmuster %s\nbuild ", MAILMUSTER_VERSION);
	for (i = 0; i < id.n; i++)
		out_printf("%02x", id.octets[i]);
	out_printf("%s\nstore schema %d\n", id.n == 0 ? "unknown" : "",
		   store_schema_version());
	out_printf("%s\n%s\n%s, %s, %s, %s\n", net_versions(), base_versions(),
		   store_versions(), mime_versions(), logs_versions(), report_versions());
}
