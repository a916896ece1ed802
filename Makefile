# SPDX-License-Identifier: MIT
# One non-recursive Makefile.  `make help` lists what people call; `V=1` shows full command lines.
#
#   SANITIZE=address,undefined   or thread: builds into a folder of its own below build/
#   CC=clang                     likewise
# As many jobs as there are processors, unless somebody says otherwise: people type `make demo`.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
VERSION  := $(shell cat VERSION)
CC       ?= gcc
ifeq ($(origin CC),default)
CC       := gcc
endif
comma    := ,
CONFIG   := $(if $(SANITIZE),san-$(subst $(comma),-,$(SANITIZE)),release)$(if $(findstring clang,$(CC)),-clang)$(if $(WERROR),-strict)$(if $(COVERAGE),-coverage)
B        := build/$(CONFIG)
PREFIX   ?= /usr/local
Q        := $(if $(V),,@)
say       = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2);)

PKGS     := libcurl sqlite3 libcjson libcrypto libutf8proc libpcre2-8 zlib
# Loaded by the few runs that need them (lib/base/lazy.h).
LAZY     := gmime-3.0 libarchive
# Unpacks gzip three times as fast as zlib; Debian has it on amd64.
ISAL     := $(shell pkg-config --exists libisal 2>/dev/null && echo libisal)
PKGS     += $(ISAL)
PKG_CFLAGS := $(if $(ISAL),-DMAILMUSTER_ISAL) $(shell pkg-config --cflags $(PKGS) $(LAZY) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	    -Wvla -Wformat=2 $(if $(COVERAGE),,-Wframe-larger-than=16384) $(if $(WERROR),-Werror)
SAN      := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -DMAILMUSTER_SANITIZED)
HARDEN   := $(if $(SANITIZE)$(COVERAGE),,-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection)
# A sanitizer names files and lines, no variables: -g1 takes a fifth less time to compile.
DEBUG    := $(if $(SANITIZE),-g1,-g)
# assert() says what cannot be: it is no branch that a test could take.
OPT      := $(if $(COVERAGE),-O0 -DNDEBUG --coverage,$(if $(SANITIZE),-O1,-O2))
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(OPT) $(DEBUG) -fPIE -pthread $(WARN) $(SAN) $(HARDEN) \
	    -ffile-prefix-map=$(CURDIR)=. -Ilib -I. -I$(B)/gen -DMAILMUSTER_VERSION='"$(VERSION)"' \
	    $(patsubst -I%,-isystem %,$(PKG_CFLAGS)) $(CFLAGS)
ALL_LDFLAGS = -pie -pthread -Wl,--build-id=sha1 $(SAN) $(if $(COVERAGE),--coverage) -Wl,-z,relro,-z,now $(LDFLAGS)
# libxlsxwriter of Debian comes without a .pc file; the resolver is a part of the C library.
ALL_LIBS = $(PKG_LIBS) -lxlsxwriter -lresolv -lm

