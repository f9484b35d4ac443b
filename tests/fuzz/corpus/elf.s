# SPDX-License-Identifier: GPL-2.0-only
#
# What the programs in elf/ were made from, with as and ld:
#
#	fixed:   ld -z noseparate-code
#	moved:   ld -z noseparate-code -pie --export-dynamic
#	dynamic: the same and -s
#
# table begins in the last page of the file and ends beyond it.
	.globl _start, table
	.text
_start:	ret
	.data
	.quad 1
	.bss
	.type table, @object
	.size table, 20000
table:	.zero 20000
	.type local, @object
	.size local, 4096
local:	.zero 4096
	.section lookup, "aw", @nobits
	.zero 4096
