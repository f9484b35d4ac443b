# SPDX-License-Identifier: GPL-2.0-only
#
# source.awk: print a program in C, with as many functions as -v count= says, for compilers.

BEGIN {
	print "int table[4096];"
	for (i = 0; i < count; i++) {
		printf "int f%d(int a, int b)\n{\n\tint x = a * %d, y = b;\n\n", i, i % 97 + 3
		printf "\tfor (int i = 0; i < a; i++) {\n"
		printf "\t\tif (table[(x + i) & 4095] > y)\n"
		printf "\t\t\ty += x / (i + %d);\n\t\telse\n", i % 13 + 1
		printf "\t\t\tx ^= table[y & 4095] * %d;\n\t}\n", i % 31 + 2
		if (i)
			printf "\treturn x + f%d(y, b - 1) %% %d;\n}\n", int(i * 7 / 11), i % 1000 + 7
		else
			print "\treturn x + y;\n}"
	}
}
