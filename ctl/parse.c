// SPDX-License-Identifier: GPL-2.0-only
#include "parse.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* The maximum number of option names of all commands. */
#define MOST 32
/* The return value of getopt_long() for the first of them; letters are below. */
#define FIRST 256

/**
 * struct options - the options of all commands, each name once, and their values
 * @longs: for getopt_long()
 * @letters: likewise
 * @each: the option, of the first command that has it
 * @given: its value, "" for an option without one, NULL if it is not given
 * @count: number of names
 */
struct options {
	struct option longs[MOST + 1];
	char letters[2 * MOST + 2];
	const struct ctl_option *each[MOST];
	const char *given[MOST];
	int count;
};

static int find(const struct options *options, const char *name)
{
	for (int i = 0; i < options->count; i++)
		if (!strcmp(options->each[i]->name, name))
			return i;
	return -1;
}

static void add_letter(char *letters, const struct ctl_option *option)
{
	letters += strlen(letters);
	*letters++ = option->letter;
	if (option->value.name)
		*letters = ':';
}

static void collect(struct options *all, const struct ctl_option *options)
{
	for (; options->name; options++) {
		if (find(all, options->name) >= 0)
			continue;
		assert(all->count < MOST);
		all->longs[all->count] = (struct option){
			.name = options->name,
			.has_arg = options->value.name ? required_argument : no_argument,
			.val = FIRST + all->count,
		};
		if (options->letter)
			add_letter(all->letters, options);
		all->each[all->count++] = options;
	}
}

static bool is_given(const struct options *options, const char *name)
{
	return options->given[find(options, name)];
}

/* The index of the option that getopt_long() returned; -1 if it is unknown. */
static int which(const struct options *options, int value)
{
	if (value >= FIRST)
		return value - FIRST;
	for (int i = 0; value && i < options->count; i++)
		if (options->each[i]->letter == value)
			return i;
	return -1;
}

/* @word is an unknown long option, or an ambiguous abbreviation. */
static int fail_unknown(const struct options *options, const char *word,
			struct ebpfmm_error *err)
{
	const char *name = word + strspn(word, "-");
	char names[EBPFMM_ERROR_SIZE] = "";
	size_t length = strcspn(name, "="), used;

	for (int i = 0; i < options->count; i++) {
		const char *each = options->each[i]->name;

		used = strlen(names);
		if (!strncmp(each, name, length))
			snprintf(names + used, sizeof(names) - used, " '--%s'", each);
	}
	if (!names[0])
		return ebpfmm_fail(err, 0, "unrecognized option '%s'", word);
	return ebpfmm_fail(err, 0, "option '%s' is ambiguous; possibilities:%s", word, names);
}

/* With the messages of getopt_long(), which cannot return them. */
static void explain(struct options *options, int result, const char *word,
		    struct ebpfmm_error *err)
{
	int i = which(options, optopt);

	if (result == ':') {
		ebpfmm_fail(err, 0, "option '--%s' requires an argument",
			    options->each[i]->name);
	} else if (i >= 0) {
		options->given[i] = "";
		ebpfmm_fail(err, 0, "option '--%s' doesn't allow an argument",
			    options->each[i]->name);
	} else if (optopt) {
		ebpfmm_fail(err, 0, "invalid option -- '%c'", optopt);
	} else {
		fail_unknown(options, word, err);
	}
}

/* Reports the first error, but continues, because --json may follow. */
static int read_options(struct options *options, int argc, char **argv,
			struct ebpfmm_error *err)
{
	int result, rc = 0;

	opterr = 0;
	while ((result = getopt_long(argc, argv, options->letters, options->longs,
				     NULL)) != -1) {
		if (result == ':' || result == '?') {
			explain(options, result, argv[optind - 1], rc ? NULL : err);
			rc = CTL_USAGE;
		} else {
			options->given[which(options, result)] = optarg ? optarg : "";
		}
	}
	return rc;
}

static void *place(struct ctl_args *args, const struct ctl_option *option)
{
	return (char *)args + option->to;
}

