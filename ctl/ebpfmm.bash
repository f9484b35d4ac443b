# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Completion of ebpfmm(8) in bash, but for its tables of commands and options: these
# are what `ebpfmm help --completion` prints, put below when it is built.

_ebpfmm()
{
	local word=${COMP_WORDS[COMP_CWORD]} command=ebpfmm kinds kind='' before i name
	local -a operands=()

	COMPREPLY=()
	# bash takes --option=value apart.
	[[ $word != = ]] || word=''
	kinds=${_ebpfmm_operands[ebpfmm]}
	for ((i = 1; i < COMP_CWORD; i++)); do
		before=${COMP_WORDS[i]}
		if [[ $before == = ]]; then
			continue
		elif [[ $kind ]]; then
			kind=''
		elif [[ $before == -* ]]; then
			kind=${_ebpfmm_values["$command $before"]-}
		elif [[ $command == ebpfmm ]]; then
			command=$before
			kinds=${_ebpfmm_operands["$command"]-}
		else
			operands+=("$before")
			[[ ${kinds%% *} == *... ]] || kinds=${kinds#* }
		fi
	done
	if [[ ! $kind && $word == -* ]]; then
		kind=option
	elif [[ ! $kind ]]; then
		kind=${kinds%% *}
	fi

	case ${kind%...} in
	option)
		mapfile -t COMPREPLY < <(compgen -W "${_ebpfmm_options["$command"]-}" -- "$word")
		;;
	command)
		mapfile -t COMPREPLY < <(compgen -W "$_ebpfmm_commands" -- "$word")
		;;
	dir | cgroup)
		compopt -o dirnames
		;;
	file)
		compopt -o default
		;;
	profile)
		compopt -o default
		for name in /etc/ebpfmm/profiles/* /usr/share/ebpfmm/profiles/*; do
			name=${name##*/}
			[[ $name == "$word"* && $name != '*' ]] && COMPREPLY+=("$name")
		done
		;;
	pid)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(cat "${operands[-1]}/cgroup.procs" 2>/dev/null)" -- "$word")
		;;
	esac
}

complete -F _ebpfmm ebpfmm

