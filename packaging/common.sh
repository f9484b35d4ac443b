# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What packaging/deb and packaging/rpm share: the sources that packages are built of, and
# an environment in which two builds give the same bytes.

set -euo pipefail
umask 022
export LC_ALL=C.UTF-8 TZ=UTC

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packaging=$top/packaging
# When this version was made, as the changelog says: packages have no other time in them.
SOURCE_DATE_EPOCH=$(date -d "$(sed -n 's/^ -- .*>  //p' "$packaging/debian/changelog.in" |
	head -n 1)" +%s)

# source_files: the names of the files that sources consist of. Of a git tree, also those
# that git does not know yet, but none that it ignores.
source_files()
{
	cd "$top"
	if git -c safe.directory="$top" rev-parse --git-dir >/dev/null 2>&1; then
		git -c safe.directory="$top" ls-files -z --cached --others --exclude-standard
	else
		find . -path ./.git -prune -o -path ./build -prune -o ! -type d -printf '%P\0'
	fi
}

# copy_sources DIR: copy the sources to DIR, as if they had been made with this version.
copy_sources()
{
	local dir=$1 inside
	inside=$(realpath -m --relative-to="$top" "$dir")
	mkdir -p "$dir"
	# Neither what is deleted, nor what was built in a directory among the sources.
	source_files | while IFS= read -r -d '' file; do
		[[ $file == "${inside%%/*}"/* && $inside != ../* ]] ||
			[ ! -e "$top/$file" ] || printf '%s\0' "$file"
	done | tar -C "$top" --null --files-from=- -cf - | tar -C "$dir" -xf - --no-same-owner
	chmod -R u=rwX,go=rX "$dir"
	find "$dir" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# clean COMMAND…: run it without what make and the caller's shell have set. FORMAT is for
# the tests of upgrades, and ccache(1) gives the bytes that the compiler has given.
clean()
{
	env -i PATH="$PATH" HOME="$HOME" LC_ALL="$LC_ALL" TZ="$TZ" \
		SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" ${FORMAT:+FORMAT="$FORMAT"} \
		${CCACHE_DIR:+CCACHE_DIR="$CCACHE_DIR"} \
		${CCACHE_DISABLE:+CCACHE_DISABLE="$CCACHE_DISABLE"} "$@"
}
