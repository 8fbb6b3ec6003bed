case $- in *a*) __mcp_export=1; set +a ;; *) __mcp_export= ;; esac
__mcp_n=0
__mcp_pwd=
__mcp_user=$(\command id -un 2>/dev/null | \command tr -d ';\000-\037\177') || :
__mcp_host=$(\command uname -n 2>/dev/null | \command tr -d ';\000-\037\177') || :
__mcp_tell() {
  { print -rn -- $'\033]7712;'"$1"$'\007' >/dev/tty; } 2>/dev/null || print -rn -- $'\033]7712;'"$1"$'\007' || :
}
__mcp_prompt() {
  set -- $?
  __mcp_silently "$1"
  # ksh93 calls 256 + n what n killed, and would do the same to itself on returning it.
  return $(($1 > 255 ? $1 - 128 : $1))
}
# Neither traced by set -x nor exported by set -a.
__mcp_silently() {
  case $- in
    *x*)
      set +x
      __mcp_silently "$1"
      set -x
      ;;
    *a*)
      set +a
      __mcp_silently "$1"
      set -a
      ;;
    *) __mcp_report "$1" ;;
  esac
}
__mcp_report() {
  __mcp_n=$((__mcp_n + 1))
  __mcp_tell "D;@AID@;$__mcp_n;$1"
  if [[ $PWD != "$__mcp_pwd" ]]; then
    __mcp_pwd=$PWD
    __mcp_folder=$PWD
    case $PWD in *[[:cntrl:]]*) __mcp_folder=%$(print -rn -- "$PWD" | \command od -An -v -tx1 | \command tr -c 0-9a-f %) ;; esac
  fi
  PS2=$__mcp_more_begin$'\033]7712;P;@AID@;'$__mcp_n$'\007'$__mcp_more_end$__mcp_ps2
  __mcp_tell "A;@AID@;$__mcp_n;;$__mcp_user;$__mcp_host;$__mcp_folder"
}
case ${PS1-} in *__mcp_prompt*) ;; *) __mcp_ps1=${PS1-} __mcp_ps2=${PS2-} ;; esac
case ${KSH_VERSION-} in *MIRBSD*) __mcp_more_begin=$'\001\r\001' __mcp_more_end=$'\001' ;; *) __mcp_more_begin= __mcp_more_end= ;; esac
unset PS1 PS2
__mcp_marks='${ __mcp_prompt; }'
PS1=$__mcp_marks$__mcp_ps1
# For a prompt that has been set anew, with the status of what set it.
__mcp_again='__mcp_status=$?; PS1=$__mcp_marks${PS1-}; (exit $__mcp_status)'
if [[ -n $__mcp_export ]]; then set -a; fi
unset __mcp_export
