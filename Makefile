# ggpipe: one Makefile finds every program, module and test by itself.
#
#   make            bin/*          make check   unit and filter tests, no network
#   make test       everything, against real servers
#   make demo       two clusters and a broker, a pipeline between them
#   make fuzz       FUZZ=name TIME=seconds, every decoder if no name
#   make bench      side by side with bare clients
#   make install    PREFIX, DESTDIR
#
# SAN=address,undefined (or thread) builds apart, in build/SAN.

CC ?= cc
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
VERSION := $(shell cat share/version)

SAN ?=
# V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),@:,@echo "  $(1)")
comma := ,
B := build$(if $(SAN),/$(subst $(comma),-,$(SAN)))
BIN := $(if $(SAN),$(B)/bin,bin)

LIBS := rdkafka jansson openssl libpcre2-8
CPPFLAGS += -Ilib -D_POSIX_C_SOURCE=200809L -DGGPIPE_VERSION='"$(VERSION)"' \
	$(shell pkg-config --cflags $(LIBS))
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -Wundef -Wformat=2 \
	$(if $(CI),-Werror)
HARDEN := -fstack-protector-strong -fPIE $(if $(SAN),,-D_FORTIFY_SOURCE=2)
CFLAGS ?= -O2 -g
CFLAGS += -std=c11 -pthread $(WARN) $(HARDEN) \
	$(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
LDFLAGS += -pthread -pie -Wl,-z,relro,-z,now $(if $(SAN),-fsanitize=$(SAN))
LDLIBS += $(shell pkg-config --libs $(LIBS)) -lm

PROGRAMS := $(patsubst src/%.c,$(BIN)/%,$(wildcard src/*.c))
UNITS := $(patsubst t/unit/%.c,$(B)/t/unit/%,$(wildcard t/unit/*.c))
FUZZERS := $(patsubst t/fuzz/%.c,$(B)/t/fuzz/%,$(wildcard t/fuzz/*.c))
TOOLS := $(patsubst t/tools/%.c,$(B)/t/tools/%,$(wildcard t/tools/*.c))
OBJS := $(patsubst lib/%.c,$(B)/lib/%.o,$(wildcard lib/*.c))
LIB := $(B)/libggpipe.a

all: $(PROGRAMS)

$(LIB): $(OBJS)
	$(call say,AR $@)
	@rm -f $@
	$(Q)$(AR) rc $@ $^

$(B)/%.o: %.c Makefile share/version
	$(call say,CC $@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BIN)/%: $(B)/src/%.o $(LIB)
	$(call say,LD $@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)

$(B)/t/unit/%: $(B)/t/unit/%.o $(LIB)
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS) -lcmocka

$(B)/t/tools/%: $(B)/t/tools/%.o $(LIB)
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)

# A fuzz entry is LLVMFuzzerTestOneInput; t/fuzz/run/main.c runs files and
# makes up more of them, so that no special compiler is needed.
$(B)/t/fuzz/%: $(B)/t/fuzz/%.o $(B)/t/fuzz/run/main.o $(LIB)
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)

check: all $(UNITS) $(FUZZERS) $(TOOLS)
	$(Q)BUILD=$(B) BIN=$(BIN) t/run check

test: all $(UNITS) $(FUZZERS) $(TOOLS)
	$(Q)BUILD=$(B) BIN=$(BIN) t/run test

fuzz: $(FUZZERS)
	$(Q)BUILD=$(B) t/fuzz/run/all "$(FUZZ)" "$(TIME)"

bench: all $(TOOLS)
	$(Q)BUILD=$(B) t/bench/run

demo: all
	$(Q)share/demo/run

order:
	$(Q)t/order

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 \
		$(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7
	install $(wildcard bin/*) $(DESTDIR)$(BINDIR)
	for s in 1 5 7; do \
		install -m 644 share/man/man$$s/* $(DESTDIR)$(MANDIR)/man$$s; \
	done

clean:
	rm -rf build $(PROGRAMS)

.PHONY: all check test fuzz bench demo order install clean