/* Stores each option in the member of its command. */
static int fill_in(const struct options *options, const struct ctl_option *own,
		   struct ctl_args *args, struct ebpfmm_error *err)
{
	for (int i = 0; i < options->count; i++) {
		const char *name = options->each[i]->name;
		const struct ctl_option *option = ctl_find_option(own, name);

		if (!options->given[i])
			continue;
		if (!option)
			return ebpfmm_fail(err, 0, "--%s is not valid for this command", name);
		if (option->value.name)
			*(const char **)place(args, option) = options->given[i];
		else
			*(bool *)place(args, option) = true;
	}
	return 0;
}

static int check_required(const struct options *options, const struct ctl_option *own,
			  struct ebpfmm_error *err)
{
	for (; own->name; own++)
		if (own->required && !own->form && !is_given(options, own->name))
			return ebpfmm_fail(err, 0, "--%s is required", own->name);
	return 0;
}

static int check_operands(const struct ctl_command *command,
			  const struct ctl_args *args, struct ebpfmm_error *err)
{
	int most = 0;

	while (command->operands[most].name)
		most++;
	if (args->noperands < command->min)
		return ebpfmm_fail(err, 0, "too few arguments");
	if (!command->many && args->noperands > most)
		return ebpfmm_fail(err, 0, "too many arguments");
	return 0;
}

/* "--one or --other", of the options that select a form; an array of @size. */
static void name_forms(const struct ctl_option *own, char *names, size_t size)
{
	size_t length = 0;

	names[0] = '\0';
	for (; own->name && length < size; own++)
		if (own->form && own->required)
			length += (size_t)snprintf(names + length, size - length, "%s--%s",
						   length ? " or " : "", own->name);
}

static int check_forms(const struct options *options, const struct ctl_command *command,
		       struct ebpfmm_error *err)
{
	const struct ctl_option *own = command->options, *first = NULL;
	char names[64];

	for (; own->name; own++) {
		if (!own->form || !is_given(options, own->name))
			continue;
		if (first && first->form != own->form)
			return ebpfmm_fail(err, 0, "--%s and --%s are mutually exclusive",
					   first->name, own->name);
		first = first ?: own;
	}
	for (own = command->options; first && own->name; own++)
		if (own->required && own->form == first->form && !is_given(options, own->name))
			return ebpfmm_fail(err, 0, "--%s requires --%s", first->name, own->name);
	if (!command->one_form || first)
		return 0;
	name_forms(command->options, names, sizeof(names));
	return ebpfmm_fail(err, 0, "%s is required", names);
}

/* The command for --help or --version; NULL without them. */
static const char *stand_in(const struct options *options, struct ctl_args *args)
{
	if (is_given(options, "version")) {
		args->noperands = 0;
		return "version";
	}
	if (is_given(options, "help")) {
		/* Ignore other operands after the command. */
		args->noperands = args->noperands > 0;
		return "help";
	}
	return NULL;
}

static int find_command(struct ctl_line *line, struct ebpfmm_error *err)
{
	struct ctl_args *args = &line->args;

	if (!args->noperands)
		return ebpfmm_fail(err, 0, "no command given");
	line->command = ctl_find_command(ctl_commands, args->operands[0]);
	if (!line->command)
		return ebpfmm_fail(err, 0, "unknown command `%s`", args->operands[0]);
	args->operands++;
	args->noperands--;
	return 0;
}

int ctl_parse(int argc, char **argv, struct ctl_line *line, struct ebpfmm_error *err)
{
	struct options options = { .letters = ":" };
	const struct ctl_option *own;
	const char *instead;
	int rc;

	collect(&options, ctl_general);
	for (const struct ctl_command *each = ctl_commands; each->name; each++)
		collect(&options, each->options);

	rc = read_options(&options, argc, argv, err);
	line->args.commands = ctl_commands;
	line->args.json = is_given(&options, "json");
	line->args.operands = argv + optind;
	line->args.noperands = argc - optind;
	instead = rc ? NULL : stand_in(&options, &line->args);
	if (instead) {
		line->command = ctl_find_command(ctl_commands, instead);
		return 0;
	}
	if (find_command(line, rc ? NULL : err) || rc)
		return CTL_USAGE;

	own = line->command->options;
	if (fill_in(&options, own, &line->args, err) ||
	    check_required(&options, own, err) ||
	    check_operands(line->command, &line->args, err) ||
	    check_forms(&options, line->command, err))
		return CTL_USAGE;
	return 0;
}
