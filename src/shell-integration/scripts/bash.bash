case $- in *a*) __mcp_export=1; set +a ;; *) __mcp_export= ;; esac
__mcp_tell() {
  { \builtin printf '\033]7712;%s\007' "$1" >/dev/tty; } 2>/dev/null || \builtin printf '\033]7712;%s\007' "$1" || :
}
__mcp_since() {
  ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= $1))
}
__mcp_done() {
  local __mcp_status=$?
  __mcp_silently __mcp_ended "$__mcp_status"
  return "$__mcp_status"
}
__mcp_ready() {
  if [[ -t 2 ]]; then __mcp_silently __mcp_prompt tty; else __mcp_silently __mcp_prompt ''; fi
}
# Neither traced by set -x nor exported by set -a.
__mcp_silently() {
  case $- in
    *a*)
      set +a
      "$@"
      set -a
      ;;
    *) "$@" ;;
  esac
} 2>/dev/null
__mcp_ended() {
  __mcp_n=$((__mcp_n + 1))
  __mcp_tell "D;@AID@;$__mcp_n;$1"
}
__mcp_prompt() {
  if [[ $PWD != "${__mcp_pwd-}" ]]; then
    __mcp_pwd=$PWD
    __mcp_folder=$PWD
    case $PWD in *[[:cntrl:]]*) __mcp_folder=%$(\builtin printf %s "$PWD" | \command od -An -v -tx1 | \command tr -c 0-9a-f %) ;; esac
  fi
  local flags=
  if __mcp_hook "$1" && __mcp_since 404; then flags=c; fi
  __mcp_tell "A;@AID@;$__mcp_n;$flags;$__mcp_user;$__mcp_host;$__mcp_folder"
}
# Written by the shell itself where stderr is the terminal, by a child's hand where it is not; a shell that
# inherits PS0 or PS2 has neither variable and prints nothing.
__mcp_hook() {
  local began='${__mcp_c-}${__mcp_late+$(__mcp_tell "C;$__mcp_late")}'
  local more='\[${__mcp_p-}${__mcp_late+$(__mcp_tell "P;$__mcp_late")}\]'
  if ! \builtin shopt -q promptvars; then
    if [[ -n ${PS0-} ]]; then PS0=${PS0//"$began"/}; fi
    if [[ -n ${PS2-} ]]; then PS2=${PS2//"$more"/}; fi
    return 1
  fi
  if __mcp_since 404; then
    case ${PS0-} in *"$began"*) ;; *) PS0=${PS0-}$began ;; esac
  fi
  case ${PS2-} in *"$more"*) ;; *) PS2=$more${PS2-} ;; esac
  if [[ -n $1 ]]; then
    unset __mcp_late
    __mcp_c=$'\033]7712;C;@AID@;'$__mcp_n$'\007'
    __mcp_p=$'\033]7712;P;@AID@;'$__mcp_n$'\007'
  else
    unset __mcp_c __mcp_p
    __mcp_late="@AID@;$__mcp_n"
  fi
}
__mcp_forget() {
  local entry
  entry=$(HISTTIMEFORMAT='' \builtin history 1)
  case $entry in *']7712;R;'*) ;; *) return 0 ;; esac
  entry=${entry#"${entry%%[0-9]*}"}
  \builtin history -d "${entry%%[!0-9]*}"
}
__mcp_integrate() {
  local first='${__mcp_n+"__mcp_done"} && :' last='${__mcp_n+"__mcp_ready"}' attributes
  if [[ -n ${bash_preexec_imported-}${__bp_imported-} ]]; then
    case " ${precmd_functions[*]-} " in *' __mcp_done '*) ;; *) precmd_functions=(__mcp_done ${precmd_functions[@]+"${precmd_functions[@]}"} __mcp_ready) ;; esac
    return 0
  fi
  attributes=$(declare -p PROMPT_COMMAND 2>/dev/null) || attributes='declare --'
  attributes=${attributes#declare }
  case ${attributes%%[ =]*} in *r*) return 1 ;; esac
  case ${PROMPT_COMMAND[*]-} in *"$first"*) return 0 ;; esac
  if [[ ${attributes%%[ =]*} == *a* ]] && __mcp_since 501; then
    PROMPT_COMMAND=("$first" ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"} "$last")
  else
    PROMPT_COMMAND=$first$'\n'${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}$last
  fi
}
__mcp_forget 2>/dev/null || :
if __mcp_integrate; then
  __mcp_n=0
  __mcp_user=$(\command id -un 2>/dev/null) || :
  __mcp_host=$(\command uname -n 2>/dev/null) || :
  __mcp_user=${__mcp_user//[[:cntrl:];]/}
  __mcp_host=${__mcp_host//[[:cntrl:];]/}
else
  __mcp_tell 'X;@AID@;PROMPT_COMMAND is readonly'
  unset -f __mcp_tell __mcp_since __mcp_done __mcp_ready __mcp_silently __mcp_ended __mcp_prompt __mcp_hook
fi
unset -f __mcp_integrate __mcp_forget
if [[ -n $__mcp_export ]]; then set -a; fi
unset __mcp_export
