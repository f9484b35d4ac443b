# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of ebpfmm(8) in bash. What there is to complete, ebpfmm says itself.

_ebpfmm()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} name

	COMPREPLY=()
	case $before in
	--cgroup | --rootfs | --debug-dir)
		compopt -o dirnames
		return
		;;
	--output)
		compopt -o default
		return
		;;
	esac
	if ((COMP_CWORD == 1)) || [[ $COMP_CWORD -eq 2 && $command == help ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(ebpfmm help --completion)" -- "$word")
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(ebpfmm help --completion "$command" 2>/dev/null)" -- "$word")
	else
		case $command in
		check | resolve | attach)
			compopt -o default
			for name in /etc/ebpfmm/profiles/* /usr/share/ebpfmm/profiles/*; do
				name=${name##*/}
				[[ $name == "$word"* && $name != '*' ]] && COMPREPLY+=("$name")
			done
			;;
		stats | trace) compopt -o dirnames ;;
		explain)
			case $COMP_CWORD in
			2) compopt -o dirnames ;;
			3) mapfile -t COMPREPLY < <(compgen -W \
				"$(cat "${COMP_WORDS[2]}/cgroup.procs" 2>/dev/null)" -- "$word") ;;
			esac
			;;
		esac
	fi
}

complete -F _ebpfmm ebpfmm