STAGES   := audit plan verify checklists gate report
LIB_SRC  := $(sort $(wildcard lib/*/*.c $(STAGES:%=%/*.c)))
CLI_SRC  := $(sort $(wildcard cli/*.c))
LAB_SRC  := $(sort $(wildcard lab/*.c))
SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_SRC := $(sort $(wildcard bench/*.c))
PROFILES := $(sort $(wildcard profiles/*.json))
CHECKLISTS := $(sort $(wildcard checklists/*.json))
GENERATED := $(B)/gen/schema_sql.h $(B)/gen/migrate_1_sql.h $(B)/gen/profiles_json.h $(B)/gen/checklists_json.h \
	    $(B)/gen/report_assets.h $(B)/gen/sonames.h
HEADERS  := $(sort $(wildcard lib/*/*.h $(STAGES:%=%/*.h) cli/*.h))

obj       = $(patsubst %.c,$(B)/obj/%.o,$(1))
ARCHIVE  := $(B)/libmailmuster.a
UNIT     := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_SRC))
FUZZ_REPLAY := $(patsubst tests/fuzz/fuzz_%.c,$(B)/tests/fuzz/replay_%,$(FUZZ_SRC))
LAB_BIN  := $(patsubst lab/%.c,$(B)/lab/%,$(LAB_SRC))
BENCH_BIN := $(patsubst bench/%.c,$(B)/bench/%,$(BENCH_SRC))

.PHONY: all help packages lint-rules checklist demo check check-long check-release score bench fuzz layers headers no-warnings syntax tidy scan-build format \
	coverage install dist deb clean unit run-unit support-bins compile_commands.json replay-fuzz
.DELETE_ON_ERROR:
.SECONDARY:

# These call make again, once the packages are there: goals beside them wait, for two would write the same files.
ifneq ($(filter all demo checklist lint-rules score check check-long check-release bench fuzz coverage,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

all: packages-build
	$(Q)$(MAKE) --no-print-directory build/mailmuster

build/mailmuster: $(B)/mailmuster
	$(Q)ln -sf $(CONFIG)/mailmuster $@

$(B)/mailmuster: $(call obj,$(CLI_SRC)) $(ARCHIVE)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

# The same program with a clock that a test sets (tests/clock/shift.c): the released one has none.
$(B)/mailmuster-clock: $(call obj,$(CLI_SRC) tests/clock/shift.c) $(ARCHIVE)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

# Removed first: ar would keep members whose source is gone.
$(ARCHIVE): $(call obj,$(LIB_SRC))
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $< 2>$@.said; rc=$$?; cat $@.said >&2; exit $$rc

# What the compiler said of each file stays beside its object: here it must have said nothing of any.
no-warnings: build/mailmuster
	$(Q)rc=0; for said in $(addsuffix .said,$(call obj,$(CLI_SRC) $(LIB_SRC))); do \
		[ -e $$said ] && [ ! -s $$said ] || { echo "$$said:"; cat $$said; rc=1; }; done; exit $$rc

# Does another compiler accept all of it without a word?  It need not make code of it for that.
syntax: $(GENERATED)
	$(Q)printf '%s\n' $(CLI_SRC) $(LIB_SRC) | xargs -P$(shell nproc) -n8 $(CC) $(ALL_CFLAGS) -Werror -fsyntax-only

# The schema is one commented SQL file, each step up to it another; the store gets them as strings.
SQL_GEN  := $(B)/gen/schema_sql.h $(B)/gen/migrate_1_sql.h
$(B)/gen/%_sql.h: lib/store/%.sql
	@mkdir -p $(@D)
	$(Q)sed -e 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n"/' $< > $@
$(call obj,$(wildcard lib/store/*.c)): | $(SQL_GEN)

# The profiles of known servers and the checklists likewise: one { "name", "text" }, per file.
$(B)/gen/profiles_json.h: $(PROFILES)
$(B)/gen/checklists_json.h: $(CHECKLISTS)
$(B)/gen/profiles_json.h $(B)/gen/checklists_json.h:
	@mkdir -p $(@D)
	$(Q)for f in $^; do printf '{ "%s",\n' "$$(basename $$f .json)"; \
		sed -e 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n"/' $$f; echo '},'; done > $@

# Style and script of HTML reports, with the hashes by which their policy allows them and nothing else.
$(B)/gen/report_assets.h: report/report.css report/report.js
	@mkdir -p $(@D)
	$(Q)for f in $^; do kind=$${f##*.}; hash=$$(bash -c 'printf "$$(sha256sum <'$$f' | cut -c1-64 | sed "s/../\\\\x&/g")" | base64'); \
		printf '#define REPORT_%s_HASH "%s"\n' "$$(echo $$kind | tr a-z A-Z)" "$$hash"; \
		printf 'static const char report_%s[] =\n' $$kind; \
		sed -e 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n"/' $$f; echo ';'; done > $@
# The names under which a linker would have bound the libraries that are loaded later, by what it does to a program of nothing
# that needs them.  From that program the Debian package learns which packages these are.
$(B)/gen/lazy: Makefile
	@mkdir -p $(@D)
	$(Q)echo 'int main(void) { return 0; }' | $(CC) -x c -o $@ - -Wl,--no-as-needed $(shell pkg-config --libs-only-L $(LAZY)) -lgmime-3.0 -larchive
$(B)/gen/sonames.h: $(B)/gen/lazy
	$(Q)for name in gmime archive; do printf '#define SONAME_%s "%s"\n' "$$(echo $$name | tr a-z A-Z)" \
		"$$(readelf -d $< | sed -n 's/.*(NEEDED).*\[\(lib'$$name'[-.].*\)\]/\1/p' | grep .)" || exit 1; done > $@
$(call obj,lib/mime/mime_gmime.c lib/logs/logs_archive.c tests/unit/test_lazy.c): | $(B)/gen/sonames.h
$(call obj,report/report_html.c): | $(B)/gen/report_assets.h
$(call obj,$(wildcard lib/profile/*.c)): | $(B)/gen/profiles_json.h
$(call obj,$(wildcard checklists/*.c)): | $(B)/gen/checklists_json.h

$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(call obj,$(SUPPORT_SRC)) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS) -lcmocka

# Writes reports, for the tests that look at them.
$(B)/tests/browser/%: $(B)/obj/tests/browser/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS) -lcmocka

$(B)/tests/fuzz/replay_%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/obj/tests/fuzz/replay.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(B)/lab/seed: $(call obj,$(wildcard lab/seed/*.c))
$(B)/lab/faultproxy: $(call obj,$(wildcard lab/faultproxy/*.c))
$(B)/lab/%: $(B)/obj/lab/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ARCHIVE) $(ALL_LIBS)
# Loaded into throwaway mail servers, so that syslog lines land in a file of the lab and compiled-in paths lead there.
$(B)/lab/%.so: lab/shim/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -shared -fPIC -o $@ $<

$(B)/bench/%: $(B)/obj/bench/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

# Fuzzers proper: clang's libFuzzer, with objects of their own.
FUZZ_CC   = clang -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O1 -g -pthread
build/fuzz/obj/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,FUZZ,$<)$(FUZZ_CC) -fsanitize=fuzzer-no-link,address,undefined -Ilib -I. -I$(B)/gen \
		-DMAILMUSTER_VERSION='"$(VERSION)"' $(PKG_CFLAGS) -MMD -MP -c -o $@ $<
build/fuzz/libmailmuster.a: $(patsubst %.c,build/fuzz/obj/%.o,$(LIB_SRC))
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^
build/fuzz/fuzz_%: build/fuzz/obj/tests/fuzz/fuzz_%.o build/fuzz/libmailmuster.a
	$(call say,LINK,$@)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(ALL_LIBS)

-include $(shell find $(B)/obj build/fuzz/obj -name '*.d' 2>/dev/null)

unit: $(UNIT)
run-unit: unit
	$(Q)for t in $(UNIT); do $$t >$$t.said 2>&1 || { cat $$t.said; echo "failed: $$t"; exit 1; }; done
lab-bins: $(LAB_BIN) $(patsubst lab/shim/%.c,$(B)/lab/%.so,$(wildcard lab/shim/*.c))
bench-bins: $(BENCH_BIN)
replay-fuzz: $(FUZZ_REPLAY)

.PHONY: packages-build packages-check packages-look packages-demo packages-bench packages-deb packages-tidy lab-bins bench-bins
packages-build packages-check packages-look packages-demo packages-bench packages-deb packages-tidy: packages-%:
	@packaging/install-packages $*

help:
	@sed -n 's/^#: //p' Makefile

#: make           build build/mailmuster (says first what it installs)
#: make demo      real servers, real mover, planted faults, the main job end to end
#: make score     faults of every kind planted on real servers, and what was found (ARGS="--seed 7", docs/score.md)
#: make check     everything that must hold before a commit, in at most 15 minutes
#: make check-long / check-release   longer proof
#: make lint-rules docs/lint-loss.md and lint-notes.md from plan/plan_lint_rules.c
#: make checklist CHECKLIST.md from checklists/premigration.json
#: make bench     speed and memory, as ratios measured in one run
#: make fuzz      each fuzzer for FUZZ_SECONDS (30)
#: make coverage  lines and branches that units and CLI tests reach, by folder (FOLDERS="gate": which not)
#: make tidy      clang-tidy and cppcheck, of which every remark is an error; make scan-build likewise
#: make layers headers format install dist deb
demo: packages-demo
	$(Q)$(MAKE) --no-print-directory build/mailmuster lab-bins
	$(Q)lab/demo

checklist: all
	$(Q)build/mailmuster checklist export premigration --blank --format markdown >CHECKLIST.md

# Two files end with the rules as the program has them: those of loss, and the others.
lint-rules: all
	$(Q)sed -i '/^## destroys$$/,$$d' docs/lint-loss.md && sed -i '/^## unknown$$/,$$d' docs/lint-notes.md && \
	    build/mailmuster lint --rules >$(B)/rules && sed '/^## unknown$$/,$$d' $(B)/rules >>docs/lint-loss.md && \
	    sed -n '/^## unknown$$/,$$p' $(B)/rules >>docs/lint-notes.md

score: packages-demo
	$(Q)$(MAKE) --no-print-directory build/mailmuster lab-bins
	$(Q)score/score $(ARGS)

check: packages-check
	$(Q)tests/check

check-long: packages-check packages-look
	$(Q)tests/check --long

check-release: packages-check packages-look
	$(Q)tests/check --release

bench: packages-bench
	$(Q)$(MAKE) --no-print-directory build/mailmuster lab-bins bench-bins
	$(Q)bench/bench; one=$$?; bench/logs && exit $$one

FUZZ_SECONDS ?= 30
fuzz: packages-check
	$(Q)$(MAKE) --no-print-directory $(patsubst tests/fuzz/%.c,build/fuzz/%,$(FUZZ_SRC))
	$(Q)for f in $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC)); do \
		mkdir -p build/fuzz/found/$$f; echo "fuzz $$f for $(FUZZ_SECONDS) s"; \
		build/fuzz/fuzz_$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
			-artifact_prefix=build/fuzz/ build/fuzz/found/$$f tests/fuzz/corpus/$$f \
			>build/fuzz/$$f.log 2>&1 || { tail -n 40 build/fuzz/$$f.log; exit 1; }; done

layers:
	$(Q)tests/check_layers

headers: $(patsubst %.h,$(B)/headers/%.ok,$(HEADERS))
$(B)/headers/%.ok: %.h $(HEADERS) | $(GENERATED)
	@mkdir -p $(@D)
	$(Q)printf '#include "%s"\nint headers_compile_alone;\n' '$(patsubst lib/%,%,$<)' | \
		$(CC) $(filter-out -Wmissing-prototypes,$(ALL_CFLAGS)) -Werror -fsyntax-only -x c - && touch $@ || \
		{ echo "not self-contained: $<"; exit 1; }

# Three analysers, of which a remark is a mistake: clang's (.clang-tidy has the checks) and cppcheck, minutes the first time
# and then what has changed; and scan-build, which has clang's own list of checks.
ANALYSED := $(LIB_SRC) $(CLI_SRC)
SCAN     := -disable-checker security.insecureAPI.DeprecatedOrUnsafeBufferHandling
CPPCHECK := --quiet --std=c11 --enable=warning,portability,performance --error-exitcode=1 -D__linux__ -D__x86_64__
tidy: packages-tidy
	$(Q)$(MAKE) --no-print-directory $(ANALYSED:%.c=$(B)/tidy/%.ok) \
		$(patsubst %.c,$(B)/cppcheck/%.ok,$(ANALYSED) $(LAB_SRC) $(wildcard lab/*/*.c))

# Not several in one call: clang 14 takes the va_list of one file for that of another.
$(B)/tidy/%.ok: %.c .clang-tidy $(HEADERS) | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,TIDY,$<)clang-tidy --quiet $< -- $(ALL_CFLAGS) -Wno-unused-value 2>$@.said && touch $@ || { cat $@.said; exit 1; }

