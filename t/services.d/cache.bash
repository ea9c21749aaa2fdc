# shellcheck shell=bash disable=SC2154,SC2034
# The cache of t/services. Each thing in it has the checksum of what it was
# made from in its name and appears complete or not at all, so being there is
# proof enough and a later start needs neither network nor compiler.

# find_cache: set cache, and make it.
find_cache()
{
	local base=${XDG_CACHE_HOME:-}
	[ -n "$base" ] || base=${HOME:+$HOME/.cache}
	[ -n "$base" ] || base=/var/tmp/ggpipe-$(id -u)
	cache=${GGPIPE_CACHE:-$base/ggpipe}
	mkdir -p "$cache" 2>/dev/null ||
		die "cannot make $cache; set GGPIPE_CACHE to a directory of yours"
	[ -O "$cache" ] || [ -n "${GGPIPE_CACHE:-}" ] ||
		die "$cache belongs to somebody else; set GGPIPE_CACHE"
	cache=$(cd "$cache" && pwd)
}

# sum_of FILE...: a short checksum of them all.
sum_of()
{
	cat "$@" | sha256sum | cut -c1-12
}

# made THING MAKER [ARG...]: set made to THING's path below the cache; when it
# is not there, MAKER ARG... fills the empty directory it is called in.
made()
{
	local thing=$1
	shift
	made=$cache/$thing
	[ ! -d "$made" ] || return 0
	(
		{ : >>"$cache/lock"; } 2>/dev/null ||
			die "$cache is not writable; set GGPIPE_CACHE"
		exec 9<>"$cache/lock"
		flock -n 9 || {
			echo "t/services: waiting for another fetch" >&2
			flock 9
		}
		[ ! -d "$made" ] || exit 0
		rm -rf "$made.new"
		mkdir "$made.new" && cd "$made.new" && "$@" || exit
		mv "$made.new" "$made"
		# What nobody has made for a week, nobody misses.
		find "$cache" -maxdepth 1 -name "${thing%-*}-*" -mtime +7 \
			! -path "$made" -exec rm -rf {} +
	) || die "$thing could not be made"
}

# copy_jars POM: into the working directory.
copy_jars()
{
	local repository=()
	command -v mvn >/dev/null || die 'no mvn here; run share/setup'
	[ -w "${HOME:-/nowhere}" ] ||
		repository=(-Dmaven.repo.local="$cache/repository")
	echo "t/services: fetching the jars of $1, once" >&2
	mvn -B -f "$parts/$1.xml" "${repository[@]}" \
		dependency:copy-dependencies -DincludeScope=runtime \
		-DoutputDirectory="$PWD" >"$cache/$1.log" 2>&1 &
	while sleep 1 && kill -0 $! 2>/dev/null; do
		show_jars "$1"
	done
	wait $! || {
		grep ERROR "$cache/$1.log" | head -n 20 >&2
		die "mvn failed; all it said is in $cache/$1.log"
	}
	show_jars "$1"
	echo "t/services: $1 has $(find . -type f | wc -l) jars, $(du -sh . | cut -f1)" >&2
}

# show_jars NAME: how far mvn is, a line when there is news.
show_jars()
{
	local n
	n=$(grep -c 'Downloaded from.*\.jar ' "$cache/$1.log" || :)
	[ "$n" = "${shown:-0}" ] || echo "t/services: $n files fetched" >&2
	shown=$n
}

# compile LIB SOURCE...: into tools.jar of the working directory.
compile()
{
	local lib=$1
	shift
	command -v javac >/dev/null || die 'no javac here; run share/setup'
	javac --release 17 -Xlint:-options -nowarn -cp "$lib/*" -d classes \
		"$@" &&
		jar --create --file tools.jar -C classes . && rm -r classes
}

# A Java program starts in half the time from an archive of the classes that
# it loaded in an earlier run ("class data sharing"). An archive fits one
# build of Java and one class path; where it does not, Java does without.
archive_flags=(-XX:-UsePerfData -Xlog:cds=off -Xlog:cds+dynamic=off)

# archive NAME: set archived to the flags that use it, if there is one.
archive()
{
	archived=("${archive_flags[@]}")
	[ ! -f "$1" ] || archived+=(-XX:SharedArchiveFile="$1")
}

# train KIND: fill the working directory with the archives of a service and
# its tool, by running both for a moment.
train()
{
	kind=$1
	dir=$PWD name=train home=$PWD/train options=()
	echo "t/services: running $kind once, to start faster from now on" >&2
	mkdir "$home"
	archived=("${archive_flags[@]}" -XX:ArchiveClassesAtExit="$PWD/node.jsa")
	"${kind}_prepare"
	launch "$home/1"
	if await "$home/1"; then
		archived=("${archive_flags[@]}"
			-XX:ArchiveClassesAtExit="$PWD/tool.jsa")
		"${kind}_train" >"$dir/train.log" 2>&1 || :
	fi
	stop_nodes TERM "$home/1"
	rm -r "$home"
	# Without archives everything works as well.
	rm -f "$dir/train.log" "$dir/tls.lock"
}

# java_build: what an archive depends on, besides the class path.
java_build()
{
	local java
	java=$(readlink -f "$(command -v java)") || die 'no java here'
	echo "$java"
	cat "${java%/bin/java}/release" 2>/dev/null || :
}

# fetch_ignite: set ignite_path, opens, archives, archived.
fetch_ignite()
{
	local sources=("$here"/java/[!K]*.java) lib
	find_cache
	made "ignite-$(sum_of "$parts/ignite.xml")" copy_jars ignite
	lib=$made
	made "ignite-java-$(sum_of "$parts/ignite.xml" "$parts/cache.bash" \
		"${sources[@]}")" \
		compile "$lib" "${sources[@]}"
	ignite_path="$made/tools.jar:$lib/*"
	mapfile -t opens < <(sed 's/.*/--add-opens=&=ALL-UNNAMED/' \
		"$parts/opens")
	made "ignite-fast-$(sum_of "$parts/cache.bash" "$made/tools.jar" \
		<(java_build))" \
		train ignite
	archives=$made
	archive "$archives/node.jsa"
}

# fetch_kafka: set kafka_path, kafka_data, archives, archived.
fetch_kafka()
{
	local sources=("$here"/java/Guard.java "$here"/java/Kafka*.java) lib
	find_cache
	made "kafka-$(sum_of "$parts/kafka.xml")" copy_jars kafka
	lib=$made
	made "kafka-java-$(sum_of "$parts/kafka.xml" "$parts/cache.bash" \
		"${sources[@]}")" \
		compile "$lib" "${sources[@]}"
	kafka_path="$made/tools.jar:$lib/*"
	made "kafka-data-$(sum_of "$parts/kafka.xml" "$parts/kafka.bash" \
		"$parts/kafka.properties")" format
	kafka_data=$made
	made "kafka-fast-$(sum_of "$parts/cache.bash" "${kafka_path%%:*}" \
		<(java_build))" \
		train kafka
	archives=$made
	archive "$archives/node.jsa"
}
