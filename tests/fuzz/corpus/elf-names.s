# SPDX-License-Identifier: GPL-2.0-only
#
# Symbols with versions and with C++ names: programs in elf/ that were made from
# this, with as and
#
#	ld -z noseparate-code -z norelro --hash-style=gnu --build-id=0x0123456789abcdef
#
# versions:      -shared, a version script with V1 and V2, and -s
# names:         the same without -s
# cxx:           none of it
# debug:         strip and objcopy --only-keep-debug of cxx, see ../elf.c
# debug-objcopy: the debug file alone
	.globl _start
	.type _start, @function
	.text
_start:	ret
	.data
	.quad 1
	.bss

	.macro table name size bind=globl
	.\bind \name
	.type \name, @object
	.size \name, \size
\name:	.zero \size
	.endm

	table table_one 4096
	table table_two 8192
	.symver table_one, table@V1
	.symver table_two, table@@V2
	table _ZN2ns5tableE 4096
	table _ZN5CacheIiE5slotsE 4096
	table _ZN12_GLOBAL__N_14poolE 4096 local
	table _ZZ1fIiEvT_E5table 64
	table _ZZ1gISt3mapISsSsS_IS1_S2_EEEvT_E5table 64 local
	.section lookup, "aw", @nobits
	.zero 4096
