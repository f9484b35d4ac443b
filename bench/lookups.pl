#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# bench/lookups.pl [MILLIONS]: a program as people write them that page sizes matter for,
# always with the same work. It looks up, so many million times (default 4), one of two
# million keys of a hash. Twice as much memory is text that it never reads again.

use strict;
use warnings;

my $millions = shift // 4;
my (%hot, @cold);

# First the one, then the other: each lies together.
$hot{$_} = $_ for 1 .. 2_000_000;
push @cold, 'x' x 1000 for 1 .. 700_000;

my ($key, $sum) = (1, 0);
for (1 .. $millions * 1_000_000) {
	# Which key is next depends on what was found.
	$key = ($key * 1_103_515_245 + 12_345 + $sum % 2) % 2_147_483_648;
	$sum += $hot{$key % 2_000_000 + 1};
}
print "$sum\n";
