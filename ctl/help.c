// SPDX-License-Identifier: GPL-2.0-only
/* help */
#include "help.h"

static void print_word(const struct ctl_word *word, FILE *out)
{
	if (word->name)
		fprintf(out, " %s", word->name);
}

/* --NAME VALUE, in brackets if it may be left out. */
static void print_option(const struct ctl_option *option, FILE *out)
{
	fprintf(out, "%s--%s", option->required ? "" : "[", option->name);
	print_word(&option->value, out);
	if (!option->required)
		fputs("]", out);
}

/* Forms are in brackets, [[--ONE] [--OTHER] | --THIRD], or in braces if there has to be one. */
static void print_options(const struct ctl_command *command, FILE *out)
{
	const struct ctl_option *options = command->options;
	char begin = command->one_form ? '{' : '[', end = command->one_form ? '}' : ']';
	unsigned int form = 0;

	for (; options->name; options++) {
		if (options->form == form)
			fputs(" ", out);
		else if (!form)
			fprintf(out, " %c", begin);
		else if (options->form)
			fputs(" | ", out);
		else
			fprintf(out, "%c ", end);
		form = options->form;
		print_option(options, out);
	}
	if (form)
		fputc(end, out);
}

static void print_operands(const struct ctl_command *command, FILE *out)
{
	const struct ctl_word *word = command->operands;

	for (int i = 0; word[i].name; i++) {
		const char *again = command->many && !word[i + 1].name ? "..." : "";

		fprintf(out, i < command->min ? " %s%s" : " [%s%s]", word[i].name, again);
	}
}

static void print_commands(const struct ctl_command *each, FILE *out)
{
	fputs("usage: ebpfmm COMMAND ...\n\nCommands:\n", out);
	for (; each->name; each++)
		fprintf(out, "  %-10s %s\n", each->name, each->summary);
}

void ctl_usage(const struct ctl_command *commands, const struct ctl_command *command,
	       FILE *out)
{
	if (!command) {
		print_commands(commands, out);
		return;
	}
	fprintf(out, "usage: ebpfmm %s", command->name);
	print_options(command, out);
	print_operands(command, out);
	fputs("\n", out);
}

static void describe(const struct ctl_option *options)
{
	char text[40];

	for (; options->name; options++) {
		const char *value = options->value.name;

		snprintf(text, sizeof(text), "--%s%s%s", options->name,
			 value ? " " : "", value ? value : "");
		if (options->letter)
			printf("  -%c, %-16s  %s\n", options->letter, text, options->help);
		else
			printf("      %-16s  %s\n", text, options->help);
	}
}

static void help_command(const struct ctl_command *command)
{
	ctl_usage(NULL, command, stdout);
	printf("%s: %s\n\nOptions:\n", command->name, command->summary);
	describe(command->options);
	describe(ctl_general);
}

static void help_all(const struct ctl_command *commands)
{
	ctl_usage(commands, NULL, stdout);
	fputs("\nOptions:\n", stdout);
	describe(ctl_general);
	fputs("\n`ebpfmm COMMAND --help` lists the options of a command. See also ebpfmm(8).\n",
	      stdout);
}

int ctl_help(const struct ctl_args *args, struct ebpfmm_error *err)
{
	const struct ctl_command *command = NULL;

	if (args->noperands) {
		command = ctl_find_command(args->commands, args->operands[0]);
		if (!command) {
			ebpfmm_fail(err, 0, "unknown command `%s`",
				    args->operands[0]);
			return CTL_USAGE;
		}
	}
	if (args->completion)
		ctl_completion(args->commands);
	else if (command)
		help_command(command);
	else
		help_all(args->commands);
	return 0;
}