$(B)/cppcheck/%.ok: %.c $(HEADERS) | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CHECK,$<)cppcheck $(CPPCHECK) -Ilib -I. -I$(B)/gen $< && touch $@

scan-build: packages-tidy
	$(Q)rm -rf build/scan && scan-build --status-bugs -o build/scan-build $(SCAN) \
		$(MAKE) --no-print-directory B=build/scan CFLAGS=-Wno-unused-value build/scan/mailmuster

format:
	$(Q)clang-format -i $(LIB_SRC) $(CLI_SRC) $(HEADERS) $(LAB_SRC) $(wildcard lab/*/*.[ch]) $(UNIT_SRC) $(SUPPORT_SRC) $(FUZZ_SRC) $(BENCH_SRC)

# Units and the tests of the command line.  FOLDERS="gate verify": which lines and branches there were not reached.
COVERED  := build/release-coverage
coverage: packages-check
	$(Q)find $(COVERED) -name '*.gcda' -delete 2>/dev/null || true
	$(Q)CCACHE_DISABLE=1 $(MAKE) --no-print-directory COVERAGE=1 $(COVERED)/mailmuster unit
	$(Q)for t in $(patsubst tests/unit/%.c,$(COVERED)/tests/unit/%,$(UNIT_SRC)); do $$t >/dev/null 2>&1 || echo "failed: $$t"; done
	$(Q)for t in $(filter-out %/paper.bats,$(wildcard tests/cli/*.bats)); do MAILMUSTER=$(CURDIR)/$(COVERED)/mailmuster bats --tap $$t 2>&1 | grep '^not ok' | sed "s,^,$$t: ," || true; done
	$(Q)tests/coverage $(COVERED)/obj $(FOLDERS)

compile_commands.json:
	$(Q)rm -rf build/cc && bear --output $@ -- $(MAKE) -B build/mailmuster unit

MAN      := $(sort $(wildcard man/*.[1-9]))
DATA_DIR  = $(DESTDIR)$(PREFIX)/share
# Files alone: nothing is enabled, and a machine without systemd has no use for them.
UNIT_DIR ?= $(PREFIX)/lib/systemd/system
# Where each shell looks, bash, zsh, fish.  Debian keeps a folder of its own for packages' completions of zsh.
COMPLETIONS = $(DATA_DIR)/bash-completion/completions/mailmuster \
	    $(DATA_DIR)/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)/_mailmuster \
	    $(DATA_DIR)/fish/vendor_completions.d/mailmuster.fish
install: build/mailmuster
	install -d $(DESTDIR)$(PREFIX)/bin $(DATA_DIR)/mailmuster/profiles $(dir $(COMPLETIONS))
	install -m 755 $(B)/mailmuster $(DESTDIR)$(PREFIX)/bin/mailmuster
	install -m 644 $(PROFILES) $(DATA_DIR)/mailmuster/profiles
	install -D -m 644 packaging/systemd/mailmuster.sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/mailmuster.conf
	install -D -m 644 packaging/systemd/mailmuster-weekly@.timer $(DESTDIR)$(UNIT_DIR)/mailmuster-weekly@.timer
	sed 's#@BINDIR@#$(PREFIX)/bin#' packaging/systemd/mailmuster-weekly@.service.in >$(DESTDIR)$(UNIT_DIR)/mailmuster-weekly@.service
	chmod 644 $(DESTDIR)$(UNIT_DIR)/mailmuster-weekly@.service
	$(Q)for shell in bash zsh fish; do set -- $(COMPLETIONS); \
		case $$shell in zsh) shift ;; fish) shift 2 ;; esac; \
		$(B)/mailmuster completion $$shell >$$1 && chmod 644 $$1 || exit 1; done
	$(Q)for page in $(MAN); do install -D -m 644 $$page $(DATA_DIR)/man/man$${page##*.}/$${page##*/}; done

# What is committed, as one file; and as a Debian package, built from that file and looked at by lintian.
DIST     := build/mailmuster-$(VERSION).tar.gz
dist:
	@mkdir -p build
	$(call say,DIST,$(DIST))git archive --format=tar --prefix=mailmuster-$(VERSION)/ HEAD | gzip -9n >$(DIST)
deb: packages-deb dist
	$(Q)rm -rf build/deb && mkdir -p build/deb && tar -xzf $(DIST) -C build/deb
	$(Q)cp -r build/deb/mailmuster-$(VERSION)/packaging/debian build/deb/mailmuster-$(VERSION)/debian
	$(Q)cd build/deb/mailmuster-$(VERSION) && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc -b >../build.log 2>&1 || \
		{ tail -30 ../build.log; echo "the whole of it: build/deb/build.log"; exit 1; }
	$(Q)lintian --tag-display-limit 0 --fail-on error,warning build/deb/mailmuster_*.changes
	$(Q)ls build/deb/*.deb

clean:
	rm -rf build
